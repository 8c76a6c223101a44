using System.Net;
using System.Net.Sockets;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Sdp;
using CallsBot.Protocols.Stun;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Protocols;
using FsCheck.Fluent;

namespace CallsBot.Tests.Sandbox.Rtcd;

/// <summary>The pretend RTCD's media port, over UDP and TCP, IPv4 and IPv6.</summary>
public sealed class RtcdMediaTests : IAsyncLifetime
{
    private RunningSandbox _sandbox = null!;
    private Participant _participant = null!;

    private RtcdSandbox Rtcd => _sandbox.Rtcd;

    private string Connected => $"connected {Rtcd.Metric("rtcd_rtc_conn_states_total", "type=\"connected\"")}";

    public async Task InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(
            new SandboxSettings { Rtcd = new RtcdSettings { MediaAddresses = [IPAddress.Loopback, IPAddress.IPv6Loopback] } }, CancellationToken.None);
        _participant = await Participant.ConnectAsync(Rtcd);
        await _participant.JoinAsync(candidates: 4);
    }

    public async Task DisposeAsync()
    {
        _participant.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public void There_is_a_candidate_for_each_address_and_transport()
    {
        _participant.Candidates.Select(candidate => (candidate.Transport, candidate.Host, candidate.TcpType)).ShouldBe(
        [
            (IceTransport.Udp, "127.0.0.1", null), (IceTransport.Udp, "::1", null),
            (IceTransport.Tcp, "127.0.0.1", "passive"), (IceTransport.Tcp, "::1", "passive"),
        ]);
        _participant.Candidates.ShouldAllBe(candidate => candidate.Port == Rtcd.MediaPort && candidate.Type == IceCandidateType.Host && candidate.Component == 1);
        Rtcd.MediaPort.ShouldBeInRange(80, 49151, "where a real one may listen");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_right_check_is_answered_rightly(int candidate)
    {
        await using var peer = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[candidate]);

        var answer = await peer.CheckAsync();

        answer.Class.ShouldBe(StunClass.Success);
        answer.MappedAddress.ShouldBe(peer.Local);
        answer.IsSignedWith(StunKey.ShortTerm(_participant.Answer.Ice.Password)).ShouldBeTrue();
        answer.FingerprintMatches.ShouldBe(true);
        answer.Bytes.Length.ShouldBe(peer.Local.AddressFamily == AddressFamily.InterNetwork ? 64 : 76, "as recorded: three attributes");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task It_asks_back_at_once_as_recorded(int candidate)
    {
        await using var peer = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[candidate]);
        await peer.CheckAsync();

        var asked = await peer.Requests.ReadAsync().AsTask().WaitAsync(Participant.Patience);

        asked.Username.ShouldBe($"{_participant.Ice.Ufrag}:{_participant.Answer.Ice.Ufrag}");
        asked.IsSignedWith(StunKey.ShortTerm(_participant.Ice.Password)).ShouldBeTrue();
        asked.IceControlled.ShouldNotBeNull();
        asked.IceControlling.ShouldBeNull();
        asked.Attributes.Select(attribute => attribute.Type).ShouldBe([StunAttributeType.Username, StunAttributeType.IceControlled, StunAttributeType.Priority]);
    }

    [Fact]
    public async Task Candidates_of_the_client_are_asked_before_it_has_sent_anything()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        using var other = await Participant.ConnectAsync(Rtcd);

        await other.JoinAsync(candidates: 4, new IceCandidate("1", 1, IceTransport.Udp, 1, "127.0.0.1", port, IceCandidateType.Host));

        var buffer = new byte[2048];
        var length = await socket.ReceiveAsync(buffer).WaitAsync(Participant.Patience);
        StunMessage.TryParse(buffer.AsSpan(0, length), out var asked).ShouldBeTrue();
        asked!.Username.ShouldStartWith(other.Ice.Ufrag);
    }

    [Fact]
    public async Task What_is_not_signed_rightly_gets_silence()
    {
        await using var right = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[0]);
        await using var wrong = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[0]);
        var password = StunKey.ShortTerm(_participant.Answer.Ice.Password);
        var (server, own) = (_participant.Answer.Ice.Ufrag, _participant.Ice.Ufrag);

        (await wrong.IsIgnoredAsync(wrong.Request("nobodyknowsit:me").Build(password, fingerprint: true), right)).ShouldBeTrue("unknown name");
        (await wrong.IsIgnoredAsync(wrong.Request().Build(StunKey.ShortTerm("wrong"), fingerprint: true), right)).ShouldBeTrue("wrong password");
        (await wrong.IsIgnoredAsync(wrong.Request().Build(fingerprint: true), right)).ShouldBeTrue("no signature");
        (await wrong.IsIgnoredAsync(wrong.Request($"{server}:other").Build(password, fingerprint: true), right)).ShouldBeTrue("wrong second half");
        (await wrong.IsIgnoredAsync(wrong.Request($"{own}:{server}").Build(password, fingerprint: true), right)).ShouldBeTrue("the wrong way round");
        (await wrong.IsIgnoredAsync(StunMessageBuilder.Request(StunMethod.Binding).Build(), right)).ShouldBeTrue("no name");

        Rtcd.Log.Count(line => line.Contains("broken integrity")).ShouldBe(2);
        Rtcd.Log.Count(line => line.Contains("wrong username")).ShouldBe(3, "its port has become the session's, whatever name it uses");
        (await right.CheckAsync()).Class.ShouldBe(StunClass.Success);
    }

    [Fact]
    public async Task A_bare_request_leaves_a_line_with_the_senders_address()
    {
        using var other = await Participant.ConnectAsync(Rtcd);
        await using var right = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[0]);
        await using var bare = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[0]);

        (await bare.IsIgnoredAsync(StunMessageBuilder.Request(StunMethod.Binding).Build(), right)).ShouldBeTrue();

        Rtcd.Log.ShouldContain(line => line.Contains($"No Username attribute in STUN message from {bare.Local}"));
    }

    [Fact]
    public async Task Who_says_that_it_is_controlled_as_well_is_told_or_ignored()
    {
        await using var peer = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[0]);
        var request = StunMessageBuilder.Request(StunMethod.Binding)
            .Username($"{_participant.Answer.Ice.Ufrag}:{_participant.Ice.Ufrag}").IceControlled(ulong.MaxValue).Priority(1)
            .Build(StunKey.ShortTerm(_participant.Answer.Ice.Password), fingerprint: true);

        (await peer.CheckAsync(request)).Error!.Code.ShouldBe(487);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_the_nomination_it_shakes_hands_as_dtls_client(int candidate)
    {
        await using var peer = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[candidate]);

        var result = await peer.HandshakeAsync();

        result.Outcome.ShouldBe(DtlsOutcome.Completed);
        result.PeerFingerprint.ShouldBe(_participant.Answer.Fingerprint);
        await Rtcd.Until(_ => Connected == "connected 1", "connected");
        Rtcd.Log.ShouldContain(line => line.Contains("rtc connected!"));
        await _participant.LeaveAsync();
    }

    [Fact]
    public async Task Without_a_nomination_there_is_no_handshake()
    {
        await using var peer = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[0]);
        await peer.CheckAsync();
        await peer.Requests.ReadAsync().AsTask().WaitAsync(Participant.Patience);
        await peer.CheckAsync();

        peer.Other.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_client_that_shows_another_certificate_than_it_offered_is_refused_and_closed()
    {
        using var other = await Participant.ConnectAsync(Rtcd);
        await other.JoinAsync(candidates: 4);
        await using var peer = await MediaPeer.ConnectAsync(other, other.Candidates[0]);

        (await peer.HandshakeAsync(shown: DtlsCertificate.New(TimeProvider.System))).Outcome.ShouldBe(DtlsOutcome.AlertReceived);

        await other.ClosedAsync();
        Rtcd.Metric("rtcd_rtc_conn_states_total", "type=\"failed\"").ShouldBe(1);
    }

    [Fact]
    public async Task After_the_leave_the_name_is_nobodys_and_connections_are_hung_up()
    {
        using var other = await Participant.ConnectAsync(Rtcd);
        await other.JoinAsync(candidates: 4);
        await using var answered = await MediaPeer.ConnectAsync(other, other.Candidates[0]);
        await using var udp = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[0]);
        await using var tcp = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[2]);
        await udp.CheckAsync();
        await tcp.CheckAsync();

        await _participant.LeaveAsync();

        await tcp.Ended.WaitAsync(Participant.Patience);
        (await udp.IsIgnoredAsync(udp.Request().Build(StunKey.ShortTerm(_participant.Answer.Ice.Password), fingerprint: true), answered)).ShouldBeTrue();
        Rtcd.Sessions.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_starts_with_what_is_no_check_is_hung_up()
    {
        byte[][] firsts =
        [
            [0x00, 0x14, .. new byte[20]],
            [0x00, 0x14, .. StunMessageBuilder.Request(StunMethod.Binding).Build().Bytes.ToArray()],
            [0x00, 0x14, .. StunMessageBuilder.Request(StunMethod.Allocate).Build().Bytes.ToArray()],
            [0x00, 0x05, 1, 2, 3, 4, 5],
            [0x02, 0x01, .. new byte[513]],
            [0xff, 0xff, .. "GET / HTTP/1.1\r\n"u8.ToArray(), .. new byte[9000]],
        ];
        foreach (var first in firsts)
        {
            await using var peer = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[2]);
            await peer.SendRawAsync(first);
            await peer.Ended.WaitAsync(Participant.Patience);
        }

        await using var right = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[2]);
        (await right.CheckAsync()).Class.ShouldBe(StunClass.Success);
    }

    [Fact]
    public async Task Noise_of_any_kind_leaves_it_standing()
    {
        await using var udp = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[0]);
        await using var known = await MediaPeer.ConnectAsync(_participant, _participant.Candidates[0]);
        await known.CheckAsync();
        var valid = udp.Request().Build(StunKey.ShortTerm(_participant.Answer.Ice.Password), fingerprint: true).Bytes;
        foreach (var noise in Noise.Around([valid.ToArray()]).Generator.Sample(100, 500))
        {
            await udp.SendAsync(noise);
            await known.SendAsync(noise);
        }

        (await udp.CheckAsync()).Class.ShouldBe(StunClass.Success);
        (await known.CheckAsync()).Class.ShouldBe(StunClass.Success);
        _sandbox.Unexpected.ShouldBeEmpty();
    }
}
