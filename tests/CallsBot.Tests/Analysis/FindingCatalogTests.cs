using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Tests.Troubleshooting;
using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Analysis;

public sealed class FindingCatalogTests
{
    private const string Sound = """
        rtcd-away:
          group: network
          outcome: fail
          certainty: likely
          says: The call server is away.
          cause: It was stopped.
          do: Start it.
          logs: [mattermost-log]
          match: ["connection refused"]
        """;

    private static readonly Tree Tree = TreeCatalog.Load(KnownChecks.All).Get(Conversation.FirstTree);

    [Fact]
    public void A_session_is_led_only_to_nodes_that_there_are_and_that_cut_off_no_call()
    {
        var led = FindingCatalog.Shipped.All.Where(type => type.Node is not null).ToList();

        led.Count.ShouldBeGreaterThan(30);
        led.Where(type => !Tree.Nodes.ContainsKey(type.Node!)).Select(type => $"{type.Id} leads to {type.Node}, which is no node").ShouldBeEmpty();
        led.Where(type => Tree.Nodes[type.Node!].Interrupts).Select(type => $"{type.Id} leads to {type.Node}, which cuts off calls").ShouldBeEmpty();
        led.Where(type => Tree.Nodes[type.Node!] is ConcludeNode { Resolved: true }).Select(type => $"{type.Id} leads to {type.Node}, which says that it is mended").ShouldBeEmpty();
        led.Where(type => type.Outcome == Outcome.Pass).Select(type => $"{type.Id} is no fault and leads to {type.Node}").ShouldBeEmpty();
    }

    [Fact]
    public void Findings_name_only_items_of_the_troubleshooting_page_and_the_guide()
    {
        var coverage = Coverage.Of(Coverage.EmbeddedText, new Dictionary<string, IReadOnlyList<string>>(), new Dictionary<string, IReadOnlyList<string>>());
        var known = coverage.Items.Concat(coverage.Vendor).Select(item => item.Id).ToHashSet();

        FindingCatalog.Shipped.All
            .SelectMany(type => type.Items.Where(item => !known.Contains(item) && !item.StartsWith('X')).Select(item => $"{type.Id}: {item}"))
            .ShouldBeEmpty();
    }

    [Fact]
    public void What_anyone_reads_holds_no_command_and_no_address()
    {
        FindingCatalog.Shipped.All
            .SelectMany(type => new[] { type.Says, type.User }.OfType<string>().Select(text => (type.Id, Text: text)))
            .Where(entry => entry.Text.Contains("sudo ", StringComparison.Ordinal) || System.Text.RegularExpressions.Regex.IsMatch(entry.Text, @"\d+\.\d+\.\d+\.\d+|\{(host|address|ip)\}"))
            .Select(entry => $"{entry.Id}: {entry.Text}")
            .ShouldBeEmpty();
    }

    [Fact]
    public void There_are_more_than_eighty_signatures()
    {
        FindingCatalog.Shipped.All.Count(type => type.Signature is not null).ShouldBeGreaterThan(80);
    }

    [Fact]
    public void Every_kind_of_evidence_has_a_name()
    {
        KindNames.In(Language.English).Words.ShouldBe(Enum.GetValues<PieceKind>().Select(PieceKinds.WordOf), ignoreOrder: true);
    }

    [Theory]
    [InlineData("group: network", "group: Net Work", "has no group")]
    [InlineData("outcome: fail", "outcome: broken", "has the outcome 'broken'")]
    [InlineData("certainty: likely", "certainty: sure", "has the certainty 'sure'")]
    [InlineData("  do: Start it.\n", "", "has no cause, or nothing to do")]
    [InlineData("[\"connection refused\"]", "[\"err\"]", "matches 'err'")]
    [InlineData("[\"connection refused\"]", "[\"verbindung abgelehnt ö\"]", "not ASCII")]
    [InlineData("logs: [mattermost-log]", "logs: [the-log]", "looks in 'the-log'")]
    [InlineData("  logs: [mattermost-log]\n", "", "has half a signature")]
    [InlineData("  match:", "  where: '(a'\n  match:", "no regular expression")]
    [InlineData("  match:", "  explains: [nothing]\n  match:", "rtcd-away explains nothing")]
    [InlineData("  match:", "  colour: red\n  match:", "colour")]
    public void A_faulty_entry_is_refused_with_the_reason(string part, string instead, string reason)
    {
        Should.NotThrow(() => FindingCatalog.Read([("sound.yaml", Sound)]));

        var text = Sound.ReplaceLineEndings("\n");
        text.ShouldContain(part);
        Should.Throw<FormatException>(() => FindingCatalog.Read([("faulty.yaml", text.Replace(part, instead, StringComparison.Ordinal))])).Message.ShouldContain(reason);
    }

    [Fact]
    public void An_entry_that_is_in_two_files_is_refused()
    {
        Should.Throw<FormatException>(() => FindingCatalog.Read([("one.yaml", Sound), ("two.yaml", Sound)])).Message.ShouldContain("rtcd-away is there twice");
    }
}
