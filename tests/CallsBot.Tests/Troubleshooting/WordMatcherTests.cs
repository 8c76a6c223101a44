using CallsBot.Languages;
using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Troubleshooting;

public sealed class WordMatcherTests
{
    private static readonly Tree Tree =
        TreeCatalog.Load(KnownChecks.All).All.Single(tree => tree.Id == "start");

    [Theory]
    [InlineData("calls never connect for people outside the office", "keeps-connecting")]
    [InlineData("It keeps connecting and then nothing", "keeps-connecting")]
    [InlineData("I can’t connect to any call", "keeps-connecting")]
    [InlineData("\"timed out waiting for peer connection\"", "keeps-connecting")]
    [InlineData("the call drops after 10 seconds", "drops")]
    [InlineData("we all get disconnected after a few seconds", "drops")]
    [InlineData("there is no call button", "fails")]
    [InlineData("Error starting the plugin", "fails")]
    [InlineData("only some users in our branch", "other")]
    [InlineData("I hear nobody, no sound at all", "sound")]
    [InlineData("my mic is *always* muted", "sound")]
    [InlineData("recording and transcripts are gone", "screen")]
    [InlineData("1", "keeps-connecting")]
    [InlineData(" 2. ", "drops")]
    [InlineData("3)", "fails")]
    [InlineData("(5)", "screen")]
    [InlineData("IT KEEPS CONNECTING, THEN GIVES UP", "keeps-connecting")]
    [InlineData("keeps-connecting", "keeps-connecting")]
    [InlineData("some people", "other")]
    public void What_people_write_at_the_start_is_taken_for_the_likeliest_answer(string text, string answer) =>
        WordMatcher.Match(Tree.Nodes["what-happens"], text, Language.English).ShouldBe(new Answered("what-happens", answer));

