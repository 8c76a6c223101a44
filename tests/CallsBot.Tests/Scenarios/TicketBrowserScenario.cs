using CallsBot.Languages;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Sandbox;
using CallsBot.Tests.Support;
using CallsBot.Tests.Tickets;
using CallsBot.Tickets;
using Microsoft.Playwright;

namespace CallsBot.Tests.Scenarios;

/// <summary>The whole story of a ticket in a browser: no cure, the dialog, the preview, the yes, the bundle downloaded and opened.</summary>
public sealed class TicketBrowserScenario(Browser browser) : IClassFixture<Browser>
{
    private static ChatTexts Texts => ChatTexts.English;

    [Theory]
    [InlineData(1180, 1000, "ticket")]
    [InlineData(375, 740, "ticket-narrow")]
    public async Task Somebody_whose_trouble_stays_writes_a_ticket_and_downloads_the_bundle(int width, int height, string picture)
    {
        await using var bot = await BotAndSandbox.StartAsync();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Healthy);
        var page = await browser.OpenAsync(new Uri(bot.Mattermost.Url, "ops/channels/town-square"), width, height);
        var message = page.Locator("#composer textarea");

        await message.FillAsync("/callshelp");
        await message.PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "our direct messages" }).ClickAsync();
        await Button(page, "It keeps connecting, then gives up").ClickAsync();
        await Button(page, "For some people").ClickAsync();
        await Button(page, "On a VPN").ClickAsync();
        await Button(page, Texts.ItHelpedButton).ClickAsync();
        await Button(page, Texts.TicketButton).ClickAsync();

        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.Locator("textarea").First.FillAsync("It fails in Chrome 142 on Windows 11. My password=Fake9pw2Xq7Lm4Rt, from 10.1.2.3");
        await dialog.Locator("input").First.FillAsync("2026-11-22 09:30 UTC");
        await dialog.Locator("textarea").Nth(1).FillAsync("1. Start a call.\n2. Wait for half a minute.");
        await dialog.Locator("select").Nth(1).SelectOptionAsync(TicketField.Yes);
        await PictureAsync(page, $"{picture}-dialog");
        await Button(page, Texts.TicketDialogSubmit).ClickAsync();

        await Assertions.Expect(page.GetByText(Texts.TicketPreviewConsent)).ToBeVisibleAsync();
        await PictureAsync(page, $"{picture}-preview");
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("nothing sticks out sideways");
        await Button(page, Texts.TicketYesButton).ClickAsync();

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "2 replies" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Where it can go.").First).ToBeVisibleAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator("button.file").First.ClickAsync());
        await PictureAsync(page, $"{picture}-handed-out");
        var files = SomeTicket.Unzip(await File.ReadAllBytesAsync(await download.PathAsync()));
        await page.Context.CloseAsync();

        download.SuggestedFilename.ShouldStartWith("callsbot-ticket-");
        files.Keys.ShouldBe(["ticket.md", "forms/github-issue.md", "forms/e-mail.md", "README.md", "redaction-report.txt", "manifest.json"]);
        files["ticket.md"].Text().ShouldContain("Chrome 142");
        files["ticket.md"].Text().ShouldContain("ip4-private-1.net-1");
        files["ticket.md"].Text().ShouldNotContain("Fake9");
        bot.ShouldHaveLoggedNoWarnings();
    }

    private static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("CALLSBOT_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png") });
        }
    }

    private static ILocator Button(IPage page, string name) =>
        page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true }).Last;
}
