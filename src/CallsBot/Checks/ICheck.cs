namespace CallsBot.Checks;

/// <summary>
/// Judges one thing about the installation. Trees name checks by <see cref="Id"/>; a check may use probes, settings or
/// evidence to reach its result.
/// </summary>
internal interface ICheck
{
    /// <summary>Kebab-case and stable: trees, tickets and dashboards use it.</summary>
    string Id { get; }

    /// <summary>What is looked at, as the head of a line in a report: "RTCD version".</summary>
    string Title { get; }

    /// <summary>The part of the installation that it looks at.</summary>
    CheckGroup Group { get; }

    /// <summary>What is being asked, for the line that people see while it runs: "Asking RTCD for its version".</summary>
    string Activity { get; }

    /// <summary>Ids of the troubleshooting items and vendor checks that this check answers, such as "A1.2" or "2B.2.2".</summary>
    IReadOnlyList<string> Covers { get; }

    /// <summary>Every reason code the check can give, with the outcome that goes with it.</summary>
    IReadOnlyDictionary<string, Outcome> ReasonCodes { get; }

    /// <summary>Every outcome that the check can have.</summary>
    IReadOnlySet<Outcome> Outcomes => ReasonCodes.Values.Append(Outcome.Pass).ToHashSet();

    /// <summary>
    /// Whether a diagnosis leaves it out unless it is named: what it looks at is no fault, or the other checks would be
    /// what it sees.
    /// </summary>
    bool IsOnRequestOnly => false;

    /// <summary>
    /// Ids of the checks that have to end in pass or warn before this one can tell anything. It starts when they have ended,
    /// and is skipped when one of them ends otherwise.
    /// </summary>
    IReadOnlyList<string> Needs => [];

    /// <summary>Ids of further checks whose failure explains a failure of this one. It runs all the same.</summary>
    IReadOnlyList<string> ExplainedBy => [];

    /// <summary>
    /// Runs once in a scope of the container: whatever several checks of a run ask for is asked once and kept there.
    /// Never throws for what it is there to find out. Throws <see cref="OperationCanceledException"/> only when
    /// <paramref name="cancellationToken"/> is cancelled.
    /// </summary>
    Task<CheckResult> RunAsync(CancellationToken cancellationToken);
}
