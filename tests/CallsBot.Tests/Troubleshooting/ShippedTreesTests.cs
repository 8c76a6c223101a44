using System.Text.RegularExpressions;
using CallsBot.Checks;
using CallsBot.StateMachines;
using CallsBot.Tests.Support;
using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Troubleshooting;

public sealed partial class ShippedTreesTests
{
    private static readonly TreeCatalog Catalog = TreeCatalog.Load(KnownChecks.All);

    private static Tree NotConnecting => Catalog.All.Single(tree => tree.Id == "calls-not-connecting");

    [Fact]
    public void Every_walk_ends_in_a_conclusion_after_at_most_seven_answers()
    {
        foreach (var tree in Catalog.All)
        {
            var ends = new HashSet<string>();

            foreach (var walk in EveryWalk(tree).Where(walk => !TriggersAt(walk.Current).Any()))
            {
                walk.Current.ShouldBeOfType<ConcludeNode>();
                walk.History.Count(trigger => trigger.IsByPerson).ShouldBeLessThanOrEqualTo(7, Describe(walk));
                ends.Add(walk.Current.Id);
            }

            ends.ShouldBe(tree.Nodes.Values.OfType<ConcludeNode>().Select(node => node.Id), ignoreOrder: true);
            TreeProofs.MostAnswers(tree).ShouldBe(7);
        }
    }

    [Fact]
    public void Going_back_from_anywhere_returns_to_the_question_that_was_answered_last()
    {
        foreach (var walk in Catalog.All.SelectMany(EveryWalk))
        {
            var here = walk.Current.Id;
            var last = walk.History.LastOrDefault(trigger => trigger.IsByPerson);

            walk.TryFire(new WentBack(here)).ShouldBe(last is not null);

            walk.Current.Id.ShouldBe(last?.NodeId ?? here);
            walk.Path.ShouldBe(walk.Path.TakeWhile(step => step.Trigger != last));
        }
    }

