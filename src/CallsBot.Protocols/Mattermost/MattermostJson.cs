using System.Text.Json;
using System.Text.Json.Serialization;

namespace CallsBot.Protocols.Mattermost;

/// <summary>
/// How everything that travels between CallsBot and a Mattermost server is read and written. Unknown fields are ignored;
/// a missing, doubled or null field that a type does not allow is a <see cref="JsonException"/>; nulls are not written.
/// </summary>
/// <remarks>
/// The generated reader hands null to the init accessor of what the JSON leaves out, and an initialiser does not survive
/// that: the accessors of the types put the default in themselves.
/// The server passes on whatever people nest in the props of a post, and one such post must not make a whole list
/// unreadable. Go's own decoder stops at a depth of 10,000, so nothing deeper gets stored.
/// </remarks>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 10_100,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AccessToken))]
[JsonSerializable(typeof(ActionRequest))]
[JsonSerializable(typeof(ActionResponse))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(Bot))]
[JsonSerializable(typeof(Channel))]
[JsonSerializable(typeof(DialogResponse))]
[JsonSerializable(typeof(DialogSubmission))]
[JsonSerializable(typeof(EphemeralPostDraft))]
[JsonSerializable(typeof(FileInfo))]
[JsonSerializable(typeof(FileUpload))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyList<Attachment>))]
[JsonSerializable(typeof(IReadOnlyList<Channel>))]
[JsonSerializable(typeof(IReadOnlyList<PluginStatus>))]
[JsonSerializable(typeof(IReadOnlyList<SlashCommand>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<Team>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(OpenDialogRequest))]
[JsonSerializable(typeof(Post))]
[JsonSerializable(typeof(PostDraft))]
[JsonSerializable(typeof(PostList))]
[JsonSerializable(typeof(PostPatch))]
[JsonSerializable(typeof(ServerError))]
[JsonSerializable(typeof(SlashCommand))]
[JsonSerializable(typeof(SlashCommandResponse))]
[JsonSerializable(typeof(SystemPing))]
[JsonSerializable(typeof(Team))]
[JsonSerializable(typeof(TeamMember))]
[JsonSerializable(typeof(User))]
public sealed partial class MattermostJson : JsonSerializerContext;

/// <summary>
/// Any client may put anything under <c>props.attachments</c>. What is not a list of attachments is read as none, so that
/// the post, and the list that it is in, can still be read.
/// </summary>
internal sealed class ForgivingAttachmentsConverter : JsonConverter<IReadOnlyList<Attachment>>
{
    public override IReadOnlyList<Attachment>? Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var value = JsonElement.ParseValue(ref reader);
        try
        {
            return value.Deserialize(MattermostJson.Default.IReadOnlyListAttachment);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override void Write(
        Utf8JsonWriter writer, IReadOnlyList<Attachment> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, MattermostJson.Default.IReadOnlyListAttachment);
}

/// <summary>The server writes its marks in props as "true"; plugins write true. Anything else is read as no mark.</summary>
internal sealed class ForgivingMarkConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.True:
                return "true";
            default:
                reader.Skip();
                return null;
        }
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
