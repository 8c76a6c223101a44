using System.Text;
using System.Text.Json;

namespace CallsBot.Analysis.Outputs;

/// <summary>Finds JSON in a text that holds other things too, and reads it without exceptions.</summary>
internal static class JsonParts
{
    private const int MostTries = 24;
    private const int Deepest = 64;

    private static readonly JsonReaderOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = Deepest };

    /// <summary>The first object or array at the beginning of a line, or behind a fence, that is the one looked for.</summary>
    /// <returns>Null when there is none, or it does not end.</returns>
    public static JsonElement? Find(string text, Func<JsonElement, bool> isIt)
    {
        var tries = 0;
        for (var at = 0; at < text.Length && tries < MostTries;)
        {
            var start = at;
            while (start < text.Length && text[start] is ' ' or '\t' or '\r' or '`')
            {
                start++;
            }

            if (start < text.Length && text[start] is '{' or '[')
            {
                tries++;
                if (Parse(text.AsSpan(start)) is { } found && isIt(found))
                {
                    return found;
                }
            }

            var end = text.IndexOf('\n', at);
            at = end < 0 ? text.Length : end + 1;
        }

        return null;
    }

    /// <summary>What text begins with; null when that is no JSON.</summary>
    public static JsonElement? Parse(ReadOnlySpan<char> text)
    {
        try
        {
            var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
            Encoding.UTF8.GetBytes(text, bytes);
            var reader = new Utf8JsonReader(bytes, Options);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A member whose name is spelled in any case.</summary>
    public static JsonElement? Member(this JsonElement? parent, string name) => parent is { } element ? element.Member(name) : null;

    public static JsonElement? Member(this JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var member in parent.EnumerateObject())
        {
            if (NameOf(member).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return member.Value;
            }
        }

        return null;
    }

    /// <summary>The members of an object; none for anything else.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> Members(this JsonElement? parent) =>
        parent is { ValueKind: JsonValueKind.Object } element ? element.EnumerateObject().Select(member => (NameOf(member), member.Value)) : [];

    /// <summary>The items of an array; none for anything else.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement? parent) =>
        parent is { ValueKind: JsonValueKind.Array } element ? element.EnumerateArray() : [];

    public static string? Text(this JsonElement? element)
    {
        try
        {
            return element?.ValueKind == JsonValueKind.String ? element.Value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is valid JSON, but no string.
            return null;
        }
    }

    /// <summary>A number, or a text that is one.</summary>
    public static double? Number(this JsonElement? element) => element?.ValueKind switch
    {
        JsonValueKind.Number when element.Value.TryGetDouble(out var value) && double.IsFinite(value) => value,
        JsonValueKind.String when OutputText.TryNumber(element.Text(), out var value) => value,
        _ => null,
    };

    public static bool? Truth(this JsonElement? element) => element?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => element.Text() switch { "true" => true, "false" => false, _ => null },
        _ => null,
    };

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
