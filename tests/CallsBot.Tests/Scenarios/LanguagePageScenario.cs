using CallsBot.Languages;
using CallsBot.Tests.Sandbox;
using CallsBot.Tests.Support;
using Microsoft.Playwright;

namespace CallsBot.Tests.Scenarios;

/// <summary>The sandbox's page as somebody uses it who reads another language.</summary>
public sealed class LanguagePageScenario(Browser browser) : IClassFixture<Browser>
{
    [Theory]
    [InlineData(1180, 900, "ja")]
    [InlineData(375, 740, "de")]
    public async Task Whoever_chooses_a_language_in_the_page_is_spoken_to_in_it(int width, int height, string code)
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var texts = ChatTexts.In(Language.For(code));
        var page = await browser.OpenAsync(new Uri(bot.Mattermost.Url, "ops/messages/@callsbot"), width, height);

        var menu = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Channels", Exact = true });
        if (await menu.IsVisibleAsync())
        {
            await menu.ClickAsync();
        }

        await page.GetByLabel("Your language").SelectOptionAsync(code);
        var message = page.Locator("#composer textarea");
        await message.FillAsync("/callshelp");
        await message.PressAsync("Enter");

        await Assertions.Expect(page.GetByText(texts.Opening)).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = texts.BackButton, Exact = true })).ToBeVisibleAsync();
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("nothing sticks out sideways");
        if (Environment.GetEnvironmentVariable("CALLSBOT_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"language-{code}.png") });
        }

        await page.ReloadAsync();
        await Assertions.Expect(page.GetByLabel("Your language")).ToHaveValueAsync(code);
        await page.Context.CloseAsync();
        bot.ShouldHaveLoggedNoWarnings();
    }
}