    [Theory]
    [InlineData("who-keeps", "help me, it keeps connecting", null)]
    [InlineData("who-keeps", "it keeps connecting, only for me", "only-me")]
    [InlineData("who-keeps", "nobody gets in", "everyone")]
    [InlineData("mic-client", "my mic is dead in firefox", "firefox")]
    public void What_is_said_in_passing_answers_a_question_that_was_not_asked_yet(string node, string text, string? answer)
    {
        WordMatcher.MatchInPassing(Tree, Tree.Nodes[node].ShouldBeOfType<AskNode>(), text, Language.English)?.AnswerId.ShouldBe(answer);
        (WordMatcher.MatchInPassing(Tree, (AskNode)Tree.Nodes[node], text, Language.English) is null).ShouldBe(answer is null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("?!")]
    [InlineData("0")]
    [InlineData("7")]
    [InlineData("since yesterday my colleagues on vpn")]
    [InlineData("99999999999999999999")]
    [InlineData("hello, who are you")]
    [InlineData("skip")]
    [InlineData("yes")]
    [InlineData("disconnected, no audio")]
    [InlineData("reconnecting cables")]
    public void What_is_not_understood_or_could_mean_two_answers_means_none(string text) =>
        WordMatcher.Match(Tree.Nodes["what-happens"], text, Language.English).ShouldBeNull();

    [Theory]
    [InlineData("back")]
    [InlineData("Go back!")]
    [InlineData("previous")]
    public void Back_is_understood_everywhere(string text)
    {
        foreach (var node in Tree.Nodes.Values)
        {
            WordMatcher.Match(node, text, Language.English).ShouldBe(new WentBack(node.Id));
        }
    }

    [Theory]
    [InlineData("start over")]
    [InlineData("Start over.")]
    [InlineData("START AGAIN")]
    public void Start_over_is_understood_everywhere(string text)
    {
        foreach (var node in Tree.Nodes.Values)
        {
            WordMatcher.Match(node, text, Language.English).ShouldBe(new StartedOver(node.Id));
        }
    }

    [Theory]
    [InlineData("yes", true)]
    [InlineData("Yes!", true)]
    [InlineData("y", true)]
    [InlineData("1", true)]
    [InlineData("it works now", true)]
    [InlineData("that fixed it, thanks", true)]
    [InlineData("no", false)]
    [InlineData("Nope", false)]
    [InlineData("2", false)]
    [InlineData("it didn't help", false)]
    [InlineData("still the same", false)]
    [InlineData("it is not fixed", false)]
    [InlineData("no, it still drops", false)]
    [InlineData("doesn’t work", false)]
    [InlineData("yes but it still drops", null)]
    [InlineData("no, it works", null)]
    [InlineData("no longer drops", null)]
    [InlineData("I am not sure", null)]
    [InlineData("yes and no", null)]
    [InlineData("what do you mean", null)]
    [InlineData("3", null)]
    [InlineData("skip", null)]
    public void Whether_instructions_helped_is_read_from_words_unless_they_say_both(string text, bool? did) =>
        WordMatcher.Match(Tree.Nodes["other-network"], text, Language.English).ShouldBe(did is { } known ? new Helped("other-network", known) : null);

    [Theory]
    [InlineData("skip")]
    [InlineData("Skip this.")]
    public void Skip_is_understood_where_there_is_something_to_paste(string text) =>
        WordMatcher.Match(Tree.Nodes["console-lines"], text, Language.English).ShouldBe(new Skipped("console-lines"));

    [Theory]
    [InlineData("com.mattermost.calls: rtc peer error\n  at 12:00")]
    [InlineData("1")]
    [InlineData("yes")]
    [InlineData("I went back to the other page")]
    public void Whatever_else_is_written_there_is_what_was_pasted_to_the_letter(string text) =>
        WordMatcher.Match(Tree.Nodes["console-lines"], text, Language.English).ShouldBe(new Collected("console-lines", text));

    [Theory]
    [InlineData("rtcd-everyone")]
    [InlineData("udp-filtered")]
    public void There_is_nothing_to_answer_at_a_check_or_a_conclusion(string node) =>
        WordMatcher.Match(Tree.Nodes[node], "yes", Language.English).ShouldBeNull();

    [Theory]
    [InlineData("who-keeps", "nobody can", "everyone")]
    [InlineData("who-keeps", "just me", "only-me")]
    [InlineData("who-keeps", "not sure", "unknown")]
    [InlineData("network", "they are all at home", "outside")]
    [InlineData("in-the-way", "nginx", "web-proxy")]
    [InlineData("in-the-way", "an AWS NLB", "balancer")]
    [InlineData("config-place", "we use docker compose", "docker")]
    [InlineData("override-toml", "192.168.1.4", "private")]
    [InlineData("outer-way", "it says closed", "filtered")]
    [InlineData("recording-says", "max concurrent jobs reached", "max-jobs")]
    [InlineData("udp-test", "filtered", "filtered")]
    [InlineData("udp-test", "open|filtered", "silent")]
    [InlineData("plugin-log", "dial tcp: i/o timeout", "dial")]
    public void Answers_further_on_are_understood_in_the_words_that_people_use(string node, string text, string answer) =>
        WordMatcher.Match(Tree.Nodes[node], text, Language.English).ShouldBe(new Answered(node, answer));

    [Fact]
    public void Every_answer_is_understood_by_its_number_its_label_and_its_id()
    {
        foreach (var ask in Tree.Nodes.Values.OfType<AskNode>())
        {
            foreach (var (index, answer) in ask.Answers.Index())
            {
                WordMatcher.Match(ask, $"{index + 1}", Language.English).ShouldBe(new Answered(ask.Id, answer.Id));
                WordMatcher.Match(ask, answer.Label, Language.English).ShouldBe(new Answered(ask.Id, answer.Id));
                WordMatcher.Match(ask, answer.Id, Language.English).ShouldBe(new Answered(ask.Id, answer.Id));
            }
        }
    }
}
