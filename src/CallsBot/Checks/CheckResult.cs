namespace CallsBot.Checks;

/// <summary>How a check ended.</summary>
internal enum Outcome
{
    Pass,
    Warn,
    Fail,

    /// <summary>The test itself could not be run to its end, or what came back tells nothing.</summary>
    Inconclusive,

    /// <summary>Not run, with the reason in the summary.</summary>
    Skipped,
}

/// <summary>Parts of an installation, in the order in which a call uses them.</summary>
internal enum CheckGroup
{
    Mattermost,
    Plugin,
    Rtcd,
    Media,
    Turn,
    Offloader,
}

/// <summary>Where the result was seen from: the same port can be open from one place and closed from another.</summary>
internal enum Vantage
{
    Bot,
    Browser,
    Pasted,
}

/// <summary>What a check found.</summary>
/// <param name="CheckId">The id of the check.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="ReasonCode">Kebab-case and stable; null only for a plain pass.</param>
/// <param name="Summary">One sentence for anyone. Names no host, address or setting: it may be read by people who must not see them.</param>
/// <param name="Detail">One sentence for administrators, with the host, the value and what was seen. Null when there is nothing to add.</param>
/// <param name="Evidence">What was seen, as label and value, for administrators.</param>
/// <param name="Vantage">Where it was seen from.</param>
/// <param name="NextSteps">What an administrator does next.</param>
internal sealed record CheckResult(
    string CheckId,
    Outcome Outcome,
    string? ReasonCode,
    string Summary,
    string? Detail,
    IReadOnlyList<Evidence> Evidence,
    Vantage Vantage,
    IReadOnlyList<NextStep> NextSteps)
{
    /// <summary>What was found at each thing that was looked at, such as each address of a name. Empty when there is but one.</summary>
    public IReadOnlyList<SubjectResult> Subjects { get; init => field = value ?? []; } = [];

    /// <summary>What the check learned about the installation, such as "RTCD version" and "v1.2.6".</summary>
    public IReadOnlyList<Evidence> Inventory { get; init => field = value ?? []; } = [];

    /// <summary>Concluded from what did not come, or from several things together; not seen itself.</summary>
    public bool IsInferred { get; init; }
}

/// <summary>What a check found at one of the things it looked at.</summary>
/// <param name="Subject">Such as "10.0.0.5:8045" or the name of a setting. For administrators.</param>
/// <param name="Outcome">How it ended there.</param>
/// <param name="ReasonCode">As in <see cref="CheckResult"/>, or a finer one of its own; null for a plain pass.</param>
/// <param name="Seen">What was seen there, as the end of a sentence that names the subject.</param>
internal sealed record SubjectResult(string Subject, Outcome Outcome, string? ReasonCode, string Seen)
{
    /// <summary>How long it took; null when that says nothing.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>What to do about it; empty when the steps of the whole check say so.</summary>
    public IReadOnlyList<NextStep> NextSteps { get; init => field = value ?? []; } = [];
}

/// <summary>One thing seen, such as "HTTP status" and "502".</summary>
internal sealed record Evidence(string Label, string Value);

/// <param name="Text">What to do, one sentence.</param>
/// <param name="Command">A command that can be copied as it stands; null when there is none.</param>
internal sealed record NextStep(string Text, string? Command = null);
