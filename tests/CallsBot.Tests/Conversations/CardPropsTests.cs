using CallsBot.Conversations;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Tests.Conversations;

public sealed class CardPropsTests
{
    [Theory]
    [InlineData("words ", "")]
    [InlineData("```\nline ", "\n```")]
    [InlineData("```\nfirst\n```\nbetween\n```\nline ", "\n```")]
    public void What_is_cut_leaves_no_code_block_open(string beginning, string end)
    {
        var text = beginning + string.Concat(Enumerable.Repeat("0123456789 ", 900)) + end;

        var props = CardProps.Fit([new Attachment { Text = text, Fallback = "" }]);

        var shown = props.Attachments!.Single().Text!;
        shown.Length.ShouldBeLessThan(text.Length);
        shown.Split('\n').Count(line => line.StartsWith("```", StringComparison.Ordinal)).ShouldSatisfyAllConditions(fences => (fences % 2).ShouldBe(0));
        shown.ShouldEndWith("…");
    }

    [Fact]
    public void A_character_of_two_halves_is_not_cut_apart()
    {
        var props = CardProps.Fit([new Attachment { Text = "x" + string.Concat(Enumerable.Repeat("\U0001F399", 6_000)), Fallback = "" }]);

        props.Attachments!.Single().Text!.EnumerateRunes().ShouldNotContain(rune => rune.Value == 0xFFFD);
    }
}
