using System.Net;
using CallsBot.Checks;
using CallsBot.Mattermost;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tests.Support;
using Moq;

namespace CallsBot.Tests.Checks;

public sealed class CallsPluginCheckTests
{
    /// <summary>Each reason code and a situation that ends so.</summary>
    private static readonly Dictionary<string, Func<Task<CheckResult>>> Situations = new()
    {
        [CallsPluginReasons.NotInstalled] = () => Listing(),
        [CallsPluginReasons.NotRunning] = () => Listing(Calls("", PluginState.NotRunning)),
        [CallsPluginReasons.NotOnEveryNode] = () => Listing(Calls("n1"), Calls("n2", PluginState.FailedToStart)),
        [CallsPluginReasons.VersionsDiffer] = () => Listing(Calls("n1"), Calls("n2", version: "1.11.6")),
        [CallsPluginReasons.MattermostUnreachable] = () => Refusing(null),
        [CallsPluginReasons.NoAdminToken] = () => new CallsPluginCheck(AdministratorAccess.None, TimeProvider.System).RunAsync(CancellationToken.None),
        [CallsPluginReasons.AdminTokenRefused] = () => Refusing(HttpStatusCode.Forbidden),
        [CheckSchedule.CheckFailed] = async () =>
        {
            var api = new Mock<IMattermostApi>();
            api.Setup(a => a.GetPluginStatusesAsync(It.IsAny<CancellationToken>())).ThrowsAsync(new InvalidOperationException("a bug"));
            using var runner = new CheckRunner(
                new CheckCatalog([new CallsPluginCheck(new AdministratorAccess(api.Object), TimeProvider.System)]), TimeProvider.System, new LogLines<CheckRunner>());
            return await runner.RunAsync("calls-plugin", CancellationToken.None);
        },
    };

    public static TheoryData<string> Codes => [.. Situations.Keys];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Each_situation_ends_in_its_own_reason_code_with_words_to_act_on(string code)
    {
        var result = await Situations[code]().WaitAsync(TimeSpan.FromSeconds(10));

        result.ReasonCode.ShouldBe(code, result.Detail);
        result.Outcome.ShouldBe(Check().ReasonCodes[code]);
        result.CheckId.ShouldBe("calls-plugin");
        result.Detail.ShouldNotBeNullOrWhiteSpace();
        result.NextSteps.ShouldNotBeEmpty();
        result.Summary.ShouldNotContain("{");
        result.Detail.ShouldNotContain("{");
    }

    [Fact]
    public void Every_reason_code_of_the_table_has_a_situation()
    {
        Situations.Keys.ShouldBe(Check().ReasonCodes.Keys, ignoreOrder: true);
        ((ICheck)Check()).Outcomes.ShouldBe(Enum.GetValues<Outcome>(), ignoreOrder: true);
        Check().Covers.ShouldBe(["A4.1"]);
    }

