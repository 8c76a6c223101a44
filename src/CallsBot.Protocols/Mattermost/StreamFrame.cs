using System.Text.Json;

namespace CallsBot.Protocols.Mattermost;

/// <summary>One message of the server on the WebSocket.</summary>
internal abstract record StreamFrame
{
    // The post, which may be nested deeply, is a string in the frame.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128 };

    /// <summary>The server knows who we are. A new connection begins with it; one that was resumed does not.</summary>
    public sealed record Hello(string ConnectionId, long Sequence) : StreamFrame;

    /// <param name="Sequence">One more than that of the event before.</param>
    /// <param name="Content">Null for an event that is of no interest here.</param>
    public sealed record Event(long Sequence, StreamEvent? Content) : StreamFrame;

    /// <summary>The answer to a request of ours.</summary>
    public sealed record Reply(long To, bool Ok) : StreamFrame;

    /// <returns>Null for what is none of these.</returns>
    public static StreamFrame? TryParse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            if (Number(root, "seq_reply") is { } to)
            {
                return new Reply(to, Text(root, "status") == "OK");
            }

            if (Text(root, "event") is not { Length: > 0 } name || Number(root, "seq") is not { } sequence)
            {
                return null;
            }

            var data = root.TryGetProperty("data", out var value) && value.ValueKind == JsonValueKind.Object
                ? value
                : default;
            return name == "hello"
                ? new Hello(Text(data, "connection_id"), sequence)
                : new Event(sequence, ContentOf(name, data));
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

    private static StreamEvent? ContentOf(string name, JsonElement data) => name switch
    {
        "posted" when PostIn(data) is { } post => new StreamEvent.Posted(
            post, Text(data, "channel_type"), Text(data, "channel_name"), Text(data, "sender_name")),
        "post_edited" when PostIn(data) is { } post => new StreamEvent.PostEdited(post),
        "user_updated" when data.TryGetProperty("user", out var user) && Text(user, "id") is { Length: > 0 } id => new StreamEvent.UserUpdated(id),
        "post_deleted" when PostIn(data) is { } post => new StreamEvent.PostDeleted(post),
        _ => null,
    };

    private static Post? PostIn(JsonElement data)
    {
        try
        {
            return JsonSerializer.Deserialize(Text(data, "post"), PostPropsConverter.Json.Post);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString() ?? ""
            : "";

    private static long? Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var number)
            ? number
            : null;
}
