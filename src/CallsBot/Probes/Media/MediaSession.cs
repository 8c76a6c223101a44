using System.Net;
using System.Threading.Channels;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Rtcd;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Probes.Media;

/// <summary>
/// One run of the <see cref="MediaProbe"/>. Whatever happens, a message of RTCD, the end of a check, a time that is up,
/// comes through one queue to one loop, which alone changes the state.
/// </summary>
internal sealed class MediaSession(RtcdSocket socket, string callId, string sessionId, bool loopbackAllowed, TimeProvider time, MediaAddressFilter? filter) : IAsyncDisposable
{
    private const string UserId = "callsbot-probe";

    // For every local address of an RTCD one for UDP, one for TCP, and a few reflexive ones. A server that tells of more
    // would have us knock at doors for it.
    private const int MostChecked = 16;
    private const int MostListed = 64;
    private const int MostEvents = 256;

    // RFC 8445 §5.1.2.1: type host, the highest local preference, component 1.
    private const uint HostPriority = 0x7eff_ffff;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(3);

    // A session that never came about is not closed either, as far as anybody is told.
    private static readonly TimeSpan CloseLimitOfFailed = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan DtlsLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan DataLimit = TimeSpan.FromMilliseconds(300);

    // RTCD sends one message for each candidate and none at the end (rtcd, service/rtc/sfu.go). Those of its own
    // addresses come at once, those that it asks a STUN server for a round trip later.
    private static readonly TimeSpan GatherAfterFirst = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan GatherAfterLast = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan GatherLimit = TimeSpan.FromSeconds(2);

    // Time for the trickled twin of a candidate in the answer, which may have another port.
    private static readonly TimeSpan TwinLimit = TimeSpan.FromMilliseconds(150);

    private readonly Channel<MediaEvent> _events = Channel.CreateBounded<MediaEvent>(MostEvents);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly IceCredentials _local = IceCredentials.New();
    private readonly DtlsCertificate _certificate = DtlsCertificate.New(time);
    private readonly List<Task> _tasks = [];
    private readonly List<(IceCandidate Candidate, CandidateSource Source)> _listed = [];
    private readonly List<CandidateResult> _untried = [];
    private readonly Dictionary<CandidateCheck, bool> _checks = []; // whether it has ended
    private readonly List<IceCandidate> _held = [];

    private SessionDescription? _answer;
    private IceSession? _ice;
    private long _joinedAt;
    private long _offeredAt;
    private long _answeredAt;
    private long _lastCandidateAt;
    private bool _joined;
    private bool _gathered;
    private bool _closed;
    private bool _socketEnded;
    private Task? _handshake;
    private DtlsProbeResult? _dtls;
    private MediaProbeFailure? _failure;
    private string? _detail;
    private MediaProbeTimes _times = new();

    public async Task<MediaProbeResult> RunAsync(CancellationToken cancellationToken)
    {
        using var stopping = cancellationToken.Register(_stop.Cancel);
        _tasks.Add(ListenAsync());
        await BeginAsync(cancellationToken);
        After(AnswerLimit, () =>
        {
            if (_answer is null)
            {
                Fail(MediaProbeFailure.NoAnswer);
            }
        });
        while (!IsOver())
        {
            Take(await _events.Reader.ReadAsync(cancellationToken));
        }

        var endedEarly = _failure is null && (_closed || _socketEnded);
        if (_answer is not null)
        {
            _times = _times with { Checks = time.GetElapsedTime(_answeredAt) };
        }

        await LeaveAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return new MediaProbeResult
        {
            Failure = _failure,
            Detail = _detail,
            Candidates = [.. _checks.Keys.Select(check => check.Result), .. _untried],
            Dtls = _dtls,
            EndedEarly = endedEarly,
            CloseReceived = _closed,
            CallId = callId,
            SessionId = sessionId,
            Times = _times,
        };
    }

