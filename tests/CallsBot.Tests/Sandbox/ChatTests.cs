using System.Text.Json.Nodes;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Mattermost;

namespace CallsBot.Tests.Sandbox;

/// <summary>What a test does through <see cref="Chat"/> reaches the integration, and what that answers is seen.</summary>
public sealed class ChatTests : IAsyncLifetime
{
    private RunningSandbox _sandbox = null!;
    private ScriptedIntegration _integration = null!;
    private WorkspaceClient _bot = null!;

    public async Task InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(new SandboxSettings { Patience = TimeSpan.FromSeconds(5) }, CancellationToken.None);
        _integration = await ScriptedIntegration.StartAsync();
        _bot = new WorkspaceClient(_sandbox, _sandbox.Mattermost.BotToken);
        _sandbox.Mattermost.CreateCommand(new Uri(_integration.Url, "command"));
    }

    public async Task DisposeAsync()
    {
        _bot.Dispose();
        await _integration.DisposeAsync();
        await _sandbox.DisposeAsync();
        _sandbox.Unexpected.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_command_shows_its_answer_to_the_one_who_typed_it()
    {
        var ana = _sandbox.Mattermost.In("town-square").As("ana");
        var ben = _sandbox.Mattermost.In("town-square").As("ben");
        _integration.Answers("/command", JsonNode.Parse("""{"response_type":"ephemeral","text":"Look at your <http://x|messages>."}""")!);

        await ana.Types("/callshelp no sound");

        await ana.Sees("Look at your [messages](http://x).");
        ben.Transcript.ShouldNotContain("Look at");
        _integration.Last.Body.ShouldContain("text=no+sound");
        _integration.Last.Body.ShouldContain($"token={_sandbox.Mattermost.CommandToken}");
        _integration.Last.Headers["authorization"].ShouldBe($"Token {_sandbox.Mattermost.CommandToken}");
    }

    [Fact]
    public async Task A_command_in_a_thread_names_the_thread_and_one_outside_does_not()
    {
        var ana = _sandbox.Mattermost.In("town-square").As("ana");
        var root = await ana.Types("calls drop");
        _integration.Answers("/command", JsonNode.Parse("""{"text":"outside"}""")!);
        _integration.Answers("/command", JsonNode.Parse("""{"text":"inside"}""")!);

        await ana.Types("/callshelp");
        _integration.Last.Body.ShouldNotContain("root_id");
        var thread = ana.InThread(root!.Id);
        await thread.Types("/callshelp");

        _integration.Last.Body.ShouldContain($"root_id={root.Id}");
        await thread.Sees("inside");
    }

    [Fact]
    public async Task A_command_that_fails_shows_the_servers_error()
    {
        var ana = _sandbox.Mattermost.DirectMessageFrom("ana");
        _integration.Answers("/command", 500, "boom");

        await ana.Types("/callshelp");

        await ana.Sees("returned response 500 Internal Server Error.");
        await ana.Types("/nosuch");
        await ana.Sees("api.command.execute_command.not_found.app_error");
    }

    [Fact]
    public async Task A_plain_text_answer_is_the_text()
    {
        var ana = _sandbox.Mattermost.DirectMessageFrom("ana");
        _integration.Answers("/command", 200, "plain **words**");

        await ana.Types("/callshelp");

        await ana.Sees("plain **words**");
    }

    [Fact]
    public async Task A_press_replaces_the_props_and_the_old_button_is_gone()
    {
        var ana = _sandbox.Mattermost.DirectMessageFrom("ana");
        var postId = await PostCardAsync(ana, Button("yes", "It keeps connecting"));
        _integration.Answers("/action", JsonNode.Parse("""{"update":{"message":"Noted.","props":{}},"ephemeral_text":"thanks"}""")!);

        await ana.Presses("It keeps connecting");

        await ana.Sees("Noted.");
        await ana.Sees("only to you: thanks");
        await ana.SeesNoButtons();
        ana.LastPost.Message.ShouldBe("Noted.");
        var stale = await _sandbox.Mattermost.Press("ana", postId, "yes");
        stale!.Status.ShouldBe(404);
        stale.Id.ShouldBe("api.post.do_action.action_id.app_error");
    }

    [Fact]
    public async Task A_press_waits_for_a_button_that_is_still_to_come()
    {
        var ana = _sandbox.Mattermost.DirectMessageFrom("ana");
        _integration.Answers("/action", new JsonObject());

        var pressing = ana.Presses("Later");
        pressing.IsCompleted.ShouldBeFalse();
        await PostCardAsync(ana, Button("later", "Later"));

        await pressing.WaitAsync(TimeSpan.FromSeconds(5));
        _integration.Last.Json["context"]!["node"]!.GetValue<string>().ShouldBe("later");
    }

    [Fact]
    public async Task A_choice_from_a_menu_is_in_the_context()
    {
        var ana = _sandbox.Mattermost.DirectMessageFrom("ana");
        await PostCardAsync(ana, JsonNode.Parse($$"""
            {"id":"pick","name":"Pick one","type":"select","options":[{"text":"Audio","value":"audio"}],"integration":{"url":"{{_integration.Url}}action","context":{"node":"n"} } }
            """)!);
        _integration.Answers("/action", new JsonObject());

        await ana.Chooses("Audio");

        _integration.Last.Json["context"]!["selected_option"]!.GetValue<string>().ShouldBe("audio");
        _integration.Last.Json["type"]!.GetValue<string>().ShouldBe("select");
    }

    [Fact]
    public async Task A_press_by_someone_who_cannot_read_the_channel_is_forbidden()
    {
        var ana = _sandbox.Mattermost.DirectMessageFrom("ana");
        var postId = await PostCardAsync(ana, Button("yes", "Yes"));

        (await _sandbox.Mattermost.Press("ben", postId, "yes"))!.Status.ShouldBe(403);

        _integration.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_button_on_a_post_that_only_one_sees_works_once_by_its_cookie_and_cannot_be_updated()
    {
        var ana = _sandbox.Mattermost.In("town-square").As("ana");
        _integration.Answers("/command", JsonNode.Parse(
            $$$"""{"text":"Pick","attachments":[{"text":"t","actions":[{{{Button("go", "Go").ToJsonString()}}}]}]}""")!);
        await ana.Types("/callshelp");
        _integration.Answers("/action", JsonNode.Parse("""{"update":{"message":"changed"}}""")!);

        await ana.Presses("Go");

        _integration.Last.Json["context"]!["node"]!.GetValue<string>().ShouldBe("go");
        await ana.Sees("app.post.get.app_error");
    }

    [Fact]
    public async Task An_answer_other_than_200_is_an_action_error()
    {
        var ana = _sandbox.Mattermost.DirectMessageFrom("ana");
        await PostCardAsync(ana, Button("yes", "Yes"));
        _integration.Answers("/action", 401, "");

        await ana.Presses("Yes");

        await ana.Sees("api.post.do_action.action_integration.app_error");
    }

    [Fact]
    public async Task A_dialog_goes_there_and_back()
    {
        var ana = _sandbox.Mattermost.DirectMessageFrom("ana");
        await PostCardAsync(ana, Button("ticket", "Ticket"));
        _integration.Answers("/action", OpensDialogAsync);
        _integration.Answers("/dialog", JsonNode.Parse("""{"errors":{"description":"too short"}}""")!);
        _integration.Answers("/dialog", 200, "");

        await ana.Presses("Ticket");
        await ana.Sees("dialog: Support ticket");
        await ana.Submits(new Dictionary<string, object?> { ["description"] = "x", ["logs"] = true });
        await ana.Sees("too short");
        await ana.Submits(new Dictionary<string, object?> { ["description"] = "long enough", ["logs"] = false });

        var submission = _integration.Last.Json;
        submission["type"]!.GetValue<string>().ShouldBe("dialog_submission");
        submission["state"]!.GetValue<string>().ShouldBe("s1");
        submission["user_id"]!.GetValue<string>().ShouldBe(ana.Person.Id);
        submission["submission"]!["description"]!.GetValue<string>().ShouldBe("long enough");
        ana.Transcript.ShouldNotContain("dialog:");
    }

    [Fact]
    public async Task A_cancelled_dialog_says_so_when_it_was_asked_to()
    {
        var ana = _sandbox.Mattermost.DirectMessageFrom("ana");
        await PostCardAsync(ana, Button("ticket", "Ticket"));
        _integration.Answers("/action", OpensDialogAsync);
        _integration.Answers("/dialog", 200, "");
        await ana.Presses("Ticket");

        await ana.Cancels();

        _integration.Last.Json["cancelled"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task What_does_not_come_is_told_with_what_was_there()
    {
        await using var hasty = await RunningSandbox.StartAsync(new SandboxSettings { Patience = TimeSpan.FromMilliseconds(50) }, CancellationToken.None);
        var ana = hasty.Mattermost.DirectMessageFrom("ana");
        await ana.Types("is anybody there?");

        var told = await Should.ThrowAsync<SandboxException>(() => ana.Sees("yes"));

        told.Message.ShouldContain("'yes'");
        told.Message.ShouldContain("ana: is anybody there?");
    }

    [Fact]
    public async Task What_was_there_before_the_last_action_is_not_taken_for_an_answer()
    {
        await using var hasty = await RunningSandbox.StartAsync(new SandboxSettings { Patience = TimeSpan.FromMilliseconds(50) }, CancellationToken.None);
        using var bot = new WorkspaceClient(hasty, hasty.Mattermost.BotToken);
        var ana = hasty.Mattermost.DirectMessageFrom("ana");
        await bot.PostAsync("/api/v4/posts", new JsonObject { ["channel_id"] = ana.Channel.Id, ["message"] = "welcome" });
        await ana.Sees("welcome");

        await ana.Types("hello");

        await Should.ThrowAsync<SandboxException>(() => ana.Sees("welcome"));
    }

    [Fact]
    public async Task A_late_answer_reaches_the_one_who_typed_five_times()
    {
        var ana = _sandbox.Mattermost.In("off-topic").As("ana");
        _integration.Answers("/command", new JsonObject());
        await ana.Types("/callshelp");
        var path = new Uri(FormValue("response_url")).AbsolutePath;

        for (var i = 0; i < 5; i++)
        {
            var late = await _bot.PostAsync(path, new JsonObject { ["text"] = $"late {i}" });
            late.Text.ShouldBe("ok");
            await ana.Sees($"late {i}");
        }

        (await _bot.PostAsync(path, new JsonObject { ["text"] = "too often" })).ErrorId.ShouldBe("app.command_webhook.try_use.invalid");
    }

    [Fact]
    public async Task An_uploaded_file_is_seen_by_its_name()
    {
        var ana = _sandbox.Mattermost.DirectMessageFrom("ana");

        var post = ana.Uploads("rtcd.log", "ICE failed"u8.ToArray(), "here is the log");

        var file = await _bot.GetAsync($"/api/v4/files/{post.FileIds.Single()}");
        file.Text.ShouldBe("ICE failed");
        ana.Transcript.ShouldContain("(rtcd.log)");
    }

    [Fact]
    public async Task Three_people_can_talk_in_a_group()
    {
        var ana = _sandbox.Mattermost.GroupMessageFrom("ana", "ben");
        _integration.Answers("/command", JsonNode.Parse("""{"response_type":"in_channel","text":"for all"}""")!);

        await ana.Types("/callshelp");

        await ana.Sees("for all");
        ana.Channel.Type.ShouldBe("G");
    }

    private async Task<Reply> OpensDialogAsync(ReceivedRequest press)
    {
        var opened = await _bot.PostAsync("/api/v4/actions/dialogs/open", JsonNode.Parse($$$"""
            {"trigger_id":"{{{press.Json["trigger_id"]!.GetValue<string>()}}}","url":"{{{_integration.Url}}}dialog","dialog":{
              "callback_id":"ticket","title":"Support ticket","state":"s1","notify_on_cancel":true,"elements":[
                {"display_name":"Description","name":"description","type":"textarea","max_length":3000},
                {"display_name":"Attach logs","name":"logs","type":"bool","optional":true}]}}
            """)!);
        opened.Status.ShouldBe(200, opened.Text);
        return new Reply(200, "{}", "application/json");
    }

    private string FormValue(string name) => _integration.Last.Body.Split('&').Select(pair => pair.Split('='))
        .Where(pair => pair[0] == name).Select(pair => Uri.UnescapeDataString(pair[1])).Single();

    private JsonNode Button(string id, string name) => JsonNode.Parse(
        $$$"""{"id":"{{{id}}}","name":"{{{name}}}","type":"button","integration":{"url":"{{{_integration.Url}}}action","context":{"node":"{{{id}}}"} } }""")!;

    private async Task<string> PostCardAsync(Chat chat, JsonNode action)
    {
        var posted = await _bot.PostAsync("/api/v4/posts", new JsonObject
        {
            ["channel_id"] = chat.Channel.Id,
            ["message"] = "Where does it hurt?",
            ["props"] = new JsonObject
            {
                ["attachments"] = new JsonArray(new JsonObject { ["text"] = "card", ["actions"] = new JsonArray(action) }),
            },
        });
        posted.Status.ShouldBe(201, posted.Text);
        return posted.Body["id"]!.GetValue<string>();
    }
}
