using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Languages;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Troubleshooting;

namespace CallsBot.Conversations;

/// <summary>
/// Takes files and pasted texts in direct messages: answers at once that they are being read, reads them, shows what they say,
/// and moves the session on where they answer its question.
/// </summary>
/// <remarks>What is to be read is stored before it is promised, so a restart goes on where the last process ended.</remarks>
internal sealed partial class EvidenceDesk(
    EvidenceStore store,
    EvidenceReader reader,
    EvidenceSources sources,
    EvidenceMoves moves,
    EvidenceQueue queue,
    People people,
    InboxStore inbox,
    OutgoingGate gate,
    CardFiles attachments,
    MattermostClient mattermost,
    BotAccount bot,
    Speech speech,
    IHostApplicationLifetime host,
    TimeProvider time,
    ILogger<EvidenceDesk> logger)
{
    private const int ShortestEvidence = 20;

    /// <summary>What ended the process twice is not read a third time.</summary>
    private const int MostAttempts = 2;
    private const int LongestName = 60;
    private const int MostPictures = 4;

    /// <summary>For reading one message: its text and its files.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>For what does not end at once when the time is over.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private static readonly AnalysisLimits Limits = new() { MostBytes = 4L * EvidenceSources.LargestFile };

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

        var files = await sources.TryFilesOfAsync(post, cancellationToken);
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
            var files = await sources.FilesOfAsync(post, cancellationToken);
            if (files.Length > 0 && files.All(file => file.Size > EvidenceSources.LargestFile))
            {
                await GiveUpAsync(evidence, texts.EvidenceTooLarge(SafeText.From(files[0].Name, LongestName), TicketCard.Size(EvidenceSources.LargestFile)), cancellationToken);
                return;
            }

            // What was read within the time is shown; only what does not end even then is given up.
            var report = await reader.ReadAsync(sources.Of(post, files), Limits with { Stop = late.Token }, progress: null, either.Token);
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
            await AttachAsync(evidence, report, administrator, language, cancellationToken);
            await moves.MoveOnAsync(evidence, post, report, language, cancellationToken);
        }
        catch (MattermostException ex)
        {
            LogNotMovedOn(evidence.PostId, ex);
        }
    }

    private async Task AttachAsync(
        StoredEvidence evidence, AnalysisReport report, bool administrator, Language language, CancellationToken cancellationToken)
    {
        if (report.Findings.Count == 0 && report.Pieces.All(piece => piece.Reading.Pictures.Count == 0))
        {
            return;
        }

        await attachments.AttachAsync(
            new CardPlace(evidence.CardId, evidence.ChannelId, evidence.RootId),
            ChatTexts.In(language).EvidenceWholeReport,
            [
                .. report.Pieces.SelectMany(piece => piece.Reading.Pictures).Take(MostPictures)
                    .Select(picture => gate.Drawn(picture.FileName, new MemoryStream(picture.Png.ToArray(), writable: false))),
                gate.File($"callsbot-analysis-{report.RunId}.md", AnalysisMarkdown.Of(report, language, administrator)),
            ],
            cancellationToken,
            Repetition.PendingId((await bot.GetAsync(cancellationToken)).Id, evidence.UserId, $"evidence {evidence.PostId}"));
    }

    [LoggerMessage(LogLevel.Information, "Reading the evidence of message {PostId} is put off until the next start: the host is stopping.")]
    private partial void LogPutOff(string postId);

    [LoggerMessage(LogLevel.Warning, "Too much evidence is waiting; message {PostId} was told to be sent again.")]
    private partial void LogFull(string postId);

    [LoggerMessage(LogLevel.Warning, "Reading the evidence of message {PostId} took too long.")]
    private partial void LogTooSlow(string postId);

    [LoggerMessage(LogLevel.Error, "The evidence of message {PostId} was begun {Attempts} times and never read to its end; it is given up.")]
    private partial void LogGivenUp(string postId, int attempts);

    [LoggerMessage(LogLevel.Warning, "The evidence of message {PostId} was shown; the session could not be moved on.")]
    private partial void LogNotMovedOn(string postId, Exception exception);
}
