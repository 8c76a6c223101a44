using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Troubleshooting;

public sealed class TreeProofsTests
{
    [Fact]
    public void A_misspelt_way_is_one_fault_and_makes_no_dead_end()
    {
        var tree = Tree(Instruct("a", "nowhere", "nowhere"));

        TreeProofs.WaysToNowhere(tree).Select(way => (way.Node.Id, way.Next)).ShouldBe([("a", "nowhere"), ("a", "nowhere")]);
        TreeProofs.DeadEnds(tree).ShouldBeEmpty();
    }

    [Fact]
    public void Nodes_that_only_lead_to_each_other_are_dead_ends()
    {
        var tree = Tree(Instruct("a", "end", "b"), Instruct("b", "c", "b"), Instruct("c", "b", "c"), End("end"));

        TreeProofs.DeadEnds(tree).ShouldBe(["b", "c"]);
    }

    [Fact]
    public void Nodes_behind_an_unreachable_node_are_unreachable_too()
    {
        var tree = Tree(Instruct("a", "end", "end"), Instruct("b", "c", "a"), Instruct("c", "end", "end"), End("end"));

        TreeProofs.Unreachable(tree).ShouldBe(["b", "c"]);
    }

    [Fact]
    public void A_loop_of_checks_is_found_and_a_way_into_it_is_not_part_of_it()
    {
        var tree = Tree(Check("a", "b"), Check("b", "c"), Check("c", "b", "end"), End("end"));

        TreeProofs.LoopsWithoutPerson(tree).ShouldBe(["b", "c"]);
    }

    [Fact]
    public void A_loop_that_asks_somebody_may_go_round()
    {
        var tree = Tree(Check("a", "b", "end"), Instruct("b", "a", "a"), End("end"));

        TreeProofs.LoopsWithoutPerson(tree).ShouldBeEmpty();
        TreeProofs.MostAnswers(tree).ShouldBeNull();
    }

    [Fact]
    public void The_longest_walk_counts_people_and_not_checks()
    {
        var tree = Tree(
            Instruct("a", "end", "b"), Check("b", "c", "end"), Instruct("c", "d", "end"), Instruct("d", "end", "end"), End("end"));

        TreeProofs.MostAnswers(tree).ShouldBe(3);
    }

    private static Tree Tree(params Node[] nodes) => new("tree", "Tree", nodes[0].Id, nodes.ToDictionary(node => node.Id));

    private static InstructNode Instruct(string id, string helped, string notHelped) =>
        new(id, id, id, null, [], helped, notHelped);

    private static CheckNode Check(string id, params string[] nexts) => new(
        id,
        id,
        id,
        null,
        [],
        "ping",
        new Dictionary<CallsBot.Checks.Outcome, string>(),
        nexts.Index().ToDictionary(next => $"code-{next.Index}", next => next.Item));

    private static ConcludeNode End(string id) => new(id, id, id, null, [], id, Resolved: false, OffersTicket: false);
}
