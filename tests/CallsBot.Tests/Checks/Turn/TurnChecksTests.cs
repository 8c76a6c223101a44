using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Checks.Turn;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Probes.Turn;
using CallsBot.Protocols.Stun;
using CallsBot.Tests.Checks.Plugin;
using CallsBot.Tests.Probes;
using CallsBot.Tests.Probes.Turn;
using CallsBot.Tests.Support;
using Microsoft.Extensions.Options;

namespace CallsBot.Tests.Checks.Turn;

public sealed class TurnChecksTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Short_lived_credentials_are_made_as_the_plugin_makes_them()
    {
        // printf '%s' '1795338600:callsbot' | openssl dgst -sha1 -hmac 'S3CRET' -binary | base64
        var credentials = IceServerList.ShortLived("S3CRET", "callsbot", DateTimeOffset.FromUnixTimeSeconds(1795338600), "of the test");

        credentials.Username.ShouldBe("1795338600:callsbot");
        credentials.Credential.ShouldBe("mKcixuu0lf0p0nwAaPo9y88Xo6A=");
        credentials.ToString().ShouldBe("credentials of the test");
    }

    [Fact]
    public async Task Credentials_are_those_of_the_entry_then_made_with_the_secret()
    {
        await using var server = await MattermostStub.StartAsync(calls: Calls(
            """[{"urls":["turn:a.test"],"username":"u","credential":"S3CRET"},{"urls":["turn:b.test","turn:b.test?transport=tcp"]},{"urls":["stun:c.test"]}]""", "S3CRET-static"));

        var found = await FindAsync(server);

        found.Turn.Select(entry => entry.Credentials?.Username).ShouldBe(["u", $"{Now.AddMinutes(10).ToUnixTimeSeconds()}:callsbot", $"{Now.AddMinutes(10).ToUnixTimeSeconds()}:callsbot"]);
        found.Stun.Single().Credentials.ShouldBeNull();
        found.Turn.First().Credentials.ShouldNotBeNull().ToString().ShouldBe("credentials of its entry in the list");
    }

    [Fact]
    public async Task A_masked_secret_is_not_needed_because_the_plugin_makes_credentials_itself()
    {
        const string Mask = CallsSettings.Mask;
        await using var server = await MattermostStub.StartAsync(
            calls: $$"""{"iceserversconfigs":"{{Mask}}","turnstaticauthsecret":"{{Mask}}"}""",
            effective: """{"UDPServerPort":8443,"ICEServersConfigs":[{"urls":["stun:s.test"]}]}""");
        server.Replies["/plugins/com.mattermost.calls/turn-credentials as administrator"] =
            (200, """[{"urls":["turn:b.test"],"username":"1795338600:sysadmin","credential":"S3CRET"}]""");

        var found = await FindAsync(server);

        found.Stun.Single().Url!.ToString().ShouldBe("stun:s.test:3478");
        (found.Turn.Single().Url!.ToString(), found.Turn.Single().Credentials!.Username).ShouldBe(("turn:b.test:3478", "1795338600:sysadmin"));
    }

    [Theory]
    [InlineData("[]", "no-stun-servers", "no-turn-servers")]
    [InlineData("[", "ice-servers-faulty", "ice-servers-faulty")]
    [InlineData("""[{"urls":["stun://x.test"]}]""", "ice-servers-faulty", "ice-servers-faulty")]
    [InlineData("""[{"urls":["turn:t.test"]}]""", "no-stun-servers", "turn-without-credentials")]
    [InlineData("""[{"urls":["stun:s.test"]},{"urls":["turn:t.test"],"username":"u","credential":"p"}]""", "no-stun-server-answers", "turn-server-doubtful")]
    [InlineData("""[{"urls":["stun:169.254.169.254"]},{"urls":["turn:0.0.0.0"],"username":"u","credential":"p"}]""", "stun-server-broken", "turn-server-broken")]
    public async Task The_list_decides_what_there_is_to_ask(string servers, string stun, string turn)
    {
        await using var server = await MattermostStub.StartAsync(calls: Calls(servers));

        (await Stun(server.Installation()).ResultAsync()).ReasonCode.ShouldBe(stun);
        (await Turn(server.Installation()).ResultAsync()).ReasonCode.ShouldBe(turn);
    }

    [Fact]
    public async Task Whoever_may_not_read_the_list_is_told_what_to_give()
    {
        var nobody = new Installation(PublicAccess.None, AdministratorAccess.None, TimeProvider.System);
        await using var refusing = await MattermostStub.StartAsync(asAdministrator: false);
        await using var masked = await MattermostStub.StartAsync(version: null, calls: Calls(CallsSettings.Mask));
        await using var livekit = await MattermostStub.StartAsync(version: """{"version":"2.0.1"}""");

        foreach (var check in new Func<Installation, ICheck>[] { Stun, Turn })
        {
            (await check(nobody).ResultAsync()).ReasonCode.ShouldBe("no-admin-token");
            (await check(refusing.Installation()).ResultAsync()).ReasonCode.ShouldBe("admin-token-refused");
            (await check(masked.Installation()).ResultAsync()).ReasonCode.ShouldBe("ice-servers-unreadable");
            (await check(livekit.Installation()).ResultAsync()).ReasonCode.ShouldBe("calls-v2");
        }
    }

    [Fact]
    public async Task A_stun_server_that_answers_over_udp_alone_passes()
    {
        await using var stun = new ScriptedStunServer((request, from) => StunMessageBuilder.SuccessOf(request).XorMappedAddress(from).Build().Bytes.ToArray());
        await using var server = await MattermostStub.StartAsync(calls: Calls($$"""[{"urls":["stun:127.0.0.1:{{stun.Port}}"]}]"""));

        var result = await Stun(server.Installation()).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Pass, null), result.Detail);
        result.Subjects.Select(subject => (subject.Subject, subject.Outcome)).ShouldBe(
        [
            ($"stun:127.0.0.1:{stun.Port} over UDP", Outcome.Pass), ($"stun:127.0.0.1:{stun.Port} over TCP", Outcome.Skipped),
        ]);
    }

    [Fact]
    public async Task One_of_two_stun_servers_is_a_warning_with_its_own_step()
    {
        await using var stun = new ScriptedStunServer((request, from) => StunMessageBuilder.SuccessOf(request).XorMappedAddress(from).Build().Bytes.ToArray());
        await using var server = await MattermostStub.StartAsync(calls: Calls($$"""[{"urls":["stun:127.0.0.1:{{stun.Port}}","stun:gone.test"]}]"""));

        var result = await Stun(server.Installation()).ResultAsync();

        (result.Outcome, result.ReasonCode, result.IsInferred).ShouldBe((Outcome.Warn, "some-stun-servers-fail", true));
        result.NextSteps[0].Command.ShouldBe("getent ahosts 'gone.test'");
    }

    [CoturnTheory]
    [InlineData(Coturn.Secret, null)]
    [InlineData("S3CRET-that-is-another", "turn-server-broken")]
    public async Task A_turn_server_is_judged_with_the_plugins_secret(string secret, string? code)
    {
        await using var turn = await Coturn.StartAsync("use-auth-secret", $"static-auth-secret={Coturn.Secret}", "allow-loopback-peers");
        await using var server = await MattermostStub.StartAsync(calls: Calls(
            $$"""[{"urls":["turn:127.0.0.1:{{turn.Port}}","turn:127.0.0.1:{{turn.Port}}?transport=tcp"]}]""", secret));

        var result = await Turn(server.Installation(), TimeProvider.System).ResultAsync();

        result.ReasonCode.ShouldBe(code, result.Detail);
        result.Subjects.Count.ShouldBe(2);
        result.Subjects.ShouldAllBe(subject => subject.ReasonCode == (code == null ? null : "wrong-credentials"));
        Judging.AllText(result).ShouldNotContain(Coturn.Secret);
    }

    [CoturnFact]
    public async Task A_turn_server_that_refuses_us_but_not_the_call_server_passes_and_the_other_way_round_warns()
    {
        await using var turn = await Coturn.StartAsync(
            "lt-cred-mech", $"user={Coturn.User}:{Coturn.Password}", "denied-peer-ip=10.9.0.0-10.9.255.255");
        var list = $$"""[{"urls":["turn:127.0.0.1:{{turn.Port}}"],"username":"{{Coturn.User}}","credential":"{{Coturn.Password}}"}]""";
        await using var server = await MattermostStub.StartAsync(version: """{"version":"1.12.2","rtcd_version":"v1.2.6"}""", calls: Calls(list));

        (await Turn(server.Installation(), rtcd: "http://10.8.0.1:8045").ResultAsync()).Outcome.ShouldBe(Outcome.Pass);
        (await Turn(server.Installation(), rtcd: "http://10.9.0.1:8045").ResultAsync()).ReasonCode.ShouldBe("media-server-forbidden");
        (await Turn(server.Installation()).ResultAsync()).ReasonCode.ShouldBe("turn-server-doubtful");
    }

    [CoturnFact]
    public async Task An_open_relay_is_a_warning()
    {
        await using var turn = await Coturn.StartAsync("no-auth", "allow-loopback-peers");
        await using var server = await MattermostStub.StartAsync(calls: Calls(
            $$"""[{"urls":["turn:127.0.0.1:{{turn.Port}}"],"username":"u","credential":"p"}]"""));

        (await Turn(server.Installation()).ResultAsync()).ReasonCode.ShouldBe("open-relay");
    }

    [Fact]
    public void Every_failure_of_a_probe_has_a_code_an_outcome_and_a_step()
    {
        IceServerUrl.TryParse("turn:turn.test", out var url, out _).ShouldBeTrue();

        foreach (var failure in Enum.GetValues<TurnFailure>())
        {
            TurnReasons.StepFor(failure, url!).Text.ShouldEndWith(".");
            TurnReasons.OutcomeOf(failure).ShouldBeOneOf(Outcome.Fail, Outcome.Warn);
        }

        Enum.GetValues<TurnFailure>().Select(TurnReasons.CodeOf).ShouldBeUnique();
        TurnReasons.OutcomeOf(TurnFailure.Silent).ShouldBe(Outcome.Warn, "silence is no proof");
        TurnReasons.OutcomeOf(TurnFailure.WrongCredentials).ShouldBe(Outcome.Fail);
    }

    private static string Calls(string servers, string? secret = null) => System.Text.Json.JsonSerializer.Serialize(
        secret is null
            ? new Dictionary<string, string> { ["iceserversconfigs"] = servers }
            : new Dictionary<string, string> { ["iceserversconfigs"] = servers, ["turnstaticauthsecret"] = secret });

    private static async Task<IceServerAddresses> FindAsync(MattermostStub server) =>
        (await List(server.Installation(), new ManualTimeProvider(Now)).FindAsync(CancellationToken.None)).Value.ShouldNotBeNull();

    private static StunServersCheck Stun(Installation installation) => new(List(installation), installation, Probe());

    private static TurnServersCheck Turn(Installation installation) => Turn(installation, TimeProvider.System);

    private static TurnServersCheck Turn(Installation installation, TimeProvider time) => new(List(installation, time), installation, Probe());

    private static TurnServersCheck Turn(Installation installation, string rtcd) => new(List(installation, TimeProvider.System, rtcd), installation, Probe());

    private static IceServerList List(Installation installation, TimeProvider? time = null, string? rtcd = null)
    {
        var addresses = new TargetAddresses(RtcdProbing.NoName, TimeProvider.System);
        var targets = new RtcdTargets(
            Options.Create(new RtcdOptions { ServiceUrl = rtcd }), AdministratorAccess.None, new CheckTarget(), TimeProvider.System);
        return new IceServerList(installation, targets, addresses, time ?? TimeProvider.System);
    }

    private static TurnProbe Probe() => new(new TargetAddresses(RtcdProbing.NoName, TimeProvider.System), TimeProvider.System);
}
