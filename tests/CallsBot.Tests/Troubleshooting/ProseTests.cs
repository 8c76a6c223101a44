using CallsBot.Troubleshooting;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Troubleshooting;

public sealed class ProseTests
{
    [Theory]
    [InlineData("One line\nand its rest.\n", "One line and its rest.")]
    [InlineData("One.\n\nTwo\nthree.", "One.\n\nTwo three.")]
    [InlineData("Do this:\n- first\n  and its rest\n- second\n2. third", "Do this:\n- first and its rest\n- second\n2. third")]
    [InlineData("Run:\n```\na\nb\n```\nand then\nthat.", "Run:\n```\na\nb\n```\nand then that.")]
    [InlineData("| a |\n|---|\n| b |\ntext", "| a |\n|---|\n| b |\ntext")]
    [InlineData("# Title\nText", "# Title\nText")]
    public void Lines_of_one_paragraph_are_joined_and_others_are_not(string wrapped, string shown) =>
        Prose.Unwrap(wrapped).ShouldBe(shown);

    [Fact]
    public void Unwrapping_twice_is_unwrapping_once() =>
        Prop.ForAll(
            ArbMap.Default.GeneratorFor<int>().Select(i => new[] { "word", "- item", "", "```", "| cell |", "> quote", "1. item", "  more" }[Math.Abs(i % 8)])
                .ListOf().ToArbitrary(),
            lines =>
            {
                var once = Prose.Unwrap(string.Join('\n', lines));
                return Prose.Unwrap(once) == once;
            }).QuickCheckThrowOnFailure();
}
