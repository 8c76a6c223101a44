using System.Text.Json;
using RestEase;

namespace CallsBot.Protocols.Mattermost;

/// <summary>
/// The part of the Mattermost REST API, version 4, that CallsBot uses. Every method throws
/// <see cref="MattermostException"/> when the server refuses or cannot be reached.
/// Paths are relative to <c>api/v4/</c>.
/// </summary>
public interface IMattermostApi
{
    [Get("system/ping?get_server_status=true")]
    Task<SystemPing> PingAsync(CancellationToken cancellationToken);

    /// <summary>What clients may know of the configuration: flat, every value a string.</summary>
    [Get("config/client?format=old")]
    Task<IReadOnlyDictionary<string, string>> GetClientConfigAsync(CancellationToken cancellationToken);

    /// <summary>What clients may know of the licence: flat, every value a string; <c>IsLicensed</c> is "true" or "false".</summary>
    [Get("license/client?format=old")]
    Task<IReadOnlyDictionary<string, string>> GetClientLicenseAsync(CancellationToken cancellationToken);

    /// <summary>Needs more than a bot account: 403 without a role that may read the system console.</summary>
    [Get("config")]
    Task<JsonElement> GetConfigAsync(CancellationToken cancellationToken);

    /// <summary>Needs more than a bot account.</summary>
    [Get("plugins/statuses")]
    Task<IReadOnlyList<PluginStatus>> GetPluginStatusesAsync(CancellationToken cancellationToken);

    /// <summary>Needs more than a bot account. Each line is a JSON object as text.</summary>
    [Get("logs")]
    Task<IReadOnlyList<string>> GetLogsAsync(
        [Query] int page, [Query("logs_per_page")] int logsPerPage, CancellationToken cancellationToken);

    [Get("users/me")]
    Task<User> GetMeAsync(CancellationToken cancellationToken);

    [Get("users/{userId}")]
    Task<User> GetUserAsync([Path] string userId, CancellationToken cancellationToken);

    [Get("users/username/{username}")]
    Task<User> GetUserByNameAsync([Path] string username, CancellationToken cancellationToken);

    [Post("users/{userId}/tokens")]
    Task<AccessToken> CreateAccessTokenAsync(
        [Path] string userId, [Body] IReadOnlyDictionary<string, string> description, CancellationToken cancellationToken);

    [Get("users/me/teams")]
    Task<IReadOnlyList<Team>> GetMyTeamsAsync(CancellationToken cancellationToken);

    /// <summary>The channels of a team that the caller is in; direct and group messages are among them, whatever the team.</summary>
    [Get("users/me/teams/{teamId}/channels")]
    Task<IReadOnlyList<Channel>> GetMyChannelsAsync([Path] string teamId, CancellationToken cancellationToken);

    [Get("teams/name/{name}")]
    Task<Team> GetTeamByNameAsync([Path] string name, CancellationToken cancellationToken);

    [Get("teams/{teamId}/members/{userId}")]
    Task<TeamMember> GetTeamMemberAsync([Path] string teamId, [Path] string userId, CancellationToken cancellationToken);

    [Post("teams/{teamId}/members")]
    Task<TeamMember> AddTeamMemberAsync(
        [Path] string teamId, [Body] TeamMember member, CancellationToken cancellationToken);

    [Get("channels/{channelId}")]
    Task<Channel> GetChannelAsync([Path] string channelId, CancellationToken cancellationToken);

    [Get("teams/{teamId}/channels/name/{name}")]
    Task<Channel> GetChannelByNameAsync([Path] string teamId, [Path] string name, CancellationToken cancellationToken);

    /// <summary>The direct channel of two accounts, made if it is not there yet.</summary>
    [Post("channels/direct")]
    Task<Channel> CreateDirectChannelAsync([Body] IReadOnlyList<string> userIds, CancellationToken cancellationToken);

    [Post("posts")]
    Task<Post> CreatePostAsync([Body] PostDraft draft, CancellationToken cancellationToken);

    [Get("posts/{postId}")]
    Task<Post> GetPostAsync([Path] string postId, CancellationToken cancellationToken);

    [Put("posts/{postId}/patch")]
    Task<Post> PatchPostAsync([Path] string postId, [Body] PostPatch patch, CancellationToken cancellationToken);

    /// <summary>Posts created, edited or deleted after a time.</summary>
    /// <param name="channelId">The channel.</param>
    /// <param name="since">Milliseconds since 1970, UTC.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    [Get("channels/{channelId}/posts")]
    Task<PostList> GetPostsSinceAsync([Path] string channelId, [Query] long since, CancellationToken cancellationToken);

    /// <summary>Needs <c>create_post_ephemeral</c>, which a bot account does not have by default: 403.</summary>
    [Post("posts/ephemeral")]
    Task<Post> CreateEphemeralPostAsync([Body] EphemeralPostDraft draft, CancellationToken cancellationToken);

    [Post("files")]
    Task<FileUpload> UploadFilesAsync([Body] MultipartFormDataContent content, CancellationToken cancellationToken);

    [Get("files/{fileId}/info")]
    Task<FileInfo> GetFileInfoAsync([Path] string fileId, CancellationToken cancellationToken);

    [Get("commands")]
    Task<IReadOnlyList<SlashCommand>> GetCommandsAsync(
        [Query("team_id")] string teamId, [Query("custom_only", QuerySerializationMethod.Serialized)] bool customOnly, CancellationToken cancellationToken);

    /// <summary>Needs <c>manage_slash_commands</c>, which a bot account does not have: 403.</summary>
    [Post("commands")]
    Task<SlashCommand> CreateCommandAsync([Body] SlashCommand command, CancellationToken cancellationToken);

    [Put("commands/{commandId}")]
    Task<SlashCommand> UpdateCommandAsync(
        [Path] string commandId, [Body] SlashCommand command, CancellationToken cancellationToken);

    [Post("actions/dialogs/open")]
    Task OpenDialogAsync([Body] OpenDialogRequest request, CancellationToken cancellationToken);

    [Post("bots")]
    Task<Bot> CreateBotAsync([Body] Bot bot, CancellationToken cancellationToken);

    [Get("bots/{userId}")]
    Task<Bot> GetBotAsync([Path] string userId, [Query("include_deleted", QuerySerializationMethod.Serialized)] bool includeDeleted, CancellationToken cancellationToken);

    [Post("bots/{userId}/enable")]
    Task<Bot> EnableBotAsync([Path] string userId, CancellationToken cancellationToken);
}

public sealed record EphemeralPostDraft
{
    [System.Text.Json.Serialization.JsonPropertyName("user_id")]
    public required string UserId { get; init; }

    [System.Text.Json.Serialization.JsonPropertyName("post")]
    public required PostDraft Post { get; init; }
}
