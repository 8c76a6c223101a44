using CallsBot.Conversations;
using CallsBot.Languages;

namespace CallsBot.Tests.Conversations;

public sealed class DirectWordsTests
{
    [Theory]
    [InlineData("en", "help", "?", "/callshelp help")]
    [InlineData("de", "Hilfe!", "help", "?")]
    [InlineData("fr", "aide", "Aidez-moi", "help")]
    [InlineData("es", "ayuda", "ayudame", "help")]
    [InlineData("ja", "ヘルプ", "助けてください", "ﾍﾙﾌﾟ")]
    public void Help_is_understood(string code, params string[] texts) =>
        texts.Select(text => DirectWords.Read(text, Language.For(code))).ShouldAllBe(words => words is DirectWords.Help);

    [Theory]
    [InlineData("en", "thanks!", "hello", "status", "cancel")]
    [InlineData("de", "Vielen Dank", "Guten Tag", "Status", "abbrechen")]
    [InlineData("fr", "merci beaucoup", "Bonjour", "etat", "annuler")]
    [InlineData("es", "¡Gracias!", "hola", "estado", "cancelar")]
    [InlineData("ja", "ありがとうございました", "こんにちは", "状態", "キャンセル")]
    public void Thanks_a_greeting_status_and_cancel_are_understood(string code, string thanks, string greeting, string status, string cancel)
    {
        var language = Language.For(code);

        DirectWords.Read(thanks, language).ShouldBe(new DirectWords.Thanks());
        DirectWords.Read(greeting, language).ShouldBe(new DirectWords.Begin());
        DirectWords.Read(status, language).ShouldBe(new DirectWords.Status());
        DirectWords.Read(cancel, language).ShouldBe(new DirectWords.Cancel());
    }

    [Theory]
    [InlineData("en", "admin: it broke: today", "it broke: today")]
    [InlineData("de", "Administratorin: nichts geht", "nichts geht")]
    [InlineData("fr", "Administrateur : ça coupe", "ça coupe")]
    [InlineData("es", "Admin: ya no va", "ya no va")]
    [InlineData("ja", "管理者：つながりません", "つながりません")]
    [InlineData("ja", "管理者に連絡してください", "")]
    public void A_message_for_the_administrator_is_what_follows_the_colon(string code, string text, string message) =>
        DirectWords.Read(text, Language.For(code)).ShouldBe(new DirectWords.Administrator(message));

    [Theory]
    [InlineData("en", "check", "")]
    [InlineData("en", "check rtcd2:8045", "rtcd2:8045")]
    [InlineData("en", "/callshelp check rtcd2.example.test", "rtcd2.example.test")]
    [InlineData("de", "prüfen rtcd2.example.test", "rtcd2.example.test")]
    [InlineData("fr", "tester", "")]
    [InlineData("ja", "テスト", "")]
    public void A_test_is_asked_for_with_its_target_or_without(string code, string text, string target) =>
        DirectWords.Read(text, Language.For(code)).ShouldBe(new DirectWords.Check(target));

    [Theory]
    [InlineData("en", "hilfe")]
    [InlineData("en", "check the microphone")]
    [InlineData("en", "it is: broken")]
    [InlineData("de", "ich brauche Hilfe mit dem Ton")]
    [InlineData("ja", "管理者に聞いたけど直りません")]
    public void A_sentence_about_something_is_none_of_them(string code, string text) =>
        DirectWords.Read(text, Language.For(code)).ShouldBeNull();
}
