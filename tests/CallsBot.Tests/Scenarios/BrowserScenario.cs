using CallsBot.Languages;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Sandbox;
using CallsBot.Tests.Support;
using Microsoft.Playwright;

namespace CallsBot.Tests.Scenarios;

/// <summary>What a newcomer does: opens the page, types the command, and clicks to a conclusion.</summary>
public sealed class BrowserScenario(Browser browser) : IClassFixture<Browser>
{
    [Theory]
    [InlineData(1180, 900, "session")]
    [InlineData(375, 740, "session-narrow")]
    public async Task Somebody_types_the_command_and_clicks_to_a_conclusion(int width, int height, string picture)
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        await bot.Sandbox.Rtcd.Is(RtcdFault.OldVersion);
        var page = await browser.OpenAsync(new Uri(bot.Mattermost.Url, "ops/channels/town-square"), width, height);
        var message = page.Locator("#composer textarea");

        await message.FillAsync("/callshelp");
        await message.PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "our direct messages" }).ClickAsync();
        await Button(page, "It keeps connecting, then gives up").ClickAsync();
        await Button(page, "For everyone").ClickAsync();

        await Assertions.Expect(page.GetByText("The call server is too old").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText(ChatTexts.English.WhatIFound)).ToBeVisibleAsync();
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("nothing sticks out sideways");
        if (Environment.GetEnvironmentVariable("CALLSBOT_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{picture}.png") });
        }

        await page.Context.CloseAsync();
        bot.Sandbox.Rtcd.Requests.ShouldContain("GET /version");
        bot.ShouldHaveLoggedNoWarnings();
    }

    private static ILocator Button(IPage page, string name) =>
        page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name });
}
