using CallsBot.Troubleshooting;
using FsCheck;
using FsCheck.Fluent;
using Outcome = CallsBot.Checks.Outcome;

namespace CallsBot.Tests.Troubleshooting;

public sealed class TroubleshootingMachineTests
{
    private static readonly CheckSignature Ping =
        KnownChecks.Signature("ping", (Outcome.Fail, ["refused", "silent"]), (Outcome.Skipped, ["no-host"]));

    private static readonly Tree Small = TreeFile.Parse(
        "small.yaml",
        """
        id: small
        title: Small
        start: what
        nodes:
          what:
            title: What
            ask: What is it?
            answers:
              - { id: host, label: The host, next: ping-host }
              - { id: file, label: A file,   next: which }
          ping-host:
            title: Ping
            check: ping
            text: Pinging.
            exits: { pass: ping-again, fail: switch-on, refused: broken, inconclusive: which, skipped: which }
          ping-again:
            title: Ping again
            check: ping
            text: Pinging again.
            exits: { pass: fixed, fail: switch-on, inconclusive: broken, skipped: broken }
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
          fixed:  { title: Fixed,  conclude: It works., cause: off, resolved: true }
          broken: { title: Broken, conclude: It is broken., cause: broken, ticket: true }
        """,
        [Ping]);

    [Fact]
    public void A_walk_begins_at_the_start_with_nothing_behind_it()
    {
        var machine = TroubleshootingMachine.Begin(Small);

        machine.Current.Id.ShouldBe("what");
        machine.History.ShouldBeEmpty();
        machine.Path.ShouldBeEmpty();
        machine.CanGoBack.ShouldBeFalse();
    }

    [Fact]
    public void An_answer_leads_where_the_tree_says()
    {
        var machine = After(new Answered("what", "file"));

        machine.Current.Id.ShouldBe("which");
        machine.Path.ShouldBe([new Step(Small.Nodes["what"], new Answered("what", "file"))]);
    }

    [Fact]
    public void A_reason_code_with_an_exit_wins_over_the_outcome()
    {
        After(new Answered("what", "host"), new Checked("ping-host", Outcome.Fail, "refused")).Current.Id.ShouldBe("broken");
        After(new Answered("what", "host"), new Checked("ping-host", Outcome.Fail, "silent")).Current.Id.ShouldBe("switch-on");
    }

    [Fact]
    public void A_reason_code_that_nobody_has_heard_of_goes_by_the_outcome()
    {
        After(new Answered("what", "host"), new Checked("ping-host", Outcome.Inconclusive, "deadline")).Current.Id
            .ShouldBe("which");
    }

    [Fact]
    public void A_reason_code_that_reads_like_an_outcome_is_not_taken_for_one()
    {
        After(new Answered("what", "host"), new Checked("ping-host", Outcome.Fail, "pass")).Current.Id.ShouldBe("switch-on");
    }

    [Fact]
    public void What_was_pasted_is_kept_under_its_name_until_it_is_taken_back()
    {
        var machine = After(new Answered("what", "file"), new Collected("which", "a.txt"));
        machine.Kept.ShouldBe(new Dictionary<string, string> { ["the-file"] = "a.txt" });

        machine.TryFire(new WentBack("switch-on")).ShouldBeTrue();
        machine.Current.Id.ShouldBe("which");
        machine.Kept.ShouldBeEmpty();
    }

