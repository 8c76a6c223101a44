using System.Net;
using System.Text.Json.Nodes;
using CallsBot.Sandbox;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Sandbox;

/// <summary>What the recordings do not show: limits, repeats, lists, faults on demand.</summary>
public sealed class WorkspaceTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private RunningSandbox _sandbox = null!;
    private WorkspaceClient _bot = null!;
    private WorkspaceClient _admin = null!;

    private string TownSquare => _sandbox.Mattermost.Workspace.TownSquare.Id;

    public async Task InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(new SandboxSettings { Time = _time }, CancellationToken.None);
        _bot = new WorkspaceClient(_sandbox, _sandbox.Mattermost.BotToken);
        _admin = new WorkspaceClient(_sandbox, _sandbox.Mattermost.AdminToken);
    }

    public async Task DisposeAsync()
    {
        _bot.Dispose();
        _admin.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/api/v4/nosuch")]
    [InlineData("POST", "/api/v4/users/me")]
    [InlineData("GET", "/plugins/com.mattermost.calls/channels")]
    public async Task An_unknown_request_answers_501_and_is_kept(string method, string path)
    {
        var answer = await _bot.SendAsync(HttpMethod.Parse(method), path, body: null);

        answer.Status.ShouldBe(501);
        answer.ErrorId.ShouldBe("sandbox.unexpected_request");
        _sandbox.Unexpected.ShouldBe([$"{method} {path}"]);
    }

    [Fact]
    public async Task A_repeated_draft_is_answered_with_the_first_post_for_half_a_minute()
    {
        var draft = new JsonObject { ["channel_id"] = TownSquare, ["message"] = "once", ["pending_post_id"] = "p1" };

        var first = await _bot.PostAsync("/api/v4/posts", draft);
        var second = await _bot.PostAsync("/api/v4/posts", draft);
        _time.Advance(TimeSpan.FromSeconds(31));
        var third = await _bot.PostAsync("/api/v4/posts", draft);

        Id(second).ShouldBe(Id(first));
        Id(third).ShouldNotBe(Id(first));
        first.Body["pending_post_id"]!.GetValue<string>().ShouldBe("p1");
    }

    [Fact]
    public async Task Posts_since_has_what_changed_deleted_and_earlier_states_marked()
    {
        await PostAsync("before");
        var edited = await PostAsync("to be edited");
        var deleted = await PostAsync("to be deleted");
        var since = _time.GetUtcNow().ToUnixTimeMilliseconds();
        _time.Advance(TimeSpan.FromSeconds(1));
        await _bot.SendAsync(HttpMethod.Put, $"/api/v4/posts/{edited}/patch", new StringContent("""{"message":"edited"}"""));
        await _bot.SendAsync(HttpMethod.Delete, $"/api/v4/posts/{deleted}", body: null);
        var added = await PostAsync("new");

        var list = (await _bot.GetAsync($"/api/v4/channels/{TownSquare}/posts?since={since}")).Body;

        var order = list["order"]!.AsArray().Select(id => id!.GetValue<string>()).ToArray();
        order[0].ShouldBe(added);
        order.Length.ShouldBe(4);
        list["posts"]![edited]!["message"]!.GetValue<string>().ShouldBe("edited");
        list["posts"]![deleted]!["delete_at"]!.GetValue<long>().ShouldBeGreaterThan(0);
        var earlier = order.Select(id => list["posts"]![id]!).Single(post => post["original_id"]!.GetValue<string>() == edited);
        earlier["message"]!.GetValue<string>().ShouldBe("to be edited");
        earlier["delete_at"]!.GetValue<long>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_reply_changes_the_threads_first_post_so_that_it_is_in_posts_since()
    {
        var root = await PostAsync("root");
        var since = _time.GetUtcNow().ToUnixTimeMilliseconds();
        _time.Advance(TimeSpan.FromSeconds(1));
        await _bot.PostAsync("/api/v4/posts", new JsonObject { ["channel_id"] = TownSquare, ["message"] = "reply", ["root_id"] = root });

        var list = (await _bot.GetAsync($"/api/v4/channels/{TownSquare}/posts?since={since}")).Body;

        list["posts"]!.AsObject().Select(post => post.Value!["message"]!.GetValue<string>()).ShouldBe(["reply", "root"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_reply_to_a_reply_or_into_another_channel_is_refused()
    {
        var root = await PostAsync("root");
        var reply = Id(await _bot.PostAsync("/api/v4/posts", new JsonObject { ["channel_id"] = TownSquare, ["message"] = "reply", ["root_id"] = root }));

        var nested = await _bot.PostAsync("/api/v4/posts", new JsonObject { ["channel_id"] = TownSquare, ["message"] = "x", ["root_id"] = reply });
        var elsewhere = await _bot.PostAsync("/api/v4/posts", new JsonObject
        {
            ["channel_id"] = _sandbox.Mattermost.Workspace.OffTopic.Id,
            ["message"] = "x",
            ["root_id"] = root,
        });

        nested.ErrorId.ShouldBe("api.post.create_post.root_id.app_error");
        elsewhere.ErrorId.ShouldBe("api.post.create_post.channel_root_id.app_error");
    }

    [Theory]
    [InlineData("""{"id":"not-ok","name":"n","integration":{"url":"http://127.0.0.1/"}}""")]
    [InlineData("""{"id":"ok","integration":{"url":"http://127.0.0.1/"}}""")]
    [InlineData("""{"id":"ok","name":"n"}""")]
    [InlineData("""{"id":"ok","name":"n","type":"radio","integration":{"url":"http://127.0.0.1/"}}""")]
    [InlineData("""{"id":"ok","name":"n","options":[{"text":"a","value":"b"}],"integration":{"url":"http://127.0.0.1/"}}""")]
    [InlineData("""{"id":"ok","name":"n","type":"select","options":[{"text":"","value":"b"}],"integration":{"url":"http://127.0.0.1/"}}""")]
    [InlineData("""{"id":"ok","name":"n","type":"select","integration":{"url":"http://127.0.0.1/"}}""")]
    public async Task A_button_that_cannot_work_is_refused(string action)
    {
        var answer = await PostWithActionsAsync(action);

        answer.Status.ShouldBe(400);
        answer.ErrorId.ShouldBe("sandbox.action.would_not_work");
    }

    [Fact]
    public async Task Two_buttons_with_one_id_are_refused()
    {
        const string Button = """{"id":"same","name":"n","integration":{"url":"http://127.0.0.1/"}}""";

        (await PostWithActionsAsync(Button, Button)).ErrorId.ShouldBe("sandbox.action.would_not_work");
    }

    [Fact]
    public async Task Props_that_do_not_fit_are_refused()
    {
        var answer = await _bot.PostAsync("/api/v4/posts", new JsonObject
        {
            ["channel_id"] = TownSquare,
            ["message"] = "x",
            ["props"] = new JsonObject { ["attachments"] = new JsonArray(new JsonObject { ["text"] = new string('x', 8_000) }) },
        });

        answer.ErrorId.ShouldBe("model.post.is_valid.props.app_error");
    }

    [Fact]
    public async Task A_message_of_the_longest_length_counts_characters_not_bytes()
    {
        var astral = string.Concat(Enumerable.Repeat("🎧", 16_383));

        (await _bot.PostAsync("/api/v4/posts", new JsonObject { ["channel_id"] = TownSquare, ["message"] = astral })).Status.ShouldBe(201);
    }

    [Theory]
    [InlineData("""{"title":"A title of twenty-five cha","elements":[]}""")]
    [InlineData("""{"title":"t","elements":[{"display_name":"A name of twenty-five char","name":"n","type":"text"}]}""")]
    [InlineData("""{"title":"t","elements":[{"display_name":"d","name":"n","type":"date"}]}""")]
    [InlineData("""{"title":"t","elements":[{"display_name":"d","name":"n","type":"textarea","max_length":3001}]}""")]
    [InlineData("""{"title":"t","elements":[{"display_name":"d","name":"n","type":"select"}]}""")]
    [InlineData("""{"title":"t","elements":[{"display_name":"d","name":"n","type":"bool"},{"display_name":"d","name":"n","type":"bool"}]}""")]
    public async Task A_dialog_that_clients_would_cut_is_refused(string dialog)
    {
        var (trigger, _) = await PressForTriggerAsync();

        (await OpenDialogAsync(trigger, dialog)).ErrorId.ShouldBe("sandbox.dialog.would_not_work");
    }

    [Fact]
    public async Task A_trigger_id_opens_dialogs_for_its_own_user_until_it_expires()
    {
        const string Dialog = """{"title":"t","elements":[]}""";
        var (trigger, user) = await PressForTriggerAsync();

        (await OpenDialogAsync(trigger, Dialog)).Status.ShouldBe(200);
        _sandbox.Mattermost.Workspace.DialogsOf(user).Count.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(31));

        (await OpenDialogAsync(trigger, Dialog)).ErrorId.ShouldBe("interactive_message.decode_trigger_id.expired");
    }

    [Fact]
    public async Task A_trigger_id_for_another_user_is_found_out()
    {
        var (trigger, user) = await PressForTriggerAsync();
        var text = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(trigger));
        var forged = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text.Replace(user, _sandbox.Mattermost.Workspace.Ben.Id, StringComparison.Ordinal)));

        (await OpenDialogAsync(forged, """{"title":"t","elements":[]}""")).ErrorId.ShouldBe("interactive_message.decode_trigger_id.verify_signature_failed");
    }

    [Fact]
    public async Task An_integration_elsewhere_than_on_this_machine_is_not_called()
    {
        _sandbox.Mattermost.CreateCommand(new Uri("http://192.0.2.1/command"));
        var ana = _sandbox.Mattermost.In("town-square").As("ana");

        await ana.Types("/callshelp");

        await ana.Sees("address forbidden");
    }

    [Fact]
    public async Task The_next_requests_are_refused_on_demand_and_say_when_to_come_back()
    {
        _sandbox.Mattermost.RateLimitNext(2, TimeSpan.FromSeconds(3));

        var first = await _bot.GetAsync("/api/v4/users/me");
        var second = await _bot.GetAsync("/api/v4/users/me");
        var third = await _bot.GetAsync("/api/v4/users/me");

        first.Status.ShouldBe(429);
        first.Text.ShouldBe("limit exceeded\n");
        first.Headers["retry-after"].ShouldBe("3");
        first.Headers["x-ratelimit-reset"].ShouldBe("3");
        second.Status.ShouldBe(429);
        third.Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_revoked_token_is_no_session()
    {
        _sandbox.Mattermost.RevokeTokens("callsbot");

        (await _bot.GetAsync("/api/v4/users/me")).ErrorId.ShouldBe("api.context.session_expired.app_error");
    }

    [Fact]
    public async Task Without_a_bot_an_administrator_can_make_one()
    {
        await using var bare = await RunningSandbox.StartAsync(new SandboxSettings { WithBot = false }, CancellationToken.None);
        using var admin = new WorkspaceClient(bare, bare.Mattermost.AdminToken);
        bare.Mattermost.BotToken.ShouldBeEmpty();

        var made = await admin.PostAsync("/api/v4/bots", JsonNode.Parse("""{"username":"callsbot","display_name":"Calls Bot","description":"d"}""")!);
        var userId = made.Body["user_id"]!.GetValue<string>();
        var token = (await admin.PostAsync($"/api/v4/users/{userId}/tokens", JsonNode.Parse("""{"description":"d"}""")!)).Body["token"]!.GetValue<string>();
        using var bot = new WorkspaceClient(bare, token);
        var townSquare = bare.Mattermost.Workspace.TownSquare.Id;
        var outside = await bot.PostAsync("/api/v4/posts", new JsonObject { ["channel_id"] = townSquare, ["message"] = "x" });
        await admin.PostAsync(
            $"/api/v4/teams/{bare.Mattermost.Workspace.Team.Id}/members",
            new JsonObject { ["team_id"] = bare.Mattermost.Workspace.Team.Id, ["user_id"] = userId });
        var inside = await bot.PostAsync("/api/v4/posts", new JsonObject { ["channel_id"] = townSquare, ["message"] = "x" });

        made.Status.ShouldBe(201);
        outside.Status.ShouldBe(403);
        inside.Status.ShouldBe(201);
        (await admin.PostAsync("/api/v4/bots", JsonNode.Parse("""{"username":"callsbot"}""")!)).ErrorId.ShouldBe("app.user.save.username_exists.app_error");
        bare.Unexpected.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_private_channel_is_not_there_for_the_bot_until_it_is_invited()
    {
        var path = $"/api/v4/teams/{_sandbox.Mattermost.Workspace.Team.Id}/channels/name/incidents";
        (await _bot.GetAsync(path)).ErrorId.ShouldBe("app.channel.get_by_name.missing.app_error");

        _sandbox.Mattermost.Invite("callsbot", "incidents");

        (await _bot.GetAsync(path)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_server_refuses_while_it_is_down_and_keeps_what_it_has()
    {
        var post = await PostAsync("kept");
        await _sandbox.Mattermost.StopAsync();
        await Should.ThrowAsync<HttpRequestException>(() => _bot.GetAsync("/api/v4/users/me"));

        await _sandbox.Mattermost.StartAsync();

        (await _bot.GetAsync($"/api/v4/posts/{post}")).Body["message"]!.GetValue<string>().ShouldBe("kept");
    }

    [Fact]
    public async Task Another_host_name_is_refused()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_sandbox.Mattermost.Url, "api/v4/system/ping"));
        request.Headers.Host = "rebound.example.test";

        using var response = await http.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    public async Task An_address_that_others_can_reach_is_refused(string address)
    {
        var refused = await Should.ThrowAsync<SandboxException>(() =>
            RunningSandbox.StartAsync(new SandboxSettings { Address = IPAddress.Parse(address) }, CancellationToken.None));

        refused.Message.ShouldContain(address);
    }

    [Fact]
    public async Task A_taken_port_is_said_in_one_line()
    {
        var refused = await Should.ThrowAsync<SandboxException>(() =>
            RunningSandbox.StartAsync(new SandboxSettings { MattermostPort = _sandbox.Mattermost.Url.Port }, CancellationToken.None));

        refused.Message.ShouldContain($"Port {_sandbox.Mattermost.Url.Port} for the workspace is taken.");
        refused.Message.ShouldNotContain("\n");
    }

    private static string Id(ApiAnswer answer) => answer.Body["id"]!.GetValue<string>();

    private async Task<string> PostAsync(string message) =>
        Id(await _bot.PostAsync("/api/v4/posts", new JsonObject { ["channel_id"] = TownSquare, ["message"] = message }));

    private Task<ApiAnswer> PostWithActionsAsync(params string[] actions) => _bot.PostAsync("/api/v4/posts", JsonNode.Parse(
        $$$"""{"channel_id":"{{{TownSquare}}}","message":"m","props":{"attachments":[{"text":"t","actions":[{{{string.Join(',', actions)}}}]}]}}""")!);

    private Task<ApiAnswer> OpenDialogAsync(string trigger, string dialog) => _bot.PostAsync("/api/v4/actions/dialogs/open", new JsonObject
    {
        ["trigger_id"] = trigger,
        ["url"] = "http://127.0.0.1/dialog",
        ["dialog"] = JsonNode.Parse(dialog),
    });

    private async Task<(string Trigger, string UserId)> PressForTriggerAsync()
    {
        await using var integration = await ScriptedIntegration.StartAsync();
        integration.Answers("/action", new JsonObject());
        var ana = _sandbox.Mattermost.In("town-square").As("ana");
        await PostWithActionsAsync($$$"""{"id":"go","name":"Go","integration":{"url":"{{{integration.Url}}}action"}}""");
        await ana.Presses("Go");
        return (integration.Last.Json["trigger_id"]!.GetValue<string>(), ana.Person.Id);
    }
}
