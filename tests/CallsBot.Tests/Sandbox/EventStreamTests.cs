using System.Globalization;
using System.Text.Json.Nodes;
using CallsBot.Sandbox;

namespace CallsBot.Tests.Sandbox;

/// <summary>The workspace's stream of events, beyond what was recorded: loss, return, and strangers.</summary>
public sealed class EventStreamTests : IAsyncLifetime
{
    private RunningSandbox _sandbox = null!;
    private WorkspaceClient _bot = null!;

    public async Task InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);
        _bot = new WorkspaceClient(_sandbox, _sandbox.Mattermost.BotToken);
    }

    public async Task DisposeAsync()
    {
        _bot.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task A_bad_token_ends_the_socket_without_a_word()
    {
        using var events = await EventReader.OpenAsync(_sandbox, "garbage", "", inHeader: false);

        (await events.NextAsync()).ShouldBeNull();
        events.CloseStatus.ShouldBeNull();
    }

    [Fact]
    public async Task Dropped_sockets_end_without_a_closing_handshake()
    {
        using var events = await _bot.ConnectAsync();
        await events.NextAsync("hello");

        await _sandbox.Mattermost.DropSockets();

        while (await events.NextAsync() is not null)
        {
            // What was on its way is still read.
        }

        events.CloseStatus.ShouldBeNull();
    }

    [Fact]
    public async Task Who_names_the_connection_and_the_next_number_misses_nothing()
    {
        var hello = await ConnectInHeaderAndDropAsync();
        await Type("while you were away");

        using var back = await OpenInHeaderAsync($"?connection_id={ConnectionId(hello)}&sequence_number=2");

        var first = (await back.NextAsync())!;
        first["event"]!.GetValue<string>().ShouldBe("posted");
        first["seq"]!.GetValue<long>().ShouldBe(2);
        first["data"]!["post"]!.GetValue<string>().ShouldContain("while you were away");
    }

    [Fact]
    public async Task What_was_sent_but_not_received_is_sent_again()
    {
        var hello = await ConnectInHeaderAndDropAsync();

        using var back = await OpenInHeaderAsync($"?connection_id={ConnectionId(hello)}&sequence_number=1");

        var again = (await back.NextAsync())!;
        again["event"]!.GetValue<string>().ShouldBe("status_change");
        again["seq"]!.GetValue<long>().ShouldBe(1);
    }

    [Fact]
    public async Task After_a_restart_a_connection_begins_afresh_with_another_id()
    {
        var hello = await ConnectInHeaderAndDropAsync();
        await _sandbox.Mattermost.RestartAsync();

        using var back = await OpenInHeaderAsync($"?connection_id={ConnectionId(hello)}&sequence_number=2");

        var afresh = await back.NextAsync("hello");
        afresh["seq"]!.GetValue<long>().ShouldBe(0);
        ConnectionId(afresh).ShouldNotBe(ConnectionId(hello));
    }

    [Fact]
    public async Task A_challenge_always_begins_afresh()
    {
        var hello = await ConnectInHeaderAndDropAsync();

        using var back = await EventReader.OpenAsync(
            _sandbox, _sandbox.Mattermost.BotToken, $"?connection_id={ConnectionId(hello)}&sequence_number=2", inHeader: false);

        ConnectionId(await back.NextAsync("hello")).ShouldNotBe(ConnectionId(hello));
    }

    [Fact]
    public async Task A_ping_is_answered_and_an_unknown_action_is_kept()
    {
        using var events = await _bot.ConnectAsync();
        await events.NextAsync("hello");
        await events.NextAsync("status_change");

        await events.SendAsync("""{"seq":2,"action":"ping"}""");
        var pong = (await events.NextAsync())!;
        await events.SendAsync("""{"seq":3,"action":"dance"}""");
        var refused = (await events.NextAsync())!;

        pong["data"]!["text"]!.GetValue<string>().ShouldBe("pong");
        pong["seq_reply"]!.GetValue<long>().ShouldBe(2);
        refused["status"]!.GetValue<string>().ShouldBe("FAIL");
        refused["error"]!["id"]!.GetValue<string>().ShouldBe("api.web_socket_router.bad_action.app_error");
        _sandbox.Unexpected.ShouldBe(["WebSocket dance"]);
    }

    [Fact]
    public async Task Nobody_hears_of_a_channel_that_they_are_not_in()
    {
        using var events = await _bot.ConnectAsync();
        await events.NextAsync("status_change");

        await _sandbox.Mattermost.In("incidents").As("ana").Types("secret");
        await Type("public");

        (await events.NextAsync("posted"))["data"]!["post"]!.GetValue<string>().ShouldContain("public");
    }

    [Fact]
    public async Task Nobody_else_hears_what_is_only_for_one()
    {
        using var ana = new WorkspaceClient(_sandbox, _sandbox.Mattermost.Workspace.TokenOf(_sandbox.Mattermost.Workspace.Ana.Id));
        using var admin = new WorkspaceClient(_sandbox, _sandbox.Mattermost.AdminToken);
        using var anasEvents = await ana.ConnectAsync();
        using var botsEvents = await _bot.ConnectAsync();
        await anasEvents.NextAsync("status_change");
        await botsEvents.NextAsync("status_change");

        await admin.PostAsync("/api/v4/posts/ephemeral", new JsonObject
        {
            ["user_id"] = _sandbox.Mattermost.Workspace.Ana.Id,
            ["post"] = new JsonObject { ["channel_id"] = _sandbox.Mattermost.Workspace.TownSquare.Id, ["message"] = "only you" },
        });
        await Type("for all");

        (await anasEvents.NextAsync("ephemeral_message"))["data"]!["post"]!.GetValue<string>().ShouldContain("only you");
        (await botsEvents.NextAsync())!["data"]!["post"]!.GetValue<string>().ShouldContain("for all");
    }

    private static string ConnectionId(JsonObject hello) => hello["data"]!["connection_id"]!.GetValue<string>();

    /// <summary>Has events 0, hello, and 1, status_change.</summary>
    private async Task<JsonObject> ConnectInHeaderAndDropAsync()
    {
        using var events = await OpenInHeaderAsync("");
        var hello = await events.NextAsync("hello");
        (await events.NextAsync("status_change"))["seq"]!.GetValue<long>().ToString(CultureInfo.InvariantCulture).ShouldBe("1");
        await _sandbox.Mattermost.DropSockets();
        return hello;
    }

    private Task<EventReader> OpenInHeaderAsync(string query) => EventReader.OpenAsync(_sandbox, _sandbox.Mattermost.BotToken, query, inHeader: true);

    private async Task Type(string text) => await _sandbox.Mattermost.In("town-square").As("ana").Types(text);
}
