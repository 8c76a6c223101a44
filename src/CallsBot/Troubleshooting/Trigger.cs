using CallsBot.Checks;

namespace CallsBot.Troubleshooting;

/// <summary>One thing that happened at a node. A session stores the list of these, and nothing else.</summary>
/// <param name="NodeId">Where it happened: a trigger for any other node than the current one is stale.</param>
internal abstract record Trigger(string NodeId)
{
    /// <summary>The stable word under which it is stored.</summary>
    public abstract string Kind { get; }

    /// <summary>What is stored beside the kind and the node; null when they say it all.</summary>
    public virtual string? Value => null;

    /// <summary>Whether a person did it; going back stops only where one did.</summary>
    public bool IsByPerson => this is Answered or Collected or Skipped or Helped or Shown;

    /// <summary>Whether the bot did it by itself, without anybody seeing the node.</summary>
    public bool IsByBot => this is Checked or Found or Chosen;

    /// <returns>Null for anything that <see cref="Kind"/> and <see cref="Value"/> never gave.</returns>
    public static Trigger? TryRead(string kind, string nodeId, string? value) => (kind, value) switch
    {
        (Answered.Word, { Length: > 0 }) => new Answered(nodeId, value),
        (Checked.Word, not null) => Checked.TryRead(nodeId, value),
        (Collected.Word, not null) => new Collected(nodeId, value),
        (Skipped.Word, null) => new Skipped(nodeId),
        (Helped.Word, Helped.Yes) => new Helped(nodeId, true),
        (Helped.Word, Helped.No) => new Helped(nodeId, false),
        (Found.Word, { Length: > 0 }) => new Found(nodeId, value),
        (Chosen.Word, not null) => new Chosen(nodeId, value),
        (Shown.Word, { Length: > 0 }) => new Shown(nodeId, value),
        (WentBack.Word, null) => new WentBack(nodeId),
        (StartedOver.Word, null) => new StartedOver(nodeId),
        _ => null,
    };
}

internal sealed record Answered(string NodeId, string AnswerId) : Trigger(NodeId)
{
    public const string Word = "answered";

    public override string Kind => Word;

    public override string? Value => AnswerId;
}

/// <param name="ReasonCode">Null for a plain pass.</param>
internal sealed record Checked(string NodeId, Outcome Outcome, string? ReasonCode) : Trigger(NodeId)
{
    public const string Word = "checked";

    public override string Kind => Word;

    public override string? Value =>
        ReasonCode is null ? OutcomeWords.For(Outcome) : $"{OutcomeWords.For(Outcome)}/{ReasonCode}";

    internal static Checked? TryRead(string nodeId, string value)
    {
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        var outcome = slash < 0 ? value : value[..slash];
        var reasonCode = slash < 0 ? null : value[(slash + 1)..];

        return OutcomeWords.All.TryGetValue(outcome, out var read) && reasonCode is not ""
            ? new Checked(nodeId, read, reasonCode)
            : null;
    }
}

internal sealed record Collected(string NodeId, string Text) : Trigger(NodeId)
{
    public const string Word = "collected";

    public override string Kind => Word;

    public override string? Value => Text;

    /// <summary>Leaves out what the person pasted: it may hold secrets, and records end up in logs.</summary>
    public override string ToString() => $"{nameof(Collected)} {{ NodeId = {NodeId}, Text = {Text.Length} characters }}";
}

internal sealed record Skipped(string NodeId) : Trigger(NodeId)
{
    public const string Word = "skipped";

    public override string Kind => Word;
}

/// <param name="Did">Whether the instructions helped.</param>
internal sealed record Helped(string NodeId, bool Did) : Trigger(NodeId)
{
    public const string Word = "helped";
    public const string Yes = "yes";
    public const string No = "no";

    public override string Kind => Word;

    public override string? Value => Did ? Yes : No;
}

/// <summary>A question that the bot answered itself, because the fact is known.</summary>
internal sealed record Found(string NodeId, string AnswerId) : Trigger(NodeId)
{
    public const string Word = "found";

    public override string Kind => Word;

    public override string? Value => AnswerId;
}

/// <param name="Cause">The node of the cause to try; empty when none is left.</param>
internal sealed record Chosen(string NodeId, string Cause) : Trigger(NodeId)
{
    public const string Word = "chosen";

    public override string Kind => Word;

    public override string? Value => Cause;
}

/// <summary>Evidence that a person handed in answered the question, and those up to another node.</summary>
/// <param name="Target">The node where the walk goes on.</param>
internal sealed record Shown(string NodeId, string Target) : Trigger(NodeId)
{
    public const string Word = "shown";

    public override string Kind => Word;

    public override string? Value => Target;
}

internal sealed record WentBack(string NodeId) : Trigger(NodeId)
{
    public const string Word = "went-back";

    public override string Kind => Word;
}

internal sealed record StartedOver(string NodeId) : Trigger(NodeId)
{
    public const string Word = "started-over";

    public override string Kind => Word;
}
