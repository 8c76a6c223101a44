using System.Text.Json;
using CallsBot.Checks;
using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tests.Support;
using CallsBot.Tests.Troubleshooting;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.Options;

namespace CallsBot.Tests.Conversations;

public sealed class NodeCardTests
{
    // Servers before 6.0 (model/post.go, PostPropsMaxRunes).
    private const int MostProps = 8_000;

    private static readonly Tree Shipped = TreeCatalog.Load(KnownChecks.All).Get(Conversation.FirstTree);

    private readonly NodeCard _cards = new(
        new SignedTokens(Some.ConversationOptions(), TimeProvider.System), Some.ConversationOptions(),
        Options.Create(new RtcdOptions { ServiceUrl = "http://rtcd.internal.example.com:8045" }));

    public static TheoryData<string, bool> Nodes
    {
        get
        {
            var nodes = new TheoryData<string, bool>();
            foreach (var id in Shipped.Nodes.Keys)
            {
                nodes.Add(id, true);
                nodes.Add(id, false);
            }

            return nodes;
        }
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void Every_node_fits_on_a_card_of_every_server_with_all_its_text(string nodeId, bool administrator)
    {
        var node = Shipped.Nodes[nodeId];

        var props = _cards.For(At(node), administrator, Language.English).Props.ShouldNotBeNull();

        JsonSerializer.Serialize(props, MattermostJson.Default.PostProps).Length.ShouldBeLessThan(MostProps);
        props.Attachments!.ShouldAllBe(attachment => attachment.Fallback!.Length > 0);
        var text = Placeholders.Fill(node.TextFor(administrator), "http://rtcd.internal.example.com:8045");
        props.Attachments!.ShouldContain(attachment => attachment.Text != null && attachment.Text.StartsWith(administrator ? text : node.Text));
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void Every_card_offers_back_start_over_and_an_administrator_and_ids_that_servers_take(string nodeId, bool administrator)
    {
        var props = _cards.For(At(Shipped.Nodes[nodeId]), administrator, Language.English).Props!;

        var actions = props.Attachments!.SelectMany(attachment => attachment.Actions ?? []).ToList();
        actions.Select(action => action.Name).ShouldBeUnique();
        actions.Select(action => action.Id).ShouldBeUnique();
        actions.ShouldAllBe(action => action.Id.All(char.IsAsciiLetterOrDigit) && action.Name.Length > 0);
        actions.Select(action => action.Name).TakeLast(3)
            .ShouldBe([ChatTexts.English.BackButton, ChatTexts.English.StartOverButton, ChatTexts.English.AdministratorButton]);
        props.Attachments!.ShouldAllBe(attachment => attachment.Actions == null || attachment.Actions.Count <= 5);
    }

    [Fact]
    public void Evidence_too_long_for_a_card_goes_before_the_text_does()
    {
        var evidence = Enumerable.Range(0, 100).Select(i => new Evidence($"Address {i}", new string('x', 100))).ToList();
        var session = Session.Begin(Some.Tree(), "user", "channel", "")
            .After(new SessionStep(new Answered("first", "two"), null, "user", null))!
            .After(new SessionStep(new Checked("look", Outcome.Fail, "odd"), Some.CheckResult(Outcome.Fail, "odd") with { Evidence = evidence }, "user", null))!;

        var props = _cards.For(session, administrator: true, Language.English).Props!;

        JsonSerializer.Serialize(props, MattermostJson.Default.PostProps).Length.ShouldBeLessThan(MostProps);
        props.Attachments![0].Text.ShouldBe("**Failed**: It answered.\nrtcd.example:8045 answered.\n- Ask again.\n```\ncurl http://rtcd.example:8045/version\n```");
        props.Attachments[1].Text.ShouldBe("That was it.");
    }

    [Fact]
    public void Words_of_the_bots_own_buttons_are_no_answers_of_a_tree() =>
        TreeFile.ReservedLabels.ShouldBe(
            [ChatTexts.English.BackButton, ChatTexts.English.StartOverButton, ChatTexts.English.AdministratorButton, ChatTexts.English.SkipButton], ignoreOrder: true);

    /// <summary>A session that begins at the node.</summary>
    private static Session At(Node node) => Session.Begin(Shipped with { Start = node.Id }, Some.Id(), "channel", "");
}
