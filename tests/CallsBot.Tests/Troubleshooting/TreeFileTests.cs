using System.Runtime.CompilerServices;
using CallsBot.Troubleshooting;
using FsCheck;
using FsCheck.Fluent;
using Outcome = CallsBot.Checks.Outcome;

namespace CallsBot.Tests.Troubleshooting;

public sealed class TreeFileTests
{
    private static readonly CheckSignature Ping =
        KnownChecks.Signature("ping", (Outcome.Fail, ["refused", "silent"]), (Outcome.Skipped, ["no-host"]));

    private const string Sound =
        """
        id: sound
        title: A sound tree
        start: what
        nodes:
          what:
            title: What
            ask: What is it?
            adminText: What is it, on the server?
            items: [A1.2, X8, 1.6.3, 2B.2.1, G1b]
            answers:
              - { id: host, label: The host, next: ping-host, words: [machine, server*] }
              - { id: file, label: A file, next: which }
          ping-host:
            title: Ping
            check: ping
            text: Pinging.
            exits:
              pass: switch-on
              refused, silent: broken
              inconclusive, skipped: which
          which:
            title: Which
            collect: Which file?
            as: the-file
            next: switch-on
            skip: broken
          switch-on:
            title: Switch on
            instruct: Switch it on.
            helped: fixed
            notHelped: broken
          fixed: { title: Fixed, conclude: It works., cause: was-off, resolved: true }
          broken: { title: Broken, conclude: It is broken., cause: broken, ticket: true }
        """;

    [Fact]
    public void A_sound_file_becomes_a_tree()
    {
        var tree = TreeFile.Parse("sound.yaml", Sound, [Ping]);

        tree.Id.ShouldBe("sound");
        tree.Start.ShouldBe("what");
        tree.Nodes.Keys.ShouldBe(["what", "ping-host", "which", "switch-on", "fixed", "broken"]);
        tree.Items.ShouldBe(["A1.2", "G1b", "X8", "1.6.3", "2B.2.1"]);

        var ask = tree.Nodes["what"].ShouldBeOfType<AskNode>();
        ask.TextFor(administrator: false).ShouldBe("What is it?");
        ask.TextFor(administrator: true).ShouldBe("What is it, on the server?");
        ask.Answers.Select(answer => answer.Next).ShouldBe(["ping-host", "which"]);
        ask.Answers[0].Words.ShouldBe(["machine", "server*"]);

        var check = tree.Nodes["ping-host"].ShouldBeOfType<CheckNode>();
        check.TextFor(administrator: true).ShouldBe("Pinging.");
        check.OutcomeExits.ShouldBe(new Dictionary<Outcome, string>
        {
            [Outcome.Pass] = "switch-on",
            [Outcome.Inconclusive] = "which",
            [Outcome.Skipped] = "which",
        });
        check.ReasonExits.ShouldBe(new Dictionary<string, string> { ["refused"] = "broken", ["silent"] = "broken" });

        tree.Nodes["which"].ShouldBeOfType<CollectNode>().ShouldSatisfyAllConditions(
            node => node.As.ShouldBe("the-file"), node => node.Next.ShouldBe("switch-on"), node => node.Skip.ShouldBe("broken"));
        tree.Nodes["switch-on"].ShouldBeOfType<InstructNode>().ShouldSatisfyAllConditions(
            node => node.Helped.ShouldBe("fixed"), node => node.NotHelped.ShouldBe("broken"));
        tree.Nodes["fixed"].ShouldBeOfType<ConcludeNode>().ShouldSatisfyAllConditions(
            node => node.Cause.ShouldBe("was-off"), node => node.Resolved.ShouldBeTrue(), node => node.OffersTicket.ShouldBeFalse());
        tree.Nodes["broken"].ShouldBeOfType<ConcludeNode>().ShouldSatisfyAllConditions(
            node => node.Resolved.ShouldBeFalse(), node => node.OffersTicket.ShouldBeTrue());
    }

