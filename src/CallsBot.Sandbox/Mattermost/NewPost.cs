using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>A post on its way into the workspace.</summary>
internal sealed record NewPost(Channel Channel, string UserId)
{
    public string Message { get; init; } = "";

    public string RootId { get; init; } = "";

    public string Type { get; init; } = "";

    public JsonObject Props { get; init; } = [];

    public IReadOnlyList<string> FileIds { get; init; } = [];

    public string PendingPostId { get; init; } = "";
}

/// <summary>A post that one person sees and nobody keeps.</summary>
/// <param name="Change">The place in the order of everything that happened.</param>
/// <param name="UserId">Who sees it.</param>
/// <param name="Post">As the client gets it.</param>
internal sealed record Whisper(long Change, string UserId, JsonObject Post);

/// <summary>A dialog that an integration opened at someone's screen.</summary>
/// <param name="Change">The place in the order of everything that happened.</param>
/// <param name="UserId">Who has it open.</param>
/// <param name="Url">Where the submission goes.</param>
/// <param name="Dialog">As the client gets it.</param>
internal sealed record OpenedDialog(long Change, string UserId, string Url, JsonObject Dialog);
