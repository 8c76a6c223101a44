using CallsBot.Languages;
using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Troubleshooting;

public sealed class TreeTranslationTests
{
    private static readonly Tree English = TreeFile.Parse(
        "small.yaml",
        """
        id: small
        title: Small
        start: what
        nodes:
          what:
            title: What
            ask: Which of `ufw` and `nft` is it?
            answers:
              - { id: one, label: The one, next: fix, words: [first] }
              - { id: two, label: The other, next: end }
          fix:
            title: Mend it
            instruct: Have it mended.
            adminText: |
              Run it on YOUR_RTCD_SERVER:

              ```
              sudo ufw status
              ```
            helped: end
            notHelped: end
          end: { title: End, conclude: The end., cause: end }
        """,
        KnownChecks.All);

    private const string German =
        """
        title: Klein
        nodes:
          what:
            title: Was
            text: Was ist es, `nft` oder `ufw`?
            answers:
              one: { label: Das eine, words: [erstes, das erste] }
              two: { label: Das andere }
          fix:
            title: Beheben
            text: Lassen Sie es beheben.
            adminText: |
              Auf YOUR_RTCD_SERVER ausführen:

              ```
              sudo ufw status
              ```
          end: { title: Ende, text: Das Ende. }
        """;

    [Fact]
    public void Texts_come_from_the_translation_and_ways_from_the_tree()
    {
        var (tree, faults) = TreeTranslation.Read("de/small.yaml", German, English);

        faults.ShouldBeEmpty();
        tree.Title.ShouldBe("Klein");
        var what = tree.Nodes["what"].ShouldBeOfType<AskNode>();
        what.Text.ShouldBe("Was ist es, `nft` oder `ufw`?");
        what.Answers.Select(answer => (answer.Id, answer.Label, answer.Next)).ShouldBe([("one", "Das eine", "fix"), ("two", "Das andere", "end")]);
        what.Answers[0].Words.ShouldBe(["erstes", "das erste"]);
        tree.Nodes["fix"].ShouldBeOfType<InstructNode>().Helped.ShouldBe("end");
        tree.Nodes["end"].ShouldBeOfType<ConcludeNode>().Cause.ShouldBe("end");
    }

    [Theory]
    [InlineData("    title: Was\n", "", "de/small.yaml:4: what: title is missing or empty")]
    [InlineData("  end: { title: Ende, text: Das Ende. }", "", "de/small.yaml:1: end: is missing")]
    [InlineData("  end:", "  ende: { title: Ende, text: Das Ende. }\n  end:", "de/small.yaml:18: ende: the tree has no such node with texts")]
    [InlineData("text: Das Ende.", "text: Das Ende., adminText: Wirklich.", "de/small.yaml:18: end: 'adminText' is left over: there are title, text")]
    [InlineData("      two: { label: Das andere }", "", "de/small.yaml:6: what: the answer 'two' is missing, is there twice, or is no mapping")]
    [InlineData("two: {", "three: { label: Das dritte }\n      two: {", "de/small.yaml:8: what: the tree has no answer 'three'")]
    [InlineData("label: Das andere", "label: Das eine", "de/small.yaml:8: what: the label 'Das eine' is taken by another button")]
    [InlineData("sudo ufw status", "sudo ufw stand", "de/small.yaml:12: fix: adminText: the code blocks differ from the English ones")]
    [InlineData("`nft`", "nft", "de/small.yaml:5: what: text: the words in backticks differ from the English ones: `nft` is missing")]
    [InlineData("Auf YOUR_RTCD_SERVER", "Auf dem Server", "de/small.yaml:12: fix: adminText: the placeholders differ from the English ones")]
    [InlineData("label: Das andere", "label: Das andere von den beiden Dingen die es hier gibt", "de/small.yaml:8: what: label has 49 characters, and at most 40 are shown well")]
    public void A_slip_in_a_translation_is_reported(string sound, string slip, string fault)
    {
        German.ShouldContain(sound);

        TreeTranslation.Read("de/small.yaml", German.Replace(sound, slip, StringComparison.Ordinal), English).Faults
            .Select(found => found.ToString()).ShouldContain(fault);
    }

    [Fact]
    public void A_tree_without_translations_speaks_english()
    {
        English.In(Language.German, "end").ShouldBe(English.Nodes["end"]);
    }
}
