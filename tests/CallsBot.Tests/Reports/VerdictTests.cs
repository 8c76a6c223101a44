using CallsBot.Checks;
using CallsBot.Reports;

namespace CallsBot.Tests.Reports;

public sealed class VerdictTests
{
    [Fact]
    public void The_root_is_the_failure_that_no_other_failure_explains()
    {
        var verdict = Verdict.Of(
        [
            SomeReport.Check("media", Outcome.Fail, ["candidates"]),
            SomeReport.Check("candidates", Outcome.Fail, ["session"]),
            SomeReport.Check("session", Outcome.Pass),
        ]);

        verdict.Outcome.ShouldBe(Outcome.Fail);
        verdict.Root!.Result.CheckId.ShouldBe("candidates");
        Ids(verdict.Consequences).ShouldBe(["media"]);
        verdict.Others.ShouldBeEmpty();
        verdict.Confidence.ShouldBe(Confidence.High);
    }

    [Fact]
    public void What_was_not_run_for_want_of_the_root_is_its_consequence_over_any_number_of_steps()
    {
        var verdict = Verdict.Of(
        [
            SomeReport.Check("dns", Outcome.Fail),
            SomeReport.Check("tcp", Outcome.Skipped, ["dns"], unmetNeed: "dns"),
            SomeReport.Check("media", Outcome.Skipped, ["tcp"], unmetNeed: "tcp"),
            SomeReport.Check("offloader", Outcome.Skipped),
        ]);

        Ids(verdict.Consequences).ShouldBe(["tcp", "media"]);
        Ids(verdict.Untested).ShouldBe(["offloader"]);
    }

    [Fact]
    public void Of_two_causes_the_one_that_explains_more_is_the_root_and_the_other_is_named_and_certainty_falls()
    {
        var verdict = Verdict.Of(
        [
            SomeReport.Check("offloader", Outcome.Fail),
            SomeReport.Check("candidates", Outcome.Fail),
            SomeReport.Check("media", Outcome.Fail, ["candidates"]),
        ]);

        verdict.Root!.Result.CheckId.ShouldBe("candidates");
        Ids(verdict.Others).ShouldBe(["offloader"]);
        verdict.Confidence.ShouldBe(Confidence.Medium);
    }

    [Fact]
    public void What_passed_hands_no_failure_on()
    {
        var verdict = Verdict.Of(
        [
            SomeReport.Check("plugin", Outcome.Fail),
            SomeReport.Check("target", Outcome.Pass, ["plugin"]),
            SomeReport.Check("version", Outcome.Fail, ["target"]),
        ]);

        verdict.Root!.Result.CheckId.ShouldBe("plugin");
        verdict.Consequences.ShouldBeEmpty();
        Ids(verdict.Others).ShouldBe(["version"]);
    }

    [Fact]
    public void A_warning_explains_no_failure()
    {
        var verdict = Verdict.Of(
            [SomeReport.Check("candidates", Outcome.Warn), SomeReport.Check("media", Outcome.Fail, ["candidates"])]);

        verdict.Root!.Result.CheckId.ShouldBe("media");
        verdict.Consequences.ShouldBeEmpty();
    }

    [Fact]
    public void What_was_concluded_and_not_seen_is_only_likely() =>
        Verdict.Of([SomeReport.Check("udp", Outcome.Fail, inferred: true)]).Confidence.ShouldBe(Confidence.Medium);

    [Fact]
    public void One_rtcd_does_not_explain_what_fails_at_another()
    {
        var verdict = Verdict.Of(
        [
            SomeReport.Check("dns", Outcome.Fail, target: "one"),
            SomeReport.Check("socket", Outcome.Fail, ["dns"], target: "two"),
        ]);

        verdict.Consequences.ShouldBeEmpty();
        Ids(verdict.Others).ShouldBe(["socket"]);
    }

    [Theory]
    [InlineData("Pass", "Pass")]
    [InlineData("Pass Skipped", "Pass")]
    [InlineData("Pass Warn", "Warn")]
    [InlineData("Pass Inconclusive", "Inconclusive")]
    [InlineData("Warn Inconclusive", "Inconclusive")]
    [InlineData("Warn Inconclusive Fail", "Fail")]
    [InlineData("Skipped", "Inconclusive")]
    [InlineData("", "Inconclusive")]
    public void A_run_comes_to_the_worst_that_was_found_and_never_to_a_pass_with_a_gap(string outcomes, string expected) =>
        Verdict.Of([.. outcomes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((outcome, index) => SomeReport.Check($"c{index}", Enum.Parse<Outcome>(outcome)))]).Outcome.ToString().ShouldBe(expected);

    [Fact]
    public void A_cancelled_run_has_a_gap()
    {
        var cancelled = SomeReport.Check("media", Outcome.Skipped);
        cancelled = cancelled with { Result = cancelled.Result with { ReasonCode = CheckSchedule.Cancelled } };

        Verdict.Of([SomeReport.Check("dns", Outcome.Pass), cancelled]).Outcome.ShouldBe(Outcome.Inconclusive);
    }

    [Fact]
    public void Nothing_tested_is_said_so() =>
        ReportWords.English.Headline(Verdict.Of([SomeReport.Check("a", Outcome.Skipped)])).ShouldBe("Nothing could be tested.");

    private static IEnumerable<string> Ids(IEnumerable<ReportedCheck> checks) => checks.Select(check => check.Result.CheckId);
}
