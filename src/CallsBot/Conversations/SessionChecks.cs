using CallsBot.Checks;
using CallsBot.Protocols.Mattermost;
using CallsBot.Troubleshooting;

namespace CallsBot.Conversations;

/// <summary>Runs the check that a session stands on, stores what it found, and shows the next card.</summary>
internal sealed partial class SessionChecks(
    SessionStore sessions,
    SessionSteps steps,
    CheckRunner runner,
    SessionCards cards,
    CheckQueue queue,
    MattermostClient mattermost,
    IHostApplicationLifetime host,
    TimeProvider time,
    ILogger<SessionChecks> logger)
{
    // A check that answers faster than this goes straight to its result: a card that flashes by helps nobody.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <returns>False when too much is waiting already; the session's card then offers to try again.</returns>
    public bool TryEnqueue(Session session)
    {
        var (id, position) = (session.Id, session.Position);
        if (queue.TryEnqueue("Running a check", id, token => RunAsync(id, position, token)))
        {
            return true;
        }

        LogFull(id);
        return false;
    }

    /// <summary>Takes up the checks that were running when the process ended.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await sessions.FindActiveSinceAsync(time.GetUtcNow() - TimeSpan.FromDays(1), cancellationToken))
        {
            if (await sessions.FindAsync(id, cancellationToken) is { CanGoOn: true, Current: CheckNode, PostId.Length: > 0 } session)
            {
                LogResumed(id);
                TryEnqueue(session);
            }
        }
    }

    /// <summary>
    /// A check asks and changes nothing, so the host need not wait for one: it is dropped when the host stops, and
    /// <see cref="ResumeAsync"/> asks again. Several checks in a row at a slow RTCD would outlast the host's patience.
    /// </summary>
    private async Task RunAsync(string sessionId, int position, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.ApplicationStopping);
        try
        {
            await RunUntilAnsweredAsync(sessionId, position, either.Token, cancellationToken);
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested)
        {
            LogPutOff(sessionId);
        }
    }

    private async Task RunUntilAnsweredAsync(string sessionId, int position, CancellationToken stopping, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(sessionId, cancellationToken);
        if (session?.Position != position)
        {
            return;
        }

        using var scope = logger.BeginScope(new Dictionary<string, object> { ["ChannelId"] = session.ChannelId });

        while (session.Current is CheckNode node)
        {
            var running = runner.RunAsync(node.Check, stopping);
            try
            {
                await running.WaitAsync(Patience, time, stopping);
            }
            catch (TimeoutException)
            {
                await ShowWaitingAsync(session, cancellationToken);
            }

            var result = await running;
            var step = new SessionStep(
                new Checked(node.Id, result.Outcome, result.ReasonCode), result, session.UserId, Cause: null);
            if (await steps.TryTakeAsync(session, step, cancellationToken) is not { } next)
            {
                // The person went back, or began again, while the check ran.
                return;
            }

            session = next;
        }

        await ShowAsync(session, cancellationToken);
    }

    /// <summary>Says that a check runs. A card that cannot be shown now does not stop the check.</summary>
    private async Task ShowWaitingAsync(Session session, CancellationToken cancellationToken)
    {
        try
        {
            await ShowAsync(session, cancellationToken);
        }
        catch (MattermostException ex)
        {
            LogNotShown(session.Id, ex);
        }
    }

    /// <summary>Shows the card, and again should the person have moved on while it was being written.</summary>
    private async Task ShowAsync(Session session, CancellationToken cancellationToken)
    {
        for (var shown = -1; shown != session.Position;)
        {
            shown = session.Position;
            var card = await cards.ForAsync(session, cancellationToken);
            await mattermost.Api.PatchPostAsync(session.PostId, card, cancellationToken);
            if (await sessions.FindAsync(session.Id, cancellationToken) is not { } latest)
            {
                return;
            }

            session = latest;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The card of session {SessionId} could not be shown.")]
    private partial void LogNotShown(string sessionId, Exception exception);

    [LoggerMessage(LogLevel.Information, "The check of session {SessionId} is put off until the next start: the host is stopping.")]
    private partial void LogPutOff(string sessionId);

    [LoggerMessage(LogLevel.Warning, "Too many checks are waiting; session {SessionId} was told to try again.")]
    private partial void LogFull(string sessionId);

    [LoggerMessage(LogLevel.Information, "Taking up the check that session {SessionId} was waiting for.")]
    private partial void LogResumed(string sessionId);
}
