using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using CallsBot.Checks;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;
using CallsBot.Tests.Checks.Plugin;
using CallsBot.Tests.Probes;
using CallsBot.Tests.Protocols.Rtcd;
using Situation = System.Func<System.Threading.Tasks.Task<CallsBot.Checks.CheckResult>>;

namespace CallsBot.Tests.Checks.Rtcd;

/// <summary>Every way in which a check of RTCD can end, each brought about by a port on loopback that behaves so.</summary>
public sealed partial class RtcdSituationsTests
{
    private static readonly Dictionary<string, string> QuickToGiveUp = new()
    {
        ["Rtcd:ConnectTimeout"] = "00:00:00.5",
        ["Rtcd:ResponseTimeout"] = "00:00:00.5",
    };

    /// <summary>Check, reason code ("pass" for none), and a situation that ends so.</summary>
    private static readonly Dictionary<(string Check, string Code), Situation> Situations = new()
    {
        [("rtcd-target", "pass")] = () => Url("rtcd-target", "http://rtcd.test:8045"),
        [("rtcd-target", "no-rtcd-url")] = () => Url("rtcd-target", null),
        [("rtcd-target", "url-invalid")] = () =>
            new RtcdRun { Url = null, Named = "http://clientA:S3CRET@rtcd.test" }.RunAsync("rtcd-target"),

        [("rtcd-target", "no-licence-for-rtcd")] = async () =>
        {
            await using var mattermost = await MattermostStub.StartAsync(
                calls: """{"rtcdserviceurl":"http://clientA:S3CRET@rtcd.test:8045"}""", licence: """{"IsLicensed":"false"}""");
            return await new RtcdRun { Url = null, Administrator = mattermost.Administrator, Everyone = mattermost.Everyone }.RunAsync("rtcd-target");
        },
        [("rtcd-target", "calls-v2")] = async () =>
        {
            await using var mattermost = await MattermostStub.StartAsync(
                version: """{"version":"2.0.1"}""",
                calls: """{"rtcdserviceurl":"http://clientA:S3CRET@rtcd.test:8045"}""",
                statuses: """[{"plugin_id":"com.mattermost.calls","cluster_id":"","state":2,"version":"2.0.1"}]""");
            return await new RtcdRun { Url = null, Administrator = mattermost.Administrator, Everyone = mattermost.Everyone }.RunAsync("rtcd-target");
        },

        [("rtcd-dns", "pass")] = () => Names("rtcd.test", ["127.0.0.1"], allowLoopbackName: true),
        [("rtcd-dns", "no-name")] = () => Url("rtcd-dns", "http://127.0.0.1:8045"),
        [("rtcd-dns", "name-not-found")] = () => Url("rtcd-dns", "http://rtcd.test:8045"),
        [("rtcd-dns", "name-service-failed")] = () => Run(
            "rtcd-dns", "http://rtcd.test:8045", (_, _) => throw new SocketException((int)SocketError.TryAgain)),
        [("rtcd-dns", "known-elsewhere-only")] = () => Second(RtcdProbing.NoName, "10.0.0.5"),
        [("rtcd-dns", "address-refused")] = () => Names("rtcd.test", ["169.254.169.254"]),
        [("rtcd-dns", "some-addresses-refused")] = () => Names("rtcd.test", ["127.0.0.1", "169.254.169.254"], allowLoopbackName: true),
        [("rtcd-dns", "no-ipv4-address")] = () => Names("rtcd.test", ["::1"], allowLoopbackName: true),
        [("rtcd-dns", "resolvers-differ")] = () => Second(RtcdProbing.Resolving("127.0.0.1"), "10.0.0.5"),

        [("rtcd-tcp", "pass")] = () => Answering("rtcd-tcp"),
        [("rtcd-tcp", "connection-refused")] = () => Url("rtcd-tcp", $"http://127.0.0.1:{ScriptedPort.Closed()}"),
        [("rtcd-tcp", "connect-timeout")] = () => FullQueue("rtcd-tcp"),
        [("rtcd-tcp", "unreachable")] = () => Url("rtcd-tcp", "http://127.255.255.255:8045"),
        [("rtcd-tcp", "some-addresses-fail")] = () => OneOfTwo("rtcd-tcp", null),
        [("rtcd-tcp", "not-asked")] = () => Run("rtcd-tcp", "http://rtcd.test:8045", RtcdProbing.Resolving("169.254.169.254")),

        [("rtcd-tls", "pass")] = () => Tls(Certificates.Issued("127.0.0.1")),
        [("rtcd-tls", "no-tls")] = () => Answering("rtcd-tls"),
        [("rtcd-tls", "certificate-expires-soon")] = () => Tls(
            Certificates.Issued("127.0.0.1"), new ShiftedClock(new DateTimeOffset(2118, 12, 25, 0, 0, 0, TimeSpan.Zero))),
        [("rtcd-tls", "tls-on-plain-port")] = () => Doing("rtcd-tls", "https", async (socket, token) =>
        {
            await socket.ReceiveAsync(new byte[4096], token);
            await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), token);
        }),
        [("rtcd-tls", "plain-on-tls-port")] = () => Answering(
            "rtcd-tls", new Rtcd().With("GET /version", "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")),
        [("rtcd-tls", "certificate-untrusted")] = () => Tls((null, Certificates.SelfSigned("127.0.0.1"))),
        [("rtcd-tls", "certificate-expired")] = () => Tls((null, Certificates.Expired("127.0.0.1"))),
        [("rtcd-tls", "certificate-name-mismatch")] = () => Tls((null, Certificates.SelfSigned("other.example"))),
        [("rtcd-tls", "tls-failed")] = () => Doing("rtcd-tls", "https", async (socket, token) =>
        {
            await socket.ReceiveAsync(new byte[4096], token);
            await socket.SendAsync(new byte[] { 21, 3, 3, 0, 2, 2, 40 }, token);
        }),
        [("rtcd-tls", "response-timeout")] = () => Doing(
            "rtcd-tls", "https", (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token)),
        [("rtcd-tls", "connection-reset")] = () => Doing("rtcd-tls", "https", async (socket, token) =>
        {
            await socket.ReceiveAsync(new byte[4096], token);
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }),
        [("rtcd-tls", "some-addresses-fail")] = () => OneOfTwo(
            "rtcd-tls", new Rtcd().With("GET /version", "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")),
        [("rtcd-tls", "not-asked")] = () => Url("rtcd-tls", $"https://127.0.0.1:{ScriptedPort.Closed()}"),

        [("rtcd-load", "pass")] = () => Answering("rtcd-load"),
        [("rtcd-load", "cpu-busy")] = () => Load(Http.Json("""{"cpu_load":1.3}""")),
        [("rtcd-load", "cpu-exhausted")] = () => Load(Http.Reply("200 OK", "application/json", "")),
        [("rtcd-load", "cpu-exhausted-at-some")] = () => OneOfTwo(
            "rtcd-load", new Rtcd().With("GET /system", Http.Reply("200 OK", "application/json", ""))),
        [("rtcd-load", "not-measured-yet")] = () => Load(Http.Json("""{"cpu_load":0}""")),
        [("rtcd-load", "load-not-offered")] = () => Load(Recorded("system (absent before v0.15.0)")),
        [("rtcd-load", "load-unreadable")] = () => Load(Http.Reply("200 OK", "text/html", "<html>Sign in</html>")),
        [("rtcd-load", "not-asked")] = () => Answering("rtcd-load", new Rtcd().With("GET /version", "")),

        [("calls-in-progress", "pass")] = () => Metrics("# HELP rtcd_process_open_fds\nrtcd_process_open_fds 12\nrtcd_rtc_sessions_total{groupID=\"a\"} 0\n"),
        [("calls-in-progress", "calls-running")] = () => Metrics("rtcd_rtc_sessions_total{groupID=\"a}\\\"b\"} 2\nrtcd_rtc_sessions_total{groupID=\"c\"} 1\n"),
        [("calls-in-progress", "metrics-unreadable")] = () => Metrics("# HELP go_goroutines\ngo_goroutines 18\n"),
        [("calls-in-progress", "not-asked")] = () => Answering("calls-in-progress", new Rtcd().With("GET /version", "")),

        [("rtcd-clock", "pass")] = () => Clock(Date(TimeSpan.Zero)),
        [("rtcd-clock", "clock-off")] = () => Clock(Date(TimeSpan.FromSeconds(-8))),
        [("rtcd-clock", "no-date")] = () => Answering("rtcd-clock"),
        [("rtcd-clock", "not-asked")] = () => Answering("rtcd-clock", new Rtcd().With("GET /version", "")),

        [("rtcd-exposure", "pass")] = () => Answering("rtcd-exposure"),
        [("rtcd-exposure", "exposure-unknown")] = () => Answering("rtcd-exposure", new Rtcd().With("GET /metrics", "").With("HEAD /", "")),
        [("rtcd-exposure", "not-asked")] = () => Answering("rtcd-exposure", new Rtcd().With("GET /version", "")),

        [("rtcd-credentials", "pass")] = () => Answering("rtcd-credentials"),
        [("rtcd-credentials", "no-credentials")] = () => Answering("rtcd-credentials", hasCredentials: false),
        [("rtcd-credentials", "unknown-client")] = () => Answering(
            "rtcd-credentials", Refusing().With("POST /login", Recorded("login unknown client"))),
        [("rtcd-credentials", "wrong-key")] = () => Answering(
            "rtcd-credentials", Refusing().With("POST /login", Recorded("login wrong key"))),
        [("rtcd-credentials", "credentials-refused")] = () => Answering("rtcd-credentials", Refusing().With("POST /login", "")),
        [("rtcd-credentials", "some-addresses-refuse")] = () => OneOfTwo(
            "rtcd-credentials", Refusing().With("POST /login", Recorded("login wrong key"))),
        [("rtcd-credentials", "answered-by-another")] = () => Answering(
            "rtcd-credentials", new Rtcd().With("GET /calls/", Http.Reply("401 Unauthorized", "text/html", "<html>401</html>"))),
        [("rtcd-credentials", "login-unanswered")] = () => Answering("rtcd-credentials", new Rtcd().With("GET /calls/", "")),
        [("rtcd-credentials", "too-old-to-tell")] = () => Answering(
            "rtcd-credentials",
            new Rtcd().With("GET /calls/", Recorded("calls sessions (absent before v1.0.0)")).With("POST /login", Recorded("unknown path"))),
        [("rtcd-credentials", "not-asked")] = () => Answering("rtcd-credentials", new Rtcd().With("GET /version", "")),

        [("rtcd-socket", "pass")] = () => Socket(Hello),
        [("rtcd-socket", "socket-credentials-refused")] = () => Socket(Http.Reply("200 OK", "text/plain", "")),
        [("rtcd-socket", "upgrade-stripped")] = () => Socket(Recorded("ws without upgrade")),
        [("rtcd-socket", "socket-not-found")] = () => Socket(Recorded("unknown path")),
        [("rtcd-socket", "socket-forbidden")] = () => Socket(Http.Reply("403 Forbidden", "text/plain", "Forbidden\n")),
        [("rtcd-socket", "socket-proxy-error")] = () => Socket(Http.Reply("502 Bad Gateway", "text/html", "<html>502</html>")),
        [("rtcd-socket", "not-upgraded")] = () => Socket(Http.Reply("426 Upgrade Required", "text/html", "<html>426</html>")),
        [("rtcd-socket", "socket-unanswered")] = () => Socket(""),
        [("rtcd-socket", "no-hello")] = () => Socket(async (stream, token) =>
        {
            await stream.FlushAsync(token);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }),
        [("rtcd-socket", "closed-at-once")] = () => Socket((_, _) => Task.CompletedTask),
        [("rtcd-socket", "some-addresses-fail")] = async () =>
        {
            await using var good = Upgrading(new Rtcd(), Hello);
            await using var bad = new Rtcd().With("GET /ws", Recorded("ws without upgrade")).Start("127.0.0.2", good.Port);
            return await new RtcdRun
            {
                Url = good.Url(host: "localhost"),
                Resolve = RtcdProbing.Resolving("127.0.0.2", "127.0.0.1"),
                Settings = new(QuickToGiveUp!),
            }.RunAsync("rtcd-socket");
        },
        [("rtcd-socket", "not-asked")] = () => Answering("rtcd-socket", new Rtcd().With("GET /version", "")),
    };

    /// <summary>Codes that no port on loopback can bring about, with where they are tested.</summary>
    private static readonly HashSet<(string, string)> Elsewhere =
    [
        ("rtcd-tcp", "connection-reset"), // a connection request that is reset is refused on Linux
        ("rtcd-tls", "unreachable"), // a route that is lost between the connection and the greeting
        ("rtcd-exposure", "internals-open"), // RtcdChecksTests: it takes a public address
        ("rtcd-socket", "socket-tls-failed"), // a certificate that changes between two connections
    ];

    public static TheoryData<string, string> Ends
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (check, code) in Situations.Keys)
            {
                data.Add(check, code);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Each_situation_ends_in_its_own_reason_code_with_words_to_act_on(string check, string code)
    {
        var result = await Situations[(check, code)]();

        (result.ReasonCode ?? "pass").ShouldBe(code, result.Detail);
        result.CheckId.ShouldBe(check);
        result.Outcome.ShouldBe(code == "pass" ? Outcome.Pass : CheckNamed(check).ReasonCodes[code], result.Detail);
        result.Detail.ShouldNotBeNullOrWhiteSpace();
        if (result.Outcome != Outcome.Pass)
        {
            result.NextSteps.ShouldNotBeEmpty();
        }

        var texts = new[] { result.Summary, result.Detail! }
            .Concat(result.NextSteps.SelectMany(s => new[] { s.Text, s.Command ?? "" }))
            .Concat(result.Evidence.SelectMany(e => new[] { e.Label, e.Value }))
            .Concat(result.Subjects.SelectMany(s => new[] { s.Subject, s.Seen }))
            .ToList();
        texts.ShouldAllBe(t => !t.Contains("S3CRET", StringComparison.Ordinal) && !t.Contains("T0KEN", StringComparison.Ordinal));
        texts.ShouldAllBe(t => !t.Contains("clientA", StringComparison.Ordinal));
        texts.ShouldAllBe(t => !t.Contains("..", StringComparison.Ordinal) && !t.Contains("  ", StringComparison.Ordinal));
        texts.ShouldAllBe(t => !Placeholder().IsMatch(t));
        foreach (var place in new[] { "127.", "rtcd.test", "169.254", "10.0.0", "8045", "http://" })
        {
            result.Summary.ShouldNotContain(place);
        }
    }

    [Fact]
    public void Every_reason_code_of_every_check_of_rtcd_has_a_situation()
    {
        var checks = Checks().Where(c => c.Group == CheckGroup.Rtcd && c.Id != "rtcd-version").ToList();
        var codes = checks.SelectMany(c => c.ReasonCodes.Keys.Append("pass").Select(code => (c.Id, code)))
            .Where(pair => pair.code != CheckSchedule.CheckFailed)
            .Except(Elsewhere);

        Situations.Keys.ShouldBe(codes, ignoreOrder: true);
    }

    [GeneratedRegex(@"\{[a-z]+\}")]
    private static partial Regex Placeholder();

    private static IReadOnlyList<ICheck> Checks() => RtcdRun.Catalog();

    private static ICheck CheckNamed(string id) => Checks().Single(c => c.Id == id);

    private static Task<CheckResult> Url(string check, string? url) => Run(check, url, RtcdProbing.NoName);

    private static Task<CheckResult> Run(string check, string? url, HostResolver resolve) =>
        new RtcdRun { Url = url, Resolve = resolve, Settings = new(QuickToGiveUp!) }.RunAsync(check);

    /// <summary>A name that says loopback may lead there.</summary>
    private static Task<CheckResult> Names(string host, string[] addresses, bool allowLoopbackName = false) => Run(
        "rtcd-dns", $"http://{(allowLoopbackName ? "rtcd.localhost" : host)}:{ScriptedPort.Closed()}", RtcdProbing.Resolving(addresses));

    private static async Task<CheckResult> Second(HostResolver resolve, string address)
    {
        using var server = new ScriptedNameServer(IPAddress.Parse(address));
        return await new RtcdRun
        {
            Url = $"http://rtcd.localhost:{ScriptedPort.Closed()}",
            Resolve = resolve,
            Settings = new() { ["Rtcd:SecondResolver"] = server.EndPoint.ToString() },
        }.RunAsync("rtcd-dns");
    }

    private static async Task<CheckResult> Answering(
        string check, Rtcd? rtcd = null, bool hasCredentials = true, TimeProvider? time = null)
    {
        await using var port = (rtcd ?? new Rtcd()).Start();
        return await new RtcdRun
        {
            Url = port.Url(),
            HasCredentials = hasCredentials,
            Time = time ?? TimeProvider.System,
            Settings = new(QuickToGiveUp!),
        }.RunAsync(check);
    }

    /// <summary>One address with what the test says, or nothing, and one that is in order.</summary>
    private static async Task<CheckResult> OneOfTwo(string check, Rtcd? faulty)
    {
        await using var good = new Rtcd().Start();
        await using var bad = faulty?.Start("127.0.0.2", good.Port);
        return await new RtcdRun
        {
            Url = good.Url(host: "localhost"),
            Resolve = RtcdProbing.Resolving("127.0.0.2", "127.0.0.1"),
            Settings = new(QuickToGiveUp!),
        }.RunAsync(check);
    }

    private static Task<CheckResult> Load(string reply) => Answering("rtcd-load", new Rtcd().With("GET /system", reply));

    private static Task<CheckResult> Metrics(string page) =>
        Answering("calls-in-progress", new Rtcd().With("GET /metrics", Http.Reply("200 OK", "text/plain; version=0.0.4; charset=utf-8", page)));

    private static Task<CheckResult> Socket(string reply) => Answering("rtcd-socket", new Rtcd().With("GET /ws", reply));

    private static async Task<CheckResult> Socket(Func<Stream, CancellationToken, Task> afterUpgrade)
    {
        await using var port = Upgrading(new Rtcd(), afterUpgrade);
        return await new RtcdRun { Url = port.Url(), Settings = new(QuickToGiveUp!) }.RunAsync("rtcd-socket");
    }

    private static async Task Hello(Stream stream, CancellationToken cancellationToken)
    {
        var hello = new RtcdFrame.Hello("clientX", "abcdefghijkmnopqrstuvwxyz1").ToBytes();
        await stream.WriteAsync(new byte[] { 0x82, (byte)hello.Length }, cancellationToken); // binary, final (RFC 6455 §5.2)
        await stream.WriteAsync(hello, cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    /// <summary>Answers as told, and takes the upgrade to a WebSocket (RFC 6455 §4.2.2).</summary>
    private static ScriptedPort Upgrading(Rtcd rtcd, Func<Stream, CancellationToken, Task> afterUpgrade) =>
        ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            await using var stream = new NetworkStream(socket);
            var request = await ScriptedPort.ReadRequestAsync(stream, cancellationToken);
            if (!request.StartsWith("GET /ws ", StringComparison.Ordinal))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(rtcd.Answer(request)), cancellationToken);
                return;
            }

            var key = request.Split("Sec-WebSocket-Key: ")[1].Split("\r\n")[0];
#pragma warning disable CA5350 // RFC 6455 §4.2.2 asks for SHA-1.
            var accept = Convert.ToBase64String(System.Security.Cryptography.SHA1.HashData(Encoding.ASCII.GetBytes($"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"),
                cancellationToken);
            await afterUpgrade(stream, cancellationToken);
        });

    private static Rtcd Refusing() => new Rtcd().With("GET /calls/", Http.Reply("401 Unauthorized", "text/plain; charset=utf-8", "unauthorized\n"));

    private static async Task<CheckResult> Clock(string date)
    {
        var version = Http.Reply("200 OK", "application/json", Http.Version, $"Date: {date}\r\n");
        return await Answering("rtcd-clock", new Rtcd().With("GET /version", version), time: new StoppedClock());
    }

    private static string Date(TimeSpan ahead) =>
        (StoppedClock.Now + ahead).ToString("r", CultureInfo.InvariantCulture);

    private static string Recorded(string name)
    {
        var recorded = RtcdVectors.Http(name);
        return Http.Reply(
            $"{recorded.GetProperty("status").GetInt32()} Recorded",
            recorded.GetProperty("contentType").GetString()!,
            recorded.GetProperty("body").GetString()!);
    }

    private static async Task<CheckResult> Tls(
        (System.Security.Cryptography.X509Certificates.X509Certificate2? Root, System.Security.Cryptography.X509Certificates.X509Certificate2 Server) certificates,
        TimeProvider? time = null)
    {
        using var root = certificates.Root;
        using var server = certificates.Server;
        await using var port = ScriptedPort.AnsweringOverTls(server, Http.Json(Http.Version));
        return await new RtcdRun { Url = port.Url("https"), Root = root, Time = time ?? TimeProvider.System }.RunAsync("rtcd-tls");
    }

    private static async Task<CheckResult> Doing(string check, string scheme, Func<Socket, CancellationToken, Task> script)
    {
        await using var port = ScriptedPort.Running(script);
        return await new RtcdRun { Url = port.Url(scheme), Settings = new(QuickToGiveUp!) }.RunAsync(check);
    }

    /// <summary>A listener whose queue is full drops connection requests, as a firewall does.</summary>
    private static async Task<CheckResult> FullQueue(string check)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(listener.LocalEndPoint!);
        return await Url(check, $"http://{listener.LocalEndPoint}");
    }

    /// <summary>Time of day that stands still; timers run.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, 500, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class ShiftedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
