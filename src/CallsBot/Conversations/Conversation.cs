using CallsBot.Languages;
using CallsBot.Mattermost;
using CallsBot.Protocols.Mattermost;
using CallsBot.Troubleshooting;

namespace CallsBot.Conversations;

/// <summary>
/// Moves sessions: takes what a person typed, pressed or submitted, fires it at the session's machine, stores the step
/// and shows the next card.
/// </summary>
/// <remarks>
/// A step is stored before anything is shown. Whoever is interrupted in between finds the session one step on, and the
/// next press, message or start shows the card that is due.
/// </remarks>
internal sealed partial class Conversation(
    SessionStore sessions,
    SessionSteps steps,
    TreeCatalog trees,
    SessionChecks checks,
    SessionCards cards,
    SessionPosts posts,
    EvidenceDesk evidence,
    ProfileDesk profiles,
    Dialogs dialogs,
    AdministratorDesk desk,
    Diagnoses diagnoses,
    TicketDesk tickets,
    ChatQueue queue,
    InboxStore inbox,
    MattermostClient mattermost,
    BotAccount bot,
    Speech speech,
    ILogger<Conversation> logger)
{
    private const int MostAnswersInAComplaint = 3;

    /// <summary>The tree that <c>/callshelp</c> opens.</summary>
    public const string FirstTree = "start";

    /// <summary>The bot's user name; null until the server has told it.</summary>
    public string? BotName => bot.Known?.Username;

    /// <summary>Whether a command was typed in the direct channel with the bot, which is named after both accounts.</summary>
    public bool IsDirectWithBot(SlashCommandRequest command) =>
        bot.Known is { } me && command.ChannelName.Split("__") is [var one, var other] && (one == me.Id || other == me.Id);

    /// <summary>Begins a session for whoever typed the command, in their direct channel with the bot.</summary>
    /// <param name="command">The command; typed in the direct channel itself, in a thread, the card goes into that thread.</param>
    /// <param name="complaint">What is wrong, in the person's words; empty for none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task StartAsync(SlashCommandRequest command, string complaint, CancellationToken cancellationToken)
    {
        var me = await bot.GetAsync(cancellationToken);
        var direct = await mattermost.Api.CreateDirectChannelAsync([me.Id, command.UserId], cancellationToken);
        var root = direct.Id == command.ChannelId ? command.RootId : "";
        var language = await speech.ToAsync(command.UserId, cancellationToken);
        await BeginAsync(command.UserId, direct.Id, root, complaint, language, Repetition.CauseOf(command), answersPost: null, cancellationToken);
    }

    /// <summary>Tells the administrators, for <c>/callshelp admin</c>.</summary>
    public async Task TellAdministratorAsync(SlashCommandRequest command, string message, CancellationToken cancellationToken)
    {
        var me = await bot.GetAsync(cancellationToken);
        var direct = await mattermost.Api.CreateDirectChannelAsync([me.Id, command.UserId], cancellationToken);
        var session = await sessions.FindLatestAsync(direct.Id, "", cancellationToken);
        var language = await speech.ToAsync(command.UserId, cancellationToken);
        var said = await desk.TellAsync(
            command.UserId, session, message, language, Repetition.CauseOf(command) ?? SignedTokens.NewNonce(), cancellationToken);
        await mattermost.PostAsync(new PostDraft { ChannelId = direct.Id, Message = said }, cancellationToken);
    }

    /// <summary>Runs work that a slash command promised, and tells the person over the response URL when it fails.</summary>
    public async Task OrSayWhyNotAsync(
        SlashCommandRequest command, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            LogCommandFailed(command.UserId);
            var texts = ChatTexts.In(await speech.ToAsync(command.UserId, cancellationToken));
            await RespondAsync(command, texts.CouldNotDoIt, cancellationToken);
            throw;
        }
    }

    /// <summary>The late answer to a slash command; its own failure does not hide what it tells about.</summary>
    private async Task RespondAsync(SlashCommandRequest command, string text, CancellationToken cancellationToken)
    {
        try
        {
            await mattermost.RespondAsync(command.ResponseUrl, new SlashCommandResponse { Text = text }, cancellationToken);
        }
        catch (MattermostException ex)
        {
            LogNoResponse(command.UserId, ex);
        }
    }

    /// <summary>Answers a press. The token is known to be ours and in time.</summary>
    public async Task<ActionResponse> PressAsync(
        ActionRequest request, SignedToken token, string choice, CancellationToken cancellationToken)
    {
        using var scope = BeginScope(token.SessionId, request.ChannelId);
        var texts = ChatTexts.In(await speech.ToAsync(request.UserId, cancellationToken));
        if (token.UserId != request.UserId)
        {
            LogOthersPress(request.UserId, token.UserId);
            return Whisper(texts.NotYourCard);
        }

        if (await sessions.FindAsync(token.SessionId, cancellationToken) is not { CanGoOn: true } session)
        {
            return new ActionResponse { Update = NodeCard.Closed(texts.SessionExpired) };
        }

        session = await steps.SettleAsync(session, cancellationToken);

        if (session.PostId.Length == 0)
        {
            // The process ended after the card was posted and before that was noted. The token says that the card is ours.
            await sessions.MoveCardAsync(session.Id, request.PostId, cancellationToken);
            session = session.ShownIn(request.PostId);
        }

        if (choice == Choice.Administrator)
        {
            return OpenAdministratorDialog(request, session, texts);
        }

        if (choice == Choice.Ticket)
        {
            return tickets.Press(request, session, texts);
        }

        if (token.Position != session.Position)
        {
            return await AlreadyAnsweredAsync(request, session, texts, cancellationToken);
        }

        if (choice == Choice.Back && !session.Machine.CanGoBack)
        {
            return Whisper(texts.NothingBefore);
        }

        if (choice == Choice.Write && session.Current is CollectNode)
        {
            return queue.TryEnqueue(
                "Opening a dialog", session.Id, ct => dialogs.OpenCollectAsync(request.TriggerId, session, texts, ct))
                ? new ActionResponse()
                : Whisper(texts.Busy);
        }

        if (choice == Choice.Retry && session.Current is CheckNode)
        {
            return checks.TryEnqueue(session) ? new ActionResponse() : Whisper(texts.Busy);
        }

        if (Choice.Read(session.Current, choice) is not { } trigger)
        {
            return Whisper(texts.NoSuchChoice);
        }

        if (await steps.TryTakeAsync(session, new SessionStep(trigger, null, request.UserId, null), cancellationToken) is not { } next)
        {
            return await sessions.FindAsync(session.Id, cancellationToken) is { } winner
                ? await AlreadyAnsweredAsync(request, winner, texts, cancellationToken)
                : new ActionResponse { Update = NodeCard.Closed(texts.SessionExpired) };
        }

        // The card of a check is shown by the check's own job. Shown from here as well, it could overwrite the result.
        if (next.Current is CheckNode && checks.TryEnqueue(next))
        {
            return new ActionResponse();
        }

        return new ActionResponse { Update = await cards.ForAsync(next, cancellationToken) };
    }

    /// <summary>Answers a submitted dialog. The token is known to be ours, in time, and the submitter's.</summary>
    public async Task<DialogResponse> SubmitAsync(
        DialogSubmission submission, SignedToken token, string text, CancellationToken cancellationToken)
    {
        using var scope = BeginScope(token.SessionId, submission.ChannelId);
        var texts = ChatTexts.In(await speech.ToAsync(submission.UserId, cancellationToken));
        if (await sessions.FindAsync(token.SessionId, cancellationToken) is not { CanGoOn: true } session)
        {
            return new DialogResponse { Error = texts.SessionExpired };
        }

        if (token.Purpose == SignedToken.AdministratorDialog)
        {
            return queue.TryEnqueue(
                "Telling an administrator", session.Id, ct => TellAdministratorAsync(session, text, texts.Language, token.Nonce, ct))
                ? new DialogResponse()
                : new DialogResponse { Error = texts.Busy };
        }

        if (text.Length == 0)
        {
            return new DialogResponse
            {
                Errors = new Dictionary<string, string> { [DialogEndpoint.TextElement] = texts.NothingWritten },
            };
        }

        if (token.Position != session.Position || session.Current is not CollectNode
            || await steps.TryTakeAsync(
                session, new SessionStep(new Collected(session.Current.Id, text), null, submission.UserId, null), cancellationToken) is not { } next)
        {
            return new DialogResponse { Error = texts.AlreadyAnswered };
        }

        queue.TryEnqueue("Showing a card", next.Id, ct => posts.ShowInPlaceAsync(next, ct));
        return new DialogResponse();
    }

    /// <summary>Passes a submitted dialog on, once however often it was submitted.</summary>
    private async Task TellAdministratorAsync(Session session, string text, Language language, string nonce, CancellationToken cancellationToken)
    {
        if (!await sessions.TrySpendAsync(nonce, SpentTokensAreKept, cancellationToken))
        {
            return;
        }

        var said = await desk.TellAsync(session.UserId, session, text, language, nonce, cancellationToken);
        await mattermost.PostAsync(
            new PostDraft { ChannelId = session.ChannelId, RootId = session.RootId, Message = said }, cancellationToken);
    }

    /// <summary>
    /// Answers a direct message. May be called again for the same message after a crash: it then takes no second step,
    /// and the server recognises a second reply by its pending post id.
    /// </summary>
    public async Task SayAsync(Post post, CancellationToken cancellationToken)
    {
        var text = post.Message.Trim();
        var session = await sessions.FindLatestAsync(post.ChannelId, post.RootId, cancellationToken) is { } latest
            ? await steps.SettleAsync(latest, cancellationToken)
            : null;
        using var scope = BeginScope(session?.Id ?? "", post.ChannelId);
        var language = await speech.ToAsync(post.UserId, cancellationToken);
        var texts = ChatTexts.In(language);

        if (session?.Steps.Any(step => step.Cause == post.Id) == true)
        {
            await ShowAsReplyAsync(session, before: null, "", post, cancellationToken);
            return;
        }

        var isEvidence = EvidenceDesk.LooksLikeEvidence(text);
        if (isEvidence || post.FileIds is { Count: > 0 })
        {
            // Words that came with a file are somebody's words all the same.
            var hasWords = text.Length > 0 && !isEvidence;
            await evidence.TakeAsync(post, answers: !hasWords, texts, cancellationToken);
            if (!hasWords)
            {
                return;
            }
        }

        if (text.Length == 0)
        {
            await ReplyAsync(post, texts.Help, cancellationToken);
            return;
        }

        switch (DirectWords.Read(text, language))
        {
            case DirectWords.Help:
                await ReplyAsync(post, texts.Help, cancellationToken);
                return;

            case DirectWords.Thanks:
                await ReplyAsync(post, texts.YouAreWelcome, cancellationToken);
                return;

            case DirectWords.Analyse:
                await ReplyAsync(post, texts.EvidenceHow, cancellationToken);
                return;

            case DirectWords.Status:
                await ReplyAsync(post, diagnoses.Status(language), cancellationToken);
                return;

            case DirectWords.Check { Target: ProfileDesk.Word }:
                if (await profiles.AskAsync(post, language, cancellationToken) is { } refusal)
                {
                    await ReplyAsync(post, refusal, cancellationToken);
                }

                return;

            case DirectWords.Check { Target: var target }:
                if (await diagnoses.AskAsync(post, target, language, cancellationToken) is { } said)
                {
                    await ReplyAsync(post, said, cancellationToken);
                }

                return;

            case DirectWords.Ticket { Words: var words }:
                await tickets.AskAsync(post, words, cancellationToken);
                return;

            case DirectWords.Cancel when diagnoses.Cancel(post.UserId, runId: null):
                // The card tells.
                await inbox.AnsweredAsync(post.Id, cancellationToken);
                return;

            case DirectWords.Administrator { Message: var message }:
                await ReplyAsync(post, await desk.TellAsync(post.UserId, session, message, language, post.Id, cancellationToken), cancellationToken);
                return;

            case DirectWords.Begin:
                await BeginAsync(post.UserId, post.ChannelId, post.RootId, "", language, $"post {post.Id}", post, cancellationToken);
                return;
        }

        if (session is not { CanGoOn: true })
        {
            await BeginAsync(post.UserId, post.ChannelId, post.RootId, text, language, $"post {post.Id}", post, cancellationToken);
            return;
        }

        if (WordMatcher.Match(session.Tree, session.Current, text, language) is not { } trigger)
        {
            await NotUnderstoodAsync(session, post, text, texts, cancellationToken);
            return;
        }

        if (trigger is WentBack && !session.Machine.CanGoBack)
        {
            await ReplyAsync(post, texts.NothingBefore, cancellationToken);
            return;
        }

        var step = new SessionStep(trigger, null, post.UserId, post.Id);
        var next = await steps.TryTakeAsync(session, step, cancellationToken)
            ?? await sessions.FindAsync(session.Id, cancellationToken)
            ?? session;
        await ShowAsReplyAsync(next, session, "", post, cancellationToken);
    }

    private async Task NotUnderstoodAsync(Session session, Post post, string text, ChatTexts texts, CancellationToken cancellationToken)
    {
        switch (session.Current)
        {
            case ConcludeNode:
                await BeginAsync(post.UserId, post.ChannelId, post.RootId, text, texts.Language, $"post {post.Id}", post, cancellationToken);
                break;

            case CheckNode:
                // Told again by the job: after a crash or a full queue this is what sets it going.
                checks.TryEnqueue(session);
                await ReplyAsync(post, texts.StillChecking, cancellationToken);
                break;

            default:
                await ShowAsReplyAsync(
                    session, session, $"{texts.NotUnderstood}\n{NodeCard.NumberedAnswers(session.CurrentIn(texts.Language))}".TrimEnd(), post, cancellationToken);
                break;
        }
    }

    private async Task BeginAsync(
        string userId, string channelId, string rootId, string complaint, Language language, string? cause, Post? answersPost, CancellationToken cancellationToken)
    {
        var session = Session.Begin(trees.Get(FirstTree), userId, channelId, rootId);
        using var scope = BeginScope(session.Id, channelId);

        if (!await sessions.TryCreateAsync(session, cause, cancellationToken))
        {
            // The same command or message again: show what it led to, unless it is shown already.
            if (await sessions.FindLatestAsync(channelId, rootId, cancellationToken) is { PostId: "" } begun)
            {
                await posts.ShowNewAsync(begun, "", answersPost, cancellationToken);
            }

            return;
        }

        // "I hear nobody in Firefox" answers more than the first question. What it does not answer is asked. A bare number
        // answers none: nobody has seen the questions yet.
        for (var answered = 0; answered < MostAnswersInAComplaint && complaint.Any(char.IsLetter) && session.Current is AskNode ask; answered++)
        {
            var said = answered == 0
                ? WordMatcher.Match(session.Tree, ask, complaint, language) as Answered
                : WordMatcher.MatchInPassing(session.Tree, ask, complaint, language);
            if (said is not { } trigger
                || await steps.TryTakeAsync(
                    session, new SessionStep(trigger, null, userId, answered == 0 ? answersPost?.Id : null), cancellationToken) is not { } next)
            {
                break;
            }

            session = next;
        }

        var texts = ChatTexts.In(language);
        LogBegan(session.Id, session.Tree.Id);
        var opening = session.Current is ConcludeNode ? ""
            : !complaint.Any(char.IsLetter) ? texts.Opening
            : session.Position > 0 ? texts.OpeningUnderstood
            : texts.OpeningNotUnderstood;
        await posts.ShowNewAsync(session, opening, answersPost, cancellationToken);
    }

    private Task ShowAsReplyAsync(Session session, Session? before, string message, Post post, CancellationToken cancellationToken) =>
        posts.ShowNewAsync(session, message, post, cancellationToken, before);

    private ActionResponse OpenAdministratorDialog(ActionRequest request, Session session, ChatTexts texts)
    {
        if (!desk.IsStaffed)
        {
            return Whisper(AdministratorDesk.NobodyText(session, texts.Language));
        }

        return queue.TryEnqueue(
            "Opening a dialog", session.Id, ct => dialogs.OpenAdministratorAsync(request.TriggerId, session, texts, ct))
            ? new ActionResponse()
            : Whisper(texts.Busy);
    }

    /// <summary>A press that came second: on the current card it shows what is due, on an old one it takes the buttons away.</summary>
    private async Task<ActionResponse> AlreadyAnsweredAsync(ActionRequest request, Session session, ChatTexts texts, CancellationToken cancellationToken)
    {
        if (request.PostId != session.PostId)
        {
            return new ActionResponse
            {
                Update = NodeCard.Closed(texts.AnsweredInWords),
                EphemeralText = texts.AlreadyAnswered,
                SkipSlackParsing = true,
            };
        }

        // A check shows its own card. Should none be running, because it failed or the process ended, this starts it.
        var isChecking = session.Current is CheckNode && checks.TryEnqueue(session);
        return new ActionResponse
        {
            Update = isChecking ? null : await cards.ForAsync(session, cancellationToken),
            EphemeralText = texts.AlreadyAnswered,
            SkipSlackParsing = true,
        };
    }

    private async Task ReplyAsync(Post post, string message, CancellationToken cancellationToken) =>
        await mattermost.PostAsync(
            await InReplyToAsync(
                new PostDraft { ChannelId = post.ChannelId, RootId = post.RootId, Message = message }, post, cancellationToken),
            cancellationToken);

    private async Task<PostDraft> InReplyToAsync(PostDraft draft, Post post, CancellationToken cancellationToken) =>
        ReplyMark.Set(draft, post, await bot.GetAsync(cancellationToken));

    private IDisposable? BeginScope(string sessionId, string channelId) =>
        logger.BeginScope(new Dictionary<string, object> { ["SessionId"] = sessionId, ["ChannelId"] = channelId });

    private static ActionResponse Whisper(string text) => new() { EphemeralText = text, SkipSlackParsing = true };

    private static readonly TimeSpan SpentTokensAreKept = TimeSpan.FromDays(90);

    [LoggerMessage(LogLevel.Information, "Session {SessionId} began on tree {TreeId}.")]
    private partial void LogBegan(string sessionId, string treeId);

    [LoggerMessage(LogLevel.Warning, "User {UserId} pressed a button of {OwnerId}.")]
    private partial void LogOthersPress(string userId, string ownerId);

    [LoggerMessage(LogLevel.Warning, "User {UserId} could not be told over the response URL.")]
    private partial void LogNoResponse(string userId, Exception exception);

    [LoggerMessage(LogLevel.Warning, "What user {UserId} asked for with a slash command failed; telling them so.")]
    private partial void LogCommandFailed(string userId);
}
