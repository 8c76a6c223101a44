using System.Text.Json;
using System.Text.Json.Serialization;
using CallsBot.Protocols.Calls;

namespace CallsBot.Protocols.Mattermost;

/// <summary>
/// How everything that travels between CallsBot and a Mattermost server is read and written. Unknown fields are ignored;
/// a missing, doubled or null field that a type does not allow is a <see cref="JsonException"/>; nulls are not written.
/// </summary>
/// <remarks>
/// The generated reader hands null to the init accessor of what the JSON leaves out, and an initialiser does not survive
/// that: the accessors of the types put the default in themselves.
/// </remarks>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AccessToken))]
[JsonSerializable(typeof(ActionRequest))]
[JsonSerializable(typeof(ActionResponse))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(Bot))]
[JsonSerializable(typeof(CallsVersion))]
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