    [Fact]
    public void Every_fault_of_a_file_is_reported_at_once_with_its_line()
    {
        const string yaml =
            """
            id: Broken Tree
            start: begin
            author: nobody
            nodes:
              what:
                title: What
                ask: What is it?
                items: [a1, A1.2]
                mood: sad
                answers:
                  - { id: host, label: The host, next: ping-host, words: [it, "?!"] }
                  - { id: host, label: Back, next: nowhere, words: [it] }
                  - { label: The host, next: which }
              ping-host:
                title: Ping
                check: ping
                text: ""
                exits: { pass: lost, warn: lost, refused: lost, melted: lost }
              pong:
                title: Pong
                check: pong
                text: Ponging.
                exits: { pass: lost, inconclusive: [] }
              which:
                title: Which
                title: Which file
                collect: Which file?
                as: The File
                next: lost
              lost:
                title: Lost
                instruct: Turn round.
                helped: which
                notHelped: lost
              island: { title: Island, conclude: Nobody comes here., cause: island, resolved: "yes" }
              what: { title: Again, conclude: Again., cause: again }
            """;

        var faults = TreeFile.Read("broken.yaml", yaml, [Ping]).Faults.Select(fault => fault.ToString());

        faults.ShouldBe(
        [
            "broken.yaml:1: id 'Broken Tree' must be kebab-case and at most 48 characters long",
            "broken.yaml:1: title is missing",
            "broken.yaml:2: start: there is no node 'begin'",
            "broken.yaml:3: 'author' is not one of id, title, start, nodes",
            "broken.yaml:5: what: 'host' leads to 'nowhere', and there is no such node",
            "broken.yaml:8: what: 'a1' is not an item id such as A1.2, X8 or 1.6.3",
            "broken.yaml:9: what: 'mood' is not one of title, ask, adminText, items, as, answers, menu, interrupts",
            "broken.yaml:11: what: '?!' in words holds no word",
            "broken.yaml:12: what: there is already an answer 'host'",
            "broken.yaml:12: what: the label 'Back' is taken by another button",
            "broken.yaml:12: what: 'it' is given for 'host' already",
            "broken.yaml:13: what: id is missing",
            "broken.yaml:13: what: the label 'The host' is taken by another button",
            "broken.yaml:14: ping-host: no way leads from here to a conclusion",
            "broken.yaml:17: ping-host: text is empty",
            "broken.yaml:18: ping-host: check 'ping' never ends in 'warn'",
            "broken.yaml:18: ping-host: check 'ping' has no outcome or reason code 'melted'",
            "broken.yaml:18: ping-host: check 'ping' can end in 'fail', and there is no exit for it, nor for its reason codes silent",
            "broken.yaml:18: ping-host: check 'ping' can end in 'inconclusive', and there is no exit for it",
            "broken.yaml:18: ping-host: check 'ping' can end in 'skipped', and there is no exit for it, nor for its reason codes no-host",
            "broken.yaml:19: pong: no way leads from here to a conclusion",
            "broken.yaml:21: pong: there is no check 'pong'",
            "broken.yaml:23: pong: exit 'inconclusive' must name a node",
            "broken.yaml:24: which: no way leads from here to a conclusion",
            "broken.yaml:26: which: 'title' is given in line 25 already",
            "broken.yaml:28: which: as 'The File' must be kebab-case and at most 48 characters long",
            "broken.yaml:30: lost: no way leads from here to a conclusion",
            "broken.yaml:35: island: resolved must be true or false",
            "broken.yaml:36: what: there is already a node of this id in line 5",
        ]);
    }

    [Fact]
    public void A_parsed_file_with_faults_throws_all_of_them()
    {
        var thrown = Should.Throw<TreeFileException>(
            () => TreeFile.Parse("sound.yaml", Sound.Replace("start: what", "start: begin").Replace("cause: broken", "cause: Broken!"), [Ping]));

        thrown.Faults.Count.ShouldBe(2);
        thrown.Message.ShouldContain("sound.yaml:3: start: there is no node 'begin'");
        thrown.Message.ShouldContain("sound.yaml:33: broken: cause 'Broken!' must be kebab-case");
    }

