using CallsBot.Analysis;
using CallsBot.Languages;
using CallsBot.Tests.Analysis;
using CallsBot.Tests.Sandbox;
using CallsBot.Tests.Support;
using Microsoft.Playwright;

namespace CallsBot.Tests.Scenarios;

/// <summary>The whole story of a dropped file in a browser: a question, the file, its reading, the answer, the picture.</summary>
public sealed class EvidenceBrowserScenario(Browser browser) : IClassFixture<Browser>
{
    private static ChatTexts Texts => ChatTexts.English;

    [Theory]
    [InlineData(1180, 1000, "evidence")]
    [InlineData(375, 740, "evidence-narrow")]
    public async Task Somebody_drops_a_log_and_a_capture_and_the_walk_goes_on(int width, int height, string picture)
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var page = await browser.OpenAsync(new Uri(bot.Mattermost.Url, "ops/channels/town-square"), width, height);
        var message = page.Locator("#composer textarea");
        var refused = FindingCatalog.Shipped["rtcd-credentials-refused"];

        await message.FillAsync("/callshelp");
        await message.PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "our direct messages" }).ClickAsync();
        await Button(page, "It keeps connecting, then gives up").ClickAsync();
        await page.Locator("#composer input[type=file]").SetInputFilesAsync(new FilePayload
        {
            Name = "rtcd.log",
            MimeType = "text/plain",
            Buffer = System.Text.Encoding.UTF8.GetBytes(EvidenceScenario.WrongKey),
        });
        await Button(page, "Send").ClickAsync();

        await Assertions.Expect(page.GetByText(Texts.EvidenceCertain).First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText(refused.Says).First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("What you sent shows where to go on").First).ToBeVisibleAsync();
        await PictureAsync(page, $"{picture}-log");
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("nothing sticks out sideways");

        await page.Locator("#composer input[type=file]").SetInputFilesAsync(Corpus.All.Where(entry => entry.Kinds is ["capture"]).SelectMany(entry => entry.Paths).First());
        await Button(page, "Send").ClickAsync();
        var replies = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "1 reply" });
        await Assertions.Expect(replies).ToHaveCountAsync(2);
        await replies.Last.ClickAsync();

        var drawn = page.Locator("figure img").Last;
        await Assertions.Expect(drawn).ToBeVisibleAsync();
        await Assertions.Expect(drawn).ToHaveJSPropertyAsync("complete", true);
        (await drawn.EvaluateAsync<int>("image => image.naturalWidth")).ShouldBeGreaterThan(300);
        await PictureAsync(page, $"{picture}-capture");
        await page.Context.CloseAsync();
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
