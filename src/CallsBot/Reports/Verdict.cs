using CallsBot.Checks;

namespace CallsBot.Reports;

/// <summary>How sure it is that the root cause is the cause.</summary>
internal enum Confidence
{
    /// <summary>Nothing failed, or it is a guess.</summary>
    Low,

    /// <summary>Concluded from what did not come, or one of several failures that do not explain each other.</summary>
    Medium,

    /// <summary>Seen itself, and it explains every failure.</summary>
    High,
}

/// <summary>What a run comes to: the one thing to mend first, and what follows from it.</summary>
/// <param name="Outcome">Fail, warn or pass; inconclusive when nothing failed but something could not be tested.</param>
/// <param name="Root">The check whose failure, or else warning, explains most. Null when there is neither.</param>
/// <param name="Consequences">Checks that failed or were not run because of the root.</param>
/// <param name="Others">Failures that the root does not explain.</param>
/// <param name="Untested">Checks that could not be run, or told nothing, for another reason.</param>
/// <param name="Confidence">How sure it is.</param>
internal sealed record Verdict(
    Outcome Outcome,
    ReportedCheck? Root,
    IReadOnlyList<ReportedCheck> Consequences,
    IReadOnlyList<ReportedCheck> Others,
    IReadOnlyList<ReportedCheck> Untested,
    Confidence Confidence)
{
    /// <summary>Not one check came to a result.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>What to do next, in order.</summary>
    public IReadOnlyList<NextStep> NextSteps => Root?.Result.NextSteps ?? [];

    public static Verdict Of(IReadOnlyList<ReportedCheck> checks)
    {
        var failed = checks.Where(check => check.Result.Outcome == Outcome.Fail).ToList();
        var roots = failed.Where(check => !CausesOf(check, checks).Any(cause => cause.Result.Outcome == Outcome.Fail)).ToList();
        var root = roots.MaxBy(candidate => ConsequencesOf(candidate, checks).Count)
            ?? failed.FirstOrDefault()
            ?? checks.FirstOrDefault(check => check.Result.Outcome == Outcome.Warn);
        var consequences = root is { Result.Outcome: Outcome.Fail } ? ConsequencesOf(root, checks) : [];
        var untested = checks
            .Where(check => check.Result.Outcome is Outcome.Inconclusive or Outcome.Skipped && !consequences.Contains(check))
            .ToList();
        var others = failed.Where(check => check != root && !consequences.Contains(check)).ToList();
        return new Verdict(
            failed.Count > 0 ? Outcome.Fail
            : untested.Any(IsGap) || (root is null && !checks.Any(check => check.Result.Outcome == Outcome.Pass)) ? Outcome.Inconclusive
            : root is not null ? Outcome.Warn
            : Outcome.Pass,
            root,
            consequences,
            others,
            untested,
            root is null ? Confidence.Low
            : root.Result.IsInferred || others.Count > 0 ? Confidence.Medium
            : Confidence.High)
        {
            IsEmpty = checks.All(check => check.Result.Outcome is Outcome.Inconclusive or Outcome.Skipped),
        };
    }

    /// <summary>A skipped check says itself why it has nothing to look at; an inconclusive one, or one that hangs on it, leaves a gap.</summary>
    private static bool IsGap(ReportedCheck check) =>
        check.Result.Outcome == Outcome.Inconclusive || check.Result.ReasonCode == CheckSchedule.Cancelled;

    /// <summary>
    /// Every check on which this one's end may rest, directly or over others that did not pass either, of the same target:
    /// what passed hands no failure on.
    /// </summary>
    private static HashSet<ReportedCheck> CausesOf(ReportedCheck check, IReadOnlyList<ReportedCheck> checks)
    {
        var causes = new HashSet<ReportedCheck>(ReferenceEqualityComparer.Instance);
        var open = new Stack<ReportedCheck>([check]);
        while (open.TryPop(out var next))
        {
            foreach (var cause in checks.Where(other => other.Result.Outcome is not (Outcome.Pass or Outcome.Warn) && IsCause(other, next)))
            {
                if (causes.Add(cause))
                {
                    open.Push(cause);
                }
            }
        }

        return causes;
    }

    private static bool IsCause(ReportedCheck other, ReportedCheck check) =>
        check.Causes.Contains(other.Result.CheckId) && (other.Target is null || check.Target is null || other.Target == check.Target);

    private static List<ReportedCheck> ConsequencesOf(ReportedCheck root, IReadOnlyList<ReportedCheck> checks) =>
    [
        .. checks.Where(check => check != root
            && (check.Result.Outcome == Outcome.Fail || check.UnmetNeed is not null)
            && CausesOf(check, checks).Contains(root)),
    ];
}
