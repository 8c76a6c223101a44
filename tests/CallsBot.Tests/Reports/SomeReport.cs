using CallsBot.Checks;
using CallsBot.Reports;

namespace CallsBot.Tests.Reports;

/// <summary>Reports as a run makes them, without the run.</summary>
internal static class SomeReport
{
    public static ReportedCheck Check(
        string id, Outcome outcome, string[]? causes = null, string? unmetNeed = null, string? target = null, bool inferred = false) => new(
        new CheckResult(
            id, outcome, outcome == Outcome.Pass ? null : $"{id}-code", $"{id} summary.", $"{id} detail.", [], Vantage.Bot, [])
        {
            IsInferred = inferred,
        },
        $"{id} title",
        CheckGroup.Rtcd,
        ["A1.2"],
        causes ?? [],
        TimeSpan.FromMilliseconds(12),
        target,
        unmetNeed);

    public static Report Of(params IReadOnlyList<ReportedCheck> checks) => new(
        "0123abcd",
        "9.8.7",
        new DateTimeOffset(2026, 11, 22, 9, 30, 15, TimeSpan.Zero),
        TimeSpan.FromMilliseconds(1234),
        checks,
        Verdict.Of(checks),
        [new Evidence("RTCD version", "v1.2.6")]);

    /// <summary>One of each kind: a cause with what follows from it, another failure, a warning, a gap, a pass.</summary>
    public static Report Mixed()
    {
        var root = Check("dns", Outcome.Fail);
        root = root with
        {
            Result = root.Result with
            {
                Subjects = [new SubjectResult("10.0.0.5:8045", Outcome.Fail, "refused", "connection <refused> & closed") { Duration = TimeSpan.FromMilliseconds(3) }],
                Evidence = [new Evidence("URL", "http://rtcd:8045")],
                NextSteps = [new NextStep("Start it.", "systemctl start rtcd"), new NextStep("Read the log.")],
            },
        };
        return Of(
            root,
            Check("socket", Outcome.Skipped, ["dns"], unmetNeed: "dns"),
            Check("other", Outcome.Fail),
            Check("load", Outcome.Warn),
            Check("stun", Outcome.Inconclusive),
            Check("offloader", Outcome.Skipped),
            Check("plugin", Outcome.Pass));
    }
}
