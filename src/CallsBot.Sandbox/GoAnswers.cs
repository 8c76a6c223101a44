using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CallsBot.Sandbox;

/// <summary>Answers as Go's net/http and encoding/json write them, and what stands in front of such a server.</summary>
internal static class GoAnswers
{
    // Near enough: in these answers there is nothing to escape but quotes.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // net/http/pprof waits so long when the request does not say.
    private static readonly TimeSpan ProfileTakes = TimeSpan.FromSeconds(30);

    public static Task JsonAsync(HttpContext http, int status, JsonNode body) =>
        WriteAsync(http, status, "application/json", body.ToJsonString(Json) + "\n");

    public static Task TextAsync(HttpContext http, int status, string text) =>
        WriteAsync(http, status, "text/plain; charset=utf-8", text + "\n");

    public static Task NotFoundAsync(HttpContext http) => TextAsync(http, StatusCodes.Status404NotFound, "404 page not found");

    /// <summary>An nginx's own page.</summary>
    public static Task PageAsync(HttpContext http, int status, string title) => WriteAsync(http, status, "text/html",
        $"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");

    /// <summary>A profile with nothing in it: who gets this far has seen enough.</summary>
    /// <param name="name">"profile" and "trace" take their time.</param>
    public static async Task ProfileAsync(HttpContext http, string name, TimeProvider time)
    {
        if (name is "profile" or "trace")
        {
            await Task.Delay(RecordingTime(http, name), time, http.RequestAborted);
        }

        WriteProfileHeaders(http, name);

        // A gzipped protocol buffer.
        await using var profile = new GZipStream(http.Response.Body, CompressionLevel.Fastest);
        await profile.WriteAsync(new byte[] { 0x0a, 0x00 }, http.RequestAborted);
    }

    /// <summary>How long the request asks to record.</summary>
    public static TimeSpan RecordingTime(HttpContext http, string name = "profile") =>
        int.TryParse(http.Request.Query["seconds"], out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds)
        : name == "profile" ? ProfileTakes : TimeSpan.FromSeconds(1);

    public static void WriteProfileHeaders(HttpContext http, string name)
    {
        http.Response.ContentType = "application/octet-stream";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        http.Response.Headers.XContentTypeOptions = "nosniff";
    }

    public static async Task WriteAsync(HttpContext http, int status, string contentType, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    /// <summary>The first value of the body as Go's decoder reads it.</summary>
    /// <returns>Go's complaint in <c>Fault</c> when it is no JSON; a null value and no fault for JSON's null.</returns>
    public static async Task<(JsonNode? Body, string Fault)> ReadAsync(HttpContext http)
    {
        using var content = new MemoryStream();
        await http.Request.Body.CopyToAsync(content, http.RequestAborted);
        var bytes = content.ToArray();
        var text = Encoding.UTF8.GetString(bytes).TrimStart();
        if (text.Length == 0)
        {
            return (null, "EOF");
        }

        try
        {
            var reader = new Utf8JsonReader(bytes);
            using var document = JsonDocument.ParseValue(ref reader);
            return (JsonNode.Parse(document.RootElement.GetRawText()), "");
        }
        catch (JsonException)
        {
            return (null, "{[\"tfn-0123456789".Contains(text[0]) ? "unexpected EOF" : $"invalid character '{text[0]}' looking for beginning of value");
        }
    }

    /// <summary>What encoding/json calls a value.</summary>
    public static string KindOf(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.String => "string",
        _ => "object",
    };
}
