using System.Net;
using System.Net.Sockets;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Sdp;
using CallsBot.Protocols.Stun;

namespace CallsBot.Probes.Media;

/// <summary>
/// Connectivity checks to one candidate, and what comes from it, from the connection until it is disposed: a server
/// whose own checks are not answered gives the pair up (pion/ice v4.2.0, agent_config.go: after seven).
/// </summary>
internal sealed class CandidateCheck : IAsyncDisposable
{
    /// <summary>Binding requests to one candidate, nominations included.</summary>
    public const int MostRequests = 10;

    // Three are kept back: a nomination that is lost has to be repeated, or RTCD never begins its DTLS.
    private const int MostChecks = MostRequests - 3;
    private const int EnoughOverUdp = 5;
    private const int EnoughOverTcp = 3;
    private const int MostRefusals = 3;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LeastLastWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan NominationPace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(2);

    /// <summary>RTCD checks a candidate that it is told of every 200 ms (pion/ice v4.2.0, agent_config.go).</summary>
    private static readonly TimeSpan ToldWait = TimeSpan.FromMilliseconds(700);

    /// <summary>
    /// After each request, as long as none was answered. The first are close together; the rest are for an agent that
    /// starts late and for slow paths.
    /// </summary>
    private static readonly TimeSpan[] Unanswered =
    [
        Pace, Pace, Pace, Pace, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(600), TimeSpan.FromSeconds(1),
    ];

    private readonly Lock _lock = new();
    private readonly IceSession _ice;
    private readonly TimeProvider _time;
    private readonly IPEndPoint _remote;
    private readonly CandidatePath _path;
    private readonly Func<IPEndPoint, CancellationToken, Task> _tell;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<SentRequest> _requests = [];
    private readonly List<TimeSpan> _roundTrips = [];

    private CandidateResult _result;
    private TaskCompletionSource _progress = NewProgress();
    private DtlsSession? _dtls;
    private Task _reading = Task.CompletedTask;
    private bool _ended;

    /// <param name="address">Allowed by the address policy, and of the family to connect with.</param>
    /// <param name="tell">Tells RTCD of an address of ours.</param>
    public CandidateCheck(
        IceCandidate candidate, CandidateSource source, IPAddress address, IceSession ice, Func<IPEndPoint, CancellationToken, Task> tell, TimeProvider time)
    {
        _tell = tell;
        _ice = ice;
        _time = time;
        _remote = new IPEndPoint(address, candidate.Port);
        _path = CandidatePath.For(candidate.Transport, address.AddressFamily);
        _result = new CandidateResult(candidate, source, CandidateState.Silent) { Address = address };
    }

    /// <summary>As of now.</summary>
    public CandidateResult Result
    {
        get
        {
            lock (_lock)
            {
                var since = _ice.AwakeSince;
                return _result with
                {
                    State = StateNow(),
                    Sent = _requests.Count,
                    Received = _roundTrips.Count,
                    Lost = _requests.Count(request => !request.Answered && request.At >= since),
                    RoundTrips = [.. _roundTrips],
                };
            }
        }
    }

    private int Enough => _result.Transport == IceTransport.Udp ? EnoughOverUdp : EnoughOverTcp;

    /// <summary>Connects, and checks until enough answers came or no more is to be hoped for.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!await ConnectAsync(cancellationToken))
        {
            return;
        }

        _reading = ReadAsync();
        for (var sent = 0; sent < MostChecks && !IsDecided(); sent++)
        {
            await SendAsync(nominate: false, cancellationToken);
            await WaitAsync(() => IsDecided() || HasAnswer(), Unanswered[sent], cancellationToken);
            await WaitAsync(IsDecided, sent < MostChecks - 1 ? Pace : LastWait(), cancellationToken);
        }

