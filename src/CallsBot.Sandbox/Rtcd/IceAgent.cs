using System.Security.Cryptography;
using CallsBot.Protocols.Sdp;
using CallsBot.Protocols.Stun;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>
/// The controlled side of ICE for one session, as pion/ice v4.2.0 plays it (agent.go, selection.go): answers what is
/// signed rightly, asks back at once, takes the pair that the other side nominates. Thread-safe.
/// </summary>
internal sealed class IceAgent : IDisposable
{
    /// <summary>pion/ice, agent_config.go.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan DisconnectedAfter = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan FailedAfter = TimeSpan.FromSeconds(30);

    private const int MostRequests = 7;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<MediaPath, Pair> _pairs = [];
    private readonly IceCredentials _local;
    private readonly IceCredentials _remote;
    private readonly StunKey _localKey;
    private readonly StunKey _remoteKey;
    private readonly ulong _tieBreaker = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private readonly TimeProvider _time;
    private readonly RtcdLog _log;
    private readonly SessionPeer _peer;
    private readonly ITimer _timer;
    private MediaPath? _selected;
    
    // When something came in; before a path is in use, when the agent began.
    private long _lastHeard;
    private bool _isDisconnected;
    private bool _isOver;

    public IceAgent(IceCredentials local, IceCredentials remote, SessionPeer peer, RtcdContext context)
    {
        (_local, _remote, _peer, _log, _time) = (local, remote, peer, context.Log, context.Time);
        (_localKey, _remoteKey) = (StunKey.ShortTerm(local.Password), StunKey.ShortTerm(remote.Password));
        _lastHeard = _time.GetTimestamp();
        _timer = _time.CreateTimer(_ => Tick(), null, CheckInterval, CheckInterval);
    }

    public string Ufrag => _local.Ufrag;

    /// <summary>A candidate of the other side: it is asked from now on.</summary>
    public void AddRemote(MediaPath path)
    {
        lock (_gate)
        {
            if (!_isOver && _pairs.TryAdd(path, new Pair()))
            {
                Ask(path, _pairs[path]);
            }
        }
    }

    /// <param name="packet">Whatever came; what is not meant for this session is dropped.</param>
    public void Receive(MediaPath path, ReadOnlySpan<byte> packet)
    {
        if (StunMessage.LooksLikeStun(packet))
        {
            if (StunMessage.TryParse(packet, out var message) && message.Method == StunMethod.Binding)
            {
                ReceiveBinding(path, message);
            }

            return;
        }

        lock (_gate)
        {
            if (_isOver || !_pairs.ContainsKey(path))
            {
                return;
            }

            Heard();
        }

        _peer.Received(path, packet);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
        }

        _timer.Dispose();
    }

    private void ReceiveBinding(MediaPath path, StunMessage message)
    {
        MediaPath? selected;
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            switch (message.Class)
            {
                case StunClass.Request:
                    Answer(path, message);
                    break;
                case StunClass.Success:
                    TakeSuccess(path, message);
                    break;
            }

            selected = TakeNomination();
        }

        if (selected is not null)
        {
            _peer.Selected(selected);
        }
    }

    private void Answer(MediaPath path, StunMessage request)
    {
        if (request.Username != $"{_local.Ufrag}:{_remote.Ufrag}")
        {
            _log.Add("warn", $"Discard request with wrong username from ({path.Remote})", "rtc/logger.go:81", ("origin", "ice/v4.(*Agent).handleInboundRequest ice@v4.2.0/agent.go:1464"));
            return;
        }

        if (!request.IsSignedWith(_localKey))
        {
            _log.Add("warn", $"Discard request with broken integrity from ({path.Remote})", "rtc/logger.go:81", ("origin", "ice/v4.(*Agent).handleInboundRequest ice@v4.2.0/agent.go:1468"));
            return;
        }

        Heard();
        if (request.IceControlled is { } theirs)
        {
            // RFC 8445 §7.3.1.1: the smaller tie-breaker keeps the role. With the larger one pion changes sides without a word.
            if (_tieBreaker < theirs)
            {
                path.Send(StunMessageBuilder.ErrorOf(request, 487, "Role Conflict").Build(_localKey, fingerprint: true).Bytes.Span);
            }

            return;
        }

        if (!_pairs.TryGetValue(path, out var pair))
        {
            pair = _pairs[path] = new Pair();
        }

        path.Send(StunMessageBuilder.SuccessOf(request).XorMappedAddress(path.Remote).Build(_localKey, fingerprint: true).Bytes.Span);
        pair.IsNominated |= request.UseCandidate;
        Ask(path, pair);
    }

    private void TakeSuccess(MediaPath path, StunMessage response)
    {
        if (!response.IsSignedWith(_remoteKey))
        {
            _log.Add("warn", $"Discard success response with broken integrity from ({path.Remote})", "rtc/logger.go:81");
            return;
        }

        if (_pairs.TryGetValue(path, out var pair) && pair.Asked.Remove(Convert.ToHexString(response.TransactionId.Span)))
        {
            pair.HasSucceeded = true;
            Heard();
        }
    }

    /// <returns>The path that has just become the one in use.</returns>
    private MediaPath? TakeNomination()
    {
        if (_selected is not null)
        {
            return null;
        }

        _selected = _pairs.FirstOrDefault(pair => pair.Value is { IsNominated: true, HasSucceeded: true }).Key;
        Heard();
        return _selected;
    }

    // While there is no path in use, pion counts from the beginning (agent.go, connectivityChecks).
    private void Heard() => _lastHeard = _selected is null ? _lastHeard : _time.GetTimestamp();

    private void Ask(MediaPath path, Pair pair)
    {
        var request = StunMessageBuilder.Request(StunMethod.Binding).Username($"{_remote.Ufrag}:{_local.Ufrag}")
            .IceControlled(_tieBreaker).Priority(path.IsTcp ? Candidates.TcpPriority : Candidates.UdpPriority)
            .Build(_remoteKey, fingerprint: true);
        pair.Sent++;
        pair.LastSent = _time.GetTimestamp();
        if (pair.Asked.Count > 64)
        {
            pair.Asked.Clear();
        }

        pair.Asked.Add(Convert.ToHexString(request.TransactionId.Span));
        path.Send(request.Bytes.Span);
    }

    private void Tick()
    {
        bool isDisconnected;
        bool hasFailed;
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            foreach (var (path, pair) in _pairs)
            {
                if (pair.HasSucceeded ? _time.GetElapsedTime(pair.LastSent) >= KeepAlive : pair.Sent < MostRequests)
                {
                    Ask(path, pair);
                }
            }

            var silent = _time.GetElapsedTime(_lastHeard);
            hasFailed = silent >= FailedAfter;
            isDisconnected = !_isDisconnected && _selected is not null && silent >= DisconnectedAfter;
            _isDisconnected = _selected is not null && silent >= DisconnectedAfter;
            _isOver = hasFailed;
        }

        if (isDisconnected)
        {
            _peer.Disconnected();
        }

        if (hasFailed)
        {
            _peer.Failed();
        }
    }

    private sealed class Pair
    {
        public HashSet<string> Asked { get; } = [];

        public int Sent { get; set; }

        public long LastSent { get; set; }

        public bool HasSucceeded { get; set; }

        public bool IsNominated { get; set; }
    }
}
