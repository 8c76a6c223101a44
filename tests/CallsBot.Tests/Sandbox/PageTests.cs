using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Rtcd;
using Microsoft.Playwright;

namespace CallsBot.Tests.Sandbox;

/// <summary>The chat page in a real browser. Set CALLSBOT_SCREENSHOTS to a folder to get pictures.</summary>
public sealed class PageTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private RunningSandbox _sandbox = null!;
    private ScriptedIntegration _integration = null!;
    private WorkspaceClient _bot = null!;
    private IPage _page = null!;

    public async Task InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);
        _integration = await ScriptedIntegration.StartAsync();
        _bot = new WorkspaceClient(_sandbox, _sandbox.Mattermost.BotToken);
        _sandbox.Mattermost.CreateCommand(new Uri(_integration.Url, "command"));
        _page = await browser.OpenAsync(_sandbox.Mattermost.Url, width: 1280, height: 860);
    }

    public async Task DisposeAsync()
    {
        await _page.Context.CloseAsync();
        _bot.Dispose();
        await _integration.DisposeAsync();
        await _sandbox.DisposeAsync();
        _sandbox.Unexpected.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_command_is_suggested_run_and_its_answer_is_marked_as_private()
    {
        _integration.Answers("/command", JsonNode.Parse("""{"response_type":"ephemeral","text":"Have a look at your **messages**."}""")!);
        await OpenChannelAsync("Town Square");

        await Message.FillAsync("/ca");
        await Expect(_page.Locator("#composer").GetByRole(AriaRole.Option)).ToContainTextAsync("/callshelp [what is wrong]");
        await PictureAsync("command");
        await Message.PressAsync("Tab");
        await Message.PressSequentiallyAsync("no sound");
        await Message.PressAsync("Enter");

        var answer = _page.Locator(".post.whisper");
        await Expect(answer).ToContainTextAsync("Only visible to you");
        await Expect(answer.Locator("strong")).ToHaveTextAsync("messages");
        _integration.Last.Body.ShouldContain("text=no+sound");
    }

    [Fact]
    public async Task A_card_is_shown_and_pressed_and_replaced()
    {
        await OpenDirectAsync();
        await PostCardAsync();
        var card = _page.Locator(".card");
        await Expect(card.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Step 1 of 3");
        await Expect(card.Locator("dt").First).ToHaveTextAsync("RTCD");
        await Expect(card).ToHaveCSSAsync("border-left-color", "rgb(28, 88, 217)");
        await PictureAsync("card");
        _integration.Answers("/action", JsonNode.Parse("""{"update":{"message":"You said: **it keeps connecting**","props":{}},"ephemeral_text":"Noted."}""")!);

        await _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "It keeps connecting" }).ClickAsync();

        await Expect(_page.Locator(".post strong")).ToHaveTextAsync("it keeps connecting");
        await Expect(card).ToHaveCountAsync(0);
        await Expect(_page.Locator(".post.whisper")).ToContainTextAsync("Noted.");
    }

    [Fact]
    public async Task A_choice_from_a_menu_goes_out_and_a_failure_is_shown_at_the_card()
    {
        await OpenDirectAsync();
        await PostCardAsync();
        _integration.Answers("/action", 500, "");

        await _page.GetByLabel("Something else").SelectOptionAsync("Echo");

        await Expect(_page.GetByRole(AriaRole.Alert).Filter(new LocatorFilterOptions { HasText = "Action integration error." })).ToBeVisibleAsync();
        _integration.Last.Json["context"]!["selected_option"]!.GetValue<string>().ShouldBe("echo");
    }

    [Fact]
    public async Task A_dialog_shows_errors_until_it_is_filled_in_rightly()
    {
        await OpenDirectAsync();
        await PostCardAsync();
        _integration.Answers("/action", OpensDialogAsync);
        await _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Open a ticket" }).ClickAsync();
        var dialog = _page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Support ticket");
        await dialog.GetByLabel("Description").FillAsync("no sound");
        await dialog.GetByLabel("Severity").SelectOptionAsync("High");
        await dialog.GetByLabel("Nobody").CheckAsync();
        await dialog.GetByLabel("Attach the logs").CheckAsync();
        await PictureAsync("dialog");
        _integration.Answers("/dialog", JsonNode.Parse("""{"errors":{"description":"Please say a little more."}}""")!);
        _integration.Answers("/dialog", 200, "");

        await dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Create" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("Please say a little more.");
        await dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Create" }).ClickAsync();

        await Expect(dialog).ToHaveCountAsync(0);
        _integration.Last.Json["submission"]!.ToJsonString().ShouldBe(
            """{"area":null,"description":"no sound","logs":true,"severity":"high","who":"nobody"}""");
    }

    [Fact]
    public async Task A_cancelled_dialog_is_told()
    {
        await OpenDirectAsync();
        await PostCardAsync();
        _integration.Answers("/action", OpensDialogAsync);
        _integration.Answers("/dialog", 200, "");
        await _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Open a ticket" }).ClickAsync();

        await _page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Cancel" }).ClickAsync();

        await Expect(_page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        (await _integration.Receives("/dialog")).Json["cancelled"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_reply_goes_into_the_thread_and_is_counted()
    {
        await OpenChannelAsync("Town Square");
        await SendAsync("calls drop since this morning");
        await _page.Locator(".post").HoverAsync();
        await _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Reply to ana" }).ClickAsync();

        await _page.GetByLabel("Reply", new PageGetByLabelOptions { Exact = true }).FillAsync("for me too");
        await _page.GetByLabel("Reply", new PageGetByLabelOptions { Exact = true }).PressAsync("Enter");

        await Expect(_page.Locator("#replies .post")).ToHaveCountAsync(2);
        await Expect(_page.Locator("#posts").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "1 reply" })).ToBeVisibleAsync();
        await PictureAsync("thread");
    }

    [Fact]
    public async Task What_others_write_elsewhere_is_marked_until_it_is_read()
    {
        await OpenDirectAsync();
        var offTopic = _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = new Regex("^Off-Topic") });

        await _sandbox.Mattermost.In("off-topic").As("ben").Types("lunch, @ana?");

        await Expect(offTopic).ToHaveAccessibleNameAsync("Off-Topic, 1 unread");
        await offTopic.ClickAsync();
        await Expect(_page.Locator(".post")).ToContainTextAsync("lunch");
        await Expect(offTopic).ToHaveAccessibleNameAsync("Off-Topic");
    }

    [Fact]
    public async Task Another_person_sees_another_workspace()
    {
        await _sandbox.Mattermost.In("incidents").As("ana").Types("only for us");
        await OpenChannelAsync("Incidents");
        await Expect(_page.Locator(".post")).ToContainTextAsync("only for us");

        await _page.GetByLabel("You are").SelectOptionAsync("ben");

        await Expect(_page.Locator("#sidebar")).Not.ToContainTextAsync("Incidents");
        await Expect(_page.Locator("#posts")).Not.ToContainTextAsync("only for us");
    }

    [Fact]
    public async Task A_file_goes_up_and_comes_down()
    {
        await OpenDirectAsync();
        await _page.Locator("#composer input[type=file]").SetInputFilesAsync(
            new FilePayload { Name = "rtcd.log", MimeType = "text/plain", Buffer = "ICE failed"u8.ToArray() });
        await SendAsync("here is the log");

        var download = await _page.RunAndWaitForDownloadAsync(() =>
            _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Download rtcd.log" }).ClickAsync());

        download.SuggestedFilename.ShouldBe("rtcd.log");
        (await File.ReadAllTextAsync(await download.PathAsync())).ShouldBe("ICE failed");
    }

    [Fact]
    public async Task The_switches_of_the_pretend_rtcd_work()
    {
        await _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = new Regex("RTCD") }).ClickAsync();

        await _page.GetByLabel("Too old").CheckAsync();

        await Expect(_page.Locator("#rtcd-state")).ToHaveTextAsync("Too old");
        _sandbox.Rtcd.Fault.ShouldBe(RtcdFault.OldVersion);
        await Expect(_page.Locator("#rtcd-url")).ToHaveTextAsync(_sandbox.Rtcd.Url.ToString().TrimEnd('/'));
        await PictureAsync("rtcd");
    }

    [Fact]
    public async Task Conditions_of_the_pretend_rtcd_combine_and_of_two_that_exclude_each_other_the_later_stays()
    {
        await _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = new Regex("RTCD") }).ClickAsync();

        await _page.Locator("input[value=udp-dropped]").CheckAsync();
        await Expect(_page.Locator("#rtcd-state")).ToHaveTextAsync("UDP dropped");
        await _page.GetByLabel("Private address").CheckAsync();
        await Expect(_page.Locator("#rtcd-state")).ToHaveTextAsync("Private address +1");
        await _page.GetByLabel("Docker's address").CheckAsync();

        await Expect(_page.GetByLabel("Private address")).Not.ToBeCheckedAsync();
        _sandbox.Rtcd.Conditions.ShouldBe(new RtcdConditions { LosesUdpIn = IpFamilies.Both, HostOverride = "172.17.0.2" });
        await PictureAsync("rtcd-conditions");

        await _page.Locator("input[value=udp-dropped]").UncheckAsync();
        await _page.GetByLabel("Docker's address").UncheckAsync();
        await Expect(_page.Locator("#rtcd-state")).ToHaveTextAsync("Healthy");
        _sandbox.Rtcd.Conditions.ShouldBe(RtcdConditions.Good);
    }

    [Fact]
    public async Task The_page_comes_back_after_the_server_did()
    {
        await OpenDirectAsync();
        await _sandbox.Mattermost.StopAsync();
        await Expect(_page.GetByText("The connection to the workspace is lost")).ToBeVisibleAsync();
        await _sandbox.Mattermost.DirectMessageFrom("ana").Types("while it was away");

        await _sandbox.Mattermost.StartAsync();

        await Expect(_page.Locator(".post")).ToContainTextAsync("while it was away", new LocatorAssertionsToContainTextOptions { Timeout = 20_000 });
        await Expect(_page.GetByText("The connection to the workspace is lost")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Markup_and_links_that_could_do_harm_do_nothing()
    {
        await OpenDirectAsync();

        await SendAsync("<img src=x onerror=alert(1)> [click](javascript:alert(1)) ![pic](http://127.0.0.1:9/x.png)");

        var text = _page.Locator(".post .text");
        await Expect(text).ToContainTextAsync("<img src=x");
        await Expect(text.Locator("img")).ToHaveCountAsync(0);
        await Expect(text.GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "click" })).ToHaveAttributeAsync("href", "#");
    }

    [Fact]
    public async Task On_a_phone_the_channels_are_behind_a_button_and_nothing_is_wider_than_the_screen()
    {
        await _page.SetViewportSizeAsync(375, 720);
        await OpenChannelAsync("callsbot");
        await PostCardAsync();
        await Expect(_page.Locator(".card")).ToBeVisibleAsync();
        await PictureAsync("phone-card");

        (await _page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(375);
        await _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Channels" }).ClickAsync();
        await PictureAsync("phone-channels");
        await _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Town Square" }).ClickAsync();
        await Expect(_page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Level = 1 })).ToHaveTextAsync("Town Square");
        await Expect(_page.Locator("#sidebar")).Not.ToBeInViewportAsync();
        await _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = new Regex("RTCD") }).ClickAsync();
        await PictureAsync("phone-rtcd");
    }

    [Fact]
    public async Task Everything_can_be_reached_with_the_keyboard()
    {
        await OpenDirectAsync();
        await PostCardAsync();
        await Expect(_page.Locator(".card")).ToBeVisibleAsync();
        _integration.Answers("/action", JsonNode.Parse("""{"update":{"message":"pressed","props":{}}}""")!);
        var button = _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "It keeps connecting" });

        await _page.Locator("#posts").FocusAsync();
        for (var i = 0; i < 10 && !await button.EvaluateAsync<bool>("element => element === document.activeElement"); i++)
        {
            await _page.Keyboard.PressAsync("Tab");
        }

        await _page.Keyboard.PressAsync("Enter");

        await Expect(_page.Locator(".post")).ToContainTextAsync("pressed");
    }

    private ILocator Message => _page.GetByLabel("Message", new PageGetByLabelOptions { Exact = true });

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private async Task SendAsync(string text)
    {
        await Message.FillAsync(text);
        await Message.PressAsync("Enter");
        await Expect(Message).ToHaveValueAsync("");
    }

    private async Task OpenChannelAsync(string name)
    {
        var menu = _page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Channels" });
        if (await menu.IsVisibleAsync())
        {
            await OpenDirectAsync();
            return;
        }

        await _page.Locator("#sidebar").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = name }).ClickAsync();
        await Expect(_page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Level = 1 })).ToHaveTextAsync(name);
    }

    private async Task OpenDirectAsync()
    {
        await _page.GotoAsync(new Uri(_sandbox.Mattermost.Url, "ops/messages/@callsbot").ToString());
        await Expect(_page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Level = 1 })).ToHaveTextAsync("callsbot");
    }

    private async Task PostCardAsync()
    {
        var chat = _sandbox.Mattermost.DirectMessageFrom("ana");
        var answer = await _bot.PostAsync("/api/v4/posts", JsonNode.Parse($$$"""
            {"channel_id":"{{{chat.Channel.Id}}}","message":"Let us find out why calls fail. **What do people see** when they press *Start call*?","props":{"attachments":[{
              "color":"#1C58D9","title":"Step 1 of 3","text":"Check from a terminal first:\n```\ncurl -sS http://rtcd.example.test:8045/version\n```\nSee the [documentation](https://docs.example.test/calls).",
              "fields":[{"title":"RTCD","value":"`v1.2.6`","short":true},{"title":"Media backend","value":"Calls v1 with RTCD","short":true}],
              "footer":"callsbot · run 4f2a",
              "actions":[
                {"id":"a1","name":"It keeps connecting","type":"button","style":"primary","integration":{"url":"{{{_integration.Url}}}action","context":{"t":"1"} } },
                {"id":"a2","name":"There is no button","type":"button","integration":{"url":"{{{_integration.Url}}}action","context":{"t":"2"} } },
                {"id":"a3","name":"Open a ticket","type":"button","style":"good","integration":{"url":"{{{_integration.Url}}}action","context":{"t":"3"} } },
                {"id":"a4","name":"Start over","type":"button","style":"danger","integration":{"url":"{{{_integration.Url}}}action","context":{"t":"4"} } },
                {"id":"a5","name":"Something else","type":"select","options":[{"text":"Echo","value":"echo"},{"text":"No sound","value":"mute"}],"integration":{"url":"{{{_integration.Url}}}action","context":{"t":"5"} } }]}]}}
            """)!);
        answer.Status.ShouldBe(201, answer.Text);
    }

    private async Task<Reply> OpensDialogAsync(ReceivedRequest press)
    {
        var opened = await _bot.PostAsync("/api/v4/actions/dialogs/open", JsonNode.Parse($$$"""
            {"trigger_id":"{{{press.Json["trigger_id"]!.GetValue<string>()}}}","url":"{{{_integration.Url}}}dialog","dialog":{
              "callback_id":"ticket","title":"Support ticket","introduction_text":"What you write goes to **support**, without secrets.","submit_label":"Create","state":"s1","notify_on_cancel":true,"elements":[
                {"display_name":"Description","name":"description","type":"textarea","max_length":3000,"help_text":"What happened, and since when?"},
                {"display_name":"Severity","name":"severity","type":"select","options":[{"text":"High","value":"high"},{"text":"Low","value":"low"}]},
                {"display_name":"Who can call?","name":"who","type":"radio","options":[{"text":"Nobody","value":"nobody"},{"text":"Some","value":"some"}]},
                {"display_name":"Area","name":"area","type":"text","optional":true},
                {"display_name":"Logs","name":"logs","type":"bool","optional":true,"placeholder":"Attach the logs"}]}}
            """)!);
        opened.Status.ShouldBe(200, opened.Text);
        return new Reply(200, "{}", "application/json");
    }

    private async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("CALLSBOT_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await _page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png") });
        }
    }
}

/// <summary>One Chromium for all tests of a class.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        const string Path = "/usr/bin/chromium";
        if (!File.Exists(Path))
        {
            throw new InvalidOperationException($"The page is tested in Chromium, and there is no {Path}. Install it: apt-get install chromium");
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path, Args = ["--no-sandbox"] });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
    }

    internal async Task<IPage> OpenAsync(Uri url, int width, int height)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
        });
        context.SetDefaultTimeout(30_000);
        Assertions.SetDefaultExpectTimeout(30_000);
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => throw new InvalidOperationException($"The page broke: {error}");
        await page.GotoAsync(url.ToString());
        return page;
    }
}
