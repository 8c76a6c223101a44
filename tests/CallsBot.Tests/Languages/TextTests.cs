using CallsBot.Checks;
using CallsBot.Languages;

namespace CallsBot.Tests.Languages;

public sealed class TextTests
{
    [Fact]
    public void What_stands_in_a_value_is_left_as_it_is() =>
        Text.Fill("{a} and {b}", [("a", "{b}"), ("b", "x")]).ShouldBe("{b} and x");

    [Theory]
    [InlineData("en", "1 warning", "2 warnings")]
    [InlineData("de", "1 Warnung", "2 Warnungen")]
    [InlineData("fr", "1 avertissement", "2 avertissements")]
    [InlineData("es", "1 advertencia", "2 advertencias")]
    [InlineData("ja", "警告 1 件", "警告 2 件")]
    public void One_and_two_are_counted_in_the_languages_own_forms(string code, string one, string two)
    {
        var texts = ChatTexts.In(Language.For(code));

        texts.CountWarn(1).ShouldBe(one);
        texts.CountWarn(2).ShouldBe(two);
    }

    [Fact]
    public void None_is_singular_in_French_alone()
    {
        ChatTexts.In(Language.French).CountFail(0).ShouldBe("0 échec");
        ChatTexts.In(Language.Spanish).CountFail(0).ShouldBe("0 fallos");
    }

    [Fact]
    public void A_result_is_told_in_the_language_by_its_reason()
    {
        var german = CheckSentences.In(Language.German);

        german.Summary(Result("rtcd-version", "version-too-old")).ShouldBe("Der Anrufserver ist zu alt für das Calls-Plugin.");
        german.Summary(Result("rtcd-tcp", "connection-refused")).ShouldContain("API-Port");
        german.Summary(Result("offloader-version", "connection-refused")).ShouldContain("Auftragsdienst");
        german.Summary(Result("media-tcp-ipv6", "blocked")).ShouldContain("Über TCP und IPv6 ");
        german.Summary(Result("rtcd-dns", null)).ShouldBe("Der Name des Anrufservers lässt sich auflösen.");
        german.Summary(Result("rtcd-dns", "no-name")).ShouldContain("ohne Namen");
        german.Title("rtcd-version", "RTCD version").ShouldBe("RTCD-Version");
    }

    [Fact]
    public void English_and_what_the_files_do_not_know_are_told_in_the_results_own_words()
    {
        CheckSentences.In(Language.English).Summary(Result("rtcd-version", "version-too-old")).ShouldBe("In English.");
        CheckSentences.In(Language.German).Summary(Result("rtcd-version", "of-an-older-release")).ShouldBe("In English.");
        CheckSentences.In(Language.Japanese).Title("no-such-check", "Nothing").ShouldBe("Nothing");
    }

    private static CheckResult Result(string checkId, string? code) =>
        new(checkId, Outcome.Fail, code, "In English.", Detail: null, [], Vantage.Bot, []);
}