        await TellAsync(cancellationToken);
    }

    /// <summary>
    /// Has the server send to a UDP socket that heard nothing: whatever comes then shows that the way from the server is
    /// open. Not before, because a packet from the server opens the way to it in firewalls that keep state, and a port
    /// that is closed to clients would seem open.
    /// </summary>
    private async Task TellAsync(CancellationToken cancellationToken)
    {
        if (_result is { Transport: IceTransport.Udp, LocalAddress: { } local } && Result is { State: CandidateState.Silent, ServerRequests: 0 })
        {
            lock (_lock)
            {
                _result = _result with { ServerWasTold = true };
            }

            await _tell(local, cancellationToken);
            await WaitAsync(() => Result.ServerRequests > 0 || IsDecided(), ToldWait, cancellationToken);
        }
    }

    /// <summary>
    /// Asks the server to use this pair, and shakes hands on it, once. The association stays up until the check is
    /// disposed: RTCD ends a session whose DTLS ends.
    /// </summary>
    public async Task<DtlsProbeResult> ShakeHandsAsync(
        DtlsRole role, DtlsCertificate certificate, CertificateFingerprint expected, TimeSpan limit, TimeSpan dataLimit, CancellationToken cancellationToken)
    {
        var dtls = new DtlsSession(role, certificate, expected, _path.SendAsync, _time);
        lock (_lock)
        {
            _dtls = dtls;
        }

        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var nominating = NominateAsync(done.Token);
        try
        {
            var handshake = await dtls.HandshakeAsync(limit, cancellationToken);
            var data = handshake.Outcome == DtlsOutcome.Completed ? await dtls.ReceiveAsync(dataLimit, cancellationToken) : null;
            return new DtlsProbeResult(Result, handshake, PeerSentData: data is not null);
        }
        finally
        {
            await done.CancelAsync();
            await nominating;
        }
    }

    public async ValueTask DisposeAsync()
    {
        DtlsSession? dtls;
        lock (_lock)
        {
            dtls = _dtls;
        }

        if (dtls is not null)
        {
            await dtls.DisposeAsync();
        }

        await _stop.CancelAsync();
        await _reading;
        _path.Dispose();
        _stop.Dispose();
    }

    private static TaskCompletionSource NewProgress() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CandidateState StateNow()
    {
        if (_roundTrips.Count > 0)
        {
            return CandidateState.Answered;
        }

        return _result switch
        {
            { UnverifiedAnswers: > 0 } => CandidateState.Unverified,
            { ErrorCode: not null } => CandidateState.Rejected,
            _ => _result.State,
        };
    }

    private async Task<bool> ConnectAsync(CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        using var timeout = new CancellationTokenSource(ConnectLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _path.ConnectAsync(_remote, either.Token);
            lock (_lock)
            {
                _result = _result with
                {
                    LocalAddress = _path.LocalAddress,
                    Connect = _result.Transport == IceTransport.Tcp ? _time.GetElapsedTime(began) : null,
                };
            }

            return true;
        }
        catch (SocketException ex)
        {
            Fail(ex.SocketErrorCode);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            lock (_lock)
            {
                _result = _result with { State = CandidateState.ConnectTimeout };
            }
        }

        return false;
    }

    /// <summary>Enough, or nothing more to come.</summary>
    private bool IsDecided()
    {
        lock (_lock)
        {
            return _ended || (_roundTrips.Count >= Enough && _requests.SkipWhile(request => !request.Answered).All(request => request.Answered));
        }
    }

    /// <summary>For the answers that are under way when the last request has been sent.</summary>
    private TimeSpan LastWait()
    {
        lock (_lock)
        {
            return _roundTrips.Count == 0 ? TimeSpan.Zero
                : 2 * _roundTrips.Max() is var twice && twice > LeastLastWait ? twice
                : LeastLastWait;
        }
    }

    private bool HasAnswer()
    {
        lock (_lock)
        {
            return _roundTrips.Count > 0;
        }
    }

    private async Task NominateAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (Result.Sent < MostRequests && await SendAsync(nominate: true, cancellationToken) is { } request)
            {
                await WaitAsync(() => request.Answered, NominationPace, cancellationToken);
                if (request.Answered)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The handshake has ended, and with it the need.
        }
    }

    private async Task<SentRequest?> SendAsync(bool nominate, CancellationToken cancellationToken)
    {
        var message = _ice.Check(nominate);
        var request = new SentRequest(message, _time.GetTimestamp());
        lock (_lock)
        {
            _requests.Add(request);
        }

        try
        {
            await _path.SendAsync(message.Bytes, cancellationToken);
            return request;
        }
        catch (Exception ex) when (ex is SocketException or IOException or ObjectDisposedException)
        {
            Fail((ex as SocketException ?? ex.InnerException as SocketException)?.SocketErrorCode ?? SocketError.ConnectionReset);
            return null;
        }
    }

    private async Task ReadAsync()
    {
        var refusals = 0;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (await _path.ReceiveAsync(_stop.Token) is not { } packet)
                {
                    Close();
                    return;
                }

                await TakeAsync(packet);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception ex) when (ex is SocketException or IOException or ObjectDisposedException)
            {
                // A UDP socket tells of each refusal once, and goes on.
                Fail((ex as SocketException ?? ex.InnerException as SocketException)?.SocketErrorCode ?? SocketError.ConnectionReset);
                if (_result.Transport == IceTransport.Tcp || ++refusals >= MostRefusals)
                {
                    Close();
                    return;
                }
            }
        }
    }

    private async ValueTask TakeAsync(ReadOnlyMemory<byte> packet)
    {
        if (StunMessage.TryParse(packet.Span, out var message))
        {
            if (message.Class is StunClass.Success or StunClass.Error)
            {
                TakeAnswer(message);
            }
            else if (_ice.IsServersCheck(message))
            {
                TaskCompletionSource progress;
                lock (_lock)
                {
                    _result = _result with { ServerRequests = _result.ServerRequests + 1 };
                    progress = Progressed();
                }

                progress.SetResult();
                await _path.SendAsync(_ice.AnswerTo(message, _remote).Bytes, _stop.Token);
            }

            return;
        }

        DtlsSession? dtls;
        lock (_lock)
        {
            dtls = _dtls;
        }

        dtls?.Deliver(packet.Span);
    }

    private void TakeAnswer(StunMessage answer)
    {
        TaskCompletionSource progress;
        lock (_lock)
        {
            if (_requests.Find(sent => answer.Answers(sent.Message)) is not { Answered: false } request)
            {
                return;
            }

            if (answer.Class == StunClass.Error)
            {
                _result = _result with { ErrorCode = answer.Error?.Code ?? 0 };
            }
            else if (!_ice.IsServersAnswer(answer))
            {
                _result = _result with { UnverifiedAnswers = _result.UnverifiedAnswers + 1 };
            }
            else
            {
                request.Answered = true;
                _ice.WasAwakeAt(request.At);
                _roundTrips.Add(_time.GetElapsedTime(request.At));
                _result = _result with { MappedAddress = answer.MappedAddress ?? _result.MappedAddress };
            }

            progress = Progressed();
        }

        progress.SetResult();
    }

    private void Fail(SocketError error)
    {
        lock (_lock)
        {
            _result = _result with
            {
                SocketError = error,
                State = (error, _result.Connect) switch
                {
                    (SocketError.ConnectionRefused, _) => CandidateState.Refused,
                    (_, not null) => CandidateState.Closed,
                    (SocketError.TimedOut, _) when _result.Transport == IceTransport.Tcp => CandidateState.ConnectTimeout,
                    _ => CandidateState.Unreachable,
                },
            };
        }
    }

    private void Close()
    {
        TaskCompletionSource progress;
        lock (_lock)
        {
            _ended = true;
            if (_result is { Transport: IceTransport.Tcp, State: CandidateState.Silent })
            {
                _result = _result with { State = CandidateState.Closed };
            }

            progress = Progressed();
        }

        progress.SetResult();
    }

    /// <summary>Within the lock; what comes back is to be completed outside of it.</summary>
    private TaskCompletionSource Progressed()
    {
        var before = _progress;
        _progress = NewProgress();
        return before;
    }

    private async Task WaitAsync(Func<bool> done, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            while (true)
            {
                Task progress;
                lock (_lock)
                {
                    progress = _progress.Task;
                }

                if (done())
                {
                    return;
                }

                await progress.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to send the next one.
        }
    }

    private sealed class SentRequest(StunMessage message, long at)
    {
        public StunMessage Message { get; } = message;

        public long At { get; } = at;

        public bool Answered { get; set; }
    }
}
