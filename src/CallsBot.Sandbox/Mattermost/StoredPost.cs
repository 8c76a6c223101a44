using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>A post as the server keeps it. Never changed: an edit puts another one in its place.</summary>
internal sealed record StoredPost
{
    public const string Ephemeral = "system_ephemeral";

    public required string Id { get; init; }

    public required long CreateAt { get; init; }

    public required long UpdateAt { get; init; }

    public long EditAt { get; init; }

    public long DeleteAt { get; init; }

    public bool IsPinned { get; init; }

    public required string UserId { get; init; }

    public required string ChannelId { get; init; }

    public string RootId { get; init; } = "";

    /// <summary>Of the earlier state of an edited post: the post's id. Such copies are in "posts since", marked as deleted.</summary>
    public string OriginalId { get; init; } = "";

    public string Message { get; init; } = "";

    public string Type { get; init; } = "";

    /// <summary>With integrations. Not to be given out as it is: see <see cref="Attachments.ForClients"/>.</summary>
    public JsonObject Props { get; init; } = [];

    public IReadOnlyList<string> FileIds { get; init; } = [];

    /// <summary>The place in the order of everything that happened in the workspace.</summary>
    public required long Change { get; init; }

    public string ThreadId => RootId.Length > 0 ? RootId : Id;

    public bool IsFromBot => Props["from_bot"] is not null || Props["from_webhook"] is not null;

    public JsonObject ToJson(
        IEnumerable<StoredFile> files,
        int replyCount = 0,
        string pendingPostId = "",
        Func<JsonObject, string>? cookieFor = null)
    {
        var json = new JsonObject
        {
            ["id"] = Id,
            ["create_at"] = CreateAt,
            ["update_at"] = UpdateAt,
            ["edit_at"] = EditAt,
            ["delete_at"] = DeleteAt,
            ["is_pinned"] = IsPinned,
            ["user_id"] = UserId,
            ["channel_id"] = ChannelId,
            ["root_id"] = RootId,
            ["parent_id"] = RootId,
            ["original_id"] = OriginalId,
            ["message"] = Message,
            ["type"] = Type,
            ["props"] = Attachments.ForClients(Props, cookieFor).Sorted(),
            ["hashtags"] = "",
        };
        if (FileIds.Count > 0)
        {
            json["file_ids"] = Json.Array(FileIds.Select(id => JsonValue.Create(id)));
        }

        json["pending_post_id"] = pendingPostId;
        json["reply_count"] = replyCount;
        json["last_reply_at"] = 0;
        json["participants"] = null;
        json["metadata"] = Metadata(files);
        return json;
    }

    private JsonObject Metadata(IEnumerable<StoredFile> files)
    {
        var metadata = new JsonObject();
        if (Attachments.In(Props).Any())
        {
            metadata["embeds"] = new JsonArray(new JsonObject { ["type"] = "message_attachment" });
        }

        var infos = files.Select(file => file.ToJson()).ToArray();
        if (infos.Length > 0)
        {
            metadata["files"] = Json.Array(infos);
        }

        return metadata;
    }
}
