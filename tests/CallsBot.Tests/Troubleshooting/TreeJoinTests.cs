using CallsBot.Troubleshooting;
using Outcome = CallsBot.Checks.Outcome;

namespace CallsBot.Tests.Troubleshooting;

public sealed class TreeJoinTests
{
    private static readonly CheckSignature[] Checks =
    [
        KnownChecks.Signature("calls-in-progress", (Outcome.Warn, ["calls-running"])),
        KnownChecks.Signature("ping", (Outcome.Fail, [])),
    ];

    private const string Door =
        """
        id: door
        title: Door
        start: hall
        nodes:
          hall:
            title: Hall
            ask: Which way?
            answers:
              - { id: left,  label: Left,  next: kitchen }
              - { id: right, label: Right, next: way-out }
          way-out: { title: Out, conclude: Outside., cause: outside }
        """;

    private const string House =
        """
        id: house
        title: House
        start: kitchen
        nodes:
          kitchen: { title: Kitchen, instruct: Cook., helped: way-out, notHelped: hall }
        """;

    [Fact]
    public void Files_lead_into_each_other()
    {
        var (trees, faults) = Join(("door.yaml", Door), ("house.yaml", House));

        faults.ShouldBeEmpty();
        trees.Select(tree => (tree.Id, tree.Own.Count, tree.Nodes.Count)).ShouldBe([("door", 2, 3), ("house", 1, 3)]);
        var walk = TroubleshootingMachine.Begin(trees[0]);
        walk.TryFire(new Answered("hall", "left")).ShouldBeTrue();
        walk.TryFire(new Helped("kitchen", false)).ShouldBeTrue();
        walk.Current.Id.ShouldBe("hall");
    }

    [Theory]
    [InlineData("kitchen: {", "hall: { title: Twin, conclude: Twin., cause: twin }\n  kitchen: {", "house.yaml:5: hall: there is already a node of this id in door.yaml")]
    [InlineData("notHelped: hall", "notHelped: cellar", "house.yaml:5: kitchen: 'not helped' leads to 'cellar', and there is no such node")]
    [InlineData("id: house", "id: door", "house.yaml: the id 'door' is taken by door.yaml")]
    public void What_is_wrong_between_files_is_reported_where_it_is_written(string sound, string slip, string fault)
    {
        var (_, faults) = Join(("door.yaml", Door), ("house.yaml", House.Replace(sound, slip, StringComparison.Ordinal)));

        faults.Select(found => found.ToString()).ShouldContain(fault);
    }

    [Theory]
    [InlineData("pass", null)]
    [InlineData("inconclusive", null)]
    [InlineData("warn", "guard: 'warn' leads to 'stop', whose commands cut calls off")]
    [InlineData("calls-running", "guard: 'calls-running' leads to 'stop', whose commands cut calls off")]
    public void Commands_that_cut_calls_off_are_not_reached_while_calls_run(string exit, string? fault)
    {
        var exits = new Dictionary<string, string> { ["pass"] = "later", ["inconclusive"] = "later", ["warn"] = "later" };
        exits[exit] = "stop";

        Join(("guarded.yaml", Guarded("calls-in-progress", exits))).Faults.Select(found => found.ToString())
            .ShouldBe(fault is null ? [] : [$"guarded.yaml:5: {fault}"]);
    }

    [Fact]
    public void Commands_that_cut_calls_off_have_the_look_at_running_calls_right_before_them()
    {
        var exits = new Dictionary<string, string> { ["pass"] = "stop", ["inconclusive"] = "later", ["fail"] = "later" };

        Join(("guarded.yaml", Guarded("ping", exits))).Faults.ShouldHaveSingleItem().ToString().ShouldBe(
            "guarded.yaml:5: guard: 'pass' leads to 'stop', whose commands cut calls off; ask with check 'calls-in-progress' first");
    }

    [Fact]
    public void A_tree_whose_nearest_end_is_eight_answers_away_is_too_long()
    {
        var steps = string.Concat(Enumerable.Range(1, 8).Select(n =>
            $"  n{n}: {{ title: N, instruct: Try {n}., helped: {(n == 8 ? "end" : $"n{n + 1}")}, notHelped: n{Math.Min(n + 1, 8)} }}\n"));

        Join(("long.yaml", $"id: long\ntitle: Long\nstart: n1\nnodes:\n{steps}  end: {{ title: E, conclude: E., cause: e }}"))
            .Faults.ShouldHaveSingleItem().ToString().ShouldBe("long.yaml:5: n1: the nearest conclusion is 8 answers away; at most 7 are asked of anybody");
    }

