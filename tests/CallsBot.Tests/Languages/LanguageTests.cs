using CallsBot.Languages;

namespace CallsBot.Tests.Languages;

public sealed class LanguageTests
{
    [Theory]
    [InlineData("de", "de")]
    [InlineData("de-CH", "de")]
    [InlineData("fr_CA", "fr")]
    [InlineData("fr_FR.UTF-8", "fr")]
    [InlineData("es@euro", "es")]
    [InlineData("JA", "ja")]
    [InlineData(" ja ", "ja")]
    [InlineData("en-AU", "en")]
    [InlineData("den", "en")]
    [InlineData("pt-BR", "en")]
    [InlineData("C.UTF-8", "en")]
    [InlineData("", "en")]
    [InlineData(null, "en")]
    public void A_locale_is_taken_for_its_language_and_an_unknown_one_for_English(string? locale, string code) =>
        Language.For(locale).Code.ShouldBe(code);

    [Theory]
    [InlineData("en", "other", "one", "other")]
    [InlineData("de", "other", "one", "other")]
    [InlineData("fr", "one", "one", "other")]
    [InlineData("es", "other", "one", "other")]
    [InlineData("ja", "other", "other", "other")]
    public void The_plural_form_for_none_one_and_two_is_the_languages_own(string code, string none, string one, string two)
    {
        var language = Language.For(code);

        new[] { 0, 1, 2 }.Select(count => language.FormFor(count).ToString().ToLowerInvariant()).ShouldBe([none, one, two]);
        language.FormFor(21).ShouldBe(PluralForm.Other);
        language.Forms.ShouldContain(PluralForm.Other);
        language.Forms.Contains(PluralForm.One).ShouldBe(one == "one");
    }

    [Fact]
    public void Lists_and_numbers_are_written_as_the_language_writes_them()
    {
        Language.German.Number(1.26).ShouldBe("1,3");
        Language.English.Number(1.26).ShouldBe("1.3");
        Language.French.List(["a", "b"]).ShouldBe("a, b");
        Language.Japanese.List(["a", "b"]).ShouldBe("a、b");
    }
}
