using CallsBot.Analysis;
using CallsBot.Checks;

namespace CallsBot.Tests.Analysis;

public sealed class FindingOrderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_cause_comes_before_what_it_explains_although_that_was_seen_first()
    {
        var consequence = Of("refused", Outcome.Fail) with { FirstAt = Noon };
        var cause = Of("stopped", Outcome.Fail, "refused") with { FirstAt = Noon.AddMinutes(1) };

        Ids(consequence, cause).ShouldBe(["stopped", "refused"]);
    }

    [Fact]
    public void Faults_come_before_warnings_and_warnings_before_what_is_well()
    {
        Ids(Of("fine", Outcome.Pass), Of("warned", Outcome.Warn), Of("untold", Outcome.Inconclusive), Of("failed", Outcome.Fail))
            .ShouldBe(["failed", "warned", "fine", "untold"]);
    }

    [Fact]
    public void The_surer_of_two_comes_first_and_of_equally_sure_ones_the_earlier()
    {
        var late = Of("late", Outcome.Fail) with { FirstAt = Noon.AddMinutes(1) };
        var early = Of("early", Outcome.Fail) with { FirstAt = Noon };
        var sure = Of("sure", Outcome.Fail) with { Certainty = Certainty.Certain, FirstAt = Noon.AddHours(1) };

        Ids(late, early, sure).ShouldBe(["sure", "early", "late"]);
    }

    [Fact]
    public void The_same_from_two_files_is_one_with_both_quotes_and_all_counts()
    {
        var one = Of("refused", Outcome.Fail) with { Quotes = [new Quote("a.log", 1, "x")], Count = 2, FirstAt = Noon };
        var two = Of("refused", Outcome.Fail) with { Quotes = [new Quote("b.log", 7, "y")], Count = 3, FirstAt = Noon.AddHours(-1) };

        var merged = FindingOrder.Of([one, two]).ShouldHaveSingleItem();

        merged.Count.ShouldBe(5);
        merged.FirstAt.ShouldBe(Noon.AddHours(-1));
        merged.Quotes.Select(quote => quote.Piece).ShouldBe(["a.log", "b.log"]);
    }

    [Fact]
    public void Findings_that_explain_each_other_are_ordered_all_the_same()
    {
        Ids(Of("a", Outcome.Fail, "b"), Of("b", Outcome.Fail, "a")).Order().ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Many_findings_that_explain_each_other_are_ordered_quickly()
    {
        var ids = Enumerable.Range(0, 40).Select(number => $"f{number}").ToArray();

        var ordered = FindingOrder.Of([.. ids.Select(id => Of(id, Outcome.Fail, ids))]);

        ordered.Count.ShouldBe(40);
    }

    private static IEnumerable<string> Ids(params Finding[] findings) => FindingOrder.Of(findings).Select(finding => finding.Id);

    private static Finding Of(string id, Outcome outcome, params string[] explains) => new(new FindingType
    {
        Id = id,
        Group = "test",
        Outcome = outcome,
        Certainty = Certainty.Likely,
        Says = id,
        Explains = explains,
    });
}
