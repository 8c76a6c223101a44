using System.Globalization;
using CallsBot.Checks;
using CallsBot.Languages;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Reports;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

/// <summary>
/// Runs diagnoses for system administrators and shows them in their direct channel: one card, edited at most once a
/// second, and the whole report as files under it.
/// </summary>
/// <remarks>
/// Runs are kept in memory alone. A card that a restart left behind says so when its button is pressed.
/// </remarks>
internal sealed partial class Diagnoses(
    Diagnosis diagnosis,
    LatestReport latest,
    CheckCatalog checks,
    TreeCatalog trees,
    DiagnosisCard cards,
    CheckQueue queue,
    InboxStore inbox,
    OutgoingGate gate,
    CardFiles files,
    MattermostClient mattermost,
    BotAccount bot,
    Speech speech,
    IOptions<ConversationOptions> options,
    TimeProvider time,
    ILogger<Diagnoses> logger)
{
    private const int DefaultPort = 8045;

    /// <summary>Each run joins a session on RTCD and has its own packets on the way.</summary>
    private const int MostAtOnce = 3;

    private static readonly TimeSpan BetweenEdits = TimeSpan.FromSeconds(1);

    /// <summary>Read once, and not before somebody asks: a slash command waits for it, and it never changes.</summary>
    private readonly Lazy<IReadOnlyList<CoveredItem>> _covered =
        new(() => Coverage.Of(Coverage.EmbeddedText, checks.Covers, trees.NodesByItem).Vendor);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DiagnosisRun> _runs = new(StringComparer.Ordinal);

    /// <summary>Begins a run for whoever typed <c>/callshelp check</c>, or tells them over the response URL why not.</summary>
    public async Task AskAsync(SlashCommandRequest command, string target, CancellationToken cancellationToken)
    {
        var me = await bot.GetAsync(cancellationToken);
        var language = await speech.ToAsync(command.UserId, cancellationToken);
        if (await RefusalAsync(command.UserId, target, language, cancellationToken) is { } refusal)
        {
            await mattermost.RespondAsync(command.ResponseUrl, new SlashCommandResponse { Text = refusal }, cancellationToken);
            return;
        }

        var direct = await mattermost.Api.CreateDirectChannelAsync([me.Id, command.UserId], cancellationToken);
        var root = direct.Id == command.ChannelId ? command.RootId : "";
        if (await BeginAsync(command.UserId, direct.Id, root, UrlOf(target), language, answersPost: null, cancellationToken) is { } why)
        {
            await mattermost.RespondAsync(command.ResponseUrl, new SlashCommandResponse { Text = why }, cancellationToken);
        }
    }

    /// <summary>The same for a direct message.</summary>
    /// <returns>What to answer instead of a card; null when a card was posted.</returns>
    public async Task<string?> AskAsync(Post post, string target, Language language, CancellationToken cancellationToken) =>
        await RefusalAsync(post.UserId, target, language, cancellationToken)
        ?? await BeginAsync(post.UserId, post.ChannelId, post.RootId, UrlOf(target), language, post, cancellationToken);

    /// <summary>Ends the run of a person, if there is one.</summary>
    /// <param name="userId">The person.</param>
    /// <param name="runId">The run that they mean; null for any.</param>
    public bool Cancel(string userId, string? runId)
    {
        lock (_lock)
        {
            if (!_runs.TryGetValue(userId, out var run) || (runId is not null && run.Id != runId))
            {
                return false;
            }

            run.Cancel();
            return true;
        }
    }

    /// <summary>Answers a press on the card of a diagnosis. The token is known to be ours and in time.</summary>
    public async Task<ActionResponse> PressAsync(
        ActionRequest request, SignedToken token, string choice, CancellationToken cancellationToken)
    {
        var language = await speech.ToAsync(request.UserId, cancellationToken);
        var texts = ChatTexts.In(language);
        if (token.UserId != request.UserId)
        {
            return Whisper(texts.NotYourCard);
        }

        switch (choice)
        {
            case Choice.CancelDiagnosis:
                return Cancel(request.UserId, token.Nonce)
                    ? new ActionResponse()
                    : new ActionResponse { Update = NodeCard.Closed(texts.TestIsOver) };

            case Choice.DiagnoseAgain:
                if (await RefusalAsync(request.UserId, "", language, cancellationToken) is { } refusal)
                {
                    return Whisper(refusal);
                }

                return await BeginAsync(request.UserId, request.ChannelId, rootId: "", url: null, language, answersPost: null, cancellationToken) is { } why
                    ? Whisper(why)
                    : new ActionResponse();

            default:
                return Whisper(texts.NoSuchChoice);
        }
    }

    /// <summary>For <c>/callshelp status</c>; names no host, address or setting.</summary>
    public string Status(Language language)
    {
        var (texts, words) = (ChatTexts.In(language), ReportWords.In(language));
        var covered = _covered.Value;
        List<string> lines =
        [
            bot.IsConnected ? texts.StatusConnected(Diagnosis.ProgramVersion) : texts.StatusNotConnected(Diagnosis.ProgramVersion),
            texts.StatusCoverage(covered.Count(item => item.Checks.Count > 0), covered.Count),
        ];
        if (latest.Value is { } last)
        {
            lines.Add(texts.StatusLastTest(last.StartedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), words.Counts(last)));
            lines.Add(texts.Finding(words.Of(last.Verdict.Outcome), words.Headline(last.Verdict)));
        }
        else
        {
            lines.Add(texts.StatusNoTest);
        }

        return string.Join('\n', lines);
    }

    /// <summary>Why this person may not have this run; null when they may. Their role is read fresh.</summary>
    private async Task<string?> RefusalAsync(string userId, string target, Language language, CancellationToken cancellationToken)
    {
        var texts = ChatTexts.In(language);
        if (!(await mattermost.Api.GetUserAsync(userId, cancellationToken)).IsSystemAdministrator)
        {
            LogRefused(userId);
            return texts.ChecksAreForAdministrators;
        }

        if (target.Length == 0)
        {
            return null;
        }

        if (!options.Value.TypedTargets)
        {
            return texts.TypedTargetsAreOff;
        }

        return target.Contains('@', StringComparison.Ordinal) ? texts.TargetHasCredentials
            : !ProbeTarget.TryParse(UrlOf(target)!, out var parsed, out var fault) ? texts.BadTarget(fault)
            : parsed.NamesLoopback ? texts.TargetIsLoopback
            : null;
    }

    /// <summary>"rtcd2" is http://rtcd2:8045.</summary>
    private static string? UrlOf(string target)
    {
        if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal))
        {
            return target.Length == 0 ? null : target;
        }

        var hasPort = target.LastIndexOf(':') is > 0 and var colon && colon > target.IndexOf(']');
        return string.Create(CultureInfo.InvariantCulture, $"http://{target}{(hasPort ? "" : $":{DefaultPort}")}");
    }

    /// <returns>Why there is no run; null when it began.</returns>
    private async Task<string?> BeginAsync(
        string userId, string channelId, string rootId, string? url, Language language, Post? answersPost, CancellationToken cancellationToken)
    {
        var texts = ChatTexts.In(language);
        var run = new DiagnosisRun(SignedTokens.NewNonce(), userId, url, language, time.GetTimestamp());
        lock (_lock)
        {
            if (_runs.ContainsKey(userId))
            {
                return texts.AlreadyTesting;
            }

            if (_runs.Count >= MostAtOnce)
            {
                return texts.Busy;
            }

            _runs.Add(userId, run);
        }

        var queued = false;
        try
        {
            var draft = new PostDraft { ChannelId = channelId, RootId = rootId, Props = cards.Running(run, progress: null, TimeSpan.Zero).Props };
            var card = await mattermost.PostAsync(
                answersPost is null ? draft : ReplyMark.Set(draft, answersPost, await bot.GetAsync(cancellationToken)), cancellationToken);
            if (answersPost is not null)
            {
                // At once, because the mark on the card goes with its first change.
                await inbox.AnsweredAsync(answersPost.Id, cancellationToken);
            }

            queued = queue.TryEnqueue("Running a diagnosis", "", token => RunAsync(run, card, token));
            if (!queued)
            {
                await mattermost.Api.PatchPostAsync(card.Id, NodeCard.Closed(texts.Busy), cancellationToken);
            }
        }
        finally
        {
            if (!queued)
            {
                Forget(run);
            }
        }

        return null;
    }

    private async Task RunAsync(DiagnosisRun run, Post card, CancellationToken cancellationToken)
    {
        Report report;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(run.Cancelled, cancellationToken);
            DiagnosisProgress? latest = null;
            var running = diagnosis.RunAsync(
                new DiagnosisRequest { RtcdUrls = run.RtcdUrl is { } url ? [url] : [] },
                progress => Volatile.Write(ref latest, progress),
                either.Token);
            await ShowProgressAsync(run, card, running, () => Volatile.Read(ref latest), cancellationToken);
            report = await running;
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            await mattermost.Api.PatchPostAsync(card.Id, NodeCard.Closed(ChatTexts.In(run.Language).CouldNotTest), cancellationToken);
            throw;
        }
        finally
        {
            Forget(run);
        }

        if (run.RtcdUrl is null && !run.IsCancelled)
        {
            latest.Value = report;
        }

        await mattermost.Api.PatchPostAsync(card.Id, cards.Ended(report, run), cancellationToken);
        await AttachAsync(report, card, run.Language, cancellationToken);
    }

    private async Task ShowProgressAsync(
        DiagnosisRun run, Post card, Task<Report> running, Func<DiagnosisProgress?> latest, CancellationToken cancellationToken)
    {
        DiagnosisProgress? shown = null;
        while (await Task.WhenAny(running, Task.Delay(BetweenEdits, time, cancellationToken)) != running)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (latest() is not { } progress || progress == shown)
            {
                continue;
            }

            shown = progress;
            try
            {
                await mattermost.Api.PatchPostAsync(card.Id, cards.Running(run, progress, time.GetElapsedTime(run.Started)), cancellationToken);
            }
            catch (MattermostException ex)
            {
                // The last card matters; this one would have been replaced in a second.
                LogNotShown(ex);
            }
        }
    }

    private Task AttachAsync(Report report, Post card, Language language, CancellationToken cancellationToken) => files.AttachAsync(
        CardPlace.Of(card),
        ChatTexts.In(language).WholeReport,
        [
            gate.File($"callsbot-{report.RunId}.md", ReportFormat.Markdown.Write(report)),
            gate.File($"callsbot-{report.RunId}.json", ReportFormat.Json.Write(report)),
        ],
        cancellationToken);

    private void Forget(DiagnosisRun run)
    {
        // Under the lock, as is Cancel: nobody cancels what is disposed.
        lock (_lock)
        {
            _runs.Remove(run.UserId);
            run.Dispose();
        }
    }

    private static ActionResponse Whisper(string text) => new() { EphemeralText = text, SkipSlackParsing = true };

    [LoggerMessage(LogLevel.Information, "User {UserId} asked for a diagnosis and is no system administrator.")]
    private partial void LogRefused(string userId);

    [LoggerMessage(LogLevel.Warning, "The progress of a diagnosis could not be shown.")]
    private partial void LogNotShown(Exception exception);
}

/// <summary>One diagnosis that somebody waits for.</summary>
/// <param name="id">Names it in its buttons.</param>
/// <param name="userId">Who asked for it.</param>
/// <param name="rtcdUrl">The RTCD that they named; null for the configured one.</param>
/// <param name="language">Theirs, for the card.</param>
/// <param name="started">Timestamp of the start.</param>
internal sealed class DiagnosisRun(string id, string userId, string? rtcdUrl, Language language, long started) : IDisposable
{
    private readonly CancellationTokenSource _cancelling = new();

    public string Id => id;

    public string UserId => userId;

    public string? RtcdUrl => rtcdUrl;

    public Language Language => language;

    public long Started => started;

    public CancellationToken Cancelled => _cancelling.Token;

    public bool IsCancelled => _cancelling.IsCancellationRequested;

    public void Cancel() => _cancelling.Cancel();

    public void Dispose() => _cancelling.Dispose();
}
