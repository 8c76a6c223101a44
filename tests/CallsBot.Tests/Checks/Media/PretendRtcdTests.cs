using System.Net;
using CallsBot.Checks;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Checks.Rtcd;
using CallsBot.Tests.Probes;
using CallsBot.Tests.Sandbox.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Tests.Checks.Media;

/// <summary>All checks of RTCD and of media, in one run, against the pretend RTCD with everything that can be wrong with it.</summary>
public sealed class PretendRtcdTests
{
    private static readonly string[] Media =
        ["rtcd-session", "rtcd-candidates", "media-udp-ipv4", "media-udp-ipv6", "media-tcp-ipv4", "media-tcp-ipv6", "media-dtls", "media-session-end"];

    private static readonly string[] All =
        ["rtcd-target", "rtcd-dns", "rtcd-tcp", "rtcd-tls", "rtcd-version", "rtcd-load", "rtcd-clock", "rtcd-exposure", "rtcd-credentials", "rtcd-socket", .. Media];

    /// <summary>A name, what is wrong, what the checks say to it besides "pass", and the root cause.</summary>
    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["nothing"] = new(RtcdConditions.Good, null),
        ["no IPv6"] = new(RtcdConditions.Good, null) { Addresses = ["127.0.0.1"], Skips = ["media-udp-ipv6", "media-tcp-ipv6"] },
        ["stopped"] = new(RtcdConditions.Good, "rtcd-tcp connection-refused") { Fault = RtcdFault.Stopped, Fails = ["rtcd-version"] },
        ["tls"] = new(RtcdConditions.Good, "rtcd-tls plain-on-tls-port") { Fault = RtcdFault.Tls, Fails = ["rtcd-version"] },
        ["proxy page"] = new(RtcdConditions.Good, "rtcd-version html-response") { Fault = RtcdFault.ProxyPage, Fails = ["rtcd-credentials"] },
        ["redirect"] = new(RtcdConditions.Good, "rtcd-version redirected") { Fault = RtcdFault.Redirect, Fails = ["rtcd-credentials"] },
        ["old"] = new(RtcdConditions.Good, "rtcd-version version-too-old") { Fault = RtcdFault.OldVersion, Skips = ["rtcd-load"] },
        ["busy"] = new(new() { CpuLoad = 3 }, "rtcd-load cpu-busy"),
        ["full"] = new(new() { CpuLoad = double.PositiveInfinity }, "rtcd-load cpu-exhausted"),
        ["clock"] = new(new() { ClockSkew = TimeSpan.FromMinutes(5) }, "rtcd-clock clock-off"),
        ["wrong key"] = new(new() { Client = ClientState.WrongKey }, "rtcd-credentials wrong-key"),
        ["unregistered"] = new(new() { Client = ClientState.Unregistered }, "rtcd-credentials unknown-client"),
        ["upgrade stripped"] = new(new() { Socket = SocketFault.UpgradeStripped }, "rtcd-socket upgrade-stripped"),
        ["upgrade required"] = new(new() { Socket = SocketFault.UpgradeRequired }, "rtcd-socket not-upgraded"),
        ["page for socket"] = new(new() { Socket = SocketFault.Page }, "rtcd-socket socket-credentials-refused"),
        ["bad gateway"] = new(new() { Socket = SocketFault.BadGateway }, "rtcd-socket socket-proxy-error"),
        ["no hello"] = new(new() { Socket = SocketFault.NoHello }, "rtcd-socket no-hello"),
        ["silent after hello"] = new(new() { Socket = SocketFault.SilentAfterHello }, "rtcd-session no-answer"),
        ["host override does not resolve"] = new(new() { HostOverride = "rtcd.invalid" }, "rtcd-session no-answer"),
        ["no candidates"] = new(new() { Candidates = CandidatePlacement.None }, "rtcd-session no-candidates"),
        ["candidates in the answer"] = new(new() { Candidates = CandidatePlacement.InAnswer }, null),
        ["candidates before the answer"] = new(new() { Candidates = CandidatePlacement.BeforeAnswer }, null),
        ["udp in"] = new(new() { LosesUdpIn = IpFamilies.Both }, "media-udp-ipv4 one-way") { Fails = ["media-udp-ipv6"] },
        ["udp out"] = new(new() { LosesUdpOut = IpFamilies.Both }, "media-udp-ipv4 blocked") { Fails = ["media-udp-ipv6"] },
        ["udp both ways"] = new(
            new() { LosesUdpIn = IpFamilies.Both, LosesUdpOut = IpFamilies.Both }, "media-udp-ipv4 blocked") { Fails = ["media-udp-ipv6"] },
        ["udp ipv6"] = new(new() { LosesUdpIn = IpFamilies.IPv6 }, "media-udp-ipv6 fallback-fails"),
        ["tcp silent"] = new(new() { SilentTcp = IpFamilies.Both }, "media-tcp-ipv4 fallback-fails") { Warns = ["media-tcp-ipv6"] },
        ["tcp refused"] = new(new() { RefusesTcp = IpFamilies.Both }, "media-tcp-ipv4 fallback-fails") { Warns = ["media-tcp-ipv6"] },
        ["udp and tcp"] = new(new() { LosesUdpIn = IpFamilies.Both, RefusesTcp = IpFamilies.Both }, "media-udp-ipv4 one-way")
        {
            Fails = ["media-udp-ipv6", "media-tcp-ipv4", "media-tcp-ipv6"], Skips = ["media-dtls"],
        },
        ["every third packet"] = new(new() { LosesEveryStun = 3 }, "media-udp-ipv4 packets-lost") { Warns = ["media-udp-ipv6"] },
        ["dtls refused"] = new(new() { Dtls = DtlsFault.Refused }, "media-dtls dtls-refused"),
        ["dtls silent"] = new(new() { Dtls = DtlsFault.Silent }, "media-dtls dtls-silent"),
        ["another's certificate"] = new(new() { WrongFingerprint = true }, "media-dtls dtls-fingerprint"),
        ["udp after 5"] = new(new() { LosesUdpAfter = 5 }, "media-udp-ipv4 most-packets-lost")
        {
            Addresses = ["127.0.0.1"], Fails = ["media-dtls"], Skips = ["media-udp-ipv6", "media-tcp-ipv6"],
        },
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Whatever_is_wrong_is_named_and_nothing_else_is(string name)
    {
        var wrong = Cases[name];
        await using var sandbox = await RunningSandbox.StartAsync(
            new SandboxSettings { Rtcd = new RtcdSettings { MediaAddresses = [.. wrong.Addresses.Select(IPAddress.Parse)] } }, CancellationToken.None);
        sandbox.Rtcd.Conditions = wrong.Conditions;
        await sandbox.Rtcd.Is(wrong.Fault);

        var report = await new RtcdRun
        {
            Url = sandbox.Rtcd.Url.ToString(),
            ClientId = sandbox.Rtcd.ClientId,
            AuthKey = sandbox.Rtcd.AuthKey,
            Settings = new() { ["Rtcd:ResponseTimeout"] = "00:00:02" },
        }.ReportAsync(All);

        var said = report.Checks.ToDictionary(c => c.Result.CheckId, c => c.Result);
        var details = string.Join('\n', said.Values.Where(r => r.Outcome != Outcome.Pass).Select(r => $"{r.CheckId} {r.Outcome} {r.ReasonCode}: {r.Detail}"));
        var root = report.Verdict.Root is { Result: var result } ? $"{result.CheckId} {result.ReasonCode}" : null;
        root.ShouldBe(wrong.Root, details);
        var rootId = wrong.Root?.Split(' ')[0];
        foreach (var (id, ended) in said.Where(pair => pair.Key != rootId && report.Checks.Single(c => c.Result.CheckId == pair.Key).UnmetNeed is null))
        {
            var expected = wrong.Fails.Contains(id) ? Outcome.Fail
                : wrong.Warns.Contains(id) ? Outcome.Warn
                : wrong.Skips.Contains(id) ? Outcome.Skipped
                : Outcome.Pass;
            (ended.Outcome == expected || (ended.Outcome == Outcome.Inconclusive && wrong.Root is not null && expected == Outcome.Pass))
                .ShouldBeTrue($"{id} should be {expected}\n{details}");
        }

        sandbox.Rtcd.Sessions.ShouldBe(0);
        sandbox.Unexpected.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_socket_and_one_session_at_the_ipv4_address_serve_all_checks_and_are_gone_afterwards()
    {
        await using var sandbox = await RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);

        var report = await new RtcdRun
        {
            Url = $"http://localhost:{sandbox.Rtcd.Url.Port}",
            Resolve = RtcdProbing.Resolving("::1", "127.0.0.1"),
            ClientId = sandbox.Rtcd.ClientId,
            AuthKey = sandbox.Rtcd.AuthKey,
        }.ReportAsync(All);

        report.Checks.ShouldAllBe(c => c.Result.Outcome == Outcome.Pass || c.Result.ReasonCode == "no-candidate");
        sandbox.Rtcd.Requests.Count(r => r == "GET /version").ShouldBe(1);
        sandbox.Rtcd.Requests.Count(r => r == "GET /ws").ShouldBe(1);
        sandbox.Rtcd.Log.Count(line => line.Contains("session has joined call", StringComparison.Ordinal)).ShouldBe(1);
        sandbox.Rtcd.Sessions.ShouldBe(0);
        await sandbox.Rtcd.Until(rtcd => rtcd.Sockets == 0, "no socket is left");
    }

