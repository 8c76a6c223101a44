using System.Buffers.Text;
using System.Security.Cryptography;
using CallsBot.Checks;
using CallsBot.Languages;
using CallsBot.Troubleshooting;

namespace CallsBot.Conversations;

/// <summary>One person's walk through a tree, and where its card is shown.</summary>
internal sealed class Session
{
    // Far more than any walk takes. Every press replays the steps before it.
    private const int MostSteps = 500;

    private Session(string id, Tree tree, TroubleshootingMachine machine, IReadOnlyList<SessionStep> steps)
    {
        Id = id;
        Tree = tree;
        Machine = machine;
        Steps = steps;
    }

    public string Id { get; }

    public Tree Tree { get; }

    public required string UserId { get; init; }

    public required string ChannelId { get; init; }

    /// <summary>The thread that the card is in; empty for none.</summary>
    public required string RootId { get; init; }

    /// <summary>The post that shows the current card; empty until it is posted.</summary>
    public required string PostId { get; init; }

    public TroubleshootingMachine Machine { get; }

    public IReadOnlyList<SessionStep> Steps { get; }

    /// <summary>How many steps there are: the place of the next one.</summary>
    public int Position => Steps.Count;

    public Node Current => Machine.Current;

    /// <summary>The node it stands on, in the words of a language.</summary>
    public Node CurrentIn(Language language) => Tree.In(language, Current.Id);

    /// <summary>False when the tree was changed under the session, so that its steps no longer lead anywhere.</summary>
    public bool FitsTree => Machine.History.Count == Steps.Count;

    /// <summary>Whether another step may be taken.</summary>
    public bool CanGoOn => FitsTree && Position < MostSteps;

    /// <summary>What checks found since a person last did something: the news that belongs on the next card.</summary>
    public IEnumerable<CheckResult> LatestFindings =>
        Steps.Reverse().TakeWhile(step => step.Trigger.IsByBot).Reverse().Select(step => step.Result).OfType<CheckResult>();

    public static Session Begin(Tree tree, string userId, string channelId, string rootId) =>
        new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)), tree, TroubleshootingMachine.Begin(tree), [])
        {
            UserId = userId,
            ChannelId = channelId,
            RootId = rootId,
            PostId = "",
        };

    public static Session Restore(
        string id, Tree tree, string userId, string channelId, string rootId, string postId, IReadOnlyList<SessionStep> steps) =>
        new(id, tree, TroubleshootingMachine.Replay(tree, steps.Select(step => step.Trigger)), steps)
        {
            UserId = userId,
            ChannelId = channelId,
            RootId = rootId,
            PostId = postId,
        };

    /// <returns>The session one step on, or null when the step does not fit where the session stands.</returns>
    public Session? After(SessionStep step)
    {
        var next = Restore(Id, Tree, UserId, ChannelId, RootId, PostId, [.. Steps, step]);
        return CanGoOn && next.FitsTree ? next : null;
    }

    public Session ShownIn(string postId) => Restore(Id, Tree, UserId, ChannelId, RootId, postId, Steps);
}

/// <param name="Trigger">What happened.</param>
/// <param name="Result">What the check found, when it was one.</param>
/// <param name="ActorId">Who did it; the bot's own steps carry the session's user.</param>
/// <param name="Cause">The post that made the step, when a message did.</param>
internal sealed record SessionStep(Trigger Trigger, CheckResult? Result, string ActorId, string? Cause);
