using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Checks.Rtcd;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tests.Checks.Plugin;
using CallsBot.Tests.Checks.Rtcd;
using CallsBot.Tests.Probes;
using CallsBot.Tests.Protocols.Rtcd;
using CallsBot.Tests.Support;
using Microsoft.Extensions.Options;
using Moq;
using Situation = System.Func<System.Threading.Tasks.Task<CallsBot.Checks.CheckResult>>;

namespace CallsBot.Tests.Checks;

public sealed class RtcdVersionCheckTests
{
    private const string Credentials = "clientA:S3CRETS3CRET";

    /// <summary>Each reason code and a situation that ends so.</summary>
    private static readonly Dictionary<string, Situation> Situations = new()
    {
        [RtcdVersionReasons.VersionUnknown] = () => Answering(Http.Json(RtcdVectors.Http("version").GetProperty("body").GetString()!)),
        [RtcdVersionReasons.VersionTooOld] = () => Answering(Version("v0.16.2")),
        ["some-addresses-fail"] = async () =>
        {
            await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));
            return await RunAsync(rtcd.Url(host: "localhost"), RtcdProbing.Resolving("127.0.0.2", "127.0.0.1"));
        },
        ["no-ipv4-address"] = async () =>
        {
            await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version), IPAddress.IPv6Loopback);
            return await RunAsync(rtcd.Url(host: "[::1]"));
        },
        [RtcdVersionReasons.CallsV2] = () =>
            Check($"http://127.0.0.1:{ScriptedPort.Closed()}", administrator: Plugins(Calls("2.0.0"))).RunAsync(CancellationToken.None),
        [RtcdVersionReasons.NameNotFound] = () => RunAsync($"http://{RtcdProbing.Host}:8045"),
        [RtcdVersionReasons.ConnectionRefused] = () => RunAsync($"http://127.0.0.1:{ScriptedPort.Closed()}"),
        [RtcdVersionReasons.ConnectTimeout] = FullQueue,
        [RtcdVersionReasons.ResponseTimeout] = () => Doing(
            (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token),
            options: new RtcdOptions { ResponseTimeout = TimeSpan.FromMilliseconds(300) }),
        [RtcdVersionReasons.Unreachable] = () => RunAsync("http://127.255.255.255:8045"),
        [RtcdVersionReasons.ConnectionReset] = () => Answering(""),
        [RtcdVersionReasons.TlsOnPlainPort] = () => Doing(
            async (socket, token) =>
            {
                await socket.ReceiveAsync(new byte[4096], token);
                await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), token);
            },
            "https"),
        [RtcdVersionReasons.PlainOnTlsPort] = () => Answering("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"),
        [RtcdVersionReasons.CertificateUntrusted] = () => Tls(Certificates.SelfSigned("127.0.0.1")),
        [RtcdVersionReasons.CertificateExpired] = () => Tls(Certificates.Expired("127.0.0.1")),
        [RtcdVersionReasons.CertificateNameMismatch] = () => Tls(Certificates.SelfSigned("other.example")),
        [RtcdVersionReasons.TlsFailed] = () => Doing(
            async (socket, token) =>
            {
                await socket.ReceiveAsync(new byte[4096], token);
                await socket.SendAsync(new byte[] { 21, 3, 3, 0, 2, 2, 40 }, token);
            },
            "https"),
        [RtcdVersionReasons.HtmlResponse] = () => Answering(Http.Reply("502 Bad Gateway", "text/html", "<html>502</html>")),
        [RtcdVersionReasons.NotJson] = () => Answering(Http.Reply("200 OK", "text/plain", "ok")),
        [RtcdVersionReasons.UnexpectedJson] = () => Answering(Http.Json("{}")),
        [RtcdVersionReasons.HttpStatus] = () => Answering(Http.Reply("404 Not Found", "text/plain", "404 page not found\n")),
        [RtcdVersionReasons.Redirected] = () => Answering(Http.Reply("301 Moved", "text/plain", "", "Location: https://elsewhere.example/\r\n")),
        [RtcdVersionReasons.AddressRefused] = () => RunAsync($"http://{RtcdProbing.Host}:8045", RtcdProbing.Resolving("169.254.169.254")),
        [RtcdVersionReasons.UrlInvalid] = () => RunAsync($"http://{Credentials}@rtcd.internal"),
        [RtcdVersionReasons.ResponseTooLarge] = () => Answering(Http.Json(new string(' ', 70_000) + Http.Version)),
        [RtcdVersionReasons.NotInUse] = async () =>
        {
            await using var mattermost = await MattermostStub.StartAsync(
                calls: $$"""{"rtcdserviceurl":"http://{{Credentials}}@127.0.0.1:8045"}""", licence: """{"IsLicensed":"false"}""");
            return await new RtcdRun { Url = null, Administrator = mattermost.Administrator, Everyone = mattermost.Everyone }.RunAsync("rtcd-version");
        },
        [RtcdVersionReasons.NoRtcdUrl] = () => RunAsync(url: null),
        [CheckSchedule.CheckFailed] = async () =>
        {
            var check = Check("http://rtcd.test:8045", (_, _) => throw new InvalidOperationException("a bug"));
            using var runner = new CheckRunner(new CheckCatalog([check]), TimeProvider.System, new LogLines<CheckRunner>());
            return await runner.RunAsync(check.Id, CancellationToken.None);
        },
    };

    public static TheoryData<string> Codes => [.. Situations.Keys];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Each_situation_ends_in_its_own_reason_code_with_words_to_act_on(string code)
    {
        var result = await Situations[code]().WaitAsync(TimeSpan.FromSeconds(20));

        result.ReasonCode.ShouldBe(code, result.Detail);
        result.Outcome.ShouldBe(Check(null).ReasonCodes[code]);
        result.CheckId.ShouldBe("rtcd-version");
        result.Vantage.ShouldBe(Vantage.Bot);
        result.Detail.ShouldNotBeNullOrWhiteSpace();
        result.NextSteps.ShouldNotBeEmpty();

        var texts = new[] { result.Summary, result.Detail! }
            .Concat(result.NextSteps.Select(s => s.Text))
            .Concat(result.NextSteps.Select(s => s.Command ?? ""))
            .Concat(result.Evidence.SelectMany(e => new[] { e.Label, e.Value }))
            .ToList();
        texts.ShouldAllBe(t => !t.Contains("S3CRET", StringComparison.Ordinal) && !t.Contains("clientA", StringComparison.Ordinal));
        result.NextSteps.Select(s => s.Command ?? "").ShouldAllBe(c => !c.Contains("{url}") && !c.Contains("{host}") && !c.Contains("{port}"));
        foreach (var secret in new[] { "127.0.0.1", "127.255", "rtcd.test", "169.254", "8045", "http://" })
        {
            result.Summary.ShouldNotContain(secret);
        }
    }

    [Fact]
    public void Every_reason_code_of_the_table_has_a_situation()
    {
        Situations.Keys.ShouldBe(Check(null).ReasonCodes.Keys, ignoreOrder: true);
    }

    [Fact]
    public void Every_failure_of_the_probe_has_a_reason_code_of_its_own()
    {
        var codes = Enum.GetValues<HttpFailure>().Select(RtcdVersionReasons.CodeOf).ToList();

        codes.ShouldBeUnique();
        codes.ShouldBeSubsetOf(RtcdVersionReasons.All.Keys);
    }

    [Fact]
    public void The_check_says_beforehand_what_it_can_end_in()
    {
        var check = Check(null);

        ((ICheck)check).Outcomes.ShouldBe(Enum.GetValues<Outcome>(), ignoreOrder: true);
        check.ReasonCodes.Values.ShouldNotContain(Outcome.Pass);
        check.Covers.ShouldBe(["A1.2", "A3.1", "A4.2", "D1", "2B.2.1", "2B.2.2"]);
    }

    [Theory]
    [InlineData("v0.17.0", null)]
    [InlineData("0.17.0", null)]
    [InlineData("v1.2.6", null)]
    [InlineData("v2.0.0-dev", null)]
    [InlineData("v0.17.0-rc1", "version-too-old")]
    [InlineData("v0.16.99", "version-too-old")]
    [InlineData("", "version-unknown")]
    [InlineData("master", "version-unknown")]
    [InlineData("dev-1a2b3c", "version-unknown")]
    [InlineData("banana", "version-unknown")]
    public async Task The_version_is_judged_as_the_plugin_judges_it(string version, string? code)
    {
        var result = await Answering(Version(version));

        result.ReasonCode.ShouldBe(code, result.Detail);
        (result.Outcome == Outcome.Pass).ShouldBe(code is null);
    }

    [Fact]
    public async Task A_pass_says_which_version_answered_where()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));

        var result = await Check(rtcd.Url()).RunAsync(CancellationToken.None);

        result.Outcome.ShouldBe(Outcome.Pass);
        result.ReasonCode.ShouldBeNull();
        result.Detail.ShouldBe($"127.0.0.1:{rtcd.Port}: version \"v1.2.6\"; the Calls plugin needs v0.17.0 or newer.");
        result.Evidence.ShouldContain(new Evidence("Version", "v1.2.6"));
        result.Evidence.ShouldContain(new Evidence("HTTP status", "200"));
        result.Evidence.ShouldContain(new Evidence("Build", "b3dee597 2026-06-29 10:00 go1.24.6 linux amd64"));
        result.Evidence[0].ShouldBe(new Evidence("URL", $"http://127.0.0.1:{rtcd.Port} from CallsBot's setting Rtcd:ServiceUrl"));
        result.Evidence[1].Label.ShouldBe("Address 127.0.0.1");
    }

    [Fact]
    public async Task Commands_are_filled_in_for_this_host_and_port()
    {
        var port = ScriptedPort.Closed();

        var result = await Check($"http://{Credentials}@127.0.0.1:{port}").RunAsync(CancellationToken.None);

        result.NextSteps.Select(s => s.Command).ShouldContain($"sudo ss -ltnp 'sport = :{port}'");
        result.NextSteps.Select(s => s.Command).ShouldContain($"curl -gsS -m 5 'http://127.0.0.1:{port}/version'");
    }

    [Fact]
    public async Task What_a_stranger_answered_is_shown_cut_and_on_one_line()
    {
        var result = await Answering(Http.Reply("500 Oops", "text/plain", "line 1\r\nline `2`\u0007 " + new string('x', 500)));

        var body = result.Evidence.Single(e => e.Label == "Body").Value;
        body.ShouldStartWith("line 1 line '2' xxx");
        body.Length.ShouldBe(201);
    }

    [Fact]
    public async Task The_certificate_is_in_the_evidence()
    {
        var result = await Tls(Certificates.Expired("127.0.0.1"));

        result.Evidence.Single(e => e.Label == "Certificate").Value.ShouldBe(
            "CN=rtcd, O=CallsBot tests, issued by CN=rtcd, O=CallsBot tests, for 127.0.0.1, valid from 2020-01-01 to 2021-01-01");
    }

    [Fact]
    public async Task One_of_two_ipv4_addresses_that_fails_is_named_though_the_other_answers()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));

        var result = await Check(rtcd.Url(host: "localhost"), RtcdProbing.Resolving("127.0.0.2", "127.0.0.1")).RunAsync(CancellationToken.None);

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Warn, "some-addresses-fail"));
        result.Summary.ShouldContain("not at every one of its addresses");
        result.Detail.ShouldNotBeNull().ShouldContain($"localhost:{rtcd.Port} (127.0.0.2): Connection refused");
        result.Evidence.Single(e => e.Label == "Address 127.0.0.2").Value.ShouldStartWith("connection-refused");
        result.NextSteps.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task An_ipv6_address_that_fails_beside_an_ipv4_address_that_answers_does_not_count()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));

        var result = await Check(rtcd.Url(host: "localhost"), RtcdProbing.Resolving("::1", "127.0.0.1")).RunAsync(CancellationToken.None);

        result.Summary.ShouldBe(RtcdVersionReasons.Passed.Summary);
        result.Evidence.Single(e => e.Label == "Address ::1").Value.ShouldStartWith("connection-refused");
    }

    [Fact]
    public async Task An_answer_over_ipv6_does_not_make_up_for_an_ipv4_address_that_fails()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version), IPAddress.IPv6Loopback);

        var result = await Check(rtcd.Url(host: "localhost"), RtcdProbing.Resolving("::1", "127.0.0.1")).RunAsync(CancellationToken.None);

        result.ReasonCode.ShouldBe(RtcdVersionReasons.ConnectionRefused);
    }

    [Fact]
    public async Task An_address_that_fails_is_named_before_a_version_that_cannot_be_judged()
    {
        await using var rtcd = ScriptedPort.Answering(Version("master"));

        var result = await Check(rtcd.Url(host: "localhost"), RtcdProbing.Resolving("127.0.0.2", "127.0.0.1")).RunAsync(CancellationToken.None);

        result.ReasonCode.ShouldBe("some-addresses-fail");
    }

    [Fact]
    public async Task A_host_with_ipv6_alone_is_a_warning_because_the_plugin_does_not_use_it()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version), IPAddress.IPv6Loopback);

        var result = await Check(rtcd.Url(host: "[::1]")).RunAsync(CancellationToken.None);

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Warn, "no-ipv4-address"));
        result.Detail.ShouldNotBeNull().ShouldContain("no IPv4 address");
        result.Detail.ShouldContain($"[::1]:{rtcd.Port}");
    }

    [Fact]
    public async Task The_oldest_of_several_servers_decides()
    {
        await using var young = ScriptedPort.Answering(Http.Json(Http.Version));
        using var old = new TcpListener(IPAddress.Parse("127.0.0.2"), young.Port);
        old.Start();
        var serving = ServeOnceAsync(old, Version("v0.15.0"));

        var result = await Check(young.Url(host: "localhost"), RtcdProbing.Resolving("127.0.0.1", "127.0.0.2")).RunAsync(CancellationToken.None);

        await serving.WaitAsync(TimeSpan.FromSeconds(5));
        result.ReasonCode.ShouldBe(RtcdVersionReasons.VersionTooOld);
        result.Detail.ShouldNotBeNull().ShouldContain("127.0.0.2");
    }

    [Theory]
    [InlineData("rtcdserviceurl")]
    [InlineData("RTCDServiceURL")]
    public async Task Without_a_setting_the_url_comes_from_the_plugins_settings(string key)
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));
        var url = $"http://{Credentials}@127.0.0.1:{rtcd.Port}";

        var result = await Check(null, administrator: Config(
            """{"PluginSettings":{"Plugins":{"com.mattermost.calls":{"KEY":"URL"}}}}""".Replace("KEY", key, StringComparison.Ordinal).Replace("\"URL\"", $"\"{url}\"", StringComparison.Ordinal))).RunAsync(CancellationToken.None);

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
        result.Evidence[0].Value.ShouldBe($"http://127.0.0.1:{rtcd.Port} from the Calls plugin's setting RTCD Service URL");
    }

    [Fact]
    public async Task CallsBots_own_setting_comes_before_the_plugins()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));
        var config = Config("""{"PluginSettings":{"Plugins":{"com.mattermost.calls":{"rtcdserviceurl":"http://127.0.0.1:1"}}}}""");

        var result = await Check(rtcd.Url(), administrator: config).RunAsync(CancellationToken.None);

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
    }

    [Theory]
    [InlineData("""{"PluginSettings":{"Plugins":{"com.mattermost.calls":{"rtcdserviceurl":""}}}}""", "is empty")]
    [InlineData("""{"PluginSettings":{"Plugins":{"com.mattermost.calls":{"rtcdserviceurl":null}}}}""", "is empty")]
    [InlineData("""{"PluginSettings":{"Plugins":{}}}""", "is empty")]
    [InlineData("""{"PluginSettings":{"Plugins":[]}}""", "is empty")]
    [InlineData("[]", "is empty")]
    public async Task Without_a_url_anywhere_the_check_is_skipped_and_says_why(string config, string why)
    {
        var result = await Check(null, administrator: Config(config)).RunAsync(CancellationToken.None);

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Skipped, "no-rtcd-url"));
        result.Detail.ShouldNotBeNull().ShouldContain(why);
    }

    [Fact]
    public async Task When_mattermost_refuses_its_configuration_the_check_is_skipped_and_says_so()
    {
        var api = new Mock<IMattermostApi>();
        api.Setup(a => a.GetConfigAsync(It.IsAny<CancellationToken>()))
            .ThrowsAsync(new MattermostException("GET config: 403 no permission", HttpStatusCode.Forbidden, "api.context.permissions.app_error"));
        api.Setup(a => a.GetPluginStatusesAsync(It.IsAny<CancellationToken>())).ReturnsAsync([]);

        var result = await Check(null, administrator: new AdministratorAccess(api.Object)).RunAsync(CancellationToken.None);

        result.ReasonCode.ShouldBe("no-rtcd-url");
        result.Detail.ShouldNotBeNull().ShouldContain("403 no permission");
    }

    [Theory]
    [InlineData("2.0.0")]
    [InlineData("v2.0.0-rc1")]
    [InlineData("10.1.0")]
    public async Task Where_calls_is_of_version_2_no_call_server_is_asked(string version)
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));

        var result = await Check(rtcd.Url(), administrator: Plugins(Calls(version), Calls(version))).RunAsync(CancellationToken.None);

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Skipped, "calls-v2"));
        rtcd.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData("1.12.2", "1.12.2")]
    [InlineData("1.12.2", "2.0.0")]
    [InlineData("2.0.0", "")]
    [InlineData("banana", "banana")]
    public async Task Where_a_node_still_has_calls_1_or_does_not_say_the_call_server_is_asked(string one, string other)
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));
        var stranger = new PluginStatus { PluginId = "com.example.other", Version = "3.0.0", State = PluginState.Running };

        var result = await Check(rtcd.Url(), administrator: Plugins(stranger, Calls(one), Calls(other))).RunAsync(CancellationToken.None);

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
    }

    [Fact]
    public async Task Where_no_plugin_is_listed_the_call_server_is_asked()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));

        (await Check(rtcd.Url(), administrator: Plugins()).RunAsync(CancellationToken.None)).Outcome.ShouldBe(Outcome.Pass);
    }

    [Fact]
    public async Task Whoever_may_not_read_plugin_states_still_has_the_call_server_asked()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));
        var api = new Mock<IMattermostApi>();
        api.Setup(a => a.GetPluginStatusesAsync(It.IsAny<CancellationToken>()))
            .ThrowsAsync(new MattermostException("GET plugins/statuses: 403", HttpStatusCode.Forbidden, "api.context.permissions.app_error"));

        var result = await Check(rtcd.Url(), administrator: new AdministratorAccess(api.Object)).RunAsync(CancellationToken.None);

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
    }

    [Fact]
    public async Task Plugin_states_that_do_not_come_hold_the_check_up_for_two_seconds_at_most()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));
        var time = new ManualTimeProvider();
        var api = new Mock<IMattermostApi>();
        api.Setup(a => a.GetPluginStatusesAsync(It.IsAny<CancellationToken>())).Returns(async (CancellationToken token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return [];
        });

        var running = Check(rtcd.Url(), administrator: new AdministratorAccess(api.Object), time: time).RunAsync(CancellationToken.None);
        await time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(2));

        (await running.WaitAsync(TimeSpan.FromSeconds(10))).Outcome.ShouldBe(Outcome.Pass);
    }

    private static PluginStatus Calls(string version) =>
        new() { PluginId = "com.mattermost.calls", State = PluginState.Running, Version = version };

    private static AdministratorAccess Plugins(params PluginStatus[] statuses)
    {
        var api = new Mock<IMattermostApi>();
        api.Setup(a => a.GetPluginStatusesAsync(It.IsAny<CancellationToken>())).ReturnsAsync(statuses);
        return new AdministratorAccess(api.Object);
    }

    private static string Version(string version) => Http.Json(JsonSerializer.Serialize(new { buildVersion = version }));

    private static Task<CheckResult> RunAsync(string? url, HostResolver? resolve = null, RtcdOptions? options = null) =>
        Check(url, resolve, options).RunAsync(CancellationToken.None);

    private static async Task<CheckResult> Answering(string reply)
    {
        await using var port = ScriptedPort.Answering(reply);
        return await RunAsync($"http://{Credentials}@127.0.0.1:{port.Port}");
    }

    private static async Task<CheckResult> Doing(Func<Socket, CancellationToken, Task> script, string scheme = "http", RtcdOptions? options = null)
    {
        await using var port = ScriptedPort.Running(script);
        return await RunAsync(port.Url(scheme), options: options);
    }

    private static async Task<CheckResult> Tls(X509Certificate2 certificate)
    {
        using (certificate)
        {
            await using var port = ScriptedPort.AnsweringOverTls(certificate, Http.Json(Http.Version));
            return await RunAsync(port.Url("https"));
        }
    }

    /// <summary>A listener whose queue is full drops connection requests, as a firewall does.</summary>
    private static async Task<CheckResult> FullQueue()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(listener.LocalEndPoint!);
        return await RunAsync($"http://{listener.LocalEndPoint}", options: new RtcdOptions { ConnectTimeout = TimeSpan.FromMilliseconds(300) });
    }

    private static async Task ServeOnceAsync(TcpListener listener, string reply)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        await ScriptedPort.ReadRequestAsync(stream, CancellationToken.None);
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(reply));
    }

    private static AdministratorAccess Config(string json)
    {
        var api = new Mock<IMattermostApi>();
        api.Setup(a => a.GetConfigAsync(It.IsAny<CancellationToken>())).ReturnsAsync(JsonElement.Parse(json));
        api.Setup(a => a.GetPluginStatusesAsync(It.IsAny<CancellationToken>())).ReturnsAsync([]);
        return new AdministratorAccess(api.Object);
    }

    private static RtcdVersionCheck Check(
        string? url,
        HostResolver? resolve = null,
        RtcdOptions? options = null,
        AdministratorAccess? administrator = null,
        TimeProvider? time = null)
    {
        var settings = options ?? new RtcdOptions();
        settings.ServiceUrl = url;
        return new RtcdVersionCheck(new RtcdSurvey(
            new RtcdTargets(Options.Create(settings), administrator ?? AdministratorAccess.None, new CheckTarget(), time ?? TimeProvider.System),
            new Installation(PublicAccess.None, AdministratorAccess.None, TimeProvider.System),
            RtcdProbing.Probe(resolve: resolve, options: settings)));
    }
}
