using CallsBot.Checks;
using CallsBot.Tests.Reports;
using CallsBot.Tickets;

namespace CallsBot.Tests.Tickets;

public sealed class SupportCriteriaTests
{
    [Fact]
    public void A_healthy_installation_with_steps_that_fail_for_everyone_meets_all_five()
    {
        var criteria = SupportCriteria.Of(SomeTicket.Facts());

        criteria.Select(criterion => criterion.Id).ShouldBe(["N1", "N2", "N3", "N4", "N5"]);
        criteria.ShouldAllBe(criterion => criterion.State == CriterionState.Met);
        Why(SomeTicket.Facts(), "N1").ShouldBe("The questions ended in \"Not found yet\" after 4 steps; 1 suggestion did not help.");
    }

    [Fact]
    public void What_helped_is_no_reason_to_ask_for_support()
    {
        var facts = SomeTicket.Facts() with { Walk = SomeTicket.Walk(helped: true) };

        State(facts, "N1").ShouldBe(CriterionState.NotMet);
        State(facts, "N3").ShouldBe(CriterionState.NotMet);
    }

    [Fact]
    public void Questions_that_stand_in_the_middle_do_not_meet_the_first()
    {
        var facts = SomeTicket.Facts() with { Walk = SomeTicket.Walk(ends: false) };

        State(facts, "N1").ShouldBe(CriterionState.NotMet);
        Why(facts, "N1").ShouldContain("Paste the lines");
        State(facts with { Walk = null }, "N1").ShouldBe(CriterionState.Unknown);
    }

    [Theory]
    [InlineData("only-me", Affected.Unknown, CriterionState.NotMet)]
    [InlineData("only-me", Affected.Several, CriterionState.Met)]
    [InlineData("everyone", Affected.One, CriterionState.NotMet)]
    internal void What_is_written_in_the_ticket_counts_more_than_what_was_answered_before(string scope, Affected written, CriterionState expected)
    {
        var facts = SomeTicket.Facts();
        facts = facts with { Walk = SomeTicket.Walk(scope: scope), Words = facts.Words with { Affected = written } };

        State(facts, "N2").ShouldBe(expected);
        State(facts with { Walk = null, Words = facts.Words with { Affected = Affected.Unknown } }, "N2").ShouldBe(CriterionState.Unknown);
    }

    [Fact]
    public void A_failed_test_comes_before_a_degradation_and_a_bug()
    {
        var facts = SomeTicket.Facts() with { Report = SomeReport.Mixed() };

        State(facts, "N3").ShouldBe(CriterionState.NotMet);
        Why(facts, "N3").ShouldContain("dns title");
        State(facts, "N5").ShouldBe(CriterionState.NotMet);
    }

    [Fact]
    public void A_warning_or_a_gap_leaves_open_whether_the_configuration_is_right()
    {
        foreach (var outcome in new[] { Outcome.Warn, Outcome.Inconclusive })
        {
            var facts = SomeTicket.Facts() with { Report = SomeReport.Of(SomeReport.Check("a", outcome), SomeReport.Check("b", Outcome.Pass)) };

            State(facts, "N3").ShouldBe(CriterionState.Unknown);
            State(facts, "N5").ShouldBe(CriterionState.Unknown);
        }
    }

    [Fact]
    public void Help_with_reading_is_needed_for_unclear_tests_and_for_what_was_pasted()
    {
        var clear = SomeTicket.Facts() with { Walk = SomeTicket.Walk(ends: false) };

        State(clear, "N4").ShouldBe(CriterionState.NotMet);
        Why(SomeTicket.Facts(), "N4").ShouldContain("console-lines");
        Why(clear with { Report = SomeReport.Of(SomeReport.Check("media-udp-ipv4", Outcome.Inconclusive)) }, "N4").ShouldContain("media-udp-ipv4");
        State(clear with { Report = null, Walk = null }, "N4").ShouldBe(CriterionState.Unknown);
    }

    [Fact]
    public void Without_the_tests_of_the_server_a_user_gets_to_know_that_they_are_missing()
    {
        var facts = SomeTicket.Facts() with { HasServerData = false, Report = null };

        State(facts, "N3").ShouldBe(CriterionState.Unknown);
        Why(facts, "N3").ShouldContain("administrators");
    }

    [Fact]
    public void No_steps_no_bug()
    {
        var facts = SomeTicket.Facts();
        facts = facts with { Words = facts.Words with { Steps = "no idea" } };

        State(facts, "N5").ShouldBe(CriterionState.Unknown);
    }

    private static CriterionState State(TicketFacts facts, string id) => SupportCriteria.Of(facts).Single(criterion => criterion.Id == id).State;

    private static string Why(TicketFacts facts, string id) => SupportCriteria.Of(facts).Single(criterion => criterion.Id == id).Why;
}
