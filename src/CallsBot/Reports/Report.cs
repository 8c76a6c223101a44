using CallsBot.Checks;

namespace CallsBot.Reports;

/// <summary>What a diagnosis found. The same report is shown in chat, in a terminal and as files.</summary>
/// <param name="RunId">Names the run in chat, logs and tickets.</param>
/// <param name="ProgramVersion">The version of CallsBot.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Duration">From the start to the last result.</param>
/// <param name="Checks">In the order in which a call uses what they look at, the first RTCD's before the next one's.</param>
/// <param name="Verdict">What it comes to.</param>
/// <param name="Inventory">What was learned about the installation, such as versions.</param>
internal sealed record Report(
    string RunId,
    string ProgramVersion,
    DateTimeOffset StartedAt,
    TimeSpan Duration,
    IReadOnlyList<ReportedCheck> Checks,
    Verdict Verdict,
    IReadOnlyList<Evidence> Inventory)
{
    public IEnumerable<ReportedCheck> With(Outcome outcome) => Checks.Where(check => check.Result.Outcome == outcome);
}

/// <summary>A check and how it ended, in a report.</summary>
/// <param name="Result">What was found.</param>
/// <param name="Title">What was looked at.</param>
/// <param name="Group">The part of the installation.</param>
/// <param name="Covers">Ids of the troubleshooting items and vendor checks that it answers.</param>
/// <param name="Causes">Ids of the checks that it needs or whose failure explains one of it.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Target">The RTCD that it looked at, when there are several; without credentials.</param>
/// <param name="UnmetNeed">Id of the check that kept it from being run; null when it was run.</param>
internal sealed record ReportedCheck(
    CheckResult Result,
    string Title,
    CheckGroup Group,
    IReadOnlyList<string> Covers,
    IReadOnlyList<string> Causes,
    TimeSpan Duration,
    string? Target,
    string? UnmetNeed)
{
    public static ReportedCheck From(CheckEnd end, string? target) => new(
        end.Result,
        end.Check.Title,
        end.Check.Group,
        end.Check.Covers,
        [.. end.Check.Needs, .. end.Check.ExplainedBy],
        end.Duration,
        target,
        end.UnmetNeed);
}
