using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Sdp;
using CallsBot.Protocols.Stun;

namespace CallsBot.Tests.Sandbox.Rtcd;

/// <summary>The client's end of a media path: one fresh port, UDP or TCP, against one candidate.</summary>
internal sealed class MediaPeer : IAsyncDisposable
{
    private readonly Participant _participant;
    private readonly Socket _socket;
    private readonly PacketStream? _stream;
    private readonly Channel<StunMessage> _answers = Channel.CreateUnbounded<StunMessage>();
    private readonly Channel<StunMessage> _requests = Channel.CreateUnbounded<StunMessage>();
    private readonly Channel<byte[]> _other = Channel.CreateUnbounded<byte[]>();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private MediaPeer(Participant participant, Socket socket)
    {
        (_participant, _socket) = (participant, socket);
        _stream = socket.ProtocolType == ProtocolType.Tcp ? new PacketStream(new NetworkStream(socket), PacketFraming.Rfc4571) : null;
        _reading = ReadAsync();
    }

    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Whether RTCD's own requests are answered.</summary>
    public bool Answers { get; set; } = true;

    /// <summary>RTCD's own requests, as they come.</summary>
    public ChannelReader<StunMessage> Requests => _requests.Reader;

    /// <summary>Answers that <see cref="CheckAsync(bool)"/> has not taken.</summary>
    public ChannelReader<StunMessage> Replies => _answers.Reader;

    /// <summary>What is not STUN, as it comes; a <see cref="DtlsSession"/> takes it from here.</summary>
    public ChannelReader<byte[]> Other => _other.Reader;

    /// <summary>Completes when the other side hangs up.</summary>
    public Task Ended => _ended.Task;

    public static Task<MediaPeer> ConnectAsync(Participant participant, IceCandidate candidate) =>
        ConnectAsync(participant, new IPEndPoint(candidate.Address!, candidate.Port), candidate.Transport);

    public static async Task<MediaPeer> ConnectAsync(Participant participant, IPEndPoint remote, IceTransport transport)
    {
        var socket = transport == IceTransport.Tcp
            ? new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            await socket.ConnectAsync(remote);
            return new MediaPeer(participant, socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A check as ICE makes it.</summary>
    public StunMessageBuilder Request(string? username = null) => StunMessageBuilder.Request(StunMethod.Binding)
        .Username(username ?? $"{_participant.Answer.Ice.Ufrag}:{_participant.Ice.Ufrag}").IceControlling(1).Priority(0x6effffff);

    public async Task SendAsync(ReadOnlyMemory<byte> packet)
    {
        if (_stream is not null)
        {
            await _stream.WriteAsync(packet, _stop.Token);
        }
        else
        {
            await _socket.SendAsync(packet, _stop.Token);
        }
    }

    /// <summary>Bytes as they are, without a length before them.</summary>
    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes) => await _socket.SendAsync(bytes, _stop.Token);

    /// <summary>Sends one request and waits for its answer.</summary>
    /// <param name="nominate">True asks for this path to be used.</param>
    public Task<StunMessage> CheckAsync(bool nominate = false) => CheckAsync(
        (nominate ? Request().UseCandidate() : Request()).Build(StunKey.ShortTerm(_participant.Answer.Ice.Password), fingerprint: true));

    public async Task<StunMessage> CheckAsync(StunMessage request)
    {
        await SendAsync(request.Bytes);
        using var bound = new CancellationTokenSource(Participant.Patience);
        await foreach (var answer in _answers.Reader.ReadAllAsync(bound.Token))
        {
            if (answer.Answers(request))
            {
                return answer;
            }
        }

        throw new InvalidOperationException("The path has ended.");
    }

    /// <summary>
    /// Whether a request is left without an answer while others are answered: a right one is sent after it, and nothing
    /// overtakes on loopback.
    /// </summary>
    public async Task<bool> IsIgnoredAsync(StunMessage request, MediaPeer answered)
    {
        await SendAsync(request.Bytes);
        await answered.CheckAsync();
        return !_answers.Reader.TryRead(out _);
    }

    /// <summary>Nominates this path and shakes hands over it, RTCD being the client.</summary>
    /// <param name="shown">The certificate, when it is not the one that was offered.</param>
    public async Task<DtlsResult> HandshakeAsync(DtlsCertificate? shown = null, TimeSpan? within = null)
    {
        await using var session = new DtlsSession(
            DtlsRole.Server, shown ?? _participant.Certificate, _participant.Answer.Fingerprint,
            async (packet, _) => await SendAsync(packet), TimeProvider.System);
        var delivering = DeliverAsync(session);
        await CheckAsync(nominate: true);
        var result = await session.HandshakeAsync(within ?? Participant.Patience, CancellationToken.None);
        _other.Writer.TryComplete();
        await delivering;
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _reading;
        _stop.Dispose();
    }

    private async Task DeliverAsync(DtlsSession session)
    {
        await foreach (var packet in _other.Reader.ReadAllAsync())
        {
            session.Deliver(packet);
        }
    }

    private async Task ReadAsync()
    {
        await Task.Yield();
        var buffer = new byte[8192];
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> packet;
                if (_stream is not null)
                {
                    var read = await _stream.ReadAsync(_stop.Token);
                    if (read.Outcome != PacketReadOutcome.Packet)
                    {
                        break;
                    }

                    packet = read.Bytes;
                }
                else
                {
                    packet = buffer.AsMemory(0, await _socket.ReceiveAsync(buffer, _stop.Token));
                }

                await TakeAsync(packet);
            }
        }
        catch (Exception ex) when (ex is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The test is over, or the other side has hung up.
        }

        _answers.Writer.TryComplete();
        _requests.Writer.TryComplete();
        _other.Writer.TryComplete();
        _ended.TrySetResult();
    }

    private async Task TakeAsync(ReadOnlyMemory<byte> packet)
    {
        if (!StunMessage.TryParse(packet.Span, out var message))
        {
            _other.Writer.TryWrite(packet.ToArray());
            return;
        }

        if (message.Class != StunClass.Request)
        {
            _answers.Writer.TryWrite(message);
            return;
        }

        _requests.Writer.TryWrite(message);
        if (Answers)
        {
            await SendAsync(StunMessageBuilder.SuccessOf(message).XorMappedAddress((IPEndPoint)_socket.RemoteEndPoint!)
                .Build(StunKey.ShortTerm(_participant.Ice.Password), fingerprint: true).Bytes);
        }
    }
}
