using CallsBot.Analysis;
using CallsBot.Checks.Rtcd;
using CallsBot.Languages;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Conversations;

/// <summary>
/// Records what keeps RTCD's processor busy, for system administrators: a profile, read like any evidence, and handed over
/// as a file.
/// </summary>
internal sealed partial class ProfileDesk(
    EvidenceReader reader,
    EvidenceQueue queue,
    RtcdProfileProbe probe,
    IServiceScopeFactory scopes,
    InboxStore inbox,
    OutgoingGate gate,
    CardFiles files,
    MattermostClient mattermost,
    BotAccount bot,
    Speech speech,
    ILogger<ProfileDesk> logger)
{
    /// <summary>What stands after <c>check</c> for a profile.</summary>
    public const string Word = "profile";

    /// <summary>Long enough for a thousand samples of a busy core; somebody is waiting.</summary>
    private const int Seconds = 10;

    private const string FileName = "rtcd.cpu.pprof";

    // One at a time: RTCD records one, and answers a second with a fault.
    private int _recording;

    /// <summary>For <c>/callshelp check profile</c>.</summary>
    public async Task AskAsync(SlashCommandRequest command, CancellationToken cancellationToken)
    {
        var me = await bot.GetAsync(cancellationToken);
        var language = await speech.ToAsync(command.UserId, cancellationToken);
        if (await RefusalAsync(command.UserId, language, cancellationToken) is { } refusal)
        {
            await mattermost.RespondAsync(command.ResponseUrl, new SlashCommandResponse { Text = refusal }, cancellationToken);
            return;
        }

        var direct = await mattermost.Api.CreateDirectChannelAsync([me.Id, command.UserId], cancellationToken);
        if (await BeginAsync(direct.Id, direct.Id == command.ChannelId ? command.RootId : "", language, answers: null, cancellationToken) is { } why)
        {
            await mattermost.RespondAsync(command.ResponseUrl, new SlashCommandResponse { Text = why }, cancellationToken);
        }
    }

    /// <summary>The same for a direct message.</summary>
    /// <returns>What to answer instead of a card; null when a card was posted.</returns>
    public async Task<string?> AskAsync(Post post, Language language, CancellationToken cancellationToken) =>
        await RefusalAsync(post.UserId, language, cancellationToken)
        ?? await BeginAsync(post.ChannelId, post.RootId, language, post, cancellationToken);

    private async Task<string?> RefusalAsync(string userId, Language language, CancellationToken cancellationToken)
    {
        if ((await mattermost.Api.GetUserAsync(userId, cancellationToken)).IsSystemAdministrator)
        {
            return null;
        }

        LogRefused(userId);
        return ChatTexts.In(language).ChecksAreForAdministrators;
    }

    /// <returns>Why there is no recording; null when it began.</returns>
    private async Task<string?> BeginAsync(string channelId, string rootId, Language language, Post? answers, CancellationToken cancellationToken)
    {
        var texts = ChatTexts.In(language);
        if (Interlocked.CompareExchange(ref _recording, 1, 0) != 0)
        {
            return texts.AlreadyTesting;
        }

        var queued = false;
        try
        {
            var draft = new PostDraft { ChannelId = channelId, RootId = rootId, Props = NodeCard.Closed(texts.ProfileRecording(Seconds)).Props };
            var card = await mattermost.PostAsync(
                answers is null ? draft : ReplyMark.Set(draft, answers, await bot.GetAsync(cancellationToken)), cancellationToken);
            if (answers is not null)
            {
                await inbox.AnsweredAsync(answers.Id, cancellationToken);
            }

            queued = queue.TryEnqueue("Recording a profile", "", token => RunAsync(card, language, token));
            if (!queued)
            {
                await mattermost.Api.PatchPostAsync(card.Id, NodeCard.Closed(texts.Busy), cancellationToken);
            }
        }
        finally
        {
            if (!queued)
            {
                Volatile.Write(ref _recording, 0);
            }
        }

        return null;
    }

    private async Task RunAsync(Post card, Language language, CancellationToken cancellationToken)
    {
        try
        {
            var texts = ChatTexts.In(language);
            var recorded = await RecordAsync(cancellationToken);
            if (recorded.Profile is not { } profile)
            {
                await mattermost.Api.PatchPostAsync(card.Id, NodeCard.Closed(texts.ProfileFailed(SafeText.From(recorded.Reason ?? "", 300))), cancellationToken);
                return;
            }

            var report = await reader.ReadAsync(
                [new EvidenceSource(FileName, _ => Task.FromResult<Stream>(new MemoryStream(profile, writable: false)))],
                AnalysisLimits.Default, progress: null, cancellationToken);
            await mattermost.Api.PatchPostAsync(card.Id, EvidenceCard.For(report, administrator: true, language), cancellationToken);
            await files.AttachAsync(
                CardPlace.Of(card),
                texts.ProfileAttached,
                [
                    gate.Recorded(FileName, new MemoryStream(profile, writable: false)),
                    gate.File($"callsbot-profile-{report.RunId}.md", AnalysisMarkdown.Of(report, language, administrator: true)),
                ],
                cancellationToken);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            await mattermost.Api.PatchPostAsync(card.Id, NodeCard.Closed(ChatTexts.In(language).CouldNotTest), cancellationToken);
            throw;
        }
        finally
        {
            Volatile.Write(ref _recording, 0);
        }
    }

    private async Task<RecordedProfile> RecordAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var where = await scope.ServiceProvider.GetRequiredService<RtcdSurvey>().FindAsync(cancellationToken);
        return where.Target is { } target
            ? await probe.RecordAsync(target, Seconds, cancellationToken)
            : new RecordedProfile(null, where.Source);
    }

    [LoggerMessage(LogLevel.Information, "User {UserId} asked for a profile and is no system administrator.")]
    private partial void LogRefused(string userId);
}
