using CallsBot.Protocols.Mattermost;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace CallsBot.Tests.Protocols.Mattermost;

/// <summary>Requests of which there is no recording: held to the server's API reference (api/v4/source).</summary>
public sealed class UnrecordedRequestsTests
{
    private const string User = """{"id":"u","username":"ana"}""";
    private const string Bot = """{"user_id":"b","username":"callsbot","display_name":"","description":"","delete_at":5}""";
    private const string Channels = """[{"id":"c","type":"D","team_id":"","name":"a__b"}]""";

    [Fact]
    public Task Licence() => Asks("GET", "/license/client?format=old", "", """{"IsLicensed":"false"}""", async api =>
        (await api.GetClientLicenseAsync(default))["IsLicensed"].ShouldBe("false"));

    [Fact]
    public Task A_user_by_name() => Asks("GET", "/users/username/ana", "", User, async api =>
        (await api.GetUserByNameAsync("ana", default)).Id.ShouldBe("u"));

    [Fact]
    public Task The_teams_of_the_account() => Asks("GET", "/users/me/teams", "", """[{"id":"t","name":"ops"}]""", async api =>
        (await api.GetMyTeamsAsync(default)).ShouldHaveSingleItem().Name.ShouldBe("ops"));

    [Fact]
    public Task The_channels_of_the_account() => Asks("GET", "/users/me/teams/t/channels", "", Channels, async api =>
        (await api.GetMyChannelsAsync("t", default)).ShouldHaveSingleItem().Type.ShouldBe(Channel.Direct));

    [Fact]
    public Task A_team_member() => Asks("GET", "/teams/t/members/u", "", """{"team_id":"t","user_id":"u","delete_at":7}""", async api =>
        (await api.GetTeamMemberAsync("t", "u", default)).DeleteAt.ShouldBe(7));

    [Fact]
    public Task Posts_since_a_time() => Asks(
        "GET",
        "/channels/c/posts?since=1795328164903",
        "",
        """{"order":["p"],"posts":{"p":{"id":"p","user_id":"u","channel_id":"c","delete_at":9}},"next_post_id":"","prev_post_id":""}""",
        async api => (await api.GetPostsSinceAsync("c", 1795328164903, default)).Posts["p"].DeleteAt.ShouldBe(9));

    [Fact]
    public Task Changing_a_command() => Asks(
        "PUT",
        "/commands/k",
        """{"id":"k","team_id":"t","trigger":"callshelp","method":"P","url":"http://bot/"}""",
        """{"id":"k","token":"x","team_id":"t","trigger":"callshelp","method":"P","url":"http://bot/"}""",
        async api => (await api.UpdateCommandAsync(
            "k", new SlashCommand { Id = "k", TeamId = "t", Trigger = "callshelp", Url = "http://bot/" }, default)).Id.ShouldBe("k"));

    [Fact]
    public Task Creating_a_bot() => Asks(
        "POST", "/bots", """{"username":"callsbot","display_name":"Calls Bot"}""", Bot, async api =>
        (await api.CreateBotAsync(new Bot { Username = "callsbot", DisplayName = "Calls Bot" }, default)).UserId.ShouldBe("b"));

    [Fact]
    public Task A_bot_that_may_be_off() => Asks("GET", "/bots/b?include_deleted=true", "", Bot, async api =>
        (await api.GetBotAsync("b", true, default)).DeleteAt.ShouldBe(5));

    [Fact]
    public Task Enabling_a_bot() => Asks("POST", "/bots/b/enable", "", Bot, async api =>
        (await api.EnableBotAsync("b", default)).Username.ShouldBe("callsbot"));

    private static async Task Asks(string method, string target, string body, string reply, Func<IMattermostApi, Task> call)
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var request = context.Request;
            using var reader = new StreamReader(request.Body);
            (request.Method, $"{request.Path}{request.QueryString}", await reader.ReadToEndAsync())
                .ShouldBe((method, $"/api/v4{target}", body));
            await context.Response.WriteAsync(reply);
        });
        using var client = new MattermostClient(
            server.Address, "Mattermost:BotToken", "BOT_TOKEN", TimeSpan.FromSeconds(10), TimeProvider.System, gate: new OpenGate());
        await call(client.Api);
    }
}
