using CallsBot.Checks;
using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Probes;
using CallsBot.Tests.Support;
using CallsBot.Tests.Troubleshooting;
using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Conversations;

public sealed class NodeCardTests
{
    // Servers before 6.0 (model/post.go, PostPropsMaxRunes).
    private const int MostProps = 8_000;

    private static readonly Tree Shipped = TreeCatalog.Load(KnownChecks.All).Get(Conversation.FirstTree);

    private static readonly InstallationAddresses Addresses = new()
    {
        Rtcd = ProbeTarget.TryParse("http://rtcd.internal.example.com:8045", out var target, out _) ? target : null,
        Offloader = target,
        Mattermost = "mattermost.internal.example.com",
    };

    private readonly NodeCard _cards = new(
        new SignedTokens(Some.ConversationOptions(), TimeProvider.System), Some.ConversationOptions());

    public static TheoryData<string, bool> Readers
    {
        get
        {
            var readers = new TheoryData<string, bool>();
            foreach (var language in Language.All)
            {
                readers.Add(language.Code, true);
                readers.Add(language.Code, false);
            }

            return readers;
        }
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void Every_node_fits_on_a_card_of_every_server_with_all_its_text(string language, bool administrator)
    {
        var reader = Language.For(language);
        foreach (var node in Shipped.Nodes.Values.Where(node => node is not TryNode))
        {
            var props = _cards.For(At(node), administrator, reader, Addresses).Props.ShouldNotBeNull();

            CardProps.Length(props).ShouldBeLessThan(MostProps, node.Id);
            props.Attachments!.ShouldAllBe(attachment => attachment.Fallback!.Length > 0, node.Id);
            var shown = Shipped.In(reader, node.Id).TextFor(administrator);
            var text = administrator ? Placeholders.Fill(shown, Addresses) : shown;
            props.Attachments!.ShouldContain(attachment => attachment.Text != null && attachment.Text.Contains(text), node.Id);
        }
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void Every_card_offers_back_start_over_and_an_administrator_and_ids_that_servers_take(string language, bool administrator)
    {
        var texts = ChatTexts.In(Language.For(language));
        foreach (var node in Shipped.Nodes.Values.Where(node => node is not TryNode))
        {
            var props = _cards.For(At(node), administrator, texts.Language, Addresses).Props!;

            var actions = props.Attachments!.SelectMany(attachment => attachment.Actions ?? []).ToList();
            actions.Select(action => action.Name).ShouldBeUnique(node.Id);
            actions.Select(action => action.Id).ShouldBeUnique(node.Id);
            actions.ShouldAllBe(action => action.Id.All(char.IsAsciiLetterOrDigit) && action.Name.Length > 0 && action.Name.Length <= 40, node.Id);
            actions.Select(action => action.Name).TakeLast(3).ShouldBe([texts.BackButton, texts.StartOverButton, texts.AdministratorButton], node.Id);
            props.Attachments!.ShouldAllBe(attachment => attachment.Actions == null || attachment.Actions.Count <= 5, node.Id);
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Commands_that_cut_calls_off_are_shown_under_a_warning(bool administrator, bool warned)
    {
        var node = Shipped.Nodes.Values.First(node => node is InstructNode { Interrupts: true });

        var card = _cards.For(At(node), administrator, Language.English, Addresses).Props!.Attachments![0].Text!;

        card.StartsWith($"**{ChatTexts.English.InterruptsCalls}**\n\n", StringComparison.Ordinal).ShouldBe(warned);
    }

    [Theory]
    [InlineData(true, "**Failed**: It answered.|rtcd.example:8045 answered.|**OK**: It answered.")]
    [InlineData(false, "**Failed**: It answered.")]
    public void Trouble_comes_first_and_what_is_right_is_told_in_short(bool administrator, string shown)
    {
        var evidence = new[] { new Evidence("URL", "http://rtcd") };
        var session = Session.Begin(Some.Tree(), "user", "channel", "");
        CheckResult[] results =
        [
            Some.CheckResult(Outcome.Pass, null) with { Evidence = [new Evidence("Seen", "passed")] },
            Some.CheckResult(Outcome.Fail, "odd") with { Evidence = [.. evidence, .. evidence] },
        ];

        var card = _cards.For(Shows(session, results), administrator, Language.English, Addresses).Props!.Attachments![0];

        card.Text!.Split('\n').Where(line => line[0] is '*' or 'r').ShouldBe(shown.Split('|'));
        (card.Fields ?? []).Select(field => field.Value).ShouldBe(administrator ? ["http://rtcd"] : []);
        card.Color.ShouldBe(CardProps.Red);
    }

    [Fact]
    public void Evidence_too_long_for_a_card_goes_before_the_text_does()
    {
        var evidence = Enumerable.Range(0, 100).Select(i => new Evidence($"Address {i}", new string('x', 100))).ToList();
        var session = Session.Begin(Some.Tree(), "user", "channel", "")
            .After(new SessionStep(new Answered("first", "two"), null, "user", null))!
            .After(new SessionStep(new Checked("look", Outcome.Fail, "odd"), Some.CheckResult(Outcome.Fail, "odd") with { Evidence = evidence }, "user", null))!;

        var props = _cards.For(session, administrator: true, Language.English, Addresses).Props!;

        CardProps.Length(props).ShouldBeLessThan(MostProps);
        props.Attachments![0].Text.ShouldBe("**Failed**: It answered.\nrtcd.example:8045 answered.\n- Ask again.\n```\ncurl http://rtcd.example:8045/version\n```");
        props.Attachments[1].Text.ShouldBe("That was it.");
    }

    [Theory]
    [InlineData("de", "Was ich gefunden habe", "**Fehlgeschlagen**: Der Anrufserver ist zu alt für das Calls-Plugin.")]
    [InlineData("ja", "わかったこと", "**失敗**：通話サーバーは Calls プラグインに対して古すぎます。")]
    public void What_was_found_and_the_buttons_are_in_the_readers_language(string code, string title, string found)
    {
        var language = Language.For(code);
        var result = Some.CheckResult(Outcome.Fail, "odd") with { CheckId = "rtcd-version", ReasonCode = "version-too-old" };
        var session = Session.Begin(Some.Tree(), "user", "channel", "")
            .After(new SessionStep(new Answered("first", "two"), null, "user", null))!
            .After(new SessionStep(new Checked("look", Outcome.Fail, "odd"), result, "user", null))!;

        var card = _cards.For(session, administrator: false, language, Addresses).Props!.Attachments!;

        card[0].Title.ShouldBe(title);
        card[0].Text.ShouldBe(found);
        card[^1].Actions!.Select(action => action.Name).ShouldBe(
            [ChatTexts.In(language).BackButton, ChatTexts.In(language).StartOverButton, ChatTexts.In(language).AdministratorButton]);
    }

    [Fact]
    public void Words_of_the_bots_own_buttons_are_no_answers_of_a_tree() =>
        TreeFile.ReservedLabels.ShouldBe(
            [ChatTexts.English.BackButton, ChatTexts.English.StartOverButton, ChatTexts.English.AdministratorButton, ChatTexts.English.SkipButton], ignoreOrder: true);

    /// <summary>A session that begins at the node.</summary>
    private static Session At(Node node) => Session.Begin(Shipped with { Start = node.Id }, Some.Id(), "channel", "");

    /// <summary>The session with findings that came one after the other, whatever its tree says.</summary>
    private static Session Shows(Session session, IReadOnlyList<CheckResult> results) => Session.Restore(
        session.Id, session.Tree, session.UserId, session.ChannelId, session.RootId, session.PostId,
        [.. results.Select(result => new SessionStep(new Checked("look", result.Outcome, result.ReasonCode), result, "user", null))]);
}