    /// <summary>What is changed in the sound file, and the one fault that it makes.</summary>
    public static TheoryData<string, string, string> SingleFaults => new()
    {
        { "title: A sound tree", $"title: {new string('x', 81)}", "2: title has 81 characters, and at most 80 are shown well" },
        { "label: A file", $"label: {new string('x', 41)}", "12: what: label has 41 characters, and at most 40 are shown well" },
        { "collect: Which file?", $"collect: {new string('x', 4001)}", "23: which: collect has 4001 characters, and at most 4000 are shown well" },
        { "label: A file", "label: THE  HOST!", "12: what: the label 'THE  HOST!' is taken by another button" },
        { "label: A file", "label: start over", "12: what: the label 'start over' is taken by another button" },
        { "ask: What is it?", "ask: '  '", "7: what: ask is empty" },
        { "conclude: It works.,", "", "32: fixed: needs exactly one of ask, check, collect, instruct, try, conclude" },
        { "conclude: It works.,", "conclude: It works., ask: Does it?,", "32: fixed: needs exactly one of ask, check, collect, instruct, try, conclude" },
        { "cause: was-off,", "", "32: fixed: cause is missing" },
        { "  fixed: {", "  Fixed_It: {", "32: Fixed_It: a node id is kebab-case and at most 48 characters long" },
        { "refused, silent: broken", "fail, refused, refused: broken", "19: ping-host: there is already an exit for 'refused'" },
        { "      inconclusive, skipped: which", "      skipped: which", "17: ping-host: check 'ping' can end in 'inconclusive', and there is no exit for it" },
        { "title: Ping", "title: [Ping]", "14: ping-host: title must be text" },
        { "items: [A1.2,", "items: A1.2 #", "9: what: items must be a list" },
        { "items: [A1.2,", "items: [A1.2.3,", "9: what: 'A1.2.3' is not an item id such as A1.2, X8 or 1.6.3" },
        { "items: [A1.2,", "items: [{},", "9: what: items holds something other than text" },
        { "- { id: file, label: A file, next: which }", "- a file", "12: what: an answer is a mapping with id, label, next and, if wanted, words" },
    };

    [Theory]
    [MemberData(nameof(SingleFaults))]
    public void One_slip_is_one_fault(string sound, string slip, string fault)
    {
        // Some slips also change where ways lead: that is another test's matter.
        Faults(Replace(sound, slip))
            .Where(f => !f.Contains("no way leads here", StringComparison.Ordinal) && !f.Contains("no such node", StringComparison.Ordinal))
            .ShouldBe(["f:" + fault]);
    }

    [Fact]
    public void A_node_that_nothing_leads_to_is_a_fault()
    {
        var yaml = Sound + "\n  island: { title: Island, conclude: Nobody comes., cause: island }";

        Faults(yaml).ShouldBe(["f:34: island: no way leads here from 'what'"]);
    }

    [Fact]
    public void A_loop_of_checks_is_a_fault_and_a_loop_through_a_person_is_none()
    {
        var withoutPerson = Replace("      pass: switch-on", "      pass: ping-again")
            + "\n  ping-again: { title: Again, check: ping, text: Again., exits: { pass: ping-host, fail: switch-on, inconclusive: which, skipped: which } }";
        Faults(withoutPerson).ShouldBe(
        [
            "f:13: ping-host: a loop leads back here without asking anybody",
            "f:34: ping-again: a loop leads back here without asking anybody",
        ]);

        Faults(Replace("notHelped: broken", "notHelped: ping-host")).ShouldBeEmpty();
    }

    [Fact]
    public void A_tree_without_a_conclusion_is_a_fault()
    {
        const string yaml =
            """
            id: endless
            title: Endless
            start: round
            nodes:
              round: { title: Round, instruct: Walk round., helped: round, notHelped: round }
            """;

        Faults(yaml).ShouldBe(["f: there is no conclude node", "f:5: round: no way leads from here to a conclusion"]);
    }

    [Theory]
    [InlineData(6, false, null)]
    [InlineData(7, false, "f:8: what: 7 answers are more than 6 buttons: write menu: true")]
    [InlineData(7, true, null)]
    [InlineData(25, true, null)]
    [InlineData(26, true, "f:8: what: 26 answers are more than the 25 that a menu takes")]
    public void More_answers_than_buttons_need_a_menu_and_a_menu_has_an_end(int count, bool menu, string? fault)
    {
        var answers = Enumerable.Range(1, count).Select(n => $"{{ id: a{n}, label: Answer {n}, next: end }}");
        var yaml =
            $$"""
            id: many
            title: Many
            start: what
            nodes:
              what:
                title: What
                ask: Which?
                answers: [{{string.Join(", ", answers)}}]
                menu: {{(menu ? "true" : "false")}}
              end: { title: End, conclude: The end., cause: end }
            """;

        Faults(yaml).ShouldBe(fault is null ? [] : [fault]);
    }

