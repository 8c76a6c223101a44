using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;

namespace CallsBot.Tests.Checks.Plugin;

public sealed class CallsBackendCheckTests
{
    private const string WithRtcd = """{"rtcdserviceurl":"http://id:S3CRET@rtcd:8045"}""";

    [Fact]
    public async Task Without_a_token_the_version_of_rtcd_that_the_plugin_names_is_enough()
    {
        await using var server = await MattermostStub.StartAsync(version: """{"version":"1.12.2","build":"x","rtcd_version":"v1.2.6","rtcd_build":"y"}""");

        var result = await new CallsBackendCheck(server.Installation(withToken: false)).ResultAsync();

        (result.Outcome, result.ReasonCode, result.IsInferred).ShouldBe((Outcome.Pass, "backend-rtcd", false));
        result.Detail.ShouldStartWith("The Calls plugin (version 1.12.2) talks to RTCD v1.2.6.");
        result.Inventory.ShouldBe([new("Calls plugin", "1.12.2"), new("RTCD, as the plugin says", "v1.2.6"), new("Media backend", "RTCD")]);
    }

    [Fact]
    public async Task Without_a_token_silence_about_rtcd_is_only_a_sign()
    {
        await using var server = await MattermostStub.StartAsync();

        var result = await new CallsBackendCheck(server.Installation(withToken: false)).ResultAsync();

        (result.Outcome, result.ReasonCode, result.IsInferred).ShouldBe((Outcome.Pass, "backend-integrated-probably", true));
    }

    [Theory]
    [InlineData("""{"IsLicensed":"false"}""", "rtcd-ignored-for-lack-of-licence", Outcome.Warn)]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"professional"}""", "rtcd-ignored-for-lack-of-licence", Outcome.Warn)]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"enterprise"}""", "rtcd-not-in-use", Outcome.Warn)]
    internal async Task An_address_that_the_plugin_does_not_use_is_explained_by_the_licence_or_the_start(string licence, string code, Outcome outcome)
    {
        await using var server = await MattermostStub.StartAsync(calls: WithRtcd, licence: licence);

        var result = await new CallsBackendCheck(server.Installation()).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((outcome, code), result.Detail);
    }

    [Fact]
    public async Task Version_2_is_livekit_and_gets_no_port_of_rtcd_to_open()
    {
        await using var server = await MattermostStub.StartAsync(version: """{"version":"2.0.1","build":"x"}""", calls: WithRtcd);

        var installation = server.Installation();
        var result = await new CallsBackendCheck(installation).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Pass, "backend-livekit"));
        (await installation.BackendAsync(CancellationToken.None)).RulesOutRtcd.ShouldBeTrue();
    }

    [Theory]
    [InlineData(true, "[]", "plugin-not-installed")]
    [InlineData(true, """[{"plugin_id":"com.mattermost.calls","state":0,"version":"1.12.2"}]""", "plugin-not-running")]
    [InlineData(true, """[{"plugin_id":"com.mattermost.calls","state":3,"version":"1.12.2"}]""", "plugin-failed-to-start")]
    [InlineData(false, "[]", "plugin-not-there")]
    public async Task A_plugin_that_does_not_answer_fails_with_what_is_known_of_it(bool withToken, string statuses, string code)
    {
        await using var server = await MattermostStub.StartAsync(version: null, statuses: statuses);

        var result = await new CallsBackendCheck(server.Installation(withToken)).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Fail, code), result.Detail);
    }

    [Fact]
    public async Task A_plugin_that_runs_on_a_node_that_did_not_answer_is_taken_at_its_settings()
    {
        await using var server = await MattermostStub.StartAsync(version: null, calls: WithRtcd);

        (await new CallsBackendCheck(server.Installation()).ResultAsync()).ReasonCode.ShouldBe("backend-rtcd-configured");
    }

    [Fact]
    public async Task A_server_that_does_not_answer_leaves_the_backend_unknown()
    {
        await using var server = await MattermostStub.StartAsync();
        await server.StopAsync();

        var result = await new CallsBackendCheck(server.Installation()).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Inconclusive, "backend-unknown"), result.Detail);
    }

    [Fact]
    public async Task A_server_that_refuses_connections_is_not_asked_again_and_again()
    {
        await using var server = await MattermostStub.StartAsync();
        await server.StopAsync();
        var installation = server.Installation();

        await installation.BackendAsync(CancellationToken.None);

        (await installation.PluginStatusesAsync(CancellationToken.None)).Seen.ShouldContain("Connection refused");
    }

    [Fact]
    public async Task Without_an_address_nothing_is_asked()
    {
        var result = await new CallsBackendCheck(new Installation(PublicAccess.None, AdministratorAccess.None, TimeProvider.System)).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Skipped, "no-server-address"));
        result.Detail.ShouldBe("Mattermost:Server is not set in CallsBot's settings.");
    }

    [Fact]
    public async Task The_plugin_is_asked_once_in_a_run_whoever_wants_to_know()
    {
        await using var server = await MattermostStub.StartAsync();
        var installation = server.Installation();

        await installation.BackendAsync(CancellationToken.None);
        server.Replies["/plugins/com.mattermost.calls/version"] = (200, """{"version":"2.0.0"}""");

        (await installation.CallsVersionAsync(CancellationToken.None)).Value.ShouldNotBeNull().Version.ShouldBe("1.12.2");
        (await new CallsBackendCheck(installation).ResultAsync()).ReasonCode.ShouldBe("backend-integrated");
    }

    [Fact]
    public void Every_kind_of_end_has_a_reason() =>
        typeof(CallsBackendReasons).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)
            .Append(CheckSchedule.CheckFailed)
            .ShouldBe(CallsBackendReasons.All.Keys, ignoreOrder: true);
}
