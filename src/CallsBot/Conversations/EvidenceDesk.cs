using System.Net;
using System.Text;
using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Languages;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tickets;
using CallsBot.Troubleshooting;
using FileInfo = CallsBot.Protocols.Mattermost.FileInfo;

namespace CallsBot.Conversations;

/// <summary>
/// Takes files and pasted texts in direct messages: answers at once that they are being read, reads them, shows what they say,
/// and moves the session on where they answer its question.
/// </summary>
/// <remarks>What is to be read is stored before it is promised, so a restart goes on where the last process ended.</remarks>
internal sealed partial class EvidenceDesk(
    EvidenceStore store,
    EvidenceReader reader,
    EvidenceQueue queue,
    SessionStore sessions,
    SessionSteps steps,
    SessionPosts posts,
    TreeCatalog trees,
    People people,
    InboxStore inbox,
    OutgoingGate gate,
    MattermostClient mattermost,
    BotAccount bot,
    Speech speech,
    IHostApplicationLifetime host,
    TimeProvider time,
    ILogger<EvidenceDesk> logger)
{
    /// <summary>Most servers take uploads of up to 100 MB; what is larger was allowed on purpose.</summary>
    private const long LargestFile = 1024L * 1024 * 1024;

    /// <summary>What a pasted text is called among files.</summary>
    private const string PastedText = "message";

    private const int ShortestEvidence = 20;

    /// <summary>What ended the process twice is not read a third time.</summary>
    private const int MostAttempts = 2;
    private const int LongestName = 60;
    private const int MostPictures = 4;
    private const int MostNames = 20;

    /// <summary>For reading one message: its text and its files.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>For what does not end at once when the time is over.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>How long a file that belongs to no walk is taken for part of what a ticket is about.</summary>
    private static readonly TimeSpan WithoutWalk = TimeSpan.FromDays(1);

    private static readonly AnalysisLimits Limits = new() { MostBytes = 4L * LargestFile };

    /// <summary>Whether a message is the output of something rather than somebody's words.</summary>
    public static bool LooksLikeEvidence(string text) =>
        text.Length >= ShortestEvidence && PasteCutter.Cut(text, AnalyserCatalog.Shapes).Any(piece => piece.Kind != PieceKind.Unknown);

    /// <summary>Promises an answer to a message that holds evidence. May be called again for the same message.</summary>
    /// <param name="post">The message.</param>
    /// <param name="answers">Whether that answers the message; false when its words are answered besides.</param>
    /// <param name="texts">The person's.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task TakeAsync(Post post, bool answers, ChatTexts texts, CancellationToken cancellationToken)
    {
        var evidence = new StoredEvidence(post.Id, post.UserId, post.ChannelId, post.RootId, "", "", "", "", "");
        if (!await store.TryAddAsync(evidence, cancellationToken)
            && await store.FindAsync(post.Id, cancellationToken) is { CardId.Length: > 0 })
        {
            // Promised before: whoever asks again is answered by the card.
            await AnsweredAsync();
            return;
        }

        Task AnsweredAsync() => answers ? inbox.AnsweredAsync(post.Id, cancellationToken) : Task.CompletedTask;

        var files = await TryFilesOfAsync(post, cancellationToken);
        var me = await bot.GetAsync(cancellationToken);
        var draft = new PostDraft
        {
            ChannelId = post.ChannelId,
            RootId = post.RootId,
            Props = EvidenceCard.Reading([.. files.Select(file => file.Name)], texts).Props,
            PendingPostId = Repetition.PendingId(me.Id, post.UserId, $"reading {post.Id}"),
        };
        var card = await mattermost.PostAsync(answers ? ReplyMark.Set(draft, post, me) : draft, cancellationToken);
        await store.ShownInAsync(post.Id, card.Id, cancellationToken);
        await AnsweredAsync();
        if (!queue.TryEnqueue("Reading evidence", "", token => RunAsync(post.Id, token)))
        {
            LogFull(post.Id);
            await store.ReadAsync(post.Id, OutcomeWords.For(Outcome.Skipped), kinds: "", report: "", cancellationToken);
            await mattermost.Api.PatchPostAsync(card.Id, NodeCard.Closed(texts.Busy), cancellationToken);
        }
    }

    /// <summary>Takes up what was being read when the process ended.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        foreach (var postId in await store.FindUnreadAsync(cancellationToken))
        {
            queue.TryEnqueue("Reading evidence", "", token => RunAsync(postId, token));
        }
    }

    private async Task RunAsync(string postId, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(postId, cancellationToken) is not { Outcome: "", CardId.Length: > 0 } evidence)
        {
            return;
        }

        using var scope = logger.BeginScope(new Dictionary<string, object> { ["ChannelId"] = evidence.ChannelId });
        var language = await speech.ToAsync(evidence.UserId, cancellationToken);
        var texts = ChatTexts.In(language);
        using var late = new CancellationTokenSource(Patience, time);
        using var tooLate = new CancellationTokenSource(Patience + Grace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tooLate.Token, host.ApplicationStopping);
        try
        {
            if (await store.BeginReadingAsync(postId, cancellationToken) > MostAttempts)
            {
                LogGivenUp(postId, MostAttempts);
                await GiveUpAsync(evidence, texts.EvidenceCouldNot, cancellationToken);
                return;
            }

            var post = await mattermost.Api.GetPostAsync(postId, cancellationToken);
            var files = await FilesOfAsync(post, cancellationToken);
            if (files.Length > 0 && files.All(file => file.Size > LargestFile))
            {
                await GiveUpAsync(evidence, texts.EvidenceTooLarge(SafeText.From(files[0].Name, LongestName), TicketCard.Size(LargestFile)), cancellationToken);
                return;
            }

            // What was read within the time is shown; only what does not end even then is given up.
            var report = await reader.ReadAsync(SourcesOf(post, files), Limits with { Stop = late.Token }, progress: null, either.Token);
            await ShowAsync(evidence, post, report, language, cancellationToken);
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested)
        {
            LogPutOff(postId);
        }
        catch (OperationCanceledException) when (tooLate.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            LogTooSlow(postId);
            await GiveUpAsync(evidence, texts.EvidenceTooSlow((int)Patience.TotalMinutes), cancellationToken);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            await GiveUpAsync(evidence, texts.EvidenceCouldNot, cancellationToken);
            throw;
        }
    }

    private async Task GiveUpAsync(StoredEvidence evidence, string why, CancellationToken cancellationToken)
    {
        await mattermost.Api.PatchPostAsync(evidence.CardId, NodeCard.Closed(why), cancellationToken);
        await store.ReadAsync(evidence.PostId, OutcomeWords.For(Outcome.Skipped), kinds: "", report: "", cancellationToken);
    }

    /// <summary>What was handed in on a walk, or in its channel without one, for a ticket. Content is fetched when it is read.</summary>
    public async Task<IReadOnlyList<TicketEvidence>> ForTicketAsync(string channelId, string sessionId, CancellationToken cancellationToken)
    {
        var kept = new List<TicketEvidence>();
        foreach (var stored in await store.FindAsync(channelId, sessionId, time.GetUtcNow() - WithoutWalk, cancellationToken))
        {
            try
            {
                var post = await mattermost.Api.GetPostAsync(stored.PostId, cancellationToken);
                var sources = SourcesOf(post, await FilesOfAsync(post, cancellationToken));
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

    private List<EvidenceSource> SourcesOf(Post post, IReadOnlyList<FileInfo> files)
    {
        var sources = files.Select(file => new EvidenceSource(file.Name, token => OpenAsync(file, token))).ToList();
        if (sources.Count == 0 || LooksLikeEvidence(post.Message))
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

    private async Task ShowAsync(
        StoredEvidence evidence, Post post, AnalysisReport report, Language language, CancellationToken cancellationToken)
    {
        var administrator = (await people.FindAsync(evidence.UserId, cancellationToken)).IsAdministrator;
        await mattermost.Api.PatchPostAsync(evidence.CardId, EvidenceCard.For(report, administrator, language), cancellationToken);
        await store.ReadAsync(
            evidence.PostId,
            OutcomeWords.For(report.Outcome),
            string.Join(' ', report.Pieces.Select(piece => PieceKinds.WordOf(piece.Piece.Kind)).Distinct()),
            AnalysisMarkdown.Of(report, Language.English, administrator: true),
            cancellationToken);

        // The answer is there; what fails from here on does not take it back.
        try
        {
            await AttachAsync(evidence, report, language, cancellationToken);
            await MoveOnAsync(evidence, post, report, language, cancellationToken);
        }
        catch (MattermostException ex)
        {
            LogNotMovedOn(evidence.PostId, ex);
        }
    }

    /// <summary>Puts pictures and the whole reading under the card. A server that takes no files has still shown the card.</summary>
    private async Task AttachAsync(StoredEvidence evidence, AnalysisReport report, Language language, CancellationToken cancellationToken)
    {
        if (report.Findings.Count == 0 && report.Pieces.All(piece => piece.Reading.Pictures.Count == 0))
        {
            return;
        }

        try
        {
            var files = new List<string>();
            var pictures = report.Pieces.SelectMany(piece => piece.Reading.Pictures).Take(MostPictures);
            foreach (var picture in pictures)
            {
                using var content = gate.Drawn(picture.FileName, new MemoryStream(picture.Png.ToArray(), writable: false));
                files.Add((await mattermost.UploadFileAsync(evidence.ChannelId, content, cancellationToken)).Id);
            }

            var administrator = (await people.FindAsync(evidence.UserId, cancellationToken)).IsAdministrator;
            using var whole = gate.File($"callsbot-analysis-{report.RunId}.md", AnalysisMarkdown.Of(report, language, administrator));
            files.Add((await mattermost.UploadFileAsync(evidence.ChannelId, whole, cancellationToken)).Id);
            await mattermost.PostAsync(
                new PostDraft
                {
                    ChannelId = evidence.ChannelId,
                    RootId = evidence.RootId.Length > 0 ? evidence.RootId : evidence.CardId,
                    Message = ChatTexts.In(language).EvidenceWholeReport,
                    FileIds = files,
                    PendingPostId = Repetition.PendingId((await bot.GetAsync(cancellationToken)).Id, evidence.UserId, $"evidence {evidence.PostId}"),
                },
                cancellationToken);
        }
        catch (MattermostException ex)
        {
            LogNotAttached(ex);
        }
    }

    /// <summary>Fires what the evidence answers at the session of the channel, or begins one where it says where to begin.</summary>
    private async Task MoveOnAsync(
        StoredEvidence evidence, Post post, AnalysisReport report, Language language, CancellationToken cancellationToken)
    {
        var texts = ChatTexts.In(language);
        var latest = await sessions.FindLatestAsync(evidence.ChannelId, evidence.RootId, cancellationToken);
        var session = latest is { CanGoOn: true, Current: not ConcludeNode { Resolved: true } }
            ? await steps.SettleAsync(latest, cancellationToken)
            : null;
        var target = TargetOf(report, session?.Tree ?? trees.Get(Conversation.FirstTree));
        var begun = session is null && target is not null;
        if (begun)
        {
            session = Session.Begin(trees.Get(Conversation.FirstTree), evidence.UserId, evidence.ChannelId, evidence.RootId);
            await sessions.TryCreateAsync(session, $"post {evidence.PostId}", cancellationToken);
        }

        if (session is null)
        {
            return;
        }

        await store.BelongsToAsync(evidence.PostId, session.Id, cancellationToken);
        if (session.Steps.Any(step => step.Cause == evidence.PostId))
        {
            return;
        }

        Trigger? trigger = target is not null && target != session.Current.Id ? new Shown(session.Current.Id, target)
            : session.Current is CollectNode collect ? new Collected(collect.Id, Collectable(post, report))
            : null;
        if (trigger is null
            || await steps.TryTakeAsync(session, new SessionStep(trigger, null, evidence.UserId, evidence.PostId), cancellationToken) is not { } next)
        {
            return;
        }

        LogMovedOn(next.Id, next.Current.Id);
        var said = begun ? texts.EvidenceBegins : trigger is Shown ? texts.EvidenceMovedOn : texts.EvidenceKept;
        await posts.ShowNewAsync(next, said, answersPost: null, cancellationToken, begun ? null : session);
    }

    /// <summary>Where the surest fault that names a node leads; a mere possibility leads nowhere.</summary>
    private static string? TargetOf(AnalysisReport report, Tree tree) =>
        report.Findings
            .Where(finding => finding is { Outcome: Outcome.Fail or Outcome.Warn, Certainty: not Certainty.Possible })
            .Select(finding => finding.Type.Node)
            .FirstOrDefault(node => node is not null && tree.Nodes.ContainsKey(node));

    /// <summary>What a question for a paste keeps: the text, or the names of the files.</summary>
    private static string Collectable(Post post, AnalysisReport report)
    {
        var text = new StringBuilder(post.Message.Trim());
        foreach (var name in report.Pieces.Select(piece => piece.Piece.Name).Where(name => name != PastedText).Distinct().Take(MostNames))
        {
            text.Append(text.Length > 0 ? "\n" : "").Append('[').Append(name).Append(']');
        }

        return text.ToString();
    }

    /// <summary>Names are for the first answer alone; what is missing is told of when it is read.</summary>
    private async Task<FileInfo[]> TryFilesOfAsync(Post post, CancellationToken cancellationToken)
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

    private Task<FileInfo[]> FilesOfAsync(Post post, CancellationToken cancellationToken) =>
        Task.WhenAll((post.FileIds ?? []).Select(id => mattermost.Api.GetFileInfoAsync(id, cancellationToken)));

    [LoggerMessage(LogLevel.Information, "Reading the evidence of message {PostId} is put off until the next start: the host is stopping.")]
    private partial void LogPutOff(string postId);

    [LoggerMessage(LogLevel.Warning, "Too much evidence is waiting; message {PostId} was told to be sent again.")]
    private partial void LogFull(string postId);

    [LoggerMessage(LogLevel.Information, "The evidence of message {PostId} is gone from the server, so it is not in the ticket.")]
    private partial void LogGone(string postId);

    [LoggerMessage(LogLevel.Warning, "Reading the evidence of message {PostId} took too long.")]
    private partial void LogTooSlow(string postId);

    [LoggerMessage(LogLevel.Error, "The evidence of message {PostId} was begun {Attempts} times and never read to its end; it is given up.")]
    private partial void LogGivenUp(string postId, int attempts);

    [LoggerMessage(LogLevel.Warning, "The evidence of message {PostId} was shown; the session could not be moved on.")]
    private partial void LogNotMovedOn(string postId, Exception exception);

    [LoggerMessage(LogLevel.Warning, "What evidence shows could not be attached as files.")]
    private partial void LogNotAttached(Exception exception);

    [LoggerMessage(LogLevel.Information, "Evidence moved session {SessionId} on to {NodeId}.")]
    private partial void LogMovedOn(string sessionId, string nodeId);
}
