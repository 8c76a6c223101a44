using System.Net;
using CallsBot.Analysis;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tickets;
using FileInfo = CallsBot.Protocols.Mattermost.FileInfo;

namespace CallsBot.Conversations;

/// <summary>Opens what messages hold: their files, fetched when they are read, and pasted texts.</summary>
internal sealed partial class EvidenceSources(EvidenceStore store, MattermostClient mattermost, TimeProvider time, ILogger<EvidenceSources> logger)
{
    /// <summary>Most servers take uploads of up to 100 MB; what is larger was allowed on purpose.</summary>
    public const long LargestFile = 1024L * 1024 * 1024;

    /// <summary>What a pasted text is called among files.</summary>
    public const string PastedText = "message";

    /// <summary>How long a file that belongs to no walk is taken for part of what a ticket is about.</summary>
    private static readonly TimeSpan WithoutWalk = TimeSpan.FromDays(1);

    public IReadOnlyList<EvidenceSource> Of(Post post, IReadOnlyList<FileInfo> files)
    {
        var sources = files.Select(file => new EvidenceSource(file.Name, token => OpenAsync(file, token))).ToList();
        if (sources.Count == 0 || EvidenceDesk.LooksLikeEvidence(post.Message))
        {
            sources.Add(EvidenceSource.Of(PastedText, post.Message));
        }

        return sources;
    }

    /// <summary>Throws <see cref="IOException"/> for what cannot be had: the others are read, and the report names it.</summary>
    private async Task<Stream> OpenAsync(FileInfo file, CancellationToken cancellationToken)
    {
        if (file.Size > LargestFile)
        {
            throw new IOException($"It is larger than {TicketCard.Size(LargestFile)}, so it was not read here. An administrator can run `callsbot analyse` on it.");
        }

        try
        {
            return await DownloadAsync(mattermost, file.Id, cancellationToken);
        }
        catch (MattermostException ex)
        {
            throw new IOException("Mattermost did not hand it out.", ex);
        }
    }

    /// <summary>To a file that is gone when it is closed: archives are read in any order, and memory is for no file that people send.</summary>
    private static async Task<Stream> DownloadAsync(MattermostClient mattermost, string fileId, CancellationToken cancellationToken)
    {
        var file = BundleShelf.NewFile();
        try
        {
            await mattermost.DownloadFileAsync(fileId, file, LargestFile, cancellationToken);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Names are for the first answer alone; what is missing is told of when it is read.</summary>
    public async Task<FileInfo[]> TryFilesOfAsync(Post post, CancellationToken cancellationToken)
    {
        try
        {
            return await FilesOfAsync(post, cancellationToken);
        }
        catch (MattermostException ex) when (ex.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return [];
        }
    }

    public Task<FileInfo[]> FilesOfAsync(Post post, CancellationToken cancellationToken) =>
        Task.WhenAll((post.FileIds ?? []).Select(id => mattermost.Api.GetFileInfoAsync(id, cancellationToken)));

    /// <summary>What was handed in on a walk, or in its channel without one, for a ticket. Content is fetched when it is read.</summary>
    public async Task<IReadOnlyList<TicketEvidence>> ForTicketAsync(string channelId, string sessionId, CancellationToken cancellationToken)
    {
        var kept = new List<TicketEvidence>();
        foreach (var stored in await store.FindAsync(channelId, sessionId, time.GetUtcNow() - WithoutWalk, cancellationToken))
        {
            try
            {
                var post = await mattermost.Api.GetPostAsync(stored.PostId, cancellationToken);
                var sources = Of(post, await FilesOfAsync(post, cancellationToken));
                kept.Add(new TicketEvidence(stored.Kinds.Split(' ', StringSplitOptions.RemoveEmptyEntries), stored.Report, sources));
            }
            catch (MattermostException ex) when (ex.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
            {
                // The person has deleted it: then it does not go out.
                LogGone(stored.PostId);
            }
        }

        return kept;
    }

    [LoggerMessage(LogLevel.Information, "The evidence of message {PostId} is gone from the server, so it is not in the ticket.")]
    private partial void LogGone(string postId);
}
