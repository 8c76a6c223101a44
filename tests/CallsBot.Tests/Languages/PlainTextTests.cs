using CallsBot.Languages;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Languages;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("Ça a MARCHÉ !", "ca a marche")]
    [InlineData("nai\u0308ve cafe\u0301", "naive cafe")]
    [InlineData("Straße, Œuvre, Ærø", "strasse oeuvre aero")]
    [InlineData("l’écran", "lecran")]
    [InlineData("¿Sí?", "si")]
    [InlineData("１２　ＲＴＣＤ", "12 rtcd")]
    [InlineData("ﾊﾞｯｸ ﾊﾟﾊﾟ", "バック パパ")]
    [InlineData("か\u3099き", "がき")]
    [InlineData("②", "2")]
    [InlineData("はい、直りました。", "はい 直りました")]
    [InlineData("…", "")]
    public void The_same_words_look_the_same_however_they_are_written(string text, string plain) => PlainText.Of(text).ShouldBe(plain);

    [Fact]
    public void What_is_plain_stays_as_it_is() =>
        Prop.ForAll<string>(text => PlainText.Of(PlainText.Of(text ?? "")) == PlainText.Of(text ?? "")).QuickCheckThrowOnFailure();

    [Fact]
    public void Letters_of_a_script_without_spaces_are_words_of_their_own_and_others_are_not()
    {
        PlainText.WordsOf("rtcdに接続 できない").ShouldBe(["rtcd", "に", "接", "続", "で", "き", "な", "い"]);
        PlainText.WordsOf("keeps connecting").ShouldBe(["keeps", "connecting"]);
        PlainText.WordsOf("connect*").ShouldBe(["connect*"]);
        PlainText.WordsOf("接続*").ShouldBe(["接", "続*"]);
        PlainText.WordsOf("").ShouldBeEmpty();
    }
}
