using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Rtcd;
using CallsBot.Protocols.Sdp;
using CallsBot.Protocols.Stun;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Sandbox.Rtcd;

/// <summary>Each condition does what it says, and what it does not touch goes on.</summary>
public sealed class RtcdConditionsTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private RunningSandbox _sandbox = null!;

    private RtcdSandbox Rtcd => _sandbox.Rtcd;

    public async Task InitializeAsync() => _sandbox = await StartAsync();

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Theory]
    [InlineData(ClientState.WrongKey)]
    [InlineData(ClientState.Unregistered)]
    internal async Task The_client_is_refused_everywhere_until_it_is_known_again(ClientState state)
    {
        Rtcd.Conditions = new RtcdConditions { Client = state };
        (await Should.ThrowAsync<WebSocketException>(() => Participant.ConnectAsync(Rtcd))).Message.ShouldContain("'200'");
        (await LoginAsync()).ShouldContain(state == ClientState.Unregistered ? "error: not found" : "\"login failed: authentication failed\"");

        Rtcd.Conditions = RtcdConditions.Good;
        using var participant = await Participant.ConnectAsync(Rtcd);
        (await LoginAsync()).ShouldContain("bearerToken");
    }

    [Theory]
    [InlineData(1.75, """{"cpu_load":1.75}""" + "\n")]
    [InlineData(double.PositiveInfinity, "")]
    public async Task A_full_rtcd_tells_its_load_or_an_empty_body(double load, string body)
    {
        Rtcd.Conditions = new RtcdConditions { CpuLoad = load };

        using var response = await _http.GetAsync(new Uri(Rtcd.Url, "system"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await response.Content.ReadAsStringAsync()).ShouldBe(body);
    }

    [Fact]
    public async Task A_clock_that_is_off_shows_in_the_date()
    {
        await using var sandbox = await StartAsync(new ManualTimeProvider());
        sandbox.Rtcd.Conditions = new RtcdConditions { ClockSkew = TimeSpan.FromMinutes(-7) };

        using var response = await _http.GetAsync(new Uri(sandbox.Rtcd.Url, "version"));

        response.Headers.Date.ShouldBe(new ManualTimeProvider().GetUtcNow().AddMinutes(-7));
    }

    [Fact]
    public async Task Metrics_and_profiles_can_be_hidden_each_alone()
    {
        Rtcd.Conditions = new RtcdConditions { HidesMetrics = true };
        (await StatusAsync("metrics"), await StatusAsync("debug/pprof/heap")).ShouldBe((404, 200));

        Rtcd.Conditions = new RtcdConditions { HidesProfiles = true };
        (await StatusAsync("metrics"), await StatusAsync("debug/pprof/heap")).ShouldBe((200, 404));
    }

    [Theory]
    [InlineData(SocketFault.UpgradeStripped, 400)]
    [InlineData(SocketFault.UpgradeRequired, 426)]
    [InlineData(SocketFault.Page, 200)]
    [InlineData(SocketFault.BadGateway, 502)]
    internal async Task A_proxy_that_breaks_the_upgrade_leaves_the_rest_alone(SocketFault fault, int status)
    {
        Rtcd.Conditions = new RtcdConditions { Socket = fault };

        (await Should.ThrowAsync<WebSocketException>(() => Participant.ConnectAsync(Rtcd))).Message.ShouldContain($"'{status}'");
        (await StatusAsync("version")).ShouldBe(200);
        using var page = new HttpRequestMessage(HttpMethod.Get, new Uri(Rtcd.Url, "ws"));
        page.Headers.Authorization = Participant.Basic(Rtcd.ClientId, Rtcd.AuthKey);
        using var response = await _http.SendAsync(page);
        (await response.Content.ReadAsStringAsync()).Length.ShouldBeGreaterThan(0, "unlike a refusal of RTCD's own, which is empty");
    }

    [Fact]
    public async Task Without_a_hello_the_socket_is_open_and_silent()
    {
        Rtcd.Conditions = new RtcdConditions { Socket = SocketFault.NoHello };

        using var participant = await Participant.OpenAsync(Rtcd.Url, Rtcd.ClientId, Rtcd.AuthKey);

        await Rtcd.Until(rtcd => rtcd.Sockets == 1, "a socket");
        await participant.SendAsync(new RtcdFrame.Join("call", "probe", participant.SessionId));
        await participant.OfferAsync();
        ((RtcdFrame.Rtc)await participant.NextAsync()).Message.Type.ShouldBe(RtcdMessageType.Sdp, "the first that comes is no hello");
    }

    [Fact]
    public async Task Silent_after_hello_it_hears_and_does_nothing()
    {
        Rtcd.Conditions = new RtcdConditions { Socket = SocketFault.SilentAfterHello };
        using var participant = await Participant.ConnectAsync(Rtcd);

        await participant.SendAsync(new RtcdFrame.Join("call", "probe", participant.SessionId));
        await participant.OfferAsync();

        await Rtcd.Until(rtcd => rtcd.Metric("rtcd_ws_messages_total", $"clientID=\"{Rtcd.ClientId}\",direction=\"in\",type=\"rtc\"") == 1, "the offer");
        (Rtcd.Sessions, participant.Frames.Count).ShouldBe((0, 1));
    }

    [Fact]
    public async Task An_idle_socket_is_cut_and_a_busy_one_is_not()
    {
        var time = new ManualTimeProvider();
        await using var sandbox = await StartAsync(time);
        sandbox.Rtcd.Conditions = new RtcdConditions { CutsIdleSocketsAfter = TimeSpan.FromSeconds(4) };
        using var idle = await Participant.ConnectAsync(sandbox.Rtcd);
        using var busy = await Participant.ConnectAsync(sandbox.Rtcd);

        for (var i = 0; i < 4; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await busy.SendAsync(new RtcdFrame.Join($"call{i}", "probe", $"session{i}"));
            await sandbox.Rtcd.Until(rtcd => rtcd.Sessions == i + 1, "a session");
        }

        (await idle.TryNextAsync(Participant.Patience)).ShouldBeNull();
        idle.CloseStatus.ShouldBeNull("there was no closing handshake");
        sandbox.Rtcd.Sockets.ShouldBe(1);
    }

    [Fact]
    public async Task A_slow_answer_comes_late_and_not_to_who_has_left()
    {
        var time = new ManualTimeProvider();
        await using var sandbox = await StartAsync(time);
        sandbox.Rtcd.Conditions = new RtcdConditions { AnswersAfter = TimeSpan.FromSeconds(7) };
        using var left = await Participant.ConnectAsync(sandbox.Rtcd);
        using var stays = await Participant.ConnectAsync(sandbox.Rtcd);
        foreach (var one in (Participant[])[left, stays])
        {
            await one.SendAsync(new RtcdFrame.Join("call", "probe", one.SessionId));
            await one.OfferAsync();
        }

        await time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(7));
        await sandbox.Rtcd.Until(rtcd => rtcd.Metric("rtcd_ws_messages_total", $"clientID=\"{rtcd.ClientId}\",direction=\"in\",type=\"rtc\"") == 2, "two offers");
        await left.LeaveAsync();
        time.Advance(TimeSpan.FromSeconds(7));
        await stays.AnsweredAsync(candidates: 2);

        left.Frames.Select(frame => frame.GetType().Name).ShouldBe(["Hello", "Close"]);
    }

    [Theory]
    [InlineData(CandidatePlacement.AfterAnswer, "Sdp Ice Ice", 0)]
    [InlineData(CandidatePlacement.BeforeAnswer, "Ice Ice Sdp", 0)]
    [InlineData(CandidatePlacement.InAnswer, "Sdp Ice Ice", 4)]
    [InlineData(CandidatePlacement.None, "Sdp", 0)]
    internal async Task Candidates_stand_where_they_are_put(CandidatePlacement placement, string order, int inAnswer)
    {
        Rtcd.Conditions = new RtcdConditions { Candidates = placement };
        using var participant = await Participant.ConnectAsync(Rtcd);

        await participant.JoinAsync(candidates: placement == CandidatePlacement.None ? 0 : 2);
        await participant.LeaveAsync();

        participant.Frames.OfType<RtcdFrame.Rtc>().Select(frame => $"{frame.Message.Type}").ShouldBe(order.Split(' '));
        participant.Answer.Candidates.Count.ShouldBe(inAnswer, "each for RTP and RTCP");
        participant.AnswerSdp.Contains("a=end-of-candidates").ShouldBe(inAnswer > 0);
    }

    [Theory]
    [InlineData("172.17.0.2", null, "172.17.0.2", "")]
    [InlineData("100.64.3.4", 443, "100.64.3.4:443", "")]
    [InlineData("rtcd.example.test", 443, "192.0.2.7", "resolved: a name never matches the port override")]
    [InlineData("198.51.100.1/127.0.0.1", 8444, "198.51.100.1:8444", "")]
    [InlineData("198.51.100.1/10.0.0.1", null, "127.0.0.1", "another address is mapped")]
    [InlineData("2001:db8::1", null, "127.0.0.1", "of the other family")]
    public async Task A_host_override_shows_in_the_candidates(string hostOverride, int? portOverride, string shown, string why)
    {
        await using var sandbox = await StartAsync(resolve: (_, _) => Task.FromResult<IReadOnlyList<IPAddress>>([IPAddress.Parse("192.0.2.7")]));
        sandbox.Rtcd.Conditions = new RtcdConditions { HostOverride = hostOverride, PortOverride = portOverride };
        using var participant = await Participant.ConnectAsync(sandbox.Rtcd);

        await participant.JoinAsync(candidates: 2);

        var expected = shown.Contains(':') ? shown : $"{shown}:{sandbox.Rtcd.MediaPort}";
        participant.Candidates.ShouldAllBe(candidate => $"{candidate.Host}:{candidate.Port}" == expected, why);
    }

    [Fact]
    public async Task A_host_override_that_does_not_resolve_fails_the_join_without_a_word()
    {
        Rtcd.Conditions = new RtcdConditions { HostOverride = "rtcd.corp.invalid" };
        using var participant = await Participant.ConnectAsync(Rtcd);

        await participant.SendAsync(new RtcdFrame.Join("call", "probe", participant.SessionId));
        await participant.OfferAsync();

        await Rtcd.Until(rtcd => rtcd.Log.Any(line => line.Contains("session not found")), "the offer, which nobody takes");
        Rtcd.Log.ShouldContain(line => line.Contains("failed to resolve host") && line.Contains("rtcd.corp.invalid"));
        (Rtcd.Sessions, participant.Frames.Count).ShouldBe((0, 1));
    }

    [Theory]
    [InlineData(IpFamilies.Both, false, false)]
    [InlineData(IpFamilies.IPv4, false, true)]
    [InlineData(IpFamilies.IPv6, true, false)]
    internal async Task Lost_udp_leaves_tcp_and_the_other_family_alone(IpFamilies lost, bool ipv4Works, bool ipv6Works)
    {
        await using var sandbox = await StartAsync(addresses: [IPAddress.Loopback, IPAddress.IPv6Loopback]);
        sandbox.Rtcd.Conditions = new RtcdConditions { LosesUdpIn = lost };

        (await WorkingAsync(sandbox.Rtcd)).ShouldBe((ipv4Works, ipv6Works, true, true));
    }

    [Fact]
    public async Task Answers_can_be_lost_when_requests_arrive()
    {
        Rtcd.Conditions = new RtcdConditions { LosesUdpOut = IpFamilies.Both };

        (await WorkingAsync(Rtcd)).ShouldBe((false, null, true, null));

        Rtcd.Packets.ShouldContain(packet => !packet.IsTcp && packet.IsInbound && !packet.IsLost && packet.What == "Binding Request");
        Rtcd.Packets.ShouldContain(packet => !packet.IsTcp && !packet.IsInbound && packet.IsLost && packet.What == "Binding Success");
    }

    [Fact]
    public async Task With_requests_lost_its_own_still_reach_a_client_that_gave_its_address()
    {
        Rtcd.Conditions = new RtcdConditions { LosesUdpIn = IpFamilies.Both };
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var participant = await Participant.ConnectAsync(Rtcd);

        await participant.JoinAsync(
            candidates: 2, new IceCandidate("1", 1, IceTransport.Udp, 1, "127.0.0.1", ((IPEndPoint)socket.LocalEndPoint!).Port, IceCandidateType.Host));

        var buffer = new byte[2048];
        StunMessage.TryParse(buffer.AsSpan(0, await socket.ReceiveAsync(buffer).WaitAsync(Participant.Patience)), out var asked).ShouldBeTrue();
        asked!.Class.ShouldBe(StunClass.Request);
    }

    [Theory]
    [InlineData(IpFamilies.Both, false, false)]
    [InlineData(IpFamilies.IPv6, true, false)]
    internal async Task Silent_tcp_takes_connections_and_answers_nothing(IpFamilies silent, bool ipv4Works, bool ipv6Works)
    {
        await using var sandbox = await StartAsync(addresses: [IPAddress.Loopback, IPAddress.IPv6Loopback]);
        sandbox.Rtcd.Conditions = new RtcdConditions { SilentTcp = silent };

        (await WorkingAsync(sandbox.Rtcd)).ShouldBe((true, true, ipv4Works, ipv6Works));
    }

    [Fact]
    public async Task Refused_tcp_is_refused_and_comes_back()
    {
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.JoinAsync(candidates: 2);
        var tcp = participant.Candidates.Single(candidate => candidate.Transport == IceTransport.Tcp);

        Rtcd.Conditions = new RtcdConditions { RefusesTcp = IpFamilies.IPv4 };
        (await Should.ThrowAsync<SocketException>(() => MediaPeer.ConnectAsync(participant, tcp))).SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);

        Rtcd.Conditions = RtcdConditions.Good;
        await using var peer = await MediaPeer.ConnectAsync(participant, tcp);
        (await peer.CheckAsync()).Class.ShouldBe(StunClass.Success);
    }

    [Fact]
    public async Task After_so_many_packets_nothing_comes_from_that_peer_and_others_are_heard()
    {
        Rtcd.Conditions = new RtcdConditions { LosesUdpAfter = 3 };
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.JoinAsync(candidates: 2);
        await using var peer = await MediaPeer.ConnectAsync(participant, participant.Candidates[0]);
        await using var other = await MediaPeer.ConnectAsync(participant, participant.Candidates[0]);
        peer.Answers = other.Answers = false;

        for (var i = 0; i < 3; i++)
        {
            (await peer.CheckAsync()).Class.ShouldBe(StunClass.Success);
        }

        var fourth = peer.Request().Build(StunKey.ShortTerm(participant.Answer.Ice.Password), fingerprint: true);
        (await peer.IsIgnoredAsync(fourth, other)).ShouldBeTrue();
    }

    [Fact]
    public async Task Every_third_check_is_lost()
    {
        Rtcd.Conditions = new RtcdConditions { LosesEveryStun = 3 };
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.JoinAsync(candidates: 2);
        await using var peer = await MediaPeer.ConnectAsync(participant, participant.Candidates[0]);
        peer.Answers = false;

        for (var i = 0; i < 9; i++)
        {
            await peer.SendAsync(peer.Request().Build(StunKey.ShortTerm(participant.Answer.Ice.Password), fingerprint: true).Bytes);
        }

        await Rtcd.Until(rtcd => Inbound(rtcd).Count == 9, "nine checks");
        Inbound(Rtcd).Select(packet => packet.IsLost).ShouldBe([false, false, true, false, false, true, false, false, true]);

        static List<MediaPacket> Inbound(RtcdSandbox rtcd) => [.. rtcd.Packets.Where(packet => packet.IsInbound)];
    }

    [Fact]
    public async Task A_dtls_that_is_refused_is_an_alert()
    {
        Rtcd.Conditions = new RtcdConditions { Dtls = DtlsFault.Refused };

        var result = await HandshakeAsync(Participant.Patience);

        (result.Outcome, result.Alert).ShouldBe((DtlsOutcome.AlertReceived, "handshake_failure"));
    }

    [Fact]
    public async Task A_silent_dtls_says_nothing_while_checks_are_answered()
    {
        Rtcd.Conditions = new RtcdConditions { Dtls = DtlsFault.Silent };

        (await HandshakeAsync(TimeSpan.FromMilliseconds(300))).Outcome.ShouldBe(DtlsOutcome.Silent);
    }

    [Fact]
    public async Task A_wrong_fingerprint_is_seen_in_the_handshake()
    {
        Rtcd.Conditions = new RtcdConditions { WrongFingerprint = true };

        var result = await HandshakeAsync(Participant.Patience);

        result.Outcome.ShouldBe(DtlsOutcome.FingerprintMismatch);
        result.PeerFingerprint.ShouldNotBeNull();
    }

    [Fact]
    public async Task Before_0_17_a_join_with_flags_is_not_understood()
    {
        await Rtcd.Is(RtcdFault.OldVersion);
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.SendAsync(new RtcdFrame.Join("call", "probe", "with-flags") { Av1Support = true });
        participant.WithFlags = false;

        await participant.JoinAsync(candidates: 2);

        Rtcd.Sessions.ShouldBe(1);
        Rtcd.Log.ShouldContain(line => line.Contains("failed to unpack data"));
    }

    private static Task<RunningSandbox> StartAsync(
        TimeProvider? time = null, IReadOnlyList<IPAddress>? addresses = null, Func<string, CancellationToken, Task<IReadOnlyList<IPAddress>>>? resolve = null)
    {
        var rtcd = new RtcdSettings { MediaAddresses = addresses ?? [IPAddress.Loopback] };
        return RunningSandbox.StartAsync(
            new SandboxSettings { Time = time ?? TimeProvider.System, Rtcd = resolve is null ? rtcd : rtcd with { Resolve = resolve } }, CancellationToken.None);
    }

    /// <summary>Which candidates answer a check: UDP over IPv4 and IPv6, TCP over both; null for none of the kind.</summary>
    private static async Task<(bool? Udp4, bool? Udp6, bool? Tcp4, bool? Tcp6)> WorkingAsync(RtcdSandbox rtcd)
    {
        using var participant = await Participant.ConnectAsync(rtcd);
        await participant.JoinAsync(candidates: 2 * rtcd.MediaAddresses.Count);
        return (await WorksAsync(IceTransport.Udp, AddressFamily.InterNetwork), await WorksAsync(IceTransport.Udp, AddressFamily.InterNetworkV6),
            await WorksAsync(IceTransport.Tcp, AddressFamily.InterNetwork), await WorksAsync(IceTransport.Tcp, AddressFamily.InterNetworkV6));

        async Task<bool?> WorksAsync(IceTransport transport, AddressFamily family)
        {
            if (participant.Candidates.FirstOrDefault(one => one.Transport == transport && one.Address!.AddressFamily == family) is not { } candidate)
            {
                return null;
            }

            await using var peer = await MediaPeer.ConnectAsync(participant, candidate);
            peer.Answers = false;
            await peer.SendAsync(peer.Request().Build(StunKey.ShortTerm(participant.Answer.Ice.Password), fingerprint: true).Bytes);

            // Its answer has left, or request or answer is lost.
            await rtcd.Until(_ => Mine().Any(packet => packet.IsLost || packet.What == "Binding Success"), "a check, answered or lost");
            if (!Mine().Any(packet => packet.IsLost))
            {
                (await peer.Replies.ReadAsync().AsTask().WaitAsync(Participant.Patience)).Class.ShouldBe(StunClass.Success);
                return true;
            }

            peer.Replies.TryRead(out var none).ShouldBeFalse();
            return false;

            List<MediaPacket> Mine() => [.. rtcd.Packets.Where(packet => packet.IsTcp == (transport == IceTransport.Tcp) && packet.Remote.Equals(peer.Local))];
        }
    }

    private async Task<DtlsResult> HandshakeAsync(TimeSpan within)
    {
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.JoinAsync(candidates: 2);
        await using var peer = await MediaPeer.ConnectAsync(participant, participant.Candidates[0]);
        return await peer.HandshakeAsync(within: within);
    }

    private async Task<int> StatusAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(Rtcd.Url, path));
        return (int)response.StatusCode;
    }

    private async Task<string> LoginAsync()
    {
        using var response = await _http.PostAsync(
            new Uri(Rtcd.Url, "login"), new StringContent($$"""{"clientID":"{{Rtcd.ClientId}}","authKey":"{{Rtcd.AuthKey}}"}"""));
        return await response.Content.ReadAsStringAsync();
    }
}
