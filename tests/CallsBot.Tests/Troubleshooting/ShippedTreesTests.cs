using System.Text.RegularExpressions;
using CallsBot.Languages;
using CallsBot.Tests.Support;
using CallsBot.Troubleshooting;
using FsCheck;
using FsCheck.Fluent;
using Outcome = CallsBot.Checks.Outcome;

namespace CallsBot.Tests.Troubleshooting;

public sealed partial class ShippedTreesTests
{
    private const int MostAnswers = 7;

    private static readonly TreeCatalog Catalog = TreeCatalog.Load(KnownChecks.All);

    private static readonly Dictionary<string, CheckSignature> Checks = KnownChecks.All.ToDictionary(check => check.Id);

    /// <summary>The shortest way from the first question to each node.</summary>
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<Trigger>> Ways = WaysFrom(Whole);

    /// <summary>The tree as everybody begins it, with the nodes of all files.</summary>
    private static Tree Whole => Catalog.Get("start");

    public static TheoryData<string> Languages => new(Language.All.Select(language => language.Code));

    [Fact]
    public void Every_node_of_every_file_is_met_on_some_way_from_the_first_question()
    {
        Whole.Nodes.Keys.Except(Ways.Keys).ShouldBeEmpty();
        Catalog.All.Sum(tree => tree.Own.Count).ShouldBe(Whole.Nodes.Count);
    }

    [Fact]
    public void From_every_answer_to_the_first_questions_a_conclusion_is_at_most_seven_answers_away()
    {
        foreach (var symptom in ((AskNode)Whole.Nodes[Whole.Start]).Answers.Concat(((AskNode)Whole.Nodes["something-else"]).Answers))
        {
            // One answer has been given already, or two.
            TreeProofs.FewestAnswers(Whole, symptom.Next).ShouldNotBeNull().ShouldBeLessThanOrEqualTo(MostAnswers - 2, symptom.Id);
        }
    }

    [Fact]
    public void Every_conclusion_is_reached_without_an_endless_interrogation()
    {
        foreach (var (id, way) in Ways.Where(way => Whole.Nodes[way.Key] is ConcludeNode))
        {
            way.Count(trigger => trigger.IsByPerson).ShouldBeLessThanOrEqualTo(MostAnswers + 2, id);
        }
    }

    [Fact]
    public void Every_way_out_of_every_node_leads_where_the_tree_says()
    {
        foreach (var (id, way) in Ways)
        {
            var node = Whole.Nodes[id];
            foreach (var (exit, next) in node.Exits())
            {
                var machine = TroubleshootingMachine.Replay(Whole, way);
                machine.Current.Id.ShouldBe(id);

                machine.TryFire(TriggerOf(node, exit)).ShouldBeTrue($"{id}: {exit}");

                machine.Current.Id.ShouldBe(next, $"{id}: {exit}");
            }
        }
    }

    [Fact]
    public void Every_result_of_every_check_leads_on()
    {
        foreach (var node in Whole.Nodes.Values.OfType<CheckNode>())
        {
            foreach (var (outcome, code) in Results(Checks[node.Check]))
            {
                TroubleshootingMachine.Replay(Whole, Ways[node.Id]).TryFire(new Checked(node.Id, outcome, code))
                    .ShouldBeTrue($"{node.Id}: {outcome} {code}");
            }
        }
    }

