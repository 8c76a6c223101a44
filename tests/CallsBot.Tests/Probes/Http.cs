using System.Text;

namespace CallsBot.Tests.Probes;

/// <summary>Replies as they stand on the wire.</summary>
internal static class Http
{
    public const string Version = """{"buildDate":"2026-06-29 10:00","buildVersion":"v1.2.6","buildHash":"b3dee597","goVersion":"go1.24.6","goOS":"linux","goArch":"amd64"}""";

    public static string Json(string body) => Reply("200 OK", "application/json", body + "\n");

    public static string Reply(string status, string contentType, string body, string headers = "") =>
        $"HTTP/1.1 {status}\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}";
}
