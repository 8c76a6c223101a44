using System.Text.RegularExpressions;
using CallsBot.Languages;
using CallsBot.Mattermost;
using CallsBot.Protocols.Mattermost;
using CallsBot.Redaction;
using CallsBot.Tickets;

namespace CallsBot.Conversations;

/// <summary>
/// Support tickets in the chat: asks for what only people know, shows what would go out, and hands it out after a yes. All
/// of it in direct messages. What the server alone tells is added for system administrators, whose role is read fresh.
/// </summary>
internal sealed partial class TicketDesk(
    TicketStore tickets,
    TicketGatherer gatherer,
    TicketForms forms,
    BundleShelf shelf,
    TicketCard cards,
    SessionStore sessions,
    EvidenceSources evidence,
    AdministratorDesk administrators,
    Dialogs dialogs,
    ChatQueue queue,
    CheckQueue slowQueue,
    InboxStore inbox,
    OutgoingGate gate,
    MattermostClient mattermost,
    BotAccount bot,
    Speech speech,
    ILogger<TicketDesk> logger)
{
    private const int LongestText = 3_000;
    private const int LongestLine = 150;

    /// <summary>Opens a ticket, or adds to one, for <c>/callshelp ticket</c>.</summary>
    /// <param name="command">The command.</param>
    /// <param name="words">What stands after "ticket": nothing, or the name of a ticket and what to add.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task AskAsync(SlashCommandRequest command, string words, CancellationToken cancellationToken)
    {
        var me = await bot.GetAsync(cancellationToken);
        var direct = await mattermost.Api.CreateDirectChannelAsync([me.Id, command.UserId], cancellationToken);
        if (words.Length > 0)
        {
            var said = await AddAsync(words, command.UserId, Repetition.CauseOf(command) ?? $"command {SignedTokens.NewNonce()}", cancellationToken);
            await mattermost.RespondAsync(command.ResponseUrl, new SlashCommandResponse { Text = said }, cancellationToken);
            return;
        }

        var draft = await OpenAsync(command.UserId, direct.Id, cancellationToken);
        if (command.TriggerId.Length > 0 && draft.IsEmpty)
        {
            await TryOpenDialogAsync(command.TriggerId, draft, command.UserId, cancellationToken);
        }

        await ShowAsync(draft, command.UserId, direct.Id, direct.Id == command.ChannelId ? command.RootId : "", answers: null, cancellationToken);
    }

    /// <summary>The same for a direct message.</summary>
    public async Task AskAsync(Post post, string words, CancellationToken cancellationToken)
    {
        if (words.Length > 0)
        {
            var said = await AddAsync(words, post.UserId, $"post {post.Id}", cancellationToken);
            await mattermost.PostAsync(
                ReplyMark.Set(
                    new PostDraft { ChannelId = post.ChannelId, RootId = post.RootId, Message = said }, post, await bot.GetAsync(cancellationToken)),
                cancellationToken);
            return;
        }

        var draft = await OpenAsync(post.UserId, post.ChannelId, cancellationToken);
        await ShowAsync(draft, post.UserId, post.ChannelId, post.RootId, post, cancellationToken);
    }

    /// <summary>Opens the ticket about a session, for the button on its conclusion.</summary>
    public ActionResponse Press(ActionRequest request, Session session, ChatTexts texts) =>
        queue.TryEnqueue("Opening a ticket", session.Id, async token =>
        {
            var draft = await tickets.OpenAsync(session.UserId, session.ChannelId, session.Id, token);
            await TryOpenDialogAsync(request.TriggerId, draft, session.UserId, token);
            await ShowAsync(draft, session.UserId, session.ChannelId, session.RootId, answers: null, token);
        })
            ? new ActionResponse()
            : Whisper(texts.Busy);

    /// <summary>Answers a press on a ticket's card. The token is known to be ours and in time.</summary>
    public async Task<ActionResponse> PressAsync(ActionRequest request, SignedToken token, string choice, CancellationToken cancellationToken)
    {
        var texts = await TextsAsync(request.UserId, cancellationToken);
        if (token.UserId != request.UserId)
        {
            return Whisper(texts.TicketNotYours);
        }

        if (await tickets.FindAsync(token.SessionId, cancellationToken) is not { } draft)
        {
            return new ActionResponse { Update = NodeCard.Closed(texts.TicketExpired) };
        }

        switch (choice)
        {
            case Choice.TicketFillIn:
                return Later("Opening a dialog", ct => dialogs.OpenTicketAsync(request.TriggerId, draft, request.UserId, texts, ct));

            case Choice.TicketPreview:
                return slowQueue.TryEnqueue("Putting a ticket together", draft.Id, ct => PreviewAsync(draft.Id, request.UserId, request.PostId, ct))
                    ? new ActionResponse { Update = NodeCard.Closed(texts.TicketPreparing) }
                    : Whisper(texts.Busy);

            case Choice.TicketPassOn:
                return administrators.IsStaffed
                    ? Later("Passing a ticket on", ct => PassOnAsync(draft, request.UserId, request.ChannelId, ct))
                    : Whisper(texts.TicketNobodyToPassTo);

            case Choice.TicketYes:
                return await YesAsync(request, token, draft, texts, cancellationToken);

            default:
                return Whisper(texts.NoSuchChoice);
        }

        ActionResponse Later(string what, Func<CancellationToken, Task> work) =>
            queue.TryEnqueue(what, draft.Id, work) ? new ActionResponse() : Whisper(texts.Busy);
    }

    /// <summary>Takes a submitted dialog. The token is known to be ours, in time, and the submitter's.</summary>
    public async Task<DialogResponse> SubmitAsync(DialogSubmission submission, SignedToken token, CancellationToken cancellationToken)
    {
        var texts = await TextsAsync(submission.UserId, cancellationToken);
        var description = Value(submission, TicketField.Description, LongestText);
        if (description.Length == 0)
        {
            return new DialogResponse { Errors = new Dictionary<string, string> { [TicketField.Description] = texts.TicketDescriptionMissing } };
        }

        var since = Value(submission, TicketField.Since, LongestLine);
        if (since.Any(char.IsAsciiDigit) && !SupportNeeds.HasTimeZone(since)
            && (await mattermost.Api.GetUserAsync(submission.UserId, cancellationToken)).TimeZone is { } zone)
        {
            since = $"{since} ({zone})";
        }

        (string, string)[] fields =
        [
            (TicketField.Description, description),
            (TicketField.Since, since),
            (TicketField.Steps, Value(submission, TicketField.Steps, LongestText)),
            (TicketField.Affected, Value(submission, TicketField.Affected, LongestLine)),
            (TicketField.Logs, Value(submission, TicketField.Logs, LongestLine) == TicketField.Yes ? TicketField.Yes : TicketField.No),
        ];
        if (await tickets.AddAsync(token.SessionId, fields, submission.UserId, token.Nonce, cancellationToken) is not { } draft)
        {
            return new DialogResponse { Error = texts.TicketExpired };
        }

        slowQueue.TryEnqueue("Putting a ticket together", draft.Id, ct => PreviewAsync(draft.Id, submission.UserId, postId: null, ct));
        return new DialogResponse();
    }

    private async Task<TicketDraft> OpenAsync(string userId, string channelId, CancellationToken cancellationToken)
    {
        var session = await sessions.FindLatestAsync(channelId, "", cancellationToken);
        return await tickets.OpenAsync(userId, channelId, session is { FitsTree: true, Position: > 0 } ? session.Id : "", cancellationToken);
    }

    private async Task ShowAsync(
        TicketDraft draft, string userId, string channelId, string rootId, Post? answers, CancellationToken cancellationToken)
    {
        var administrator = await IsAdministratorAsync(userId, cancellationToken);
        var card = cards.Draft(draft, userId, administrator, await TextsAsync(userId, cancellationToken));
        var post = new PostDraft { ChannelId = channelId, RootId = rootId, Props = card.Props };
        await mattermost.PostAsync(answers is null ? post : ReplyMark.Set(post, answers, await bot.GetAsync(cancellationToken)), cancellationToken);
        if (answers is not null)
        {
            await inbox.AnsweredAsync(answers.Id, cancellationToken);
        }
    }

    /// <summary>A dialog that cannot be opened is on the card as a button, too.</summary>
    private async Task TryOpenDialogAsync(string triggerId, TicketDraft draft, string userId, CancellationToken cancellationToken)
    {
        try
        {
            await dialogs.OpenTicketAsync(triggerId, draft, userId, await TextsAsync(userId, cancellationToken), cancellationToken);
        }
        catch (MattermostException ex)
        {
            LogNoDialog(draft.Id, ex);
        }
    }

    /// <param name="words">The name of a ticket, and what to add.</param>
    /// <param name="userId">Who adds.</param>
    /// <param name="cause">The same for a repetition of the same request: it adds nothing, and the owner is not told again.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What to tell the person who added.</returns>
    private async Task<string> AddAsync(string words, string userId, string cause, CancellationToken cancellationToken)
    {
        var texts = await TextsAsync(userId, cancellationToken);
        var match = Addition().Match(words);
        var id = match.Success ? match.Groups[1].Value.ToLowerInvariant() : "";
        if (!match.Success || await tickets.FindAsync(id, cancellationToken) is null)
        {
            return texts.TicketNotFound($"`{Probes.SafeText.From(words.Split(' ', 2)[0], 20)}`");
        }

        var said = match.Groups[2].Value.Trim();
        if (said.Length == 0)
        {
            return texts.TicketAdditionMissing(id);
        }

        said = said.Length <= LongestText ? said : said[..LongestText];
        if (await tickets.AddAsync(id, [(TicketField.Addition, said)], userId, cause, cancellationToken) is not { } draft)
        {
            return texts.TicketNotFound($"`{id}`");
        }

        if (draft.OwnerId != userId)
        {
            var adding = await mattermost.Api.GetUserAsync(userId, cancellationToken);
            var owners = await TextsAsync(draft.OwnerId, cancellationToken);
            var me = await bot.GetAsync(cancellationToken);
            await mattermost.PostAsync(
                new PostDraft
                {
                    ChannelId = draft.ChannelId,
                    Message = $"{owners.TicketSomebodyAdded(adding.Username, draft.Id)}\n{Quote(said)}",
                    PendingPostId = Repetition.PendingId(me.Id, draft.OwnerId, $"{draft.Id} {cause}"),
                },
                cancellationToken);
        }

        return texts.TicketAdded(id);
    }

    /// <param name="ticketId">The ticket.</param>
    /// <param name="userId">Who is asked.</param>
    /// <param name="postId">The card to show it in; null for a new one.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    private async Task PreviewAsync(string ticketId, string userId, string? postId, CancellationToken cancellationToken)
    {
        if (await tickets.FindAsync(ticketId, cancellationToken) is not { } draft)
        {
            return;
        }

        var texts = await TextsAsync(userId, cancellationToken);
        var me = await bot.GetAsync(cancellationToken);
        var direct = await mattermost.Api.CreateDirectChannelAsync([me.Id, userId], cancellationToken);
        postId ??= (await mattermost.PostAsync(
            new PostDraft { ChannelId = direct.Id, Props = NodeCard.Closed(texts.TicketPreparing).Props }, cancellationToken)).Id;
        var file = BundleShelf.NewFile();
        try
        {
            var facts = await GatherAsync(draft, await IsAdministratorAsync(userId, cancellationToken), cancellationToken);
            var ticket = await WrittenTicket.WriteAsync(facts, forms.Templates, file, Pseudonyms.Random(), cancellationToken);
            await file.FlushAsync(cancellationToken);
            var key = shelf.Put(ticket, userId, facts.HasServerData, file);
            file = null;
            await mattermost.Api.PatchPostAsync(postId, cards.Preview(ticket, key, userId, texts), cancellationToken);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            await mattermost.Api.PatchPostAsync(postId, cards.Again(texts.TicketCouldNot, ticketId, userId, texts), cancellationToken);
            throw;
        }
        finally
        {
            if (file is not null)
            {
                await file.DisposeAsync();
            }
        }
    }

    private async Task<TicketFacts> GatherAsync(TicketDraft draft, bool serverData, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in draft.Additions.Select(addition => addition.UserId).Distinct())
        {
            names[id] = (await mattermost.Api.GetUserAsync(id, cancellationToken)).Username;
        }

        var session = draft.SessionId.Length > 0 ? await sessions.FindAsync(draft.SessionId, cancellationToken) : null;
        var walk = session is { FitsTree: true }
            ? TicketWalk.Of(session.Id, session.Machine, trigger => session.Steps.FirstOrDefault(step => ReferenceEquals(step.Trigger, trigger))?.Result)
            : null;
        var facts = await gatherer.GatherAsync(draft, draft.Words(id => names.GetValueOrDefault(id, id)), walk, serverData, cancellationToken);
        return facts with { Evidence = await evidence.ForTicketAsync(draft.ChannelId, draft.SessionId, cancellationToken) };
    }

    private async Task<ActionResponse> YesAsync(
        ActionRequest request, SignedToken token, TicketDraft draft, ChatTexts texts, CancellationToken cancellationToken)
    {
        if (shelf.NeedsAdministrator(token.Nonce) && !await IsAdministratorAsync(request.UserId, cancellationToken))
        {
            return Whisper(texts.TicketNoMoreAdministrator);
        }

        if (!shelf.TryTake(token.Nonce, request.UserId, out var ticket, out var file))
        {
            return new ActionResponse { Update = cards.Again(texts.TicketPreviewGone, draft.Id, request.UserId, texts) };
        }

        if (queue.TryEnqueue("Handing a ticket out", draft.Id, ct => HandOutAsync(ticket, file, request, texts, ct)))
        {
            return new ActionResponse { Update = NodeCard.Closed(texts.TicketHandingOut) };
        }

        await file.DisposeAsync();
        return new ActionResponse { Update = cards.Again(texts.Busy, draft.Id, request.UserId, texts) };
    }

    private async Task HandOutAsync(WrittenTicket ticket, FileStream file, ActionRequest request, ChatTexts texts, CancellationToken cancellationToken)
    {
        await using var bundle = file;
        try
        {
            var card = await mattermost.Api.GetPostAsync(request.PostId, cancellationToken);
            var root = card.RootId.Length > 0 ? card.RootId : card.Id;
            var upload = await mattermost.UploadFileAsync(
                card.ChannelId, gate.Redacted($"callsbot-ticket-{ticket.TicketId}.zip", file), cancellationToken);
            await mattermost.PostAsync(
                new PostDraft { ChannelId = card.ChannelId, RootId = root, Message = ticket.Text, FileIds = [upload.Id] }, cancellationToken);
            var links = ticket.Forms.Where(form => form.Link is not null).Select(form => $"[{form.Title}]({form.Link})").ToList();
            if (links.Count > 0)
            {
                await mattermost.PostAsync(
                    new PostDraft { ChannelId = card.ChannelId, RootId = root, Message = $"{texts.TicketLinks}\n\n{string.Join("\n", links.Select(link => $"- {link}"))}" },
                    cancellationToken);
            }

            await tickets.AddAsync(ticket.TicketId, [(TicketField.Sent, request.PostId)], request.UserId, $"sent {request.PostId}", cancellationToken);
            await mattermost.Api.PatchPostAsync(card.Id, NodeCard.Closed(texts.TicketHandedOut(ticket.TicketId)), cancellationToken);
            LogHandedOut(ticket.TicketId, request.UserId, ticket.Entries.Count, ticket.Entries[^1].Sha256);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            await mattermost.Api.PatchPostAsync(request.PostId, cards.Again(texts.TicketCouldNot, ticket.TicketId, request.UserId, texts), cancellationToken);
            throw;
        }
    }

    private async Task PassOnAsync(TicketDraft draft, string userId, string channelId, CancellationToken cancellationToken)
    {
        var asking = await mattermost.Api.GetUserAsync(userId, cancellationToken);
        var told = await administrators.PostToEachAsync(
            administrator =>
            {
                var texts = ChatTexts.In(Language.For(administrator.Locale));
                return new PostDraft
                {
                    ChannelId = "",
                    Message = texts.TicketPassedOn(asking.Username),
                    Props = cards.Draft(draft, administrator.Id, administrator: true, texts).Props,
                };
            },
            $"ticket {draft.Id} {draft.Entries.Count}",
            cancellationToken);
        var mine = await TextsAsync(userId, cancellationToken);
        await mattermost.PostAsync(
            new PostDraft
            {
                ChannelId = channelId,
                Message = told.Count > 0 ? mine.TicketPassedOnTo(string.Join(", ", told.Select(name => "@" + name))) : mine.TicketAdministratorsNotReached,
            },
            cancellationToken);
    }

    private async Task<bool> IsAdministratorAsync(string userId, CancellationToken cancellationToken) =>
        (await mattermost.Api.GetUserAsync(userId, cancellationToken)).IsSystemAdministrator;

    private async Task<ChatTexts> TextsAsync(string userId, CancellationToken cancellationToken) =>
        ChatTexts.In(await speech.ToAsync(userId, cancellationToken));

    private static string Value(DialogSubmission submission, string field, int longest)
    {
        var text = submission.Submission is { } values && values.TryGetValue(field, out var value) ? JsonText.Of(value)?.Trim() ?? "" : "";
        return text.Length <= longest ? text : text[..longest];
    }

    private static string Quote(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => "> " + line));

    private static ActionResponse Whisper(string text) => new() { EphemeralText = text, SkipSlackParsing = true };

    [GeneratedRegex(@"\A([2-9a-zA-Z]{10})(?:\s+([\s\S]*))?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Addition();

    [LoggerMessage(LogLevel.Warning, "The dialog of ticket {TicketId} could not be opened; its card has a button for it.")]
    private partial void LogNoDialog(string ticketId, Exception exception);

    [LoggerMessage(LogLevel.Information, "Ticket {TicketId} was handed out to user {UserId}: {Files} files, SHA-256 of the manifest {Sha256}.")]
    private partial void LogHandedOut(string ticketId, string userId, int files, string sha256);
}
