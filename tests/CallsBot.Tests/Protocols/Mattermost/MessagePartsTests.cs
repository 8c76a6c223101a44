using CallsBot.Protocols.Mattermost;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.Mattermost;

public sealed class MessagePartsTests
{
    private const int Limit = 64;

    /// <summary>What is hard to cut: lines, fences of both kinds, pairs of surrogates, halves of pairs, long words.</summary>
    private static readonly Gen<string> Piece = Gen.Elements(
        "\n", "\r\n", " ", "word ", "```\n", "```json\n", "~~~\n", "````\n", "   ```\n", "    ```\n", "`code`", "```", "~~~~~~~~~~~~\n",
        "\U0001F4DE", "é", "\ud83d", "\udcde", "a longer run of words that may well be cut ", "\n\n", "```js `x`\n",
        new string('x', 30), new string('`', 20) + "\n", "``` " + new string('i', 40) + "\n");

    private static readonly Arbitrary<string> Messages =
        Gen.Select(Gen.ArrayOf(Piece), pieces => string.Concat(pieces)).ToArbitrary();

    [Fact]
    public void The_parts_of_a_message_make_the_message() => Prop.ForAll(
        Messages,
        message => string.Concat(MessageParts.Split(message, Limit).Select(p => p.Content)) == message)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(60));

    [Fact]
    public void No_part_is_over_the_limit_or_empty() => Prop.ForAll(
        Messages,
        message => MessageParts.Split(message, Limit)
            .All(p => MessageParts.Length(p.Text) <= Limit && (p.Content.Length > 0 || message.Length == 0)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(60));

    [Fact]
    public void No_pair_of_surrogates_is_parted() => Prop.ForAll(
        Messages,
        message =>
        {
            var parts = MessageParts.Split(message, Limit);
            return parts.Zip(parts.Skip(1)).All(
                pair => !(char.IsHighSurrogate(pair.First.Content[^1]) && char.IsLowSurrogate(pair.Second.Content[0])));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(60));

    [Fact]
    public void Whatever_a_part_opens_it_closes() => Prop.ForAll(
        Messages,
        message =>
        {
            var parts = MessageParts.Split(message, Limit);
            return parts.SkipLast(1).All(p => !EndsInFence(p.Text)) && parts.Skip(1).Zip(parts).All(
                pair => (pair.First.Opening.Length > 0) == (pair.Second.Closing.Length > 0));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(60));

    [Theory]
    [InlineData(16_383, 1)]
    [InlineData(16_384, 2)]
    public void Characters_are_counted_as_the_server_counts_them(int count, int parts)
    {
        var text = string.Concat(Enumerable.Repeat("\U0001F4DE", count));

        MessageParts.Split(text, MattermostClient.MaxMessageLength).Count.ShouldBe(parts);
    }

    [Fact]
    public void A_message_is_cut_at_line_ends()
    {
        var first = new string('a', 40) + "\n";
        var second = new string('b', 40) + "\n";

        MessageParts.Split(first + second + "end", Limit).Select(p => p.Text).ShouldBe([first, second + "end"]);
    }

    [Fact]
    public void A_line_that_is_too_long_is_cut_at_a_space()
    {
        var words = string.Concat(Enumerable.Repeat("twelve chars", 6).Select(w => w + " "));

        var parts = MessageParts.Split(words, Limit);

        parts.Select(p => p.Text[^1]).ShouldAllBe(c => c == ' ');
        parts[0].Text.Length.ShouldBeGreaterThan(Limit / 2);
    }

    [Fact]
    public void A_code_block_is_closed_and_opened_again()
    {
        var line = new string('x', 24) + "\n";

        var parts = MessageParts.Split($"Look:\n```sh\n{line}{line}{line}```\nThat is it.", Limit);

        parts.Select(p => p.Text).ShouldBe([$"Look:\n```sh\n{line}```", $"```sh\n{line}{line}```\n", "That is it."]);
    }

    [Fact]
    public void A_block_is_not_opened_at_the_very_end_of_a_part()
    {
        var text = new string('a', 49) + "\n";
        var line = new string('x', 40) + "\n";

        var parts = MessageParts.Split($"{text}```\n{line}```\n", Limit);

        parts.Select(p => p.Text).ShouldBe([text, $"```\n{line}```\n"]);
    }

    /// <summary>Written apart from the code it judges: only whether a fenced block is open at the end.</summary>
    private static bool EndsInFence(string text)
    {
        string? open = null;
        foreach (var line in text.Split('\n'))
        {
            var body = line.TrimStart(' ');
            var mark = new string([.. body.TakeWhile(c => body[0] is '`' or '~' && c == body[0])]);
            if (mark.Length < 3 || line.Length - body.Length > 3)
            {
                continue;
            }

            var rest = body[mark.Length..];
            if (open is null && mark.Length <= Limit / 8 && !(mark[0] == '`' && rest.Contains('`')))
            {
                open = mark;
            }
            else if (open is not null && mark[0] == open[0] && mark.Length >= open.Length && string.IsNullOrWhiteSpace(rest))
            {
                open = null;
            }
        }

        return open is not null;
    }
}
