using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

internal sealed record Channel
{
    public const string Open = "O";
    public const string Private = "P";
    public const string Direct = "D";
    public const string Group = "G";

    public required string Id { get; init; }

    public required string Type { get; init; }

    public required string Name { get; init; }

    public string DisplayName { get; init; } = "";

    /// <summary>Empty for direct and group messages.</summary>
    public string TeamId { get; init; } = "";

    public string CreatorId { get; init; } = "";

    public required long CreateAt { get; init; }

    public required long LastPostAt { get; init; }

    public long TotalMessageCount { get; init; }

    public long TotalMessageCountRoot { get; init; }

    public bool BelongsToTeam => Type is Open or Private;

    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["create_at"] = CreateAt,
        ["update_at"] = CreateAt,
        ["delete_at"] = 0,
        ["team_id"] = TeamId,
        ["type"] = Type,
        ["display_name"] = DisplayName,
        ["name"] = Name,
        ["header"] = "",
        ["purpose"] = "",
        ["last_post_at"] = LastPostAt,
        ["total_msg_count"] = TotalMessageCount,
        ["extra_update_at"] = 0,
        ["creator_id"] = CreatorId,
        ["scheme_id"] = null,
        ["props"] = null,
        ["group_constrained"] = null,
        // The recordings have null for the channels that the server made by itself, and false for the others.
        ["shared"] = CreatorId.Length == 0 ? null : JsonValue.Create(false),
        ["total_msg_count_root"] = TotalMessageCountRoot,
        ["policy_id"] = null,
    };
}

/// <summary>What an account has seen of a channel.</summary>
internal sealed record Membership(string ChannelId, string UserId)
{
    public long LastViewedAt { get; init; }

    public long MessageCount { get; init; }

    public long MessageCountRoot { get; init; }

    public long MentionCount { get; init; }

    public long MentionCountRoot { get; init; }

    public long LastUpdateAt { get; init; }

    public JsonObject ToJson() => new()
    {
        ["channel_id"] = ChannelId,
        ["user_id"] = UserId,
        ["roles"] = "channel_user",
        ["last_viewed_at"] = LastViewedAt,
        ["msg_count"] = MessageCount,
        ["mention_count"] = MentionCount,
        ["mention_count_root"] = MentionCountRoot,
        ["msg_count_root"] = MessageCountRoot,
        ["notify_props"] = new JsonObject
        {
            ["desktop"] = "default",
            ["email"] = "default",
            ["ignore_channel_mentions"] = "default",
            ["mark_unread"] = "all",
            ["push"] = "default",
        },
        ["last_update_at"] = LastUpdateAt,
        ["scheme_guest"] = false,
        ["scheme_user"] = true,
        ["scheme_admin"] = false,
        ["explicit_roles"] = "",
    };
}