    [Fact]
    public void Two_nodes_cannot_keep_under_one_name()
    {
        var yaml = Replace("    next: switch-on", "    next: which-else")
            + "\n  which-else: { title: Else, collect: Which else?, as: the-file, next: switch-on }";

        Faults(yaml).ShouldBe(["f:34: which-else: 'the-file' is kept by node 'which' already"]);
    }

    [Theory]
    [InlineData("", "f: a tree file is a mapping with id, title, start and nodes")]
    [InlineData("- a\n- b", "f:1: a tree file is a mapping with id, title, start and nodes")]
    [InlineData("id: x\ntitle: y\nstart: z\nnodes: []", "f:4: nodes must be a mapping from node ids to nodes")]
    [InlineData("id: x\ntitle: y\nstart: z", "f:1: nodes is missing")]
    public void A_file_of_another_shape_says_what_it_should_be(string yaml, string fault) =>
        Faults(yaml).Where(f => !f.Contains("there is no node", StringComparison.Ordinal)).ShouldBe([fault]);

    [Theory]
    [InlineData("id: [", 2)]
    [InlineData("id: x\n\ttitle: y", 2)]
    [InlineData("id: x\nother: &a y", 2)]
    [InlineData("id: x\nother: *a", 2)]
    [InlineData("id: !!int 3", 1)]
    [InlineData("id: x\n---\nid: y", 2)]
    [InlineData("x: [a#\ny: b", 1)]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]", 1)]
    public void What_is_not_the_yaml_of_trees_is_one_fault_with_its_line(string yaml, int line)
    {
        var fault = TreeFile.Read("f", yaml, []).Faults.ShouldHaveSingleItem();

        fault.Text.ShouldStartWith("not readable as YAML: ");
        fault.Line.ShouldNotBeNull().ShouldBeInRange(line - 1, line);
    }

    [Fact]
    public void The_examples_in_the_documentation_are_written_as_it_says()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "trees.md"));
        var examples = page.Split("```").Where(block => block.StartsWith("yaml\n  ", StringComparison.Ordinal)).Select(block => block[5..]);
        var yaml = "id: page\ntitle: Page\nstart: who\nnodes:\n" + string.Concat(examples);

        var (_, faults) = TreeFile.Read("trees.md", yaml, KnownChecks.All);

        yaml.Split("title:").Length.ShouldBe(9);
        faults.Select(fault => fault.ToString())
            .Where(f => !f.Contains("no such node", StringComparison.Ordinal) && !f.Contains("no way leads here", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Fact]
    public void No_text_whatever_makes_the_reader_throw()
    {
        var lines = Sound.Split('\n');
        var cuts = Gen.Choose(0, Sound.Length).Select(length => Sound[..length]);
        var shuffles = Gen.Shuffle(lines).Select(shuffled => string.Join('\n', shuffled));
        var swaps =
            from at in Gen.Choose(0, Sound.Length - 1)
            from c in Gen.Elements('{', '}', '[', ']', ':', '-', '\n', ' ', '"', '&', '*', '#', '\0', '\t')
            select Sound[..at] + c + Sound[(at + 1)..];

        Prop.ForAll(
                Gen.OneOf(cuts, shuffles, swaps).ToArbitrary(),
                yaml =>
                {
                    var (tree, faults) = TreeFile.Read("f", yaml, [Ping]);
                    return tree is null == faults.Count > 0;
                })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static string RepositoryRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", ".."));

    private static string Replace(string sound, string slip)
    {
        Sound.ShouldContain(sound);
        return Sound.Replace(sound, slip, StringComparison.Ordinal);
    }

    private static List<string> Faults(string yaml) =>
        [.. TreeFile.Read("f", yaml, [Ping]).Faults.Select(fault => fault.ToString())];
}