    [Fact]
    public async Task A_session_that_rtcd_keeps_is_told_of()
    {
        await using var sandbox = await RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);
        var probe = new RtcdSessionsProbe(RtcdProbing.CheckedHttp(), Options.Create(new RtcdOptions()));
        using var participant = await Participant.ConnectAsync(sandbox.Rtcd);
        await participant.JoinAsync(candidates: 2);
        Task<bool?> IsLeftAsync(string call) => probe.AskAsync(
            RtcdProbing.Target(sandbox.Rtcd.Url.ToString()),
            new CheckedAddress(IPAddress.Loopback, null),
            call,
            new RtcdCredentials(sandbox.Rtcd.ClientId, sandbox.Rtcd.AuthKey),
            CancellationToken.None);

        await sandbox.Rtcd.Until(rtcd => rtcd.Sessions == 1, "the session is there");

        (await IsLeftAsync(participant.CallId)).ShouldBe(true);
        (await IsLeftAsync("another-call")).ShouldBe(false);
        sandbox.Rtcd.Version = "v0.17.0";
        (await IsLeftAsync(participant.CallId)).ShouldBeNull();
    }

    private sealed record Case(RtcdConditions Conditions, string? Root)
    {
        public RtcdFault Fault { get; init; } = RtcdFault.Healthy;

        public string[] Addresses { get; init; } = ["127.0.0.1", "::1"];

        public string[] Fails { get; init; } = [];

        public string[] Warns { get; init; } = [];

        public string[] Skips { get; init; } = [];
    }
}
