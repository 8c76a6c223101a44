using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Tests.Support;
using Microsoft.Extensions.Options;

namespace CallsBot.Tests.Checks.Plugin;

public sealed class CallsLicenceCheckTests
{
    private const string WithRtcd = """{"rtcdserviceurl":"http://rtcd:8045"}""";
    private const string Recording = """{"enablerecordings":true}""";

    // The clock of the tests stands at 2026-11-22.
    [Theory]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"enterprise"}""", WithRtcd, null)]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"advanced"}""", Recording, null)]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"Professional"}""", "{}", null)]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"professional"}""", WithRtcd, "rtcd-not-licensed")]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"professional","Cloud":"true"}""", WithRtcd, null)]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"professional"}""", Recording, "recordings-not-licensed")]
    [InlineData("""{"IsLicensed":"false"}""", WithRtcd, "rtcd-not-licensed")]
    [InlineData("""{"IsLicensed":"false"}""", "{}", "direct-calls-only")]
    [InlineData("""{"IsLicensed":"true"}""", "{}", "licence-not-told")]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"entry"}""", WithRtcd, "licence-not-told")]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"enterprise","ExpiresAt":"1795300000000"}""", "{}", "licence-expired")]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"enterprise","ExpiresAt":"1797000000000"}""", "{}", "licence-expires-soon")]
    [InlineData("""{"IsLicensed":"true","SkuShortName":"enterprise","ExpiresAt":"1893456000000"}""", "{}", null)]
    public async Task A_licence_is_judged_by_what_is_set_up(string licence, string calls, string? code)
    {
        await using var server = await MattermostStub.StartAsync(licence: licence, calls: calls);

        var result = await Check(server.Installation(time: TimeProvider.System)).ResultAsync();

        result.ReasonCode.ShouldBe(code, result.Detail);
    }

    [Fact]
    public async Task Before_version_1_nobody_needed_a_licence_for_calls_in_channels()
    {
        await using var server = await MattermostStub.StartAsync(version: """{"version":"0.29.8"}""", licence: """{"IsLicensed":"false"}""");

        (await Check(server.Installation()).ResultAsync()).Outcome.ShouldBe(Outcome.Pass);
    }

    [Fact]
    public async Task Developer_mode_lifts_every_limit()
    {
        await using var server = await MattermostStub.StartAsync(
            licence: """{"IsLicensed":"false"}""", calls: WithRtcd, service: """{"SiteURL":"https://x","EnableDeveloper":true,"EnableTesting":true}""");

        var result = await Check(server.Installation()).ResultAsync();

        result.Outcome.ShouldBe(Outcome.Pass);
        result.Detail.ShouldBe("Licence: none. It allows calls in channels, RTCD, recordings.");
    }

    [Fact]
    public async Task An_rtcd_in_the_bots_own_settings_counts_and_needs_no_token()
    {
        await using var server = await MattermostStub.StartAsync(licence: """{"IsLicensed":"false"}""");

        var result = await Check(server.Installation(withToken: false), "http://rtcd:8045").ResultAsync();

        result.ReasonCode.ShouldBe("rtcd-not-licensed");
        result.Inventory.ShouldBe([new Evidence("Licence", "none")]);
    }

    [Fact]
    public async Task A_plugin_that_talks_to_rtcd_is_proof_that_it_may()
    {
        await using var server = await MattermostStub.StartAsync(
            version: """{"version":"1.12.2","rtcd_version":"v1.2.6"}""", licence: """{"IsLicensed":"true"}""", calls: WithRtcd);

        (await Check(server.Installation()).ResultAsync()).Outcome.ShouldBe(Outcome.Pass);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_tells_nothing_and_without_one_it_is_skipped()
    {
        await using var server = await MattermostStub.StartAsync();
        server.Replies["/api/v4/license/client"] = (502, "<html>");

        (await Check(server.Installation()).ResultAsync()).ReasonCode.ShouldBe("mattermost-unreachable");
        (await Check(new Installation(PublicAccess.None, AdministratorAccess.None, TimeProvider.System)).ResultAsync()).ReasonCode.ShouldBe("no-server-address");
    }

    private static CallsLicenceCheck Check(Installation installation, string? rtcd = null) =>
        new(installation, Options.Create(new RtcdOptions { ServiceUrl = rtcd }), new ManualTimeProvider());
}
