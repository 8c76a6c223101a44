using System.Text.Encodings.Web;
using System.Text.Json;

namespace CallsBot.Protocols.Rtcd;

/// <summary>JSON inside of messages, read without exceptions and written as Go's encoder would for SDP.</summary>
internal static class LooseJson
{
    // JSON alone, never HTML: fingerprints and passwords hold a plus sign, which the default would escape.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>Null for what is no JSON, and when <paramref name="select"/> finds nothing.</returns>
    public static T? Read<T>(ReadOnlySpan<byte> utf8, Func<JsonElement, T?> select)
        where T : class
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            using var document = JsonDocument.ParseValue(ref reader);
            return select(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // A text with half a surrogate pair is valid JSON, but cannot be read as a string.
            return null;
        }
    }

    public static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            write(json);
        }

        return bytes.ToArray();
    }
}