    /// <summary>Harmless when there is no session.</summary>
    public async Task SendLeaveAsync(CancellationToken cancellationToken)
    {
        if (_joined && !_closed)
        {
            await TrySendAsync(new RtcdFrame.Leave(sessionId), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_tasks);
        foreach (var check in _checks.Keys)
        {
            await check.DisposeAsync();
        }

        _stop.Dispose();
        _sending.Dispose();
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var offer = new SessionDescription(_local, _certificate.Fingerprint) { Setup = "actpass", Mid = "0" }.ToSdp();
        var message = new RtcdMessage(sessionId, RtcdMessageType.Sdp, new RtcdDescription(RtcdDescription.Offer, offer).ToBytes())
        {
            UserId = UserId,
            CallId = callId,
        };
        _joined = true;
        _joinedAt = time.GetTimestamp();

        // Texts alone: before the flags for AV1 and signalling came, an RTCD drops a join that holds anything else (seen
        // with v0.11.3); later ones do without.
        var join = new RtcdFrame.Join(callId, UserId, sessionId);
        if (!await TrySendAsync(join, cancellationToken) || !await TrySendAsync(new RtcdFrame.Rtc(message), cancellationToken))
        {
            _socketEnded = true;
            Fail(MediaProbeFailure.SignallingLost);
        }

        _offeredAt = time.GetTimestamp();
    }

    /// <summary>Candidates are told of by their checks, and a WebSocket sends one message at a time.</summary>
    private async Task<bool> TrySendAsync(RtcdFrame frame, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            return await socket.TrySendAsync(frame, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task TellAsync(IPEndPoint local, CancellationToken cancellationToken)
    {
        var candidate = new IceCandidate(
            "1", Component: 1, IceTransport.Udp, HostPriority, local.Address.ToString(), local.Port, IceCandidateType.Host);
        var message = new RtcdMessage(sessionId, RtcdMessageType.Ice, new RtcdCandidate(candidate.ToString()).ToBytes())
        {
            UserId = UserId,
            CallId = callId,
        };
        await TrySendAsync(new RtcdFrame.Rtc(message), cancellationToken);
    }

    private bool IsOver() => _failure is not null
        || (_handshake is null && (_closed || (_answer is not null && _gathered && _held.Count == 0 && _checks.Values.All(ended => ended))));

    private void Take(MediaEvent happened)
    {
        switch (happened)
        {
            case MediaEvent.Frame { Content: RtcdFrame.Close }:
                _closed = true;
                if (_answer is null)
                {
                    Fail(MediaProbeFailure.SessionClosed);
                }

                break;
            case MediaEvent.Frame { Content: RtcdFrame.Rtc { Message: { Type: RtcdMessageType.Sdp } message } }:
                TakeAnswer(message);
                break;
            case MediaEvent.Frame { Content: RtcdFrame.Rtc { Message: { Type: RtcdMessageType.Ice } message } }:
                TakeCandidate(message);
                break;
            case MediaEvent.SocketEnded:
                _socketEnded = true;
                if (_answer is null)
                {
                    Fail(MediaProbeFailure.SignallingLost);
                }

                break;
            case MediaEvent.Checked ended:
                _checks[ended.Check] = true;
                break;
            case MediaEvent.Shook shook:
                _dtls = shook.Result;
                _handshake = null;
                _times = _times with
                {
                    Connected = _dtls.Handshake.Outcome == DtlsOutcome.Completed ? time.GetElapsedTime(_joinedAt) : null,
                };
                break;
            case MediaEvent.Due due:
                due.Action();
                break;
        }

        Nominate();
    }

    private void Fail(MediaProbeFailure failure)
    {
        _failure ??= failure;
        _detail ??= failure == MediaProbeFailure.SignallingLost ? socket.End : null;
    }

    private void TakeAnswer(RtcdMessage message)
    {
        if (_answer is not null || !RtcdDescription.TryParse(message.Data.Span, out var description) || description.Type != RtcdDescription.Answer)
        {
            return;
        }

        if (!SessionDescription.TryParse(description.Sdp, out var answer))
        {
            Fail(MediaProbeFailure.UnreadableAnswer);
            return;
        }

        _answer = answer;
        _ice = new IceSession(_local, answer.Ice);
        _answeredAt = time.GetTimestamp();
        _times = _times with { Answer = time.GetElapsedTime(_offeredAt, _answeredAt) };
        After(GatherLimit, EndGathering);
        foreach (var (candidate, source) in _listed)
        {
            Start(candidate, source);
        }

        foreach (var candidate in answer.Candidates)
        {
            Hold(candidate);
        }

        if (_listed.Count > 0)
        {
            SawCandidate();
        }

        if (answer.EndOfCandidates || _gathered)
        {
            After(TwinLimit, EndGathering);
        }
    }

    private void TakeCandidate(RtcdMessage message)
    {
        if (!RtcdCandidate.TryParse(message.Data.Span, out var trickled))
        {
            return;
        }

        if (trickled.Candidate.Length == 0)
        {
            EndGathering();
            return;
        }

        if (!IceCandidate.TryParse(trickled.Candidate, out var candidate) || !TryList(candidate, CandidateSource.Trickled))
        {
            return;
        }

        _held.RemoveAll(held => IsTwin(held, candidate));
        if (_answer is not null)
        {
            SawCandidate();
            Start(candidate, CandidateSource.Trickled);
        }
    }

    /// <summary>One candidate of the server's, in the answer and trickled: then the port may differ.</summary>
    private static bool IsTwin(IceCandidate one, IceCandidate other) =>
        (one.Transport, one.Host, one.Type, one.Foundation) == (other.Transport, other.Host, other.Type, other.Foundation);

    private void Hold(IceCandidate candidate)
    {
        if (candidate.Component != 1 || _held.Count >= MostListed
            || _held.Exists(held => IsTwin(held, candidate)) || _listed.Exists(listed => IsTwin(listed.Candidate, candidate)))
        {
            return;
        }

        _held.Add(candidate);
        SawCandidate();
        After(TwinLimit, () =>
        {
            if (_held.Remove(candidate) && TryList(candidate, CandidateSource.Answer))
            {
                Start(candidate, CandidateSource.Answer);
            }
        });
    }

    private bool TryList(IceCandidate candidate, CandidateSource source)
    {
        if (candidate.Component != 1 || _listed.Count >= MostListed
            || _listed.Exists(listed => (listed.Candidate.Transport, listed.Candidate.Host, listed.Candidate.Port)
                == (candidate.Transport, candidate.Host, candidate.Port)))
        {
            return false;
        }

        _listed.Add((candidate, source));
        return true;
    }

    private void Start(IceCandidate candidate, CandidateSource source)
    {
        if (RefusalOf(candidate) is var (reason, why))
        {
            _untried.Add(new CandidateResult(candidate, source, CandidateState.NotTried) { NotTried = reason, Refusal = why });
            return;
        }

        var address = candidate.Address!;
        var check = new CandidateCheck(candidate, source, address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, _ice!, TellAsync, time);
        _checks.Add(check, false);
        _tasks.Add(CheckAsync(check));
    }

    private (NotTriedReason Reason, string? Why)? RefusalOf(IceCandidate candidate)
    {
        if (candidate.Address is not { } address)
        {
            return (NotTriedReason.HostName, null);
        }

        if (AddressPolicy.RefusalOf(address, loopbackAllowed) is { } why)
        {
            return (NotTriedReason.AddressRefused, why);
        }

        if (filter?.Invoke(address) == false)
        {
            return (NotTriedReason.AddressRefused, "an address outside the test");
        }

        return candidate.Port == 0 || candidate.TcpType == "active" ? (NotTriedReason.NotConnectable, null)
            : _checks.Count >= MostChecked ? (NotTriedReason.TooMany, null)
            : null;
    }

    private void SawCandidate()
    {
        _lastCandidateAt = time.GetTimestamp();
        if (_times.FirstCandidate is null)
        {
            _times = _times with { FirstCandidate = time.GetElapsedTime(_answeredAt) };
            After(GatherAfterFirst, EndGatheringOnceQuiet);
        }
    }

    private void EndGatheringOnceQuiet()
    {
        if (_gathered)
        {
            return;
        }

        var rest = GatherAfterLast - time.GetElapsedTime(_lastCandidateAt);
        if (rest <= TimeSpan.Zero)
        {
            EndGathering();
        }
        else
        {
            After(rest, EndGatheringOnceQuiet);
        }
    }

    private void EndGathering()
    {
        _gathered = true;
        if (_listed.Count + _held.Count == 0 && _answer is not null)
        {
            Fail(MediaProbeFailure.NoCandidates);
        }
    }

    /// <summary>
    /// Shakes hands on a UDP pair as soon as one has been measured without loss, else on the one that lost least; on a
    /// TCP pair only when UDP is sure to have none, as a browser would.
    /// </summary>
    private void Nominate()
    {
        if (_handshake is not null || _dtls is not null || _answer is null || _closed)
        {
            return;
        }

        var udpIsOver = _gathered && _held.Count == 0 && _checks.All(check => check.Value || check.Key.Result.Transport == IceTransport.Tcp);
        var best = _checks.Where(check => check.Value)
            .Select(check => (Check: check.Key, check.Key.Result))
            .Where(check => check.Result.State == CandidateState.Answered
                && (udpIsOver || check.Result is { Transport: IceTransport.Udp, Lost: 0 }))
            .OrderBy(check => check.Result.Transport)
            .ThenBy(check => check.Result.Lost)
            .ThenByDescending(check => check.Result.Candidate.Priority)
            .Select(check => check.Check)
            .FirstOrDefault();
        if (best is not null)
        {
            _handshake = ShakeHandsAsync(best, _answer);
            _tasks.Add(_handshake);
        }
    }

    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (_closed || _socketEnded)
        {
            return;
        }

        var began = time.GetTimestamp();
        await SendLeaveAsync(cancellationToken);
        using var timeout = new CancellationTokenSource(_failure is null ? CloseLimit : CloseLimitOfFailed, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            while (!_closed && !_socketEnded)
            {
                switch (await _events.Reader.ReadAsync(either.Token))
                {
                    case MediaEvent.Frame { Content: RtcdFrame.Close }:
                        _closed = true;
                        _times = _times with { Leave = time.GetElapsedTime(began) };
                        break;
                    case MediaEvent.SocketEnded:
                        _socketEnded = true;
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Left, as far as we can tell, and not confirmed.
        }
    }

    private void After(TimeSpan wait, Action action) => _tasks.Add(PostAsync(wait, action));

    private async Task PostAsync(TimeSpan wait, Action action)
    {
        try
        {
            await Task.Delay(wait, time, _stop.Token);
            await _events.Writer.WriteAsync(new MediaEvent.Due(action), _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            while (await socket.ReceiveAsync(_stop.Token) is { } frame)
            {
                if (SessionOf(frame) == sessionId)
                {
                    await _events.Writer.WriteAsync(new MediaEvent.Frame(frame), _stop.Token);
                }
            }

            await _events.Writer.WriteAsync(new MediaEvent.SocketEnded(), _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private static string? SessionOf(RtcdFrame frame) => frame switch
    {
        RtcdFrame.Close close => close.SessionId,
        RtcdFrame.Rtc rtc => rtc.Message.SessionId,
        _ => null,
    };

    private async Task CheckAsync(CandidateCheck check)
    {
        try
        {
            await check.RunAsync(_stop.Token);
            await _events.Writer.WriteAsync(new MediaEvent.Checked(check), _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private async Task ShakeHandsAsync(CandidateCheck check, SessionDescription answer)
    {
        var role = answer.Setup == "passive" ? DtlsRole.Client : DtlsRole.Server;
        try
        {
            var result = await check.ShakeHandsAsync(role, _certificate, answer.Fingerprint, DtlsLimit, DataLimit, _stop.Token);
            await _events.Writer.WriteAsync(new MediaEvent.Shook(result), _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private abstract record MediaEvent
    {
        public sealed record Frame(RtcdFrame Content) : MediaEvent;

        public sealed record SocketEnded : MediaEvent;

        public sealed record Checked(CandidateCheck Check) : MediaEvent;

        public sealed record Shook(DtlsProbeResult Result) : MediaEvent;

        /// <summary>A time is up.</summary>
        public sealed record Due(Action Action) : MediaEvent;
    }
}
