using System.Text.Json;
using System.Text.Json.Serialization;

namespace CallsBot.Protocols.Mattermost;

/// <summary>A message, as the server stores it. Times are milliseconds since 1970, UTC; 0 stands for "never".</summary>
public sealed record Post
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("create_at")]
    public long CreateAt { get; init; }

    [JsonPropertyName("update_at")]
    public long UpdateAt { get; init; }

    [JsonPropertyName("edit_at")]
    public long EditAt { get; init; }

    [JsonPropertyName("delete_at")]
    public long DeleteAt { get; init; }

    [JsonPropertyName("user_id")]
    public required string UserId { get; init; }

    [JsonPropertyName("channel_id")]
    public required string ChannelId { get; init; }

    /// <summary>The first post of the thread; empty for a post that is in none.</summary>
    [JsonPropertyName("root_id")]
    public string RootId { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("message")]
    public string Message { get; init => field = value ?? ""; } = "";

    /// <summary>Empty for what people write; <c>system_…</c> for joins and the like; <c>custom_…</c> for plugins.</summary>
    [JsonPropertyName("type")]
    public string Type { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("props")]
    public PostProps? Props { get; init; }

    [JsonPropertyName("file_ids")]
    public IReadOnlyList<string>? FileIds { get; init; }

    [JsonPropertyName("pending_post_id")]
    public string? PendingPostId { get; init; }
}

/// <summary>A post to be created.</summary>
public sealed record PostDraft
{
    [JsonPropertyName("channel_id")]
    public required string ChannelId { get; init; }

    [JsonPropertyName("message")]
    public string Message { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("root_id")]
    public string? RootId { get; init; }

    [JsonPropertyName("file_ids")]
    public IReadOnlyList<string>? FileIds { get; init; }

    [JsonPropertyName("props")]
    public PostProps? Props { get; init; }

    /// <summary>Makes a repeated create harmless: the server answers a second draft with the same id with the first post.</summary>
    [JsonPropertyName("pending_post_id")]
    public string? PendingPostId { get; init; }
}

/// <summary>
/// A change to a post. What is null stays as it is; props that are given replace all props, so that buttons not sent
/// again are gone.
/// </summary>
public sealed record PostPatch
{
    [JsonPropertyName("message")]
    public string? Message { get; init; }

    [JsonPropertyName("props")]
    public PostProps? Props { get; init; }
}

/// <summary>The props of a post. Props that are not named here travel in <see cref="Others"/>.</summary>
[JsonConverter(typeof(PostPropsConverter))]
public sealed record PostProps
{
    [JsonPropertyName("attachments")]
    public IReadOnlyList<Attachment>? Attachments { get; init; }

    /// <summary>"true" on posts of bot accounts. The server sets it.</summary>
    [JsonPropertyName("from_bot")]
    public string? FromBot { get; init; }

    /// <summary>"true" on posts of webhooks and of slash command replies. The server sets it.</summary>
    [JsonPropertyName("from_webhook")]
    public string? FromWebhook { get; init; }

    [JsonIgnore]
    public IDictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>The answer to "posts since": all posts changed after a time, deleted ones included.</summary>
public sealed record PostList
{
    /// <summary>Ids, newest first.</summary>
    [JsonPropertyName("order")]
    public IReadOnlyList<string> Order { get; init => field = value ?? []; } = [];

    [JsonPropertyName("posts")]
    public IReadOnlyDictionary<string, Post> Posts { get; init => field = value ?? new Dictionary<string, Post>(); } = new Dictionary<string, Post>();
}
