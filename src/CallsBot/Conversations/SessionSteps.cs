using CallsBot.Mattermost;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

/// <summary>
/// Takes a step of a session, and after it those that need nobody: a question whose answer is known, the choice of the
/// next cause.
/// </summary>
internal sealed class SessionSteps(
    SessionStore sessions, People people, IOptions<ConversationOptions> options, TimeProvider time)
{
    private static readonly TimeSpan OutcomesAreGood = TimeSpan.FromMinutes(10);
    private static readonly IReadOnlyDictionary<string, CauseOutcomes> Nothing = new Dictionary<string, CauseOutcomes>();

    private Counted? _outcomes;

    /// <returns>
    /// The session where somebody has something to do again; null when the step does not fit, or when somebody else's step
    /// was stored first.
    /// </returns>
    public async Task<Session?> TryTakeAsync(Session session, SessionStep step, CancellationToken cancellationToken) =>
        await sessions.TryAppendAsync(session, step, cancellationToken) is { } next ? await SettleAsync(next, cancellationToken) : null;

    /// <summary>Takes the steps that need nobody. Should the process end in between, the next to ask for the session goes on.</summary>
    public async Task<Session> SettleAsync(Session session, CancellationToken cancellationToken)
    {
        while (session.CanGoOn && await AutomaticAsync(session, cancellationToken) is { } trigger)
        {
            var step = new SessionStep(trigger, null, session.UserId, Cause: null);
            if (await sessions.TryAppendAsync(session, step, cancellationToken) is not { } next)
            {
                // Somebody else settles it, or took it elsewhere: go on from there.
                if (await sessions.FindAsync(session.Id, cancellationToken) is not { } latest || latest.Position == session.Position)
                {
                    return session;
                }

                next = latest;
            }

            session = next;
        }

        return session;
    }

    private async Task<Trigger?> AutomaticAsync(Session session, CancellationToken cancellationToken)
    {
        var role = session.Current is AskNode { As: FactNames.Role }
            && (await people.FindAsync(session.UserId, cancellationToken)).IsAdministrator ? FactNames.Administrator : FactNames.User;
        var outcomes = session.Current is TryNode ? await OutcomesAsync(cancellationToken) : Nothing;
        return session.Machine.Automatic(role, (node, left) => CauseOrder.Choose(node.Causes, left, outcomes, session.Id.Sum(c => c)));
    }

    private async Task<IReadOnlyDictionary<string, CauseOutcomes>> OutcomesAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.LearnFromOutcomes)
        {
            return Nothing;
        }

        if (Volatile.Read(ref _outcomes) is { } known && time.GetElapsedTime(known.At) < OutcomesAreGood)
        {
            return known.Outcomes;
        }

        var outcomes = await sessions.CountOutcomesAsync(cancellationToken);
        Volatile.Write(ref _outcomes, new Counted(outcomes, time.GetTimestamp()));
        return outcomes;
    }

    private sealed record Counted(IReadOnlyDictionary<string, CauseOutcomes> Outcomes, long At);
}
