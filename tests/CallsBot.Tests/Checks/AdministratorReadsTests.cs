using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Checks.Rtcd;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Sandbox;
using CallsBot.Tests.Probes;
using Microsoft.Extensions.Options;

namespace CallsBot.Tests.Checks;

/// <summary>The administrator's reads over HTTP, against the pretend workspace.</summary>
public sealed class AdministratorReadsTests
{
    [Fact]
    public async Task A_plugin_that_runs_passes()
    {
        var result = await CheckPluginAsync(sandbox => sandbox.Mattermost.InstallCalls("1.12.2"));

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Pass, null), result.Detail);
        result.Detail.ShouldBe("This server: running, version 1.12.2.");
    }

    [Theory]
    [InlineData(PluginState.NotRunning, "not running")]
    [InlineData(PluginState.FailedToStart, "failed to start")]
    public async Task A_plugin_that_does_not_run_fails_with_its_state(PluginState state, string words)
    {
        var result = await CheckPluginAsync(sandbox => sandbox.Mattermost.InstallCalls("1.12.2", state));

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Fail, "plugin-not-running"), result.Detail);
        result.Detail.ShouldBe($"This server: {words}, version 1.12.2.");
    }

    [Fact]
    public async Task A_server_without_plugins_has_no_calls()
    {
        (await CheckPluginAsync(_ => { })).ReasonCode.ShouldBe("plugin-not-installed");
    }

    [Fact]
    public async Task A_bots_token_may_not_read_plugin_states()
    {
        var result = await CheckPluginAsync(
            sandbox => sandbox.Mattermost.InstallCalls("1.12.2"), sandbox => sandbox.Mattermost.BotToken);

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Skipped, "admin-token-refused"), result.Detail);
        result.Detail.ShouldNotBeNull().ShouldContain("403");
    }

    [Fact]
    public async Task A_revoked_token_is_named_as_refused()
    {
        var result = await CheckPluginAsync(sandbox =>
        {
            sandbox.Mattermost.InstallCalls("1.12.2");
            sandbox.Mattermost.RevokeTokens("sysadmin");
        });

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Skipped, "admin-token-refused"), result.Detail);
        result.Detail.ShouldNotBeNull().ShouldContain("401");
    }

    [Theory]
    [InlineData("1.12.2", true, null)]
    [InlineData("2.0.0", true, "calls-v2")]
    [InlineData("2.0.0", false, null)]
    public async Task The_version_of_calls_decides_whether_a_call_server_is_asked_if_it_may_be_read(
        string version, bool asAdministrator, string? code)
    {
        await using var sandbox = await StartAsync();
        sandbox.Mattermost.InstallCalls(version);
        using var client = Client(sandbox, asAdministrator ? sandbox.Mattermost.AdminToken : sandbox.Mattermost.BotToken);
        var options = new RtcdOptions { ServiceUrl = sandbox.Rtcd.Url.ToString() };
        var check = new RtcdVersionCheck(new RtcdSurvey(
            new RtcdTargets(Options.Create(options), new AdministratorAccess(client), new CheckTarget(), TimeProvider.System),
            new Installation(PublicAccess.None, AdministratorAccess.None, TimeProvider.System),
            RtcdProbing.Probe(options: options)));

        var result = await check.RunAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

        result.ReasonCode.ShouldBe(code, result.Detail);
        sandbox.Unexpected.ShouldBeEmpty();
    }

    private static async Task<CheckResult> CheckPluginAsync(
        Action<RunningSandbox> arrange, Func<RunningSandbox, string>? tokenOf = null)
    {
        await using var sandbox = await StartAsync();
        var token = tokenOf?.Invoke(sandbox) ?? sandbox.Mattermost.AdminToken;
        arrange(sandbox);
        using var client = Client(sandbox, token);
        var check = new CallsPluginCheck(new AdministratorAccess(client), TimeProvider.System);

        var result = await check.RunAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

        result.Detail.ShouldNotBeNull().ShouldNotContain(token);
        sandbox.Unexpected.ShouldBeEmpty();
        return result;
    }

    private static Task<RunningSandbox> StartAsync() => RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);

    private static MattermostClient Client(RunningSandbox sandbox, string token) =>
        new(sandbox.Mattermost.Url, "Mattermost:AdminToken", token, TimeSpan.FromSeconds(10), TimeProvider.System);
}