    /// <summary>Whoever says something else when asked again comes to an end, whatever they say and whatever checks find.</summary>
    [Fact]
    public void Every_walk_ends() =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            seed =>
            {
                var random = new Random(seed);
                var role = seed % 2 == 0 ? FactNames.Administrator : FactNames.User;
                var machine = TroubleshootingMachine.Begin(Whole);
                var said = new HashSet<(string, string?)>();
                while (machine.Current is not ConcludeNode)
                {
                    machine.History.Count.ShouldBeLessThan(400, Describe(machine));
                    var automatic = machine.Automatic(role, (_, left) => left[random.Next(left.Count)]);
                    List<Trigger> all = automatic is not null ? [automatic] : [.. TriggersAt(machine.Current)];
                    List<Trigger> unsaid = [.. all.Where(trigger => !said.Contains((trigger.NodeId, trigger.Value)))];
                    var choices = unsaid.Count > 0 ? unsaid : all;
                    var next = choices[random.Next(choices.Count)];
                    said.Add((next.NodeId, next.Value));
                    machine.TryFire(next).ShouldBeTrue();
                }

                return true;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Going_back_from_anywhere_returns_to_the_question_that_was_answered_last()
    {
        foreach (var walk in Walks())
        {
            var here = walk.Current.Id;
            var last = walk.History.LastOrDefault(trigger => trigger.IsByPerson);

            walk.TryFire(new WentBack(here)).ShouldBe(last is not null);

            walk.Current.Id.ShouldBe(last?.NodeId ?? here);
            walk.Path.ShouldBe(walk.Path.TakeWhile(step => step.Trigger != last));
        }
    }

    [Fact]
    public void Starting_over_from_anywhere_returns_to_the_start_and_forgets_all_facts()
    {
        foreach (var walk in Walks())
        {
            walk.TryFire(new StartedOver(walk.Current.Id)).ShouldBeTrue();

            walk.Current.Id.ShouldBe(walk.Tree.Start);
            walk.Path.ShouldBeEmpty();
            walk.Facts.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Every_walk_is_rebuilt_from_what_is_stored_of_it()
    {
        foreach (var walk in Walks())
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
    public void End_users_are_never_shown_a_node_that_has_commands_and_nothing_for_them()
    {
        // The bot knows who administers the server; the question is for the terminal and for those it cannot look up.
        var forUsers = ReachedBy(FactNames.User);
        forUsers.Select(id => Whole.Nodes[id]).Where(node => node.Interrupts && node is AskNode or CollectNode).Select(node => node.Id).ShouldBeEmpty();
    }

    [Fact]
    public void Every_text_that_stops_or_restarts_something_is_marked_or_says_what_that_does_to_running_calls()
    {
        var stopping = Whole.Nodes.Values.Where(node => node.AdminText is { } text && Stops().IsMatch(text)).ToList();

        stopping.Count.ShouldBeGreaterThan(8);
        stopping.Where(node => !node.Interrupts && !Warns().IsMatch(node.AdminText!)).Select(node => node.Id).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Texts_for_everyone_name_no_host_address_or_command(string language)
    {
        foreach (var id in Whole.Nodes.Keys)
        {
            var node = Whole.In(Language.For(language), id);
            ForAdministrators().Matches(WordsOnTheScreen().Replace(node.Text, "")).Select(match => match.Value).ShouldBeEmpty(node.Id);
        }
    }

    [Fact]
    public void Every_open_conclusion_that_support_would_hear_of_tells_an_administrator_more_than_everyone_else()
    {
        Whole.Nodes.Values.OfType<ConcludeNode>()
            .Where(node => node is { Resolved: false, OffersTicket: true, AdminText: null })
            .Select(node => node.Id)
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_conclusion_names_a_cause_of_its_own()
    {
        Whole.Nodes.Values.OfType<ConcludeNode>().Select(node => node.Cause).ShouldBeUnique();
    }

    [Fact]
    public void A_tree_bears_the_name_of_its_file()
    {
        TreeCatalog.Shipped().Keys.ShouldBe(Catalog.All.Select(tree => $"{tree.Id}.yaml"), ignoreOrder: true);
    }

    [Fact]
    public void Every_text_is_there_in_every_language_and_none_is_left_over()
    {
        Catalog.TranslationFaults().Select(fault => fault.ToString()).ShouldBeEmpty();
    }

    [Fact]
    public void The_drawings_in_the_documentation_are_those_of_the_trees()
    {
        var folder = Path.Combine(Repository.Root, "docs", "trees");
        var drawn = TreePages.Of(Catalog.All);

        Directory.EnumerateFiles(folder).Select(Path.GetFileName).ShouldBe(drawn.Keys, ignoreOrder: true);
        foreach (var (name, text) in drawn)
        {
            File.ReadAllText(Path.Combine(folder, name)).ShouldBe(text, $"run `callsbot trees graph --output docs/trees`: {name}");
        }
    }

    /// <summary>A walk to every node.</summary>
    internal static IEnumerable<TroubleshootingMachine> Walks() => Ways.Values.Select(way => TroubleshootingMachine.Replay(Whole, way));

    /// <summary>What can happen at a node: each answer, and one result of a check for each node that it leads to.</summary>
    internal static IEnumerable<Trigger> TriggersAt(Node node) => node.Exits().DistinctBy(way => node is CheckNode ? way.Next : way.Exit.ToString())
        .Select(way => TriggerOf(node, way.Exit));

    private static Trigger TriggerOf(Node node, Exit exit) => node switch
    {
        AskNode { As: FactNames.Role } => new Found(node.Id, exit.Value),
        AskNode => new Answered(node.Id, exit.Value),
        TryNode => new Chosen(node.Id, exit == Exit.NoneLeft ? "" : exit.Value),
        CollectNode => exit == Exit.Skipped ? new Skipped(node.Id) : new Collected(node.Id, "pasted"),
        InstructNode => new Helped(node.Id, exit == Exit.Helped),
        CheckNode check when OutcomeWords.All.TryGetValue(exit.Value, out var outcome) => new Checked(node.Id, outcome, CodeWithoutExit(check, outcome)),
        CheckNode check => new Checked(node.Id, Checks[check.Check].ReasonCodes[exit.Value], exit.Value),
        _ => throw new ArgumentException(node.Id),
    };

    private static string? CodeWithoutExit(CheckNode check, Outcome outcome) =>
        Checks[check.Check].ReasonCodes.FirstOrDefault(code => code.Value == outcome && !check.ReasonExits.ContainsKey(code.Key)).Key;

    private static IEnumerable<(Outcome Outcome, string? Code)> Results(CheckSignature check) =>
        check.ReasonCodes.Select(code => (code.Value, (string?)code.Key))
            .Append((Outcome.Pass, null))
            .Append((Outcome.Inconclusive, "deadline"));

    private static Dictionary<string, IReadOnlyList<Trigger>> WaysFrom(Tree tree)
    {
        var ways = new Dictionary<string, IReadOnlyList<Trigger>> { [tree.Start] = [] };
        var open = new PriorityQueue<string, int>([(tree.Start, 0)]);
        while (open.TryDequeue(out var id, out _))
        {
            var node = tree.Nodes[id];
            foreach (var (exit, next) in node.Exits())
            {
                IReadOnlyList<Trigger> way = [.. ways[id], TriggerOf(node, exit)];
                if (ways.TryAdd(next, way))
                {
                    open.Enqueue(next, way.Count);
                }
            }
        }

        return ways;
    }

    private static HashSet<string> ReachedBy(string role)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([Whole.Start]);
        while (open.TryPop(out var id))
        {
            if (reached.Add(id))
            {
                foreach (var (exit, next) in Whole.Nodes[id].Exits().Where(way => Whole.Nodes[id] is not AskNode { As: FactNames.Role } || way.Exit.Value == role))
                {
                    open.Push(next);
                }
            }
        }

        return reached;
    }

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
