using CallsBot.Troubleshooting;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Troubleshooting;

public sealed class CauseOrderTests
{
    private static readonly string[] Causes = ["first", "second", "third"];

    [Fact]
    public void Without_answers_the_order_is_the_file_s()
    {
        InOrder([]).ShouldBe(Causes);
    }

    [Fact]
    public void A_remedy_that_helps_more_often_comes_earlier()
    {
        InOrder(new() { ["third"] = new(30, 0), ["first"] = new(0, 30) }).ShouldBe(["third", "second", "first"]);
    }

    [Fact]
    public void A_few_answers_do_not_turn_the_order_round()
    {
        InOrder(new() { ["third"] = new(1, 0), ["first"] = new(0, 2) }).ShouldBe(Causes);
    }

    [Fact]
    public void One_walk_in_ten_begins_with_the_cause_that_fewest_have_answered_for()
    {
        var outcomes = new Dictionary<string, CauseOutcomes> { ["first"] = new(90, 10), ["second"] = new(3, 20) };

        Enumerable.Range(0, 100).Count(walk => CauseOrder.Choose(Causes, Causes, outcomes, walk) == "third").ShouldBe(10);
    }

    [Fact]
    public void Before_anything_is_learnt_nobody_gets_an_unlikely_cause_first()
    {
        Enumerable.Range(0, 100).Select(walk => CauseOrder.Choose(Causes, Causes, new Dictionary<string, CauseOutcomes>(), walk))
            .ShouldAllBe(cause => cause == "first");
    }

    [Fact]
    public void Every_cause_gets_its_turn_whatever_people_have_answered() =>
        Prop.ForAll(
            Gen.Choose(0, 500).ListOf(6).ToArbitrary(),
            counts =>
            {
                var outcomes = Causes.Index().ToDictionary(
                    entry => entry.Item, entry => new CauseOutcomes(counts[entry.Index * 2], counts[(entry.Index * 2) + 1]));
                return InOrder(outcomes).Order().SequenceEqual(Causes.Order());
            }).QuickCheckThrowOnFailure();

    private static List<string> InOrder(Dictionary<string, CauseOutcomes> outcomes)
    {
        List<string> left = [.. Causes], order = [];
        while (left.Count > 0)
        {
            var next = CauseOrder.Choose(Causes, left, outcomes, walk: 1);
            left.Remove(next).ShouldBeTrue();
            order.Add(next);
        }

        return order;
    }
}
