using CallsBot.Conversations;

namespace CallsBot.Tests.Conversations;

public sealed class SubcommandTests
{
    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public void Nothing_starts_the_tree(string text) => Subcommand.Read(text).ShouldBe(new Subcommand.Start(""));

    [Theory]
    [InlineData("help")]
    [InlineData(" HELP ")]
    [InlineData("?")]
    public void Help_is_help(string text) => Subcommand.Read(text).ShouldBe(new Subcommand.Help());

    [Theory]
    [InlineData("hepl", "help")]
    [InlineData("hlp", "help")]
    [InlineData("halp", "help")]
    [InlineData("amdin", "admin")]
    [InlineData("admn", "admin")]
    public void A_typo_gets_the_nearest_word(string text, string meant) =>
        Subcommand.Read(text).ShouldBe(new Subcommand.Misspelt(meant));

    [Theory]
    [InlineData("audio")]
    [InlineData("echo")]
    [InlineData("help me, nobody can hear me")]
    [InlineData("calls drop after ten seconds")]
    public void Other_words_describe_the_problem(string text) => Subcommand.Read(text).ShouldBe(new Subcommand.Start(text));

    [Fact]
    public void Admin_takes_the_message_along() =>
        Subcommand.Read("admin  it broke this morning").ShouldBe(new Subcommand.Administrator("it broke this morning"));
}
