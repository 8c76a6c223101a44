using System.Text.Json;
using System.Text.Json.Serialization;

namespace CallsBot.Protocols.Mattermost;

/// <summary>
/// Reads the props of a post. Any client may put anything into them, and one such post must not make the list that it is
/// in unreadable, or slow to read: what has not the expected shape, or is nested too deeply, is left out.
/// </summary>
internal sealed class PostPropsConverter : JsonConverter<PostProps>
{
    private const string Attachments = "attachments";
    private const string FromBot = "from_bot";
    private const string FromWebhook = "from_webhook";

    // JsonElement takes time with the square of the depth. Blocks of Mattermost 11 nest up to 32 deep.
    private const int DeepestProp = 64;

    /// <summary>For what the server sends: Go's decoder stops at a depth of 10,000, so a post holds nothing deeper.</summary>
    public static MattermostJson Json { get; } =
        new(new JsonSerializerOptions(MattermostJson.Default.Options) { MaxDepth = 10_100 });

    public override PostProps Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The props of a post are not an object.");
        }

        var props = new PostProps();
        Dictionary<string, JsonElement>? others = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (IsTooDeep(reader))
            {
                reader.Skip();
                continue;
            }

            var value = JsonElement.ParseValue(ref reader);
            switch (name)
            {
                case Attachments:
                    props = props with { Attachments = AttachmentsIn(value) };
                    break;
                case FromBot:
                    props = props with { FromBot = MarkIn(value) };
                    break;
                case FromWebhook:
                    props = props with { FromWebhook = MarkIn(value) };
                    break;
                default:
                    others ??= [];
                    others[name] = value;
                    break;
            }
        }

        return props with { Others = others };
    }

    public override void Write(Utf8JsonWriter writer, PostProps value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value.Attachments is { } attachments)
        {
            writer.WritePropertyName(Attachments);
            JsonSerializer.Serialize(writer, attachments, MattermostJson.Default.IReadOnlyListAttachment);
        }

        WriteMark(writer, FromBot, value.FromBot);
        WriteMark(writer, FromWebhook, value.FromWebhook);
        foreach (var (name, other) in value.Others ?? new Dictionary<string, JsonElement>())
        {
            writer.WritePropertyName(name);
            other.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static void WriteMark(Utf8JsonWriter writer, string name, string? mark)
    {
        if (mark is not null)
        {
            writer.WriteString(name, mark);
        }
    }

    /// <param name="reader">A copy, to look ahead with.</param>
    private static bool IsTooDeep(Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return false;
        }

        var start = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > start)
        {
            if (reader.CurrentDepth > start + DeepestProp)
            {
                return true;
            }
        }

        return false;
    }

    private static IReadOnlyList<Attachment>? AttachmentsIn(JsonElement value)
    {
        try
        {
            return value.Deserialize(Json.IReadOnlyListAttachment);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The server writes its marks as "true"; plugins write true.</summary>
    private static string? MarkIn(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => "true",
        _ => null,
    };
}
