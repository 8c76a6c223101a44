using System.Net;
using System.Net.Sockets;
using CallsBot.Probes.Media;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Rtcd;
using CallsBot.Protocols.Sdp;
using CallsBot.Protocols.Stun;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Probes.Media;

public sealed class MediaProbeTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false });
    private ScriptedPeer _peer = null!;
    private RtcdSocket _socket = null!;

    public async Task InitializeAsync()
    {
        _peer = await ScriptedPeer.StartAsync();
        _socket = await OpenAsync(TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        await _socket.DisposeAsync();
        await _peer.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task A_healthy_RTCD_is_connected_to_over_UDP_and_left()
    {
        var result = await RunAsync();

        (result.Failure, result.EndedEarly, result.CloseReceived).ShouldBe((null, false, true));
        result.Candidates.Select(c => (c.Transport, c.State, c.Source)).ShouldBe(
        [
            (IceTransport.Udp, CandidateState.Answered, CandidateSource.Trickled),
            (IceTransport.Tcp, CandidateState.Answered, CandidateSource.Trickled),
        ]);
        foreach (var candidate in result.Candidates)
        {
            candidate.Received.ShouldBeInRange(3, CandidateCheck.MostRequests);
            candidate.RoundTrips.Count.ShouldBe(candidate.Received);
            candidate.MedianRoundTrip!.Value.ShouldBeLessThanOrEqualTo(candidate.NinetyFifthRoundTrip!.Value);
            candidate.MappedAddress.ShouldBe(candidate.LocalAddress);
            candidate.ServerRequests.ShouldBeGreaterThan(0);
            candidate.Family.ShouldBe(AddressFamily.InterNetwork);
        }

        result.Candidates.Select(c => c.Connect is null).ShouldBe([true, false]);
        result.Dtls!.Handshake.Outcome.ShouldBe(DtlsOutcome.Completed);
        (result.Dtls.Candidate.Transport, result.Dtls.PeerSentData).ShouldBe((IceTransport.Udp, true));
        result.Dtls.Handshake.PeerFingerprint.ShouldBe(_peer.Announces);
        result.Times.Connected!.Value.ShouldBeLessThan(result.Times.Total);
        _peer.CheckedBack.ShouldBeGreaterThan(0);

        // Told of our socket beforehand, RTCD would open its own firewall to it.
        _peer.Told.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_session_is_nobodys_and_its_ids_cannot_be_guessed()
    {
        var result = await RunAsync();
        var join = await _peer.Joined.Task;

        (join.CallId, join.SessionId).ShouldBe((result.CallId, result.SessionId));
        join.UserId.ShouldBe("callsbot-probe");
        new[] { result.CallId, result.SessionId }.ShouldAllBe(id => id.Length == 26);
        result.CallId.ShouldNotBe(result.SessionId);
        (await _peer.Left.Task).ShouldBe(result.SessionId);
        result.ToString().ShouldNotContain(result.SessionId);
    }

    /// <summary>An RTCD before v0.17.0 reads a join into a map of texts, and drops one that holds more.</summary>
    [Fact]
    public async Task The_join_holds_nothing_that_an_old_RTCD_cannot_read()
    {
        await RunAsync();

        var join = await _peer.Joined.Task;
        (join.ChannelId, join.Av1Support, join.DcSignaling).ShouldBe((null, null, null));
    }

    [Fact]
    public async Task Each_candidate_gets_at_most_ten_requests_from_a_port_of_its_own()
    {
        var second = _peer.UdpHost("127.0.0.2");
        _peer.OnCheck = (check, number, source) => number % 2 == 0 ? null : _peer.Success(check, source);
        _peer.OnOffer = peer => peer.AnswerAsync(peer.UdpHost(), second, peer.TcpHost());

        var result = await RunAsync();

        result.Candidates.ShouldAllBe(c => c.Sent <= 10);
        _peer.Checks.Values.ShouldAllBe(checks => checks <= 10);
        result.Candidates.Select(c => c.LocalAddress).Distinct().Count().ShouldBe(3);
        result.Candidates[0].Lost.ShouldBeGreaterThan(1);
        result.Candidates[0].Loss!.Value.ShouldBeInRange(0.2, 0.8);
    }

    [Fact]
    public async Task Silent_UDP_is_silent_and_the_handshake_goes_over_TCP()
    {
        using var silent = Silent();
        _peer.OnOffer = peer => peer.AnswerAsync(peer.UdpHost(port: Port(silent)), peer.TcpHost());

        var result = await RunAsync();

        result.Candidates.Select(c => (c.State, c.Received)).ShouldBe([(CandidateState.Silent, 0), (CandidateState.Answered, result.Candidates[1].Received)]);
        (result.Candidates[0].Sent, result.Candidates[0].Loss).ShouldBe((7, 1d));
        (result.Candidates[0].ServerWasTold, result.Candidates[0].ServerRequests).ShouldBe((true, 0));
        var told = _peer.Told.ShouldHaveSingleItem();
        new IPEndPoint(told.Address!, told.Port).ShouldBe(result.Candidates[0].LocalAddress);
        result.Dtls!.Handshake.Outcome.ShouldBe(DtlsOutcome.Completed);
        (result.Dtls.Candidate.Transport, result.Dtls.PeerSentData).ShouldBe((IceTransport.Tcp, true));
    }

    [Fact]
    public async Task An_agent_that_starts_late_is_met_and_has_lost_nothing()
    {
        _peer.OnOffer = peer => peer.AnswerAsync(peer.UdpHost());
        _peer.OnCheck = (check, number, source) => number <= 5 ? null : _peer.Success(check, source);

        var candidate = (await RunAsync()).Candidates.Single();

        candidate.State.ShouldBe(CandidateState.Answered);
        (candidate.Lost, candidate.Loss).ShouldBe((0, 0d));
        candidate.Received.ShouldBe(candidate.Sent - 5);
    }

    [Fact]
    public async Task Closed_ports_are_told_apart_from_silent_ones()
    {
        int closed;
        using (var udp = Silent())
        {
            closed = Port(udp);
        }

        _peer.OnOffer = peer => peer.AnswerAsync(peer.UdpHost(port: closed), peer.TcpHost(port: ScriptedPort.Closed()));

        var result = await RunAsync();

        result.Candidates.Select(c => (c.State, c.SocketError)).ShouldBe(
            [(CandidateState.Refused, SocketError.ConnectionRefused), (CandidateState.Refused, SocketError.ConnectionRefused)]);
        result.Dtls.ShouldBeNull();
        result.CloseReceived.ShouldBeTrue();
    }

    [Fact]
    public async Task A_TCP_port_that_hangs_up_is_closed()
    {
        await using var port = ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            await socket.ReceiveAsync(new byte[1024], cancellationToken);
            socket.Dispose();
        });
        _peer.OnOffer = peer => peer.AnswerAsync(peer.TcpHost(port: port.Port));

        var candidate = (await RunAsync()).Candidates.Single();

        (candidate.State, candidate.Sent).ShouldBe((CandidateState.Closed, 1), "nothing more is sent once it is closed");
        candidate.Connect.ShouldNotBeNull();
    }

    [Fact]
    public async Task Answers_with_another_signature_are_not_believed()
    {
        _peer.OnOffer = peer => peer.AnswerAsync(peer.UdpHost());
        _peer.OnCheck = (check, _, source) => _peer.Success(check, source, password: "another password of some length");

        var result = await RunAsync();

        var candidate = result.Candidates.Single();
        (candidate.State, candidate.Received, candidate.MappedAddress).ShouldBe((CandidateState.Unverified, 0, null));
        candidate.UnverifiedAnswers.ShouldBeGreaterThan(0);
        result.Dtls.ShouldBeNull();
    }

    [Fact]
    public async Task An_ICE_error_is_kept()
    {
        _peer.OnOffer = peer => peer.AnswerAsync(peer.UdpHost());
        _peer.OnCheck = (check, _, _) => StunMessageBuilder.ErrorOf(check, 487, "Role Conflict").Build();

        var candidate = (await RunAsync()).Candidates.Single();

        (candidate.State, candidate.ErrorCode).ShouldBe((CandidateState.Rejected, 487));
    }

    [Fact]
    public async Task What_may_not_or_cannot_be_connected_to_is_listed_and_not_tried()
    {
        _peer.OnOffer = peer => peer.AnswerAsync(
            peer.UdpHost("169.254.169.254"),
            peer.UdpHost("rtcd.example.com"),
            peer.UdpHost("2130706433"),
            peer.UdpHost(port: 0),
            peer.TcpHost() with { TcpType = "active" },
            peer.UdpHost() with { Component = 2 },
            peer.UdpHost(),
            peer.UdpHost());

        var result = await RunAsync();

        result.Candidates.Where(c => c.State == CandidateState.NotTried).Select(c => (c.Candidate.Host, c.NotTried, c.Sent)).ShouldBe(
        [
            ("169.254.169.254", NotTriedReason.AddressRefused, 0),
            ("rtcd.example.com", NotTriedReason.HostName, 0),
            ("2130706433", NotTriedReason.HostName, 0),
            ("127.0.0.1", NotTriedReason.NotConnectable, 0),
            ("127.0.0.1", NotTriedReason.NotConnectable, 0),
        ]);
        result.Candidates.First(c => c.NotTried == NotTriedReason.AddressRefused).Refusal!.ShouldContain("link-local");
        result.Candidates.Count(c => c.State == CandidateState.Answered).ShouldBe(1, "one for component 1, given twice");
    }

    [Fact]
    public async Task Loopback_candidates_are_only_for_an_RTCD_on_loopback()
    {
        var result = await RunAsync(loopbackAllowed: false);

        result.Candidates.Select(c => c.NotTried).ShouldBe([NotTriedReason.AddressRefused, NotTriedReason.AddressRefused]);
        _peer.Checks.ShouldBeEmpty();
        result.CloseReceived.ShouldBeTrue();
    }

    [Fact]
    public async Task No_more_doors_are_knocked_at_than_an_RTCD_has()
    {
        using var silent = Silent();
        _peer.OnOffer = peer => peer.AnswerAsync([.. Enumerable.Range(1, 70).Select(n => peer.TcpHost($"127.0.1.{n}", port: ScriptedPort.Closed()))]);

        var result = await RunAsync();

        result.Candidates.Count.ShouldBe(64);
        result.Candidates.Count(c => c.NotTried == NotTriedReason.TooMany).ShouldBe(48);
    }

    [Fact]
    public async Task The_trickled_port_goes_before_the_one_in_the_answer()
    {
        using var wrong = Silent();
        _peer.OnOffer = async peer =>
        {
            await peer.SendAnswerAsync(peer.UdpHost(port: Port(wrong)));
            await peer.TrickleAsync(peer.UdpHost().ToString());
            await peer.TrickleAsync("");
        };

        var candidate = (await RunAsync()).Candidates.Single();

        (candidate.Candidate.Port, candidate.Source, candidate.State).ShouldBe((_peer.UdpPort, CandidateSource.Trickled, CandidateState.Answered));
        wrong.Available.ShouldBe(0);
    }

    [Fact]
    public async Task Candidates_trickled_before_the_answer_count()
    {
        _peer.OnOffer = async peer =>
        {
            await peer.TrickleAsync(peer.UdpHost().ToString());
            await peer.TrickleAsync("");
            await peer.SendAnswerAsync(peer.UdpHost());
        };

        (await RunAsync()).Candidates.Select(c => (c.State, c.Source)).ShouldBe([(CandidateState.Answered, CandidateSource.Trickled)]);
    }

    [Fact]
    public async Task Candidates_that_stand_in_the_answer_alone_count()
    {
        _peer.OnOffer = async peer =>
        {
            await peer.SendAnswerAsync(peer.UdpHost(), peer.UdpHost() with { Component = 2 });
            await peer.TrickleAsync("");
        };

        (await RunAsync()).Candidates.Select(c => (c.State, c.Source)).ShouldBe([(CandidateState.Answered, CandidateSource.Answer)]);
    }

    [Fact]
    public async Task Gathering_ends_by_itself()
    {
        _peer.OnOffer = async peer =>
        {
            await peer.SendAnswerAsync();
            await peer.TrickleAsync(peer.UdpHost().ToString());
        };

        (await RunAsync()).Candidates.Select(c => c.State).ShouldBe([CandidateState.Answered]);
    }

    [Fact]
    public async Task A_certificate_that_the_answer_does_not_announce_is_no_connection()
    {
        _peer.Announces = CertificateFingerprint.Of([1]);

        var result = await RunAsync();

        result.Dtls!.Handshake.Outcome.ShouldBe(DtlsOutcome.FingerprintMismatch);
        result.Times.Connected.ShouldBeNull();
    }

    [Fact]
    public async Task A_refused_handshake_is_kept_even_when_RTCD_ends_the_session_for_it()
    {
        _peer.OnNomination = async send =>
        {
            await send(DtlsRecords.FatalAlert(40));
            await _peer.SendCloseAsync();
        };

        var result = await RunAsync();

        (result.Dtls!.Handshake.Outcome, result.Dtls.Handshake.Alert).ShouldBe((DtlsOutcome.AlertReceived, "handshake_failure"));
        result.CloseReceived.ShouldBeTrue();
    }

    [Fact]
    public async Task A_nomination_that_is_lost_is_repeated()
    {
        var nominations = 0;
        _peer.OnOffer = peer => peer.AnswerAsync(peer.UdpHost());
        _peer.OnCheck = (check, _, source) => check.UseCandidate && ++nominations < 3 ? null : _peer.Success(check, source);

        (await RunAsync()).Dtls!.Handshake.Outcome.ShouldBe(DtlsOutcome.Completed);
    }

    [Fact]
    public async Task No_answer_is_a_failure_and_the_session_is_left_all_the_same()
    {
        var time = new ManualTimeProvider();
        await using var socket = await OpenAsync(time);
        _peer.OnOffer = _ => Task.CompletedTask;
        _peer.ClosesOnLeave = false;

        var probe = new MediaProbe(time).RunAsync(socket, loopbackAllowed: true, default);
        await _peer.Offered.Task.WaitAsync(Patience);
        time.Advance(TimeSpan.FromSeconds(5));
        await _peer.Left.Task.WaitAsync(Patience);
        await AdvanceUntilAsync(probe, time);

        var result = await probe;
        (result.Failure, result.CloseReceived, result.Times.Answer).ShouldBe((MediaProbeFailure.NoAnswer, false, null));
    }

    [Fact]
    public async Task A_session_that_is_closed_instead_of_answered_is_a_failure()
    {
        _peer.OnOffer = peer => peer.SendCloseAsync();

        var result = await RunAsync();

        (result.Failure, result.CloseReceived).ShouldBe((MediaProbeFailure.SessionClosed, true));
    }

    [Fact]
    public async Task A_session_that_is_closed_in_the_middle_keeps_what_was_seen()
    {
        _peer.OnOffer = async peer =>
        {
            await peer.SendAnswerAsync();
            await peer.TrickleAsync(peer.UdpHost("rtcd.example.com").ToString());
            await peer.SendCloseAsync();
        };

        var result = await RunAsync();

        (result.Failure, result.EndedEarly, result.CloseReceived).ShouldBe((null, true, true));
        result.Candidates.Single().NotTried.ShouldBe(NotTriedReason.HostName);
    }

    [Fact]
    public async Task A_WebSocket_that_breaks_is_a_failure()
    {
        _peer.OnOffer = peer =>
        {
            peer.Abort();
            return Task.CompletedTask;
        };

        var result = await RunAsync();

        (result.Failure, result.CloseReceived).ShouldBe((MediaProbeFailure.SignallingLost, false));
        result.Detail.ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:abcd\r\n")]
    public async Task An_answer_without_credentials_is_a_failure(string sdp)
    {
        _peer.OnOffer = peer => peer.SendSdpAsync(sdp);

        (await RunAsync()).Failure.ShouldBe(MediaProbeFailure.UnreadableAnswer);
    }

    [Fact]
    public async Task An_answer_and_no_candidates_is_a_failure()
    {
        _peer.OnOffer = peer => peer.AnswerAsync();

        (await RunAsync()).Failure.ShouldBe(MediaProbeFailure.NoCandidates);
    }

    [Fact]
    public async Task Messages_of_other_sessions_and_noise_do_not_count()
    {
        _peer.OnOffer = async peer =>
        {
            await peer.SendAsync(new RtcdFrame.Close("another"));
            await peer.SendAsync(new RtcdFrame.Rtc(new RtcdMessage("another", RtcdMessageType.Sdp, new RtcdDescription("answer", "v=0").ToBytes())));
            await peer.TrickleAsync("candidate:nonsense");
            await peer.AnswerAsync(peer.UdpHost());
        };

        var result = await RunAsync();

        (result.Failure, result.EndedEarly).ShouldBe((null, false));
        result.Candidates.Single().State.ShouldBe(CandidateState.Answered);
    }

    [Fact]
    public async Task A_probe_that_is_cancelled_leaves()
    {
        using var cancel = new CancellationTokenSource();
        _peer.OnOffer = _ => Task.CompletedTask;
        var probe = new MediaProbe(TimeProvider.System).RunAsync(_socket, loopbackAllowed: true, cancel.Token);
        await _peer.Offered.Task.WaitAsync(Patience);

        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => probe.WaitAsync(Patience));
        (await _peer.Left.Task.WaitAsync(Patience)).ShouldBe((await _peer.Joined.Task).SessionId);
    }

    private static Socket Silent()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int Port(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>The wait for the close begins a moment after the leave has been seen.</summary>
    private static async Task AdvanceUntilAsync(Task task, ManualTimeProvider time)
    {
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, default));
        }
    }

    private async Task<RtcdSocket> OpenAsync(TimeProvider time) =>
        (await RtcdSocket.OpenAsync(_peer.Address, new RtcdCredentials("bot", "key"), _http, Patience, time, default)).Socket.ShouldNotBeNull();

    private Task<MediaProbeResult> RunAsync(bool loopbackAllowed = true) =>
        new MediaProbe(TimeProvider.System).RunAsync(_socket, loopbackAllowed, default).WaitAsync(Patience);
}
