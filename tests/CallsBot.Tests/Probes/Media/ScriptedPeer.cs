using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Rtcd;
using CallsBot.Protocols.Sdp;
using CallsBot.Protocols.Stun;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Probes.Media;

/// <summary>
/// The other side of one media session, on loopback: a WebSocket, a UDP port and a TCP port. It does what an RTCD does
/// unless a property says otherwise, and throws at the end what it could not make sense of.
/// </summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly DtlsCertificate _certificate = DtlsCertificate.New(TimeProvider.System);
    private readonly IceCredentials _ice = IceCredentials.New();
    private readonly ConcurrentDictionary<string, Path> _paths = new();
    private readonly ConcurrentBag<Task> _tasks = [];
    private readonly SemaphoreSlim _sending = new(1, 1);

    private LoopbackServer? _server;
    private WebSocket? _socket;
    private SessionDescription? _offer;
    private string _sessionId = "";

    private ScriptedPeer()
    {
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _tcp.Listen();
    }

    public int UdpPort => ((IPEndPoint)_udp.LocalEndPoint!).Port;

    public int TcpPort => ((IPEndPoint)_tcp.LocalEndPoint!).Port;

    /// <summary>What it does with an offer.</summary>
    public Func<ScriptedPeer, Task> OnOffer { get; set; } = peer => peer.AnswerAsync(peer.UdpHost(), peer.TcpHost());

    /// <summary>What it answers to a check, by its number on the path from 1 on; null for silence.</summary>
    public Func<StunMessage, int, IPEndPoint, StunMessage?>? OnCheck { get; set; }

    public bool ClosesOnLeave { get; set; } = true;

    /// <summary>What it does when a pair is nominated: its side of the handshake, unless said otherwise.</summary>
    public Func<Func<ReadOnlyMemory<byte>, Task>, Task>? OnNomination { get; set; }

    public CertificateFingerprint Announces { get; set; } = CertificateFingerprint.Of([]);

    /// <summary>The checks that it got on each path, which is named by transport and source.</summary>
    public IReadOnlyDictionary<string, int> Checks => _paths.ToDictionary(path => path.Key, path => path.Value.Checks);

    /// <summary>How often the other side answered its checks with the right signature.</summary>
    public int CheckedBack => _paths.Values.Sum(path => path.Answered);

    public TaskCompletionSource<RtcdFrame.Join> Joined { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<SessionDescription> Offered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The candidates of ours that it was told of.</summary>
    public ConcurrentQueue<IceCandidate> Told { get; } = [];

    public TaskCompletionSource<string> Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Uri Address => _server!.Address;

    public static async Task<ScriptedPeer> StartAsync()
    {
        var peer = new ScriptedPeer();
        peer.Announces = peer._certificate.Fingerprint;
        peer._server = await LoopbackServer.StartAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await peer.SpeakAsync(socket);
        });
        peer._tasks.Add(peer.ServeUdpAsync());
        peer._tasks.Add(peer.ServeTcpAsync());
        return peer;
    }

    public IceCandidate UdpHost(string host = "127.0.0.1", int? port = null) =>
        new("1", 1, IceTransport.Udp, 2130706431, host, port ?? UdpPort, IceCandidateType.Host);

    public IceCandidate TcpHost(string host = "127.0.0.1", int? port = null) =>
        new("2", 1, IceTransport.Tcp, 1671430143, host, port ?? TcpPort, IceCandidateType.Host) { TcpType = "passive" };

    /// <summary>An answer without candidates, these trickled, and the word that no more will come.</summary>
    public async Task AnswerAsync(params IceCandidate[] trickled)
    {
        await SendAnswerAsync();
        foreach (var candidate in trickled)
        {
            await TrickleAsync(candidate.ToString());
        }

        await TrickleAsync("");
    }

    public Task SendAnswerAsync(params IceCandidate[] within) => SendSdpAsync(
        new SessionDescription(_ice, Announces) { Setup = "active", Mid = "0", Candidates = within }.ToSdp());

    public Task SendSdpAsync(string sdp) =>
        SendAsync(RtcdMessageType.Sdp, new RtcdDescription(RtcdDescription.Answer, sdp).ToBytes());

    public Task TrickleAsync(string candidate) => SendAsync(RtcdMessageType.Ice, new RtcdCandidate(candidate).ToWrappedBytes());

    public Task SendCloseAsync() => SendAsync(new RtcdFrame.Close(_sessionId));

    public async Task SendAsync(RtcdFrame frame)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket!.SendAsync(frame.ToBytes(), WebSocketMessageType.Binary, endOfMessage: true, default);
        }
        finally
        {
            _sending.Release();
        }
    }

    public void Abort() => _socket!.Abort();

    /// <summary>As an RTCD answers.</summary>
    public StunMessage Success(StunMessage check, IPEndPoint source, string? password = null) =>
        StunMessageBuilder.SuccessOf(check).XorMappedAddress(source).Build(StunKey.ShortTerm(password ?? _ice.Password), fingerprint: true);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        await Task.WhenAll(_tasks).WaitAsync(Patience);
        foreach (var path in _paths.Values)
        {
            if (path.Dtls is { } dtls)
            {
                await dtls.DisposeAsync();
            }
        }

        await _server!.DisposeAsync();
    }

    private async Task SpeakAsync(WebSocket socket)
    {
        _socket = socket;
        await SendAsync(new RtcdFrame.Hello("bot", "kt8ybgkh8tr4fq7zezonykhhno"));
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, _stop.Token) is { MessageType: WebSocketMessageType.Binary } received)
            {
                RtcdFrame.TryParse(buffer.AsSpan(0, received.Count), out var frame).ShouldBeTrue();
                await TakeAsync(frame!);
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or WebSocketException)
        {
            // The test is over, or has cut the line.
        }
    }

    private async Task TakeAsync(RtcdFrame frame)
    {
        switch (frame)
        {
            case RtcdFrame.Join join:
                _sessionId = join.SessionId;
                Joined.TrySetResult(join);
                break;
            case RtcdFrame.Rtc { Message: { Type: RtcdMessageType.Sdp } message }:
                message.SessionId.ShouldBe(_sessionId);
                RtcdDescription.TryParse(message.Data.Span, out var description).ShouldBeTrue();
                description!.Type.ShouldBe("offer");
                SessionDescription.TryParse(description.Sdp, out _offer).ShouldBeTrue();
                Offered.TrySetResult(_offer!);
                await OnOffer(this);
                break;
            case RtcdFrame.Rtc { Message: { Type: RtcdMessageType.Ice } message }:
                message.SessionId.ShouldBe(_sessionId);
                RtcdCandidate.TryParse(message.Data.Span, out var trickled).ShouldBeTrue();
                IceCandidate.TryParse(trickled!.Candidate, out var told).ShouldBeTrue();
                Told.Enqueue(told!);
                break;
            case RtcdFrame.Leave leave:
                Left.TrySetResult(leave.SessionId);
                if (ClosesOnLeave)
                {
                    await SendCloseAsync();
                }

                break;
            default:
                throw new InvalidOperationException($"Nobody sends {frame}.");
        }
    }

    private Task SendAsync(RtcdMessageType type, byte[] data) => SendAsync(new RtcdFrame.Rtc(new RtcdMessage(_sessionId, type, data)));

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[2048];
        while (true)
        {
            try
            {
                var received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                var source = (IPEndPoint)received.RemoteEndPoint;
                await TakePacketAsync(
                    "udp", source, buffer.AsMemory(0, received.ReceivedBytes), async packet => await _udp.SendToAsync(packet, source, default));
            }
            catch (Exception ex) when (ex is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // What we answered found the port closed.
            }
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                _tasks.Add(ServeAsync(await _tcp.AcceptAsync(_stop.Token)));
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        var packets = new PacketStream(stream, PacketFraming.Rfc4571);
        var source = (IPEndPoint)connection.RemoteEndPoint!;
        try
        {
            while (await packets.ReadAsync(_stop.Token) is { Outcome: PacketReadOutcome.Packet, Bytes: var packet })
            {
                await TakePacketAsync("tcp", source, packet, async answer => await packets.WriteAsync(answer, default));
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or IOException)
        {
            // The test is over.
        }
    }

    private async Task TakePacketAsync(string transport, IPEndPoint source, ReadOnlyMemory<byte> packet, Func<ReadOnlyMemory<byte>, Task> send)
    {
        var path = _paths.GetOrAdd($"{transport} {source}", _ => new Path());
        if (!StunMessage.TryParse(packet.Span, out var message))
        {
            path.Dtls?.Deliver(packet.Span);
            return;
        }

        if (message.Class == StunClass.Success)
        {
            path.Answered += message.IsSignedWith(StunKey.ShortTerm(_offer!.Ice.Password)) && message.Answers(path.Check!) ? 1 : 0;
            return;
        }

        message.Username.ShouldBe($"{_ice.Ufrag}:{_offer!.Ice.Ufrag}");
        message.IsSignedWith(StunKey.ShortTerm(_ice.Password)).ShouldBeTrue();
        message.FingerprintMatches.ShouldBe(true);
        (message.IceControlling is not null, message.Priority is not null).ShouldBe((true, true));
        path.Checks++;
        var answer = OnCheck is null ? Success(message, source) : OnCheck(message, path.Checks, source);
        if (answer is null)
        {
            return;
        }

        await send(answer.Bytes);
        path.Check = StunMessageBuilder.Request(StunMethod.Binding)
            .Username($"{_offer.Ice.Ufrag}:{_ice.Ufrag}").Priority(1).IceControlled(2)
            .Build(StunKey.ShortTerm(_offer.Ice.Password), fingerprint: true);
        await send(path.Check.Bytes);
        if (message.UseCandidate && !path.Nominated)
        {
            path.Nominated = true;
            _tasks.Add(OnNomination is { } act ? act(send) : ShakeHandsAsync(path, send));
        }
    }

    private async Task ShakeHandsAsync(Path path, Func<ReadOnlyMemory<byte>, Task> send)
    {
        path.Dtls = new DtlsSession(
            DtlsRole.Client, _certificate, _offer!.Fingerprint, async (packet, _) => await send(packet), TimeProvider.System);
        try
        {
            if (await path.Dtls.HandshakeAsync(Patience, _stop.Token) is { Outcome: DtlsOutcome.Completed })
            {
                path.Dtls.TrySend(Encoding.ASCII.GetBytes("the beginning of SCTP"));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private sealed class Path
    {
        public int Checks { get; set; }

        public int Answered { get; set; }

        public bool Nominated { get; set; }

        public StunMessage? Check { get; set; }

        public DtlsSession? Dtls { get; set; }
    }
}
