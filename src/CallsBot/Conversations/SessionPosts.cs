using CallsBot.Languages;
using CallsBot.Mattermost;
using CallsBot.Protocols.Mattermost;
using CallsBot.Troubleshooting;

namespace CallsBot.Conversations;

/// <summary>Shows a session's card as a new post, or in its place, and sets the check going that it stands on.</summary>
internal sealed class SessionPosts(
    SessionStore sessions, SessionCards cards, SessionChecks checks, ChatQueue queue, InboxStore inbox, MattermostClient mattermost, BotAccount bot, Speech speech)
{
    /// <summary>Posts the session's card as a new post, and takes the buttons off the one before.</summary>
    /// <param name="session">The session.</param>
    /// <param name="message">What stands above the card; empty for nothing.</param>
    /// <param name="answersPost">The message that it answers, which is answered by it; null for none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="before">The session as its last card shows it; null when there is none to close.</param>
    public async Task ShowNewAsync(
        Session session, string message, Post? answersPost, CancellationToken cancellationToken, Session? before = null)
    {
        var card = await cards.ForAsync(session, cancellationToken);
        var draft = new PostDraft
        {
            ChannelId = session.ChannelId,
            RootId = answersPost?.RootId ?? session.RootId,
            Message = message,
            Props = card.Props,
        };
        var shown = await mattermost.PostAsync(
            answersPost is null ? draft : ReplyMark.Set(draft, answersPost, await bot.GetAsync(cancellationToken)), cancellationToken);
        if (answersPost is not null)
        {
            // At once, because the mark on the card goes with its first change.
            await inbox.AnsweredAsync(answersPost.Id, cancellationToken);
        }

        await sessions.MoveCardAsync(session.Id, shown.Id, cancellationToken);

        if (before is { PostId.Length: > 0 } && before.PostId != shown.Id)
        {
            queue.TryEnqueue("Closing an old card", session.Id, ct => ShowPassedAsync(before, session, ct));
        }

        if (session.Current is CheckNode)
        {
            checks.TryEnqueue(session.ShownIn(shown.Id));
        }
    }

    /// <summary>Changes the post that shows the session's card.</summary>
    public async Task ShowInPlaceAsync(Session session, CancellationToken cancellationToken)
    {
        await mattermost.Api.PatchPostAsync(session.PostId, await cards.ForAsync(session, cancellationToken), cancellationToken);
        if (session.Current is CheckNode)
        {
            checks.TryEnqueue(session);
        }
    }

    private async Task ShowPassedAsync(Session before, Session after, CancellationToken cancellationToken)
    {
        var texts = ChatTexts.In(await speech.ToAsync(after.UserId, cancellationToken));
        await mattermost.Api.PatchPostAsync(before.PostId, Passed(before, after, texts), cancellationToken);
    }

    /// <summary>What a card becomes when the session has moved on to a new post.</summary>
    private static PostPatch Passed(Session before, Session after, ChatTexts texts) =>
        after.Position > before.Position && Trail.AnswerOf(before.CurrentIn(texts.Language), after.Steps[before.Position].Trigger, texts) is { Length: > 0 } answer
            ? NodeCard.Answered(before.CurrentIn(texts.Language).Title, answer, texts)
            : NodeCard.Closed(texts.AnsweredInWords);
}
