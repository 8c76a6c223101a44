using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>
/// RTCD's end of the media path of one session, as pion/webrtc v4.2.6 plays it: controlled in ICE, client in DTLS
/// ("setup:active"), a certificate of its own.
/// </summary>
internal sealed class SessionPeer : IAsyncDisposable
{
    // pion/dtls, the deadline of a handshake.
    private static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(30);

    // RFC 5246 §7.2.
    private const byte HandshakeFailure = 40;

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly RtcdSession _session;
    private readonly RtcdSessions _sessions;
    private readonly SessionDescription _offer;
    private readonly TimeProvider _time;
    private readonly DtlsCertificate _certificate;
    private readonly IceCredentials _local = new(RandomNumberGenerator.GetString(Letters, 16), RandomNumberGenerator.GetString(Letters, 32));
    private readonly Lock _gate = new();
    private volatile DtlsSession? _dtls;
    private Task _handshake = Task.CompletedTask;
    private bool _isOver;

    public SessionPeer(RtcdSession session, RtcdSessions sessions, SessionDescription offer, RtcdContext context)
    {
        (_session, _sessions, _offer, _time) = (session, sessions, offer, context.Time);
        _certificate = DtlsCertificate.New(context.Time);
        Agent = new IceAgent(_local, offer.Ice, this, context);
    }

    public IceAgent Agent { get; }

    /// <param name="candidates">Those that stand in the answer.</param>
    public string Answer(IReadOnlyList<IceCandidate> candidates, RtcdConditions conditions)
    {
        var fingerprint = conditions.WrongFingerprint ? DtlsCertificate.New(_time).Fingerprint : _certificate.Fingerprint;
        var mid = _offer.Mid ?? "0";
        var sdp = new StringBuilder();
        Line("v=0");
        Line($"o=- {RandomNumberGenerator.GetInt32(int.MaxValue)}{RandomNumberGenerator.GetInt32(100_000_000, 1_000_000_000)} {_time.GetUtcNow().ToUnixTimeSeconds()} IN IP4 0.0.0.0");
        Line("s=-");
        Line("t=0 0");
        Line("a=msid-semantic:WMS *");
        Line($"a=fingerprint:{fingerprint}");
        Line("a=extmap-allow-mixed");
        Line($"a=group:BUNDLE {mid}");
        Line("m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
        Line("c=IN IP4 0.0.0.0");
        Line("a=setup:active");
        Line($"a=mid:{mid}");
        Line("a=sendrecv");
        Line("a=sctp-port:5000");
        Line("a=max-message-size:1073741823");
        Line($"a=ice-ufrag:{_local.Ufrag}");
        Line($"a=ice-pwd:{_local.Password}");
        foreach (var candidate in candidates)
        {
            // Once more for RTCP, which is not there (pion/webrtc, sdp.go, addCandidatesToMediaDescriptions).
            Line($"a={candidate}");
            Line($"a={candidate with { Component = 2 }}");
        }

        if (candidates.Count > 0)
        {
            Line("a=end-of-candidates");
        }

        return sdp.ToString();

        void Line(string text) => sdp.Append(CultureInfo.InvariantCulture, $"{text}\r\n");
    }

    /// <summary>The other side has nominated a path, and it works in both directions.</summary>
    public void Selected(MediaPath path)
    {
        switch (_sessions.Conditions.Dtls)
        {
            case DtlsFault.None:
                lock (_gate)
                {
                    _handshake = _isOver ? _handshake : ShakeHandsAsync(path);
                }

                break;
            case DtlsFault.Refused:
                path.Send(DtlsRecords.FatalAlert(HandshakeFailure));
                break;
        }
    }

    /// <summary>Something that is not STUN, on a path that has been checked.</summary>
    public void Received(MediaPath path, ReadOnlySpan<byte> packet)
    {
        if (_dtls is { } dtls)
        {
            dtls.Deliver(packet);
        }
        else if (_sessions.Conditions.Dtls == DtlsFault.Refused && DtlsRecords.LooksLikeDtls(packet))
        {
            path.Send(DtlsRecords.FatalAlert(HandshakeFailure));
        }
    }

    /// <summary>The path in use has been silent for five seconds.</summary>
    public void Disconnected() => _sessions.Disconnected(_session);

    /// <summary>No path for thirty seconds.</summary>
    public void Failed() => _sessions.Failed(_session, "ice failed");

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isOver = true;
        }

        if (_dtls is { } dtls)
        {
            await dtls.DisposeAsync();
        }

        Agent.Dispose();
        await _handshake;
    }

    private async Task ShakeHandsAsync(MediaPath path)
    {
        var dtls = new DtlsSession(DtlsRole.Client, _certificate, _offer.Fingerprint, (packet, _) =>
        {
            path.Send(packet.Span);
            return ValueTask.CompletedTask;
        }, _time);
        _dtls = dtls;
        DtlsResult result;
        try
        {
            result = await dtls.HandshakeAsync(HandshakeWithin, _session.Ended);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (result.Outcome == DtlsOutcome.Completed)
        {
            _sessions.Connected(_session);
        }
        else
        {
            _sessions.Failed(_session, $"Failed to start manager: handshake error: {result.Outcome} {result.Alert}");
        }
    }
}
