using System.Net.Sockets;
using System.Threading.Channels;
using CallsBot.Protocols.Sdp;
using Org.BouncyCastle.Tls;

namespace CallsBot.Protocols.Dtls;

/// <summary>Puts one packet on the path below. Throws what the socket throws.</summary>
public delegate ValueTask PacketSender(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken);

/// <summary>
/// One DTLS 1.2 association of a WebRTC session, as client or server, over any path that carries packets. Whoever reads
/// the path hands packets to <see cref="Deliver"/>; all members may be used from any thread.
/// </summary>
/// <remarks>
/// BouncyCastle's handshake blocks, so it has a thread of its own, which lives until the handshake fails or the session
/// is disposed. After the handshake it goes on reading: the peer may have missed our last flight and ask for it again,
/// and the first data that it sends proves that it got it.
/// </remarks>
public sealed class DtlsSession : IAsyncDisposable
{
    // RFC 6347 §4.2.4.1 begins with a second. ICE has just measured the path, and somebody waits for the answer.
    internal const int ResendMilliseconds = 400;

    private const int MostQueued = 64;
    private const int LongestData = 2048;

    private static readonly TimeSpan FarewellLimit = TimeSpan.FromMilliseconds(250);

    private readonly DtlsRole _role;
    private readonly PacketSender _send;
    private readonly TimeProvider _time;
    private readonly DtlsPeer _peer;
    private readonly DtlsPath _path;
    private readonly Channel<byte[]> _outbox = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MostQueued) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Channel<byte[]> _data = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MostQueued) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource<bool> _handshake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task _pump = Task.CompletedTask;
    private Task _thread = Task.CompletedTask;
    private volatile DtlsTransport? _transport;
    private volatile string? _lastHeard;
    private volatile Exception? _sendFault;
    private int _sent;
    private int _received;
    private int _started;
    private int _disposed;

    /// <param name="certificate">Whose fingerprint our SDP announces.</param>
    /// <param name="expected">What the peer's SDP announces.</param>
    public DtlsSession(DtlsRole role, DtlsCertificate certificate, CertificateFingerprint expected, PacketSender send, TimeProvider time)
    {
        _role = role;
        _send = send;
        _time = time;
        _stop = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _peer = new DtlsPeer(certificate, expected);
        _path = new DtlsPath(Post);
    }

    /// <returns>False for a packet that is no DTLS or was dropped.</returns>
    public bool Deliver(ReadOnlySpan<byte> packet)
    {
        if (!DtlsRecords.LooksLikeDtls(packet))
        {
            return false;
        }

        // Before the packet is handed on: it may end the handshake, whose result tells both.
        Interlocked.Increment(ref _received);
        _lastHeard = DtlsRecords.Describe(packet) ?? _lastHeard;
        return _path.TryDeliver(packet);
    }

    /// <summary>To be called once.</summary>
    /// <param name="limit">For all of it.</param>
    public async Task<DtlsResult> HandshakeAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) == 1)
        {
            throw new InvalidOperationException("A session has one handshake.");
        }

        var began = _time.GetTimestamp();
        _pump = PumpAsync();
        _thread = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        using var timeout = new CancellationTokenSource(limit, _time);
        await using var atTimeout = timeout.Token.Register(_path.Close);
        await using var atCancel = cancellationToken.Register(_path.Close);
        var completed = await _handshake.Task;
        cancellationToken.ThrowIfCancellationRequested();
        var outcome = OutcomeOf(completed, timeout.IsCancellationRequested);
        return new DtlsResult(outcome, _time.GetElapsedTime(began))
        {
            CipherSuite = _peer.CipherSuiteName,
            SrtpProfile = completed ? _peer.SrtpProfileName : null,
            Alert = outcome is DtlsOutcome.AlertReceived or DtlsOutcome.FingerprintMismatch or DtlsOutcome.Failed
                && (_peer.AlertReceived ?? _peer.AlertRaised) is { } alert
                    ? AlertDescription.GetName(alert)
                    : null,
            PeerFingerprint = _peer.Shown,
            PacketsSent = Volatile.Read(ref _sent),
            PacketsReceived = Volatile.Read(ref _received),
            LastHeard = _lastHeard,
        };
    }

    /// <summary>The next application data of the peer, such as SCTP.</summary>
    /// <returns>Null when none came in time, or when the session has ended.</returns>
    public async Task<byte[]?> ReceiveAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await _data.Reader.ReadAsync(either.Token);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <returns>False when the session is not open, or when the data is longer than a record.</returns>
    public bool TrySend(ReadOnlySpan<byte> data)
    {
        try
        {
            if (_transport is not { } transport || data.Length > transport.GetSendLimit())
            {
                return false;
            }

            transport.Send(data);
            _path.Flush();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Says goodbye to a peer that the handshake was completed with, and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        _transport?.Close();
        _path.Close();
        await _thread;
        _outbox.Writer.TryComplete();
        _stop.CancelAfter(FarewellLimit);
        await _pump;
        _stop.Dispose();
    }

    private void Post(byte[] packet)
    {
        if (_outbox.Writer.TryWrite(packet))
        {
            Interlocked.Increment(ref _sent);
        }
    }

    private DtlsOutcome OutcomeOf(bool completed, bool timedOut)
    {
        if (completed)
        {
            return DtlsOutcome.Completed;
        }

        if (_peer.Mismatch)
        {
            return DtlsOutcome.FingerprintMismatch;
        }

        if (_peer.AlertReceived is not null)
        {
            return DtlsOutcome.AlertReceived;
        }

        if (_sendFault is not null)
        {
            return DtlsOutcome.SendFailed;
        }

        return !timedOut ? DtlsOutcome.Failed
            : Volatile.Read(ref _received) == 0 ? DtlsOutcome.Silent
            : DtlsOutcome.Stalled;
    }

    private void Run()
    {
        try
        {
            _transport = _role == DtlsRole.Server
                ? new DtlsServerProtocol().Accept(new DtlsServerPeer(DtlsPeer.NewCrypto(), _peer), _path)
                : new DtlsClientProtocol().Connect(new DtlsClientPeer(DtlsPeer.NewCrypto(), _peer), _path);
            _handshake.TrySetResult(true);
            ReadData(_transport);
        }
        catch (IOException)
        {
            // Alerts of either side, a closed path: OutcomeOf tells which.
        }
        finally
        {
            _handshake.TrySetResult(false);
            _data.Writer.TryComplete();
        }
    }

    private void ReadData(DtlsTransport transport)
    {
        var buffer = new byte[LongestData];
        while (true)
        {
            var length = transport.Receive(buffer, ResendMilliseconds);
            if (length > 0)
            {
                _data.Writer.TryWrite(buffer[..length]);
            }
            else if (_peer.AlertReceived is not null)
            {
                return;
            }
        }
    }

    private async Task PumpAsync()
    {
        try
        {
            await foreach (var packet in _outbox.Reader.ReadAllAsync(_stop.Token))
            {
                await _send(packet, _stop.Token);
            }
        }
        catch (Exception ex) when (ex is SocketException or IOException or ObjectDisposedException)
        {
            _sendFault = ex;
            _path.Close();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The farewell took too long.
        }
    }
}
