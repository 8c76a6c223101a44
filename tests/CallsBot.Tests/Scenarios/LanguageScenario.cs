using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Support;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.DependencyInjection;

namespace CallsBot.Tests.Scenarios;

/// <summary>Everyone is spoken to in their own language, and understood in it.</summary>
public sealed class LanguageScenario
{
    [Theory]
    [InlineData("de", "Hilfe", "zurück", "danke")]
    [InlineData("fr", "aide", "Précédent", "merci")]
    [InlineData("es", "ayuda", "atras", "Gracias")]
    [InlineData("ja", "ヘルプ", "戻る", "ありがとうございます")]
    public async Task Cards_answers_and_words_are_in_the_persons_language(string locale, string help, string back, string thanks)
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.Mattermost.LocaleIs("ana", locale);
        var texts = ChatTexts.In(Language.For(locale));
        var chat = bot.Mattermost.DirectMessageFrom("ana");

        await chat.Types(help);
        await chat.Sees(texts.Help.Split('\n')[0]);
        await chat.Types("/callshelp");
        await chat.Sees(texts.SeeBelow);
        await chat.Sees(texts.Opening);
        await chat.Types("１");
        await BotAndSandbox.WaitAsync(() => Triggers().OfType<Answered>().Any(), "the answer");
        await chat.Types(back);
        await BotAndSandbox.WaitAsync(() => Triggers().OfType<WentBack>().Any(), "the step back");
        await chat.Presses(texts.StartOverButton);
        await chat.Types(thanks);
        await chat.Sees(texts.YouAreWelcome);

        chat.Transcript.ShouldNotContain(ChatTexts.English.Opening);
        chat.Transcript.ShouldNotContain($"[{ChatTexts.English.BackButton}]");
        bot.ShouldHaveLoggedNoWarnings();

        IEnumerable<Trigger> Triggers() => bot.SessionOf(chat).GetAwaiter().GetResult().Steps.Select(step => step.Trigger);
    }

    [Fact]
    public async Task Somebody_whose_language_the_bot_does_not_speak_gets_English()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.Mattermost.LocaleIs("ana", "pt-BR");
        bot.Mattermost.DefaultLocaleIs("de");
        var chat = bot.Mattermost.DirectMessageFrom("ana");

        await chat.Types("help");

        await chat.Sees(ChatTexts.English.Help.Split('\n')[0]);
    }

    [Fact]
    public async Task A_new_choice_of_language_holds_from_the_next_message_on()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("help");
        await chat.Sees(ChatTexts.English.Help.Split('\n')[0]);

        bot.Mattermost.LocaleIs("ana", "ja");
        await chat.Types("ヘルプ");

        await chat.Sees(ChatTexts.In(Language.Japanese).Help.Split('\n')[0]);
    }

    [Fact]
    public async Task An_administrator_is_told_in_another_language_than_who_asks()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.Mattermost.LocaleIs("ana", "de");
        bot.Mattermost.LocaleIs("sysadmin", "fr");
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        var administrator = bot.Mattermost.DirectMessageFrom("sysadmin");

        await chat.Types("Administrator: nichts geht mehr");

        await chat.Sees(ChatTexts.In(Language.German).AdministratorTold(["sysadmin"]));
        await administrator.Sees(ChatTexts.In(Language.French).AskedForAdministratorWithMessage("ana"));
    }

    [Fact]
    public async Task A_diagnosis_has_its_headline_and_buttons_in_the_administrators_language()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Stopped);
        bot.Mattermost.LocaleIs("sysadmin", "es");
        var texts = ChatTexts.In(Language.Spanish);
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");

        await chat.Types("comprobar");

        await chat.Sees(texts.WholeReport);
        chat.Transcript.ShouldContain(texts.Verdict(texts.OutcomeFail, ""));
        chat.Transcript.ShouldContain(texts.TestAgainButton);
        chat.Transcript.ShouldContain(texts.DoThisNext);
    }

    [Fact]
    public async Task What_a_channel_reads_is_in_the_servers_language_and_what_one_person_reads_in_theirs()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.Mattermost.DefaultLocaleIs("fr");
        bot.Mattermost.LocaleIs("ana", "de");
        var speech = bot.Services.GetRequiredService<Speech>();
        var ana = bot.Mattermost.In("town-square").As("ana");

        (await speech.InPublicAsync(CancellationToken.None)).ShouldBe(Language.French);
        (await speech.ToAsync(ana.Person.Id, CancellationToken.None)).ShouldBe(Language.German);
        await ana.Types("/callshelp status");
        await ana.Sees(ChatTexts.In(Language.German).StatusNoTest);
    }

    [Fact]
    public async Task Nobody_who_can_be_asked_makes_it_English()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.Mattermost.DefaultLocaleIs("de");
        var ana = bot.Mattermost.DirectMessageFrom("ana").Person.Id;
        var speech = bot.Services.GetRequiredService<Speech>();
        await bot.Sandbox.DisposeAsync();

        (await speech.InPublicAsync(CancellationToken.None)).ShouldBe(Language.English);
        (await speech.ToAsync(ana, CancellationToken.None)).ShouldBe(Language.English);
    }
}