    [Fact]
    public void Starting_over_from_anywhere_returns_to_the_start()
    {
        foreach (var walk in Catalog.All.SelectMany(EveryWalk))
        {
            walk.TryFire(new StartedOver(walk.Current.Id)).ShouldBeTrue();

            walk.Current.Id.ShouldBe(walk.Tree.Start);
            walk.Path.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Every_walk_is_rebuilt_from_what_is_stored_of_it()
    {
        foreach (var walk in Catalog.All.SelectMany(EveryWalk))
        {
            var stored = walk.History.Select(trigger => (trigger.Kind, trigger.NodeId, trigger.Value));

            var rebuilt = TroubleshootingMachine.Replay(
                walk.Tree, stored.Select(row => Trigger.TryRead(row.Kind, row.NodeId, row.Value).ShouldNotBeNull()));

            rebuilt.Current.ShouldBe(walk.Current);
            rebuilt.History.ShouldBe(walk.History);
            rebuilt.Path.ShouldBe(walk.Path);
        }
    }

    [Fact]
    public void Every_result_of_every_check_leads_on()
    {
        foreach (var tree in Catalog.All)
        {
            foreach (var node in tree.Nodes.Values.OfType<CheckNode>())
            {
                var before = EveryWalk(tree).First(walk => walk.Path.Any(step => step.Node == node));
                var history = before.History.TakeWhile(trigger => trigger.NodeId != node.Id).ToList();
                var signature = KnownChecks.All.Single(check => check.Id == node.Check);

                foreach (var (outcome, code) in Results(signature))
                {
                    TroubleshootingMachine.Replay(tree, history).TryFire(new Checked(node.Id, outcome, code))
                        .ShouldBeTrue($"{node.Id}: {outcome} {code}");
                }
            }
        }
    }

    [Fact]
    public void The_whole_branch_on_calls_that_do_not_connect_is_covered()
    {
        string[] items =
        [
            "A1.1", "A1.2", "A1.3", "A2.1", "A2.2", "A2.3", "A3.1", "A3.2", "A4.1", "A4.2", "X1", "X2", "X8", "X13",
        ];

        items.Except(NotConnecting.Items).ShouldBeEmpty();
    }

    [Fact]
    public void Whoever_is_told_to_stop_the_call_server_was_asked_first_whether_anybody_is_in_a_call()
    {
        foreach (var walk in EveryWalk(NotConnecting))
        {
            var test = walk.Path.ToList().FindIndex(step => step.Node.AdminText?.Contains("ncat -u -l", StringComparison.Ordinal) is true);
            if (test >= 0)
            {
                walk.Path[test - 1].Node.Items.ShouldContain("X1");
                walk.Path[test - 1].Trigger.ShouldBeOfType<Answered>().AnswerId.ShouldBe("quiet");
            }
        }
    }

    [Fact]
    public void Whoever_says_that_somebody_is_in_a_call_is_not_told_how_to_stop_the_call_server()
    {
        var ends = EveryWalk(NotConnecting)
            .Where(walk => walk.History is [.., Answered { AnswerId: "busy" }])
            .Select(walk => walk.Current)
            .Distinct()
            .ToList();

        ends.ShouldHaveSingleItem().AdminText.ShouldNotBeNull().ShouldNotMatch("systemctl stop|ncat|plugin disable");
    }

    [Fact]
    public void Every_text_that_stops_or_restarts_something_says_what_that_does_to_running_calls()
    {
        var stopping = Catalog.All.SelectMany(tree => tree.Nodes.Values)
            .Where(node => node.AdminText is { } text && Stops().IsMatch(text))
            .ToList();

        stopping.Count.ShouldBeGreaterThan(8);
        stopping.Where(node => !Warns().IsMatch(node.AdminText!)).Select(node => node.Id).ShouldBeEmpty();
    }

    [Fact]
    public void Texts_for_everyone_name_no_host_address_or_command()
    {
        foreach (var node in Catalog.All.SelectMany(tree => tree.Nodes.Values))
        {
            ForAdministrators().Matches(WordsOnTheScreen().Replace(node.Text, "")).Select(match => match.Value).ShouldBeEmpty(node.Id);
        }
    }

    [Fact]
    public void Every_open_conclusion_tells_an_administrator_more_than_everyone_else()
    {
        Catalog.All.SelectMany(tree => tree.Nodes.Values).OfType<ConcludeNode>()
            .Where(node => !node.Resolved && node.AdminText is null && node.Cause != "not-about-connecting")
            .Select(node => node.Id)
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_conclusion_names_a_cause_of_its_own()
    {
        Catalog.All.SelectMany(tree => tree.Nodes.Values).OfType<ConcludeNode>().Select(node => node.Cause).ShouldBeUnique();
    }

    [Fact]
    public void The_graph_of_calls_not_connecting_in_mermaid() =>
        Approved.Match(MermaidGraph.Format(TreeGraph.Describe(NotConnecting)));

    [Fact]
    public void The_graph_of_calls_not_connecting_in_dot() =>
        Approved.Match(UmlDotGraph.Format(TreeGraph.Describe(NotConnecting)));

    /// <summary>
    /// Every path from the start to anywhere, in which each check ends in one result for each node that it leads to.
    /// </summary>
    internal static IEnumerable<TroubleshootingMachine> EveryWalk(Tree tree)
    {
        var open = new Stack<List<Trigger>>([[]]);
        while (open.TryPop(out var history))
        {
            var machine = TroubleshootingMachine.Replay(tree, history);
            var triggers = TriggersAt(machine.Current).ToList();
            yield return machine;

            foreach (var trigger in triggers)
            {
                open.Push([.. history, trigger]);
            }
        }
    }

    internal static IEnumerable<Trigger> TriggersAt(Node node) => node switch
    {
        AskNode ask => ask.Answers.Select(answer => new Answered(node.Id, answer.Id)),
        CheckNode check => Results(KnownChecks.All.Single(known => known.Id == check.Check))
            .GroupBy(result => result.Code is { } code && check.ReasonExits.TryGetValue(code, out var next)
                ? next
                : check.OutcomeExits[result.Outcome])
            .Select(results => new Checked(node.Id, results.First().Outcome, results.First().Code)),
        CollectNode collect => collect.Skip is null
            ? [new Collected(node.Id, "pasted")]
            : [new Collected(node.Id, "pasted"), new Skipped(node.Id)],
        InstructNode => [new Helped(node.Id, true), new Helped(node.Id, false)],
        _ => [],
    };

    private static IEnumerable<(Outcome Outcome, string? Code)> Results(CheckSignature check) =>
        check.ReasonCodes.Select(code => (code.Value, (string?)code.Key))
            .Append((Outcome.Pass, null))
            .Append((Outcome.Inconclusive, "deadline"));

    private static string Describe(TroubleshootingMachine walk) =>
        string.Join(" > ", walk.History.Select(trigger => $"{trigger.NodeId}:{trigger.Value}"));

    [GeneratedRegex("systemctl (stop|restart) rtcd|plugin disable|restart (the plugin|RTCD)", RegexOptions.IgnoreCase)]
    private static partial Regex Stops();

    [GeneratedRegex("no call is running|calls end|that still run end|cuts calls off|ends every|in a call|drops calls|waits for running calls")]
    private static partial Regex Warns();

    // Bold words are those that people find on buttons and in menus.
    [GeneratedRegex(@"\*\*[^*]+\*\*")]
    private static partial Regex WordsOnTheScreen();

    [GeneratedRegex(@"https?://|```|\bYOUR_|\b\d{1,3}(\.\d{1,3}){3}\b|\b(sudo|curl|grep|systemctl|mmctl|docker|nmap|ncat|nc)\s|\bRTCD\b|\b(UDP|TCP|ICE|STUN|TURN|DNS|NAT)\b")]
    private static partial Regex ForAdministrators();
}
