using System.Text.Json.Nodes;
using Microsoft.AspNetCore.StaticFiles;

namespace CallsBot.Sandbox.Mattermost;

internal sealed record StoredFile
{
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    public required string Id { get; init; }

    public required string UserId { get; init; }

    /// <summary>Where it was uploaded for. The server does not tell it.</summary>
    public required string ChannelId { get; init; }

    /// <summary>Empty until a post takes the file.</summary>
    public string PostId { get; init; } = "";

    public required string Name { get; init; }

    public required long CreateAt { get; init; }

    public required ReadOnlyMemory<byte> Content { get; init; }

    public string Extension => Path.GetExtension(Name).TrimStart('.').ToLowerInvariant();

    public string MimeType => Extension switch
    {
        // As Go's mime package answers on a machine with shared-mime-info, which the recordings come from.
        "log" => "text/x-log; charset=utf-8",
        "json" => "application/json",
        "yaml" or "yml" => "application/x-yaml",
        "pcap" or "pcapng" => "application/vnd.tcpdump.pcap",
        _ when !ContentTypes.TryGetContentType(Name, out var known) => "",
        _ when ContentTypes.TryGetContentType(Name, out var known) && known.StartsWith("text/", StringComparison.Ordinal) =>
            known + "; charset=utf-8",
        _ => ContentTypes.TryGetContentType(Name, out var known) ? known : "",
    };

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["id"] = Id, ["user_id"] = UserId };
        if (PostId.Length > 0)
        {
            json["post_id"] = PostId;
        }

        json["channel_id"] = "";
        json["create_at"] = CreateAt;
        json["update_at"] = CreateAt;
        json["delete_at"] = 0;
        json["name"] = Name;
        json["extension"] = Extension;
        json["size"] = Content.Length;
        json["mime_type"] = MimeType;
        json["mini_preview"] = null;
        json["remote_id"] = "";
        return json;
    }
}