    [Theory]
    [InlineData("try: [a, b]", "try: [a]", "causes: a try node needs a list of two causes or more")]
    [InlineData("try: [a, b]", "try: [a, b, a]", "causes: 'a' is to be tried twice")]
    [InlineData("as: role", "as: rank", null)]
    [InlineData("id: user,", "id: guest,", "who: the answers to the role are 'administrator' and 'user'")]
    public void Slips_in_causes_and_roles_are_reported(string sound, string slip, string? fault)
    {
        var faults = Join(("causes.yaml", Causes.Replace(sound, slip, StringComparison.Ordinal))).Faults;

        faults.Select(found => found.Text).Where(text => !text.Contains("no way leads", StringComparison.Ordinal))
            .ShouldBe(fault is null ? [] : [fault]);
    }

    [Fact]
    public void A_known_role_is_not_asked_for_and_causes_are_tried_one_after_the_other()
    {
        var tree = Join(("causes.yaml", Causes)).Trees.ShouldHaveSingleItem();
        var walk = TroubleshootingMachine.Begin(tree);

        Settle(walk);
        walk.Current.Id.ShouldBe("client");
        walk.TryFire(new Answered("client", "firefox"));
        Settle(walk);
        walk.Current.Id.ShouldBe("a");
        walk.TryFire(new Helped("a", false));
        Settle(walk);
        walk.Current.Id.ShouldBe("b");
        walk.TryFire(new Helped("b", false));
        Settle(walk);

        // The client was told before; the role is only asked of those whose role is not known.
        walk.Current.Id.ShouldBe("nothing");
        walk.Facts.ShouldBe(new Dictionary<string, string> { ["role"] = "user", ["client"] = "firefox" });
        walk.Path.Select(step => step.Trigger.Kind).ShouldBe(
            ["found", "answered", "chosen", "helped", "chosen", "helped", "chosen", "found"]);

        // Back leads to what the person did last, past all that the bot did.
        walk.TryFire(new WentBack("nothing")).ShouldBeTrue();
        walk.Current.Id.ShouldBe("b");
    }

    [Fact]
    public void What_the_bot_did_by_itself_is_replayed_as_it_was()
    {
        var tree = Join(("causes.yaml", Causes)).Trees.ShouldHaveSingleItem();
        var walk = TroubleshootingMachine.Begin(tree);
        Settle(walk);
        walk.TryFire(new Answered("client", "chrome"));
        walk.TryFire(new Chosen("causes", "b"));

        var again = TroubleshootingMachine.Replay(
            tree, walk.History.Select(trigger => Trigger.TryRead(trigger.Kind, trigger.NodeId, trigger.Value)!));

        again.Current.Id.ShouldBe("b");
        again.History.ShouldBe(walk.History);
        again.TryFire(new Helped("b", false));
        again.Automatic("user", (_, left) => left.ShouldHaveSingleItem()).ShouldBe(new Chosen("causes", "a"));
    }

    private const string Causes =
        """
        id: causes
        title: Causes
        start: who
        nodes:
          who:
            title: Who
            ask: Do you look after the server?
            as: role
            answers:
              - { id: administrator, label: "Yes", next: client }
              - { id: user, label: "No", next: client }
          client:
            title: Client
            ask: Which client?
            as: client
            answers:
              - { id: chrome, label: Chrome, next: causes }
              - { id: firefox, label: Firefox, next: causes }
          causes: { title: Causes, try: [a, b], then: client-again }
          a: { title: A, instruct: Try A., helped: end, notHelped: causes }
          b: { title: B, instruct: Try B., helped: end, notHelped: causes }
          client-again:
            title: Client
            ask: Which client was it?
            as: client
            answers:
              - { id: firefox, label: Firefox, next: nothing }
              - { id: other, label: Another, next: nothing }
          end: { title: End, conclude: End., cause: end, resolved: true }
          nothing: { title: Nothing, conclude: Nothing., cause: nothing }
        """;

    private static void Settle(TroubleshootingMachine walk)
    {
        while (walk.Automatic("user", (_, left) => left[0]) is { } trigger)
        {
            walk.TryFire(trigger).ShouldBeTrue();
        }
    }

    private static string Guarded(string check, Dictionary<string, string> exits) =>
        $$"""
        id: guarded
        title: Guarded
        start: guard
        nodes:
          guard: { title: Guard, check: {{check}}, text: Looking., exits: { {{string.Join(", ", exits.Select(exit => $"{exit.Key}: {exit.Value}"))}} } }
          stop: { title: Stop, instruct: Stop it., adminText: Stop it., interrupts: true, helped: later, notHelped: later }
          later: { title: Later, conclude: Later., cause: later }
        """;

    private static (IReadOnlyList<Tree> Trees, IReadOnlyList<TreeFault> Faults) Join(params (string Name, string Yaml)[] files) =>
        TreeJoin.Join([.. files.Select(file => TreeFile.ReadPart(file.Name, file.Yaml, Checks))]);
}