    [Fact]
    public async Task One_running_plugin_on_a_server_without_a_cluster_passes()
    {
        var result = await Listing(new PluginStatus { PluginId = "com.mattermost.nps", State = PluginState.NotRunning }, Calls(""));

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Pass, null));
        result.Detail.ShouldBe("This server: running, version 1.12.2.");
    }

    [Fact]
    public async Task The_same_version_running_on_every_node_passes()
    {
        (await Listing(Calls("n1"), Calls("n2"), Calls("n3"))).Outcome.ShouldBe(Outcome.Pass);
    }

    [Fact]
    public async Task A_node_that_lists_other_plugins_but_not_calls_is_a_node_without_it()
    {
        var result = await Listing(Calls("n1"), new PluginStatus { PluginId = "com.mattermost.nps", ClusterId = "n2", State = PluginState.Running });

        result.ReasonCode.ShouldBe(CallsPluginReasons.NotOnEveryNode);
        result.Detail.ShouldNotBeNull().ShouldStartWith("It does not run on Node n2.");
    }

    [Theory]
    [InlineData(PluginState.NotRunning, "not running")]
    [InlineData(PluginState.Starting, "starting")]
    [InlineData(PluginState.FailedToStart, "failed to start")]
    [InlineData(PluginState.FailedToStayRunning, "failed to stay running")]
    [InlineData(PluginState.Stopping, "stopping")]
    [InlineData((PluginState)17, "state 17")]
    public async Task Any_state_but_running_counts_as_not_running_and_is_named(PluginState state, string words)
    {
        var result = await Listing(Calls("n1", state), Calls("n2", state));

        result.ReasonCode.ShouldBe(CallsPluginReasons.NotRunning);
        result.Detail.ShouldNotBeNull().ShouldContain($"Node n1: {words}, version 1.12.2");
    }

    [Fact]
    public async Task What_the_plugin_says_of_its_failure_is_shown_without_the_credentials_in_it()
    {
        var failed = Calls("", PluginState.FailedToStart) with
        {
            Error = "failed to register rtcd client: Post \"http://clientA:S3CRET@rtcd:8045/register\": refused",
        };

        var result = await Listing(failed);

        result.Detail.ShouldNotBeNull().ShouldContain("failed to register rtcd client");
        result.Detail.ShouldContain("http://***@rtcd:8045/register");
        result.Evidence.Select(e => e.Value).ShouldAllBe(v => !v.Contains("S3CRET", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, Outcome.Skipped, "admin-token-refused")]
    [InlineData(HttpStatusCode.Forbidden, Outcome.Skipped, "admin-token-refused")]
    [InlineData(HttpStatusCode.InternalServerError, Outcome.Inconclusive, "mattermost-unreachable")]
    [InlineData(HttpStatusCode.BadGateway, Outcome.Inconclusive, "mattermost-unreachable")]
    [InlineData(null, Outcome.Inconclusive, "mattermost-unreachable")]
    internal async Task A_server_that_does_not_say_tells_nothing_about_the_plugin(HttpStatusCode? status, Outcome outcome, string code)
    {
        var result = await Refusing(status);

        (result.Outcome, result.ReasonCode).ShouldBe((outcome, code));
        result.Detail.ShouldBe("GET plugins/statuses failed");
    }

    [Fact]
    public async Task A_silent_server_is_named_well_before_the_deadline_of_a_check()
    {
        var time = new ManualTimeProvider();
        var api = new Mock<IMattermostApi>();
        api.Setup(a => a.GetPluginStatusesAsync(It.IsAny<CancellationToken>())).Returns(async (CancellationToken token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return [];
        });

        var running = new CallsPluginCheck(new AdministratorAccess(api.Object), time).RunAsync(CancellationToken.None);
        await time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(5));

        var result = await running.WaitAsync(TimeSpan.FromSeconds(10));
        result.ReasonCode.ShouldBe(CallsPluginReasons.MattermostUnreachable);
        result.Detail.ShouldBe("Mattermost did not answer within 5 seconds.");
    }

    [Fact]
    public async Task A_caller_who_gives_up_gets_a_cancellation_and_not_a_result()
    {
        using var caller = new CancellationTokenSource();
        var api = new Mock<IMattermostApi>();
        api.Setup(a => a.GetPluginStatusesAsync(It.IsAny<CancellationToken>())).Returns(async (CancellationToken token) =>
        {
            await caller.CancelAsync();
            token.ThrowIfCancellationRequested();
            return [];
        });

        await Should.ThrowAsync<OperationCanceledException>(
            new CallsPluginCheck(new AdministratorAccess(api.Object), TimeProvider.System).RunAsync(caller.Token));
    }

    private static PluginStatus Calls(string node, PluginState state = PluginState.Running, string version = "1.12.2") =>
        new() { PluginId = "com.mattermost.calls", ClusterId = node, State = state, Version = version };

    private static Task<CheckResult> Listing(params PluginStatus[] statuses)
    {
        var api = new Mock<IMattermostApi>();
        api.Setup(a => a.GetPluginStatusesAsync(It.IsAny<CancellationToken>())).ReturnsAsync(statuses);
        return new CallsPluginCheck(new AdministratorAccess(api.Object), TimeProvider.System).RunAsync(CancellationToken.None);
    }

    private static Task<CheckResult> Refusing(HttpStatusCode? status)
    {
        var api = new Mock<IMattermostApi>();
        api.Setup(a => a.GetPluginStatusesAsync(It.IsAny<CancellationToken>()))
            .ThrowsAsync(new MattermostException("GET plugins/statuses failed", status, errorId: null));
        return new CallsPluginCheck(new AdministratorAccess(api.Object), TimeProvider.System).RunAsync(CancellationToken.None);
    }

    private static CallsPluginCheck Check() => new(AdministratorAccess.None, TimeProvider.System);
}