    public static TheoryData<string, string?, string> Refused => new()
    {
        { "answered", "nothing-of-the-kind", "what" },
        { "answered", "host", "which" },
        { "checked", "pass", "what" },
        { "collected", "text", "what" },
        { "skipped", null, "what" },
        { "helped", "yes", "what" },
        { "went-back", null, "what" },
        { "went-back", null, "which" },
        { "started-over", null, "no-such-node" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_trigger_that_does_not_fit_is_refused_and_changes_nothing(string kind, string? value, string nodeId)
    {
        var machine = TroubleshootingMachine.Begin(Small);
        var trigger = Trigger.TryRead(kind, nodeId, value).ShouldNotBeNull();

        machine.CanFire(trigger).ShouldBeFalse();
        machine.TryFire(trigger).ShouldBeFalse();

        machine.Current.Id.ShouldBe("what");
        machine.History.ShouldBeEmpty();
    }

    [Fact]
    public void A_second_click_on_the_same_button_is_refused()
    {
        var machine = After(new Answered("what", "file"));

        machine.TryFire(new Answered("what", "file")).ShouldBeFalse();
        machine.Current.Id.ShouldBe("which");
    }

    [Fact]
    public void Going_back_passes_over_checks_to_the_question_before_them()
    {
        var machine = After(
            new Answered("what", "host"),
            new Checked("ping-host", Outcome.Pass, null),
            new Checked("ping-again", Outcome.Fail, "silent"));

        machine.TryFire(new WentBack("switch-on")).ShouldBeTrue();

        machine.Current.Id.ShouldBe("what");
        machine.Path.ShouldBeEmpty();
        machine.History.Count.ShouldBe(4);
        machine.CanGoBack.ShouldBeFalse();
    }

    [Fact]
    public void Going_back_is_possible_from_a_check_and_from_a_conclusion()
    {
        var atCheck = After(new Answered("what", "host"));
        atCheck.TryFire(new WentBack("ping-host")).ShouldBeTrue();
        atCheck.Current.Id.ShouldBe("what");

        var atEnd = After(new Answered("what", "file"), new Collected("which", "x"), new Helped("switch-on", true));
        atEnd.TryFire(new WentBack("fixed")).ShouldBeTrue();
        atEnd.Current.Id.ShouldBe("switch-on");
        atEnd.TryFire(new WentBack("switch-on")).ShouldBeTrue();
        atEnd.Current.Id.ShouldBe("which");
    }

    [Fact]
    public void Starting_over_forgets_the_path_and_keeps_the_history()
    {
        var machine = After(new Answered("what", "file"), new Skipped("which"));

        machine.TryFire(new StartedOver("broken")).ShouldBeTrue();

        machine.Current.Id.ShouldBe("what");
        machine.Path.ShouldBeEmpty();
        machine.CanGoBack.ShouldBeFalse();
        machine.History.Count.ShouldBe(3);
    }

    [Fact]
    public void Replay_stops_where_the_tree_has_changed_under_the_walk()
    {
        var machine = TroubleshootingMachine.Replay(
            Small, [new Answered("what", "file"), new Answered("gone", "x"), new Skipped("which")]);

        machine.Current.Id.ShouldBe("which");
        machine.History.ShouldBe([new Answered("what", "file")]);
    }

    [Theory]
    [InlineData("answered", null)]
    [InlineData("answered", "")]
    [InlineData("checked", null)]
    [InlineData("checked", "")]
    [InlineData("checked", "Pass")]
    [InlineData("checked", "0")]
    [InlineData("checked", "fail/")]
    [InlineData("collected", null)]
    [InlineData("skipped", "x")]
    [InlineData("helped", "true")]
    [InlineData("helped", null)]
    [InlineData("went-back", "x")]
    [InlineData("Answered", "x")]
    [InlineData("", "")]
    public void A_row_that_was_never_stored_so_is_not_read(string kind, string? value) =>
        Trigger.TryRead(kind, "what", value).ShouldBeNull();

    [Fact]
    public void What_was_pasted_does_not_show_in_logs() =>
        new Collected("which", "key=hunter2").ToString().ShouldBe("Collected { NodeId = which, Text = 11 characters }");

    [Fact]
    public void Every_trigger_is_read_back_as_it_was_stored()
    {
        Prop.ForAll(Triggers(), trigger => Trigger.TryRead(trigger.Kind, trigger.NodeId, trigger.Value) == trigger)
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_history_however_garbled_breaks_a_walk_and_what_fits_of_it_replays_to_the_same_place()
    {
        Prop.ForAll(
                Triggers().Generator.ListOf().ToArbitrary(),
                history =>
                {
                    var machine = TroubleshootingMachine.Begin(Small);
                    foreach (var trigger in history)
                    {
                        var (before, count) = (machine.Current, machine.History.Count);
                        var could = machine.CanFire(trigger);

                        if (could != machine.TryFire(trigger) || (!could && (machine.Current, machine.History.Count) != (before, count)))
                        {
                            return false;
                        }
                    }

                    var again = TroubleshootingMachine.Replay(Small, machine.History);
                    return again.Current == machine.Current
                        && again.History.SequenceEqual(machine.History)
                        && again.Path.SequenceEqual(machine.Path)
                        && again.CanGoBack == machine.CanGoBack;
                })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static TroubleshootingMachine After(params Trigger[] history)
    {
        var machine = TroubleshootingMachine.Replay(Small, history);
        machine.History.ShouldBe(history);
        return machine;
    }

    private static Arbitrary<Trigger> Triggers()
    {
        var nodes = Gen.Elements([.. Small.Nodes.Keys, "gone", ""]);
        var words = Gen.Elements("host", "file", "a.txt", "pass", "yes", "ü/", "1");
        var outcomes = Gen.Elements(Enum.GetValues<Outcome>());
        var codes = Gen.Elements("refused", "silent", "deadline", null, "pass");

        return Gen.OneOf(
                from node in nodes from word in words select (Trigger)new Answered(node, word),
                from node in nodes from outcome in outcomes from code in codes select (Trigger)new Checked(node, outcome, code),
                from node in nodes from word in words select (Trigger)new Collected(node, word),
                from node in nodes select (Trigger)new Skipped(node),
                from node in nodes from did in Gen.Elements(true, false) select (Trigger)new Helped(node, did),
                from node in nodes select (Trigger)new WentBack(node),
                from node in nodes select (Trigger)new StartedOver(node))
            .ToArbitrary();
    }
}
