using System.Data.Common;
using System.Net;
using CallsBot.Mattermost;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Conversations;

/// <summary>
/// Listens to the server's events and hands direct messages to the inbox. After every interruption it asks over REST
/// for what was written meanwhile.
/// </summary>
internal sealed partial class EventListener(
    EventStream stream,
    MattermostClient mattermost,
    BotAccount bot,
    Inbox inbox,
    InboxStore store,
    SessionChecks checks,
    EvidenceDesk evidence,
    People people,
    TimeProvider time,
    ILogger<EventListener> logger) : BackgroundService
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        try
        {
            var me = await WhoAmIAsync(stoppingToken);
            LogSignedIn(me.Username, mattermost.Server);
            await ResumeChecksAsync(stoppingToken);

            // Neither loop ends by itself: whichever does has failed, and takes the other along.
            Task[] loops = [ListenAsync(me, ending.Token), CatchUpAsync(me, ending.Token)];
            var first = await Task.WhenAny(loops);
            await ending.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first;
        }
        catch (MattermostException ex) when (ex.StatusCode == HttpStatusCode.Unauthorized)
        {
            bot.Refused(ex);
            LogTokenRefused(ex);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping.
        }
    }

    private async Task<User> WhoAmIAsync(CancellationToken cancellationToken)
    {
        for (var wait = TimeSpan.FromSeconds(1); ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                var me = await mattermost.Api.GetMeAsync(cancellationToken);
                bot.Is(me);
                return me;
            }
            catch (MattermostException ex) when (ex.StatusCode != HttpStatusCode.Unauthorized)
            {
                bot.Lost();
                LogNoServer(mattermost.Server, wait, ex);
                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }

    private async Task ListenAsync(User me, CancellationToken cancellationToken)
    {
        await foreach (var happened in stream.ReadAsync(cancellationToken))
        {
            switch (happened)
            {
                case StreamEvent.Connected { Complete: var complete }:
                    bot.Connected();
                    LogConnected(complete);
                    if (!complete)
                    {
                        inbox.MaySkip();
                    }

                    break;

                case StreamEvent.Disconnected { Reason: var reason }:
                    bot.Lost();
                    LogDisconnected(reason);
                    break;

                case StreamEvent.UserUpdated { UserId: var userId }:
                    people.Forget(userId);
                    break;

                case StreamEvent.Posted { ChannelType: Channel.Direct, Post: var post } when IsForMe(post, me):
                    await TakeAsync(post, cancellationToken);
                    break;
            }
        }
    }

    /// <summary>A database that is away for a moment must not make the bot deaf: the message is fetched again later.</summary>
    private async Task TakeAsync(Post post, CancellationToken cancellationToken)
    {
        try
        {
            await inbox.TakeAsync(post, cancellationToken);
        }
        catch (DbException ex)
        {
            LogNotNoted(post.Id, ex);
            inbox.MaySkip();
        }
    }

    private async Task CatchUpAsync(User me, CancellationToken cancellationToken)
    {
        while (true)
        {
            await inbox.Skipped(cancellationToken);
            for (var wait = TimeSpan.FromSeconds(1); ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
            {
                try
                {
                    await FetchMissedAsync(me, cancellationToken);
                    break;
                }
                catch (Exception ex) when (ex is DbException or MattermostException { StatusCode: not HttpStatusCode.Unauthorized })
                {
                    LogCatchUpFailed(wait, ex);
                    await Task.Delay(wait, time, cancellationToken);
                }
            }
        }
    }

    private async Task ResumeChecksAsync(CancellationToken cancellationToken)
    {
        try
        {
            await checks.ResumeAsync(cancellationToken);
            await evidence.ResumeAsync(cancellationToken);
        }
        catch (DbException ex)
        {
            LogNotResumed(ex);
        }
    }

    private async Task FetchMissedAsync(User me, CancellationToken cancellationToken)
    {
        var gap = inbox.Gap;
        var (beganAt, seenUntil) = await store.GetPositionAsync(cancellationToken);
        var since = Math.Max(beganAt, seenUntil - (long)InboxStore.Overlap.TotalMilliseconds);
        var missed = new List<Post>();

        foreach (var id in await store.FindUnansweredAsync(cancellationToken))
        {
            if (await FindPostAsync(id, cancellationToken) is { DeleteAt: 0 } post)
            {
                missed.Add(post);
            }
            else
            {
                // Deleted meanwhile: nobody waits for an answer.
                await store.AnsweredAsync(id, cancellationToken);
            }
        }

        // Direct channels belong to no team, and are listed with every team's.
        var newest = seenUntil;
        if (await mattermost.Api.GetMyTeamsAsync(cancellationToken) is [var team, ..])
        {
            var channels = await mattermost.Api.GetMyChannelsAsync(team.Id, cancellationToken);
            foreach (var channel in channels.Where(channel => channel.Type == Channel.Direct && channel.LastPostAt >= since))
            {
                var posts = (await mattermost.Api.GetPostsSinceAsync(channel.Id, since, cancellationToken)).Posts.Values;
                missed.AddRange(posts.Where(post => post.CreateAt >= since && IsForMe(post, me)));
                newest = Math.Max(newest, channel.LastPostAt);
            }
        }
        else
        {
            LogNoTeam(me.Username);
        }

        foreach (var post in missed.DistinctBy(post => post.Id).OrderBy(post => post.CreateAt))
        {
            await inbox.TakeAgainAsync(post, cancellationToken);
        }

        if (inbox.TryClose(gap))
        {
            await store.SetSeenUntilAsync(newest, cancellationToken);
        }

        LogCaughtUp(missed.Count);
    }

    private async Task<Post?> FindPostAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await mattermost.Api.GetPostAsync(id, cancellationToken);
        }
        catch (MattermostException ex) when (ex.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    /// <summary>People's own words: not the bot's, no other bot's or webhook's, no system message, nothing deleted.</summary>
    private static bool IsForMe(Post post, User me) =>
        post.UserId != me.Id
        && post.DeleteAt == 0
        && post.Type.Length == 0
        && post.Props is not { FromBot: "true" }
        && post.Props is not { FromWebhook: "true" };

    [LoggerMessage(LogLevel.Information, "Signed in as {Name} at {Server}.")]
    private partial void LogSignedIn(string name, Uri server);

    [LoggerMessage(LogLevel.Information, "Connected to the event stream (nothing missed: {Complete}).")]
    private partial void LogConnected(bool complete);

    [LoggerMessage(LogLevel.Warning, "Lost the event stream: {Reason}. Connecting again.")]
    private partial void LogDisconnected(string reason);

    [LoggerMessage(LogLevel.Information, "Caught up with direct messages; {Count} were looked at again.")]
    private partial void LogCaughtUp(int count);

    [LoggerMessage(LogLevel.Warning, "Could not catch up with direct messages; trying again in {Wait}.")]
    private partial void LogCatchUpFailed(TimeSpan wait, Exception exception);

    [LoggerMessage(LogLevel.Error, "Message {PostId} could not be noted; it is fetched again.")]
    private partial void LogNotNoted(string postId, Exception exception);

    [LoggerMessage(LogLevel.Error, "Could not take up what was running; the cards of checks offer to try again, and evidence is read after the next start.")]
    private partial void LogNotResumed(Exception exception);

    [LoggerMessage(LogLevel.Warning, "Mattermost at {Server} does not answer; trying again in {Wait}.")]
    private partial void LogNoServer(Uri server, TimeSpan wait, Exception exception);

    [LoggerMessage(LogLevel.Error, "Mattermost refuses the bot's token. Nothing more is tried until the bot is restarted with a good one.")]
    private partial void LogTokenRefused(Exception exception);

    [LoggerMessage(LogLevel.Warning, "{Name} is in no team, so messages written while the bot was away cannot be listed. Add the bot to a team.")]
    private partial void LogNoTeam(string name);
}
