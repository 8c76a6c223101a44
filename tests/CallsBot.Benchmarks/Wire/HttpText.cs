using System.Globalization;
using System.Text;

namespace CallsBot.Benchmarks.Wire;

/// <summary>HTTP/1.1 requests as bytes, with the headers that Mattermost sends.</summary>
internal static class HttpText
{
    public const string Form = "application/x-www-form-urlencoded";
    public const string Json = "application/json";

    public static byte[] Get(int port, string path) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");

    /// <param name="port">The port on loopback.</param>
    /// <param name="path">The path.</param>
    /// <param name="type">The content type.</param>
    /// <param name="authorization">The header's value; null for none.</param>
    /// <param name="body">ASCII.</param>
    public static byte[] Post(int port, string path, string type, string? authorization, string body) =>
        Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: Mattermost-Bot/1.1\r\nContent-Length: {body.Length}\r\nAccept: application/json\r\n{(authorization is null ? "" : $"Authorization: {authorization}\r\n")}Content-Type: {type}\r\nAccept-Encoding: gzip\r\n\r\n{body}"));
}
