using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Mattermost;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Sandbox;

/// <summary>What the pretend Calls plugin and the pretend server's licence answer, and to whom.</summary>
public sealed class CallsPluginTests : IAsyncLifetime
{
    private const string Base = "/plugins/com.mattermost.calls";

    private readonly ManualTimeProvider _time = new();
    private RunningSandbox _sandbox = null!;
    private WorkspaceClient _admin = null!;
    private WorkspaceClient _bot = null!;
    private WorkspaceClient _nobody = null!;

    private CallsPlugin Calls => _sandbox.Mattermost.Calls;

    public async Task InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(new SandboxSettings { Time = _time }, CancellationToken.None);
        _admin = new WorkspaceClient(_sandbox, _sandbox.Mattermost.AdminToken);
        _bot = new WorkspaceClient(_sandbox, _sandbox.Mattermost.BotToken);
        _nobody = new WorkspaceClient(_sandbox, "");
        _sandbox.Mattermost.InstallCalls("1.12.2");
    }

    public async Task DisposeAsync()
    {
        _admin.Dispose();
        _bot.Dispose();
        _nobody.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Anyone_may_read_the_version()
    {
        _sandbox.Mattermost.LicenseIs("enterprise");

        var answer = await _nobody.GetAsync($"{Base}/version");

        answer.Status.ShouldBe(200);
        answer.Headers["content-type"].ShouldBe("application/json");
        answer.Body.AsObject().Select(field => field.Key).ShouldBe(["version", "build", "rtcd_version", "rtcd_build"]);
        answer.Body["rtcd_version"]!.GetValue<string>().ShouldBe("v1.2.6");
    }

    [Theory]
    [InlineData("enterprise", false, true)]
    [InlineData("advanced", false, true)]
    [InlineData("professional", false, false)]
    [InlineData("professional", true, true)]
    [InlineData(null, false, false)]
    public async Task Only_with_a_licence_for_it_the_plugin_meets_an_rtcd(string? sku, bool cloud, bool meets)
    {
        _sandbox.Mattermost.LicenseIs(sku, cloud);

        (await _nobody.GetAsync($"{Base}/version")).Body.AsObject().ContainsKey("rtcd_version").ShouldBe(meets);
    }

    [Fact]
    public async Task Without_a_service_url_it_meets_none_and_what_a_test_sets_is_said()
    {
        _sandbox.Mattermost.LicenseIs("enterprise");
        Calls.Set("RTCDServiceURL", "");
        (await _nobody.GetAsync($"{Base}/version")).Body.AsObject().ContainsKey("rtcd_version").ShouldBeFalse();

        Calls.RtcdVersion = "v0.17.1";
        (await _nobody.GetAsync($"{Base}/version")).Body["rtcd_version"]!.GetValue<string>().ShouldBe("v0.17.1");
    }

    [Fact]
    public async Task In_developer_mode_no_licence_is_needed()
    {
        await _admin.SendAsync(HttpMethod.Put, "/api/v4/config/patch", System.Net.Http.Json.JsonContent.Create(
            new JsonObject { ["ServiceSettings"] = new JsonObject { ["EnableDeveloper"] = true, ["EnableTesting"] = true } }));

        (await _nobody.GetAsync($"{Base}/version")).Body["rtcd_version"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("/config", 200)]
    [InlineData("/env", 403)]
    [InlineData("/stats", 403)]
    public async Task A_bot_reads_its_clients_settings_and_no_more(string path, int status)
    {
        (await _bot.GetAsync(Base + path)).Status.ShouldBe(status);
        (await _admin.GetAsync(Base + path)).Status.ShouldBe(200);

        var refused = await _nobody.GetAsync(Base + path);
        (refused.Status, refused.Text, refused.Headers["content-type"]).ShouldBe((401, "Unauthorized\n", "text/plain; charset=utf-8"));
    }

    [Fact]
    public async Task Only_administrators_see_where_rtcd_is_and_the_secrets()
    {
        Calls.Set("TURNStaticAuthSecret", "s3cret");
        _sandbox.Mattermost.LicenseIs("enterprise");

        var mine = (await _admin.GetAsync($"{Base}/config")).Body.AsObject();
        var bots = (await _bot.GetAsync($"{Base}/config")).Body.AsObject();

        mine["RTCDServiceURL"]!.GetValue<string>().ShouldBe(_sandbox.Rtcd.Url.ToString().TrimEnd('/'));
        mine["TURNStaticAuthSecret"]!.GetValue<string>().ShouldBe("s3cret");
        mine["UDPServerPort"]!.GetValue<int>().ShouldBe(8443);
        mine.ContainsKey("ICEHostPortOverride").ShouldBeTrue();
        bots.Select(field => field.Key).Except(mine.Select(field => field.Key)).ShouldBeEmpty();
        bots.ContainsKey("RTCDServiceURL").ShouldBeFalse();
        bots.ToJsonString().ShouldNotContain("s3cret");
        bots["sku_short_name"]!.GetValue<string>().ShouldBe("enterprise");
        bots["DefaultEnabled"]!.GetValue<bool>().ShouldBeTrue("the configuration says so");
    }

    [Fact]
    public async Task An_environment_variable_wins_over_the_configuration_and_is_told()
    {
        Calls.Environment["RTCDServiceURL"] = "http://rtcd.example.test:8045";
        Calls.Environment["UDPServerPort"] = "9443";

        var config = (await _admin.GetAsync($"{Base}/config")).Body;
        config["RTCDServiceURL"]!.GetValue<string>().ShouldBe("http://rtcd.example.test:8045");
        config["UDPServerPort"]!.GetValue<int>().ShouldBe(9443);
        (await _admin.GetAsync($"{Base}/env")).Body.ToJsonString().ShouldBe("""{"RTCDServiceURL":"http://rtcd.example.test:8045","UDPServerPort":"9443"}""");
        (await _admin.GetAsync("/api/v4/config")).Body["PluginSettings"]!["Plugins"]!["com.mattermost.calls"]!["rtcdserviceurl"]!.GetValue<string>()
            .ShouldBe(_sandbox.Rtcd.Url.ToString().TrimEnd('/'), "the server's own configuration knows nothing of it");
    }

    [Fact]
    public async Task Turn_credentials_need_a_secret_and_a_server_without_credentials()
    {
        var noSecret = await _bot.GetAsync($"{Base}/turn-credentials");
        (noSecret.Status, noSecret.Text).ShouldBe((403, """{"message":"TURNStaticAuthSecret should be set","status_code":403}""" + "\n"));

        Calls.Set("TURNStaticAuthSecret", "s3cret");
        (await _bot.GetAsync($"{Base}/turn-credentials")).Body["message"]!.GetValue<string>().ShouldBe("No TURN server was configured");

        Calls.Set("ICEServersConfigs", """[{"urls":["turn:turn.example.test:3478"]},{"urls":["turn:other.example.test"],"username":"u","credential":"c"},{"urls":["stun:stun.example.test"]}]""");
        var server = (await _bot.GetAsync($"{Base}/turn-credentials")).Body.AsArray().ShouldHaveSingleItem()!;
        var username = server["username"]!.GetValue<string>();
        username.ShouldBe($"{_time.GetUtcNow().AddMinutes(240).ToUnixTimeSeconds()}:callsbot");
#pragma warning disable CA5350 // coturn's REST scheme fixes SHA-1.
        server["credential"]!.GetValue<string>().ShouldBe(
            Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes("s3cret"), Encoding.UTF8.GetBytes(username))));
#pragma warning restore CA5350

        var config = (await _bot.GetAsync($"{Base}/config")).Body;
        config["NeedsTURNCredentials"]!.GetValue<bool>().ShouldBeTrue();
        config["ICEServersConfigs"]!.AsArray().Count.ShouldBe(2, "the one without credentials is left out");
    }

    [Fact]
    public async Task The_eleventh_request_within_a_second_is_refused()
    {
        for (var i = 0; i < 10; i++)
        {
            (await _bot.GetAsync($"{Base}/config")).Status.ShouldBe(200);
        }

        var refused = await _bot.GetAsync($"{Base}/config");
        (refused.Status, refused.Text).ShouldBe((429, """{"message": "too many requests", "status_code": 429}""" + "\n"));
        (await _admin.GetAsync($"{Base}/config")).Status.ShouldBe(200, "each account has its own allowance");

        _time.Advance(TimeSpan.FromSeconds(1));
        (await _bot.GetAsync($"{Base}/config")).Status.ShouldBe(200);
        (await _bot.GetAsync($"{Base}/config")).Status.ShouldBe(429);
    }

    [Theory]
    [InlineData(PluginState.NotRunning)]
    [InlineData(PluginState.FailedToStart)]
    public async Task A_plugin_that_does_not_run_is_a_page_that_is_not_there(PluginState state)
    {
        _sandbox.Mattermost.InstallCalls("1.12.2", state);

        var answer = await _admin.GetAsync($"{Base}/version");
        (answer.Status, answer.Text).ShouldBe((404, "404 page not found\n"));
        (await _admin.GetAsync($"{Base}/config")).Status.ShouldBe(404);
        _sandbox.Unexpected.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_licence_is_told_whole_to_administrators_alone()
    {
        const string path = "/api/v4/license/client?format=old";
        (await _bot.GetAsync(path)).Text.ShouldBe("""{"IsLicensed":"false"}""");

        _sandbox.Mattermost.LicenseIs("enterprise");
        (await _admin.GetAsync(path)).Body["Email"].ShouldNotBeNull();
        var seen = (await _bot.GetAsync(path)).Body.AsObject();
        seen["SkuShortName"]!.GetValue<string>().ShouldBe("enterprise");
        seen.ContainsKey("Email").ShouldBeFalse();

        _sandbox.Mattermost.Configuration.ShowsSkuToEveryone = false;
        (await _bot.GetAsync(path)).Body.AsObject().ContainsKey("SkuShortName").ShouldBeFalse();
        (await _admin.GetAsync(path)).Body["SkuShortName"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("/api/v4/license/client", 501)]
    [InlineData("/api/v4/config/client", 501)]
    [InlineData("/api/v4/config/client?format=new", 400)]
    public async Task Clients_ask_for_the_old_format_by_name(string path, int status) => (await _admin.GetAsync(path)).Status.ShouldBe(status);

    [Fact]
    public async Task The_site_url_is_told_to_those_with_a_session()
    {
        _sandbox.Mattermost.ServerVersionIs("11.0.2");
        const string path = "/api/v4/config/client?format=old";

        (await _bot.GetAsync(path)).Body["SiteURL"]!.GetValue<string>().ShouldBe(_sandbox.Mattermost.Url.ToString().TrimEnd('/'));
        var seen = (await _nobody.GetAsync(path)).Body.AsObject();
        seen["Version"]!.GetValue<string>().ShouldBe("11.0.2");
        seen.ContainsKey("SiteURL").ShouldBeFalse();
    }

    [Fact]
    public async Task A_later_server_masks_the_plugins_secrets()
    {
        Calls.Set("TURNStaticAuthSecret", "s3cret");
        _sandbox.Mattermost.Configuration.MasksPluginSecrets = true;

        var calls = (await _admin.GetAsync("/api/v4/config")).Body["PluginSettings"]!["Plugins"]!["com.mattermost.calls"]!;

        calls["turnstaticauthsecret"]!.GetValue<string>().ShouldBe("********************************");
        calls["jobserviceurl"]!.GetValue<string>().ShouldBeEmpty();
        (await _admin.GetAsync($"{Base}/config")).Body["TURNStaticAuthSecret"]!.GetValue<string>().ShouldBe("s3cret", "the plugin tells its administrators");
    }
}
