using CallsBot.Protocols.Mattermost;

namespace CallsBot.Conversations;

/// <summary>Puts files under a card, in its thread. A server that takes no files has still shown the card.</summary>
internal sealed partial class CardFiles(MattermostClient mattermost, ILogger<CardFiles> logger)
{
    /// <param name="card">Where the card is: its channel, its id, and the thread that it is in.</param>
    /// <param name="message">What stands above the files.</param>
    /// <param name="files">Made by a gate; each is closed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="pendingPostId">For a post that goes out once, however often it is tried; null for another each time.</param>
    public async Task AttachAsync(
        CardPlace card, string message, IReadOnlyList<OutgoingFile> files, CancellationToken cancellationToken, string? pendingPostId = null)
    {
        try
        {
            var ids = new List<string>();
            foreach (var file in files)
            {
                ids.Add((await mattermost.UploadFileAsync(card.ChannelId, file, cancellationToken)).Id);
            }

            await mattermost.PostAsync(
                new PostDraft
                {
                    ChannelId = card.ChannelId,
                    RootId = card.RootId.Length > 0 ? card.RootId : card.Id,
                    Message = message,
                    FileIds = ids,
                    PendingPostId = pendingPostId,
                },
                cancellationToken);
        }
        catch (MattermostException ex)
        {
            LogNotAttached(ex);
        }
        finally
        {
            foreach (var file in files)
            {
                file.Dispose();
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Files could not be attached to a card.")]
    private partial void LogNotAttached(Exception exception);
}

/// <param name="Id">The post that shows the card.</param>
/// <param name="ChannelId">Its channel.</param>
/// <param name="RootId">The thread that it is in; empty for none.</param>
internal sealed record CardPlace(string Id, string ChannelId, string RootId)
{
    public static CardPlace Of(Post card) => new(card.Id, card.ChannelId, card.RootId);
}
