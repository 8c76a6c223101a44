using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CallsBot.Protocols.Stun;

namespace CallsBot.Probes.Turn;

/// <summary>
/// Packets to and from a STUN or TURN server at one checked address. What is sent is counted, so that no server gets more
/// than <see cref="MostPackets"/>.
/// </summary>
internal sealed class StunConnection : IDisposable
{
    public const int MostPackets = 10;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    // RFC 8489 §6.2.1 doubles from 500 ms for 39.5 s. Somebody is watching.
    private static readonly TimeSpan[] UdpWaits = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)];
    private static readonly TimeSpan[] StreamWaits = [TimeSpan.FromSeconds(2)];

    private readonly Socket _socket;
    private readonly TurnTransport _transport;
    private readonly TimeProvider _time;
    private readonly byte[] _datagram = new byte[2048];
    private Stream? _stream;
    private PacketStream? _packets;
    private bool _ended;

    private StunConnection(Socket socket, TurnTransport transport, TimeProvider time) =>
        (_socket, _transport, _time) = (socket, transport, time);

    /// <summary>Requests and indications, to the server and through it.</summary>
    public int Sent { get; private set; }

    /// <summary>Something came that is no STUN message.</summary>
    public bool SawGarbage { get; private set; }

    /// <summary>The server closed a connection that had been made.</summary>
    public bool WasClosed { get; private set; }

    /// <summary>What the network said when a packet was sent over UDP; null when it said nothing.</summary>
    public SocketError? PortError { get; private set; }

    /// <summary>Packets that are kept back for later.</summary>
    public int Reserved { get; set; }

    public CertificateSeen? Certificate { get; private set; }

    public AddressFamily Family => _socket.AddressFamily;

    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    /// <param name="target">The name that a certificate is held to.</param>
    /// <param name="address">Allowed by the address policy.</param>
    /// <param name="transport">How.</param>
    /// <param name="extraRoots">Certificates that are trusted besides the machine's own.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<StunOpening> OpenAsync(
        ProbeTarget target,
        IPAddress address,
        TurnTransport transport,
        X509Certificate2Collection extraRoots,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var socket = transport == TurnTransport.Udp
            ? new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
            : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var connection = new StunConnection(socket, transport, time);
        using var timeout = new CancellationTokenSource(ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        StunOpening opening;
        try
        {
            // A datagram socket is connected as well: it takes packets from the server alone, and learns of closed ports.
            await socket.ConnectAsync(new IPEndPoint(address, target.Port), either.Token);
            opening = transport switch
            {
                TurnTransport.Udp => new StunOpening(connection, null, ""),
                TurnTransport.Tcp => connection.Over(new NetworkStream(socket)),
                _ => await connection.ShakeHandsAsync(target, extraRoots, either.Token),
            };
        }
        catch (SocketException ex)
        {
            opening = new StunOpening(null, FailureOf(ex.SocketErrorCode), SafeText.From(ex.Message));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            opening = socket.Connected
                ? new StunOpening(null, TurnFailure.TlsFailed, "connected, but the TLS handshake did not end within 2 s")
                : new StunOpening(null, TurnFailure.Silent, "no reply to the connection request within 2 s");
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        if (opening.Connection is null)
        {
            connection.Dispose();
        }

        return opening;
    }

    /// <summary>Sends a request, over UDP again while nothing comes, and waits for its answer.</summary>
    /// <returns>Null when none came, or no more may be sent. <see cref="OperationCanceledException"/> alone is thrown.</returns>
    public async Task<StunMessage?> AskAsync(StunMessage request, CancellationToken cancellationToken)
    {
        foreach (var wait in _transport == TurnTransport.Udp ? UdpWaits : StreamWaits)
        {
            if (!await SendAsync(request, cancellationToken))
            {
                return null;
            }

            if (await WaitForAsync(message => message.Answers(request), wait, cancellationToken) is { } answer)
            {
                return answer;
            }
        }

        return null;
    }

    /// <returns>False when no more may be sent, or the connection has ended.</returns>
    public async Task<bool> SendAsync(StunMessage message, CancellationToken cancellationToken)
    {
        if (_ended || !TryCount())
        {
            return false;
        }

        try
        {
            if (_packets is null)
            {
                await _socket.SendAsync(message.Bytes, cancellationToken);
            }
            else
            {
                await _packets.WriteAsync(message.Bytes, cancellationToken);
            }

            return true;
        }
        catch (Exception ex) when (ex is SocketException or IOException)
        {
            End(ex);
            return false;
        }
    }

    /// <summary>Counts a packet that is sent to the server past this connection.</summary>
    /// <returns>False when no more may be sent.</returns>
    public bool TryCount()
    {
        if (Sent >= MostPackets - Reserved)
        {
            return false;
        }

        Sent++;
        return true;
    }

    /// <summary>The first message that is the one, of those that come until then. Others are dropped.</summary>
    public async Task<StunMessage?> WaitForAsync(Func<StunMessage, bool> isIt, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            while (!_ended)
            {
                if (await ReceiveAsync(either.Token) is { } message && isIt(message))
                {
                    return message;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception ex) when (ex is SocketException or IOException)
        {
            End(ex);
        }

        return null;
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _socket.Dispose();
    }

    public static TurnFailure FailureOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => TurnFailure.ConnectionRefused,
        SocketError.TimedOut => TurnFailure.Silent,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => TurnFailure.ConnectionClosed,
        _ => TurnFailure.Unreachable,
    };

    private StunOpening Over(Stream stream)
    {
        _stream = stream;
        _packets = new PacketStream(stream, PacketFraming.Turn);
        return new StunOpening(this, null, "");
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The connection takes the stream over.")]
    private async Task<StunOpening> ShakeHandsAsync(
        ProbeTarget target, X509Certificate2Collection extraRoots, CancellationToken cancellationToken)
    {
        var tls = new SslStream(new NetworkStream(_socket));
        _stream = tls;
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,

            // A certificate can name a URL to fetch its issuer from: a way to send us anywhere.
            DisableCertificateDownloads = true,
        };
        if (extraRoots.Count > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(extraRoots);
        }

        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = target.Host,
                    CertificateChainPolicy = policy,
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        Certificate = certificate is X509Certificate2 shown ? CertificateSeen.From(shown, chain, errors) : null;
                        return errors == SslPolicyErrors.None;
                    },
                },
                cancellationToken);
            return Over(tls);
        }
        catch (Exception ex) when (ex is AuthenticationException or IOException)
        {
            var why = Certificate is { IsGood: false } bad ? $"the certificate is {bad}" : SafeText.From(ex.GetBaseException().Message);
            return new StunOpening(null, TurnFailure.TlsFailed, why) { Certificate = Certificate };
        }
    }

    /// <returns>Null for what is no STUN message.</returns>
    private async Task<StunMessage?> ReceiveAsync(CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> packet;
        if (_packets is null)
        {
            packet = _datagram.AsMemory(0, await _socket.ReceiveAsync(_datagram, cancellationToken));
        }
        else
        {
            var read = await _packets.ReadAsync(cancellationToken);
            if (read.Outcome != PacketReadOutcome.Packet)
            {
                _ended = true;
                WasClosed = read.Outcome == PacketReadOutcome.Closed;
                SawGarbage |= !WasClosed;
                return null;
            }

            packet = read.Bytes;
        }

        if (StunMessage.TryParse(packet.Span, out var message))
        {
            return message;
        }

        SawGarbage = true;
        return null;
    }

    private void End(Exception ex)
    {
        _ended = true;
        if (_packets is null && ex is SocketException { SocketErrorCode: var error })
        {
            // ICMP: a closed port, or no way there.
            PortError = error;
        }
        else
        {
            WasClosed = true;
        }
    }
}

/// <summary>Whether a connection to a STUN or TURN server came about.</summary>
/// <param name="Connection">Null when it did not.</param>
/// <param name="Failure">Null when it did.</param>
/// <param name="Seen">What was seen instead.</param>
internal sealed record StunOpening(StunConnection? Connection, TurnFailure? Failure, string Seen)
{
    public CertificateSeen? Certificate { get; init; }
}
