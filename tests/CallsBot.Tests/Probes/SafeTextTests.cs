using CallsBot.Probes;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Probes;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("<html>\r\n\t<b>502</b>\0", "<html> <b>502</b>")]
    [InlineData("a\u202Egnp.exe\u2028b", "a gnp.exe b")]
    [InlineData("`code`", "'code'")]
    [InlineData("dial http://clientA:S3CR/ET@p@rtcd:8045/ws failed", "dial http://***@rtcd:8045/ws failed")]
    public void A_strangers_text_becomes_one_harmless_line(string text, string expected)
    {
        SafeText.From(text).ShouldBe(expected);
    }

    [Fact]
    public void Credentials_that_the_cut_would_separate_from_their_host_are_masked_first()
    {
        var text = new string('x', 190) + "http://clientA:S3CRETS3CRET@rtcd";

        SafeText.From(text).ShouldNotContain("S3CRET");
    }

    [Fact]
    public void The_result_is_never_longer_than_asked_for_and_keeps_characters_whole()
    {
        var cut = SafeText.From(string.Concat(Enumerable.Repeat("😀", 150)), 199);

        cut.ShouldBe(string.Concat(Enumerable.Repeat("😀", 99)) + "…");
        Prop.ForAll((string? text) =>
            SafeText.From(text ?? "", 20) is var line && line.Length <= 21 && !line.Any(char.IsControl)).QuickCheckThrowOnFailure();
    }
}
