using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using CallsBot.Protocols.Rtcd;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>
/// All sessions of one run of RTCD, and what the messages of its sockets do to them, one after the other, as rtcd's
/// service/service.go and service/rtc/server.go have it. Nothing is ever acknowledged or refused: there is the log.
/// </summary>
internal sealed class RtcdSessions : IAsyncDisposable
{
    // ReceiveChSize in service/ws/server.go.
    private const int MostWaiting = 5000;

    private readonly ConcurrentDictionary<string, RtcdSession> _sessions = [];
    private readonly ConcurrentDictionary<string, RtcdConnection> _routes = [];
    private readonly ConcurrentDictionary<string, IceAgent> _agents = [];
    private readonly ConcurrentDictionary<RtcdConnection, Task> _connections = [];
    private readonly Channel<Func<Task>> _work = Channel.CreateBounded<Func<Task>>(MostWaiting);
    private readonly CancellationTokenSource _ended = new();
    private readonly RtcdContext _context;
    private readonly Task _working;
    private int _pongs;

    /// <exception cref="SandboxException">The media port is taken, or an address is not this machine's.</exception>
    public RtcdSessions(RtcdContext context, IReadOnlyList<IPAddress> mediaAddresses, int mediaPort)
    {
        _context = context;
        Metrics = new RtcdMetrics(context.Time);
        Media = MediaPort.Open(mediaAddresses, mediaPort, ufrag => _agents.GetValueOrDefault(ufrag), context);
        _working = WorkAsync();
    }

    public RtcdMetrics Metrics { get; }

    public MediaPort Media { get; }

    public RtcdConditions Conditions => _context.Conditions();

    public int Count => _sessions.Count;

    public int ConnectionCount => _connections.Count;

    public int Pongs => Volatile.Read(ref _pongs);

    private RtcdLog Log => _context.Log;

    private TimeProvider Time => _context.Time;

    /// <returns>The sessions of a call; null and the reason in rtcd's words when there are none.</returns>
    public (IReadOnlyList<RtcdSession>? Sessions, string Reason) InCall(string groupId, string callId)
    {
        var group = _sessions.Values.Where(session => session.GroupId == groupId).ToList();
        var call = group.Where(session => session.Join.CallId == callId).ToList();
        return group.Count == 0 ? (null, "group not found") : call.Count == 0 ? (null, "call not found") : (call, "");
    }

    /// <summary>Serves a connection until it ends. Its sessions stay (service/service.go, CloseMessage).</summary>
    public async Task RunAsync(RtcdConnection connection)
    {
        var running = new TaskCompletionSource();
        _connections[connection] = running.Task;
        _context.Changed();
        Log.Add("info", "service: mattermost client successfully connected", "service/service.go:162", ("connID", connection.Id), ("clientID", connection.ClientId));
        Metrics.Socket(connection.ClientId, +1);
        if (Conditions.Socket != SocketFault.NoHello)
        {
            connection.Send(new RtcdFrame.Hello(connection.ClientId, connection.Id));
        }

        var why = await connection.RunAsync((isBinary, message) => Receive(connection, isBinary, message), () =>
        {
            Interlocked.Increment(ref _pongs);
            _context.Changed();
        });
        Log.Add("error", "ws: read failed", "ws/server.go:165", ("error", why));
        Log.Add("warn", "service: mattermost client disconnected", "service/service.go:179", ("connID", connection.Id), ("clientID", connection.ClientId));
        Metrics.Socket(connection.ClientId, -1);
        _connections.TryRemove(connection, out _);
        _context.Changed();
        running.SetResult();
    }

    public void Cut()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Cut();
        }
    }

    /// <summary>No offer in time.</summary>
    public void TimedOut(RtcdSession session) => _work.Writer.TryWrite(() => session.Peer is null ? GiveUpAsync(session) : Task.CompletedTask);

    public void Connected(RtcdSession session)
    {
        Log.Add("debug", "rtc connected!", "rtc/sfu.go:350", ("sessionID", session.Id));
        Metrics.ConnState("connected");
        _context.Changed();
    }

    public void Disconnected(RtcdSession session)
    {
        Log.Add("debug", "peer connection disconnected", "rtc/sfu.go:354", ("sessionID", session.Id));
        Metrics.ConnState("disconnected");
        _context.Changed();
    }

    public void Failed(RtcdSession session, string why)
    {
        Log.Add("warn", why, "rtc/logger.go:81", ("sessionID", session.Id));
        Log.Add("debug", "peer connection failed", "rtc/sfu.go:357", ("sessionID", session.Id));
        Metrics.ConnState("failed");
        _work.Writer.TryWrite(() => CloseAsync(session));
    }

    public async ValueTask DisposeAsync()
    {
        var serving = _connections.Values.ToList();
        Cut();
        await Task.WhenAll(serving);
        await _ended.CancelAsync();
        _work.Writer.TryComplete();
        await _working;
        foreach (var session in _sessions.Values)
        {
            await session.DisposeAsync();
        }

        _sessions.Clear();
        await Media.DisposeAsync();
        _ended.Dispose();
    }

    private void Receive(RtcdConnection connection, bool isBinary, byte[] message)
    {
        if (!isBinary)
        {
            _context.Unexpected.Add("RTCD WebSocket text message");
            Log.Add("warn", "service: unexpected text message", "service/service.go:181", ("connID", connection.Id), ("clientID", connection.ClientId));
            return;
        }

        _work.Writer.TryWrite(() => HandleAsync(connection, message));
    }

    private async Task GiveUpAsync(RtcdSession session)
    {
        Log.Add("error", "timed out signaling", "rtc/session.go:176", ("sessionCfg", session.ToJson()));
        Metrics.Error(session.GroupId, "signaling");
        await CloseAsync(session);
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var step in _work.Reader.ReadAllAsync(_ended.Token))
            {
                await DoAsync(step);
                _context.Changed();
            }
        }
        catch (OperationCanceledException)
        {
            // RTCD stops: what still waits is lost, as it would be.
        }
    }

    /// <summary>A fault of the sandbox is said aloud, so that no test takes it for RTCD's silence.</summary>
    private async Task DoAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception ex) when (!_ended.IsCancellationRequested)
        {
            _context.Unexpected.Add($"A message to RTCD broke the sandbox: {ex}");
        }
    }

    private async Task HandleAsync(RtcdConnection connection, byte[] bytes)
    {
        if (!RtcdFrame.TryParse(bytes, out var frame))
        {
            _context.Unexpected.Add($"RTCD WebSocket message of {bytes.Length} bytes that is none");
            Refuse(connection, "failed to unpack data");
            return;
        }

        Metrics.Message(connection.ClientId, NameOf(frame), "in");
        if (Conditions.Socket == SocketFault.SilentAfterHello)
        {
            return;
        }

        switch (frame)
        {
            case RtcdFrame.Join join:
                await JoinAsync(connection, join);
                break;
            case RtcdFrame.Leave leave when _sessions.TryGetValue(leave.SessionId, out var session):
                await CloseAsync(session);
                break;
            case RtcdFrame.Leave:
                break;
            case RtcdFrame.Reconnect reconnect:
                _routes[reconnect.SessionId] = connection;
                break;
            case RtcdFrame.Rtc rtc when _sessions.TryGetValue(rtc.Message.SessionId, out var session):
                await HandleAsync(session, rtc.Message);
                break;
            case RtcdFrame.Rtc rtc:
                Log.Add("error", "session not found", "rtc/server.go:220", ("sessionID", rtc.Message.SessionId), ("groupID", rtc.Message.GroupId), ("msgType", (int)rtc.Message.Type));
                break;
            default:
                _context.Unexpected.Add($"RTCD WebSocket {NameOf(frame)}");
                Refuse(connection, $"unexpected client message type: {NameOf(frame)}");
                break;
        }
    }

    private void Refuse(RtcdConnection connection, string why) => Log.Add(
        "error", "service: failed to handle message", "service/service.go:185", ("error", why), ("connID", connection.Id), ("clientID", connection.ClientId));

    private async Task JoinAsync(RtcdConnection connection, RtcdFrame.Join join)
    {
        if ((join.Av1Support is not null || join.DcSignaling is not null) && !_context.IsAtLeast("v0.17.0"))
        {
            // Older ones read a map of strings.
            Refuse(connection, "failed to unpack data: failed to decode msg.Data: msgpack: invalid code=c2 decoding string/bytes length");
            return;
        }

        if ((connection.ClientId, join.CallId, join.UserId, join.SessionId) is var ids
            && (ids.ClientId.Length == 0 ? "GroupID" : ids.CallId.Length == 0 ? "CallID" : ids.UserId.Length == 0 ? "UserID" : ids.SessionId.Length == 0 ? "SessionID" : null) is { } empty)
        {
            Refuse(connection, $"failed to initialize rtc session: invalid session config: invalid {empty} value: should not be empty");
            return;
        }

        // Counted before anything can go wrong, and never taken back when it does (service/rtc/sfu.go, InitSession).
        Metrics.Session(connection.ClientId, +1);
        IReadOnlyList<IceCandidate> candidates;
        try
        {
            candidates = await Candidates.GatherAsync(Media.Addresses, Media.Number, Conditions, _context.Resolve, Time, _ended.Token);
        }
        catch (SandboxException ex)
        {
            Refuse(connection, ex.Message);
            return;
        }

        if (_sessions.ContainsKey(join.SessionId))
        {
            Refuse(connection, "failed to initialize rtc session: failed to add session: user session already exists");
            return;
        }

        _routes[join.SessionId] = connection;
        _sessions[join.SessionId] = new RtcdSession(this, connection.ClientId, join, connection, candidates, Time);
        Log.Add("debug", "session has joined call", "rtc/sfu.go:420", ("sessionID", join.SessionId), ("callID", join.CallId));
    }

    private async Task HandleAsync(RtcdSession session, RtcdMessage message)
    {
        switch (message.Type)
        {
            case RtcdMessageType.Ice:
                AddRemote(session, message.Data.Span);
                break;
            case RtcdMessageType.Sdp:
                await SignalAsync(session, message.Data);
                break;
            case RtcdMessageType.Mute or RtcdMessageType.Unmute or RtcdMessageType.ScreenOn or RtcdMessageType.ScreenOff
                or RtcdMessageType.VideoOn or RtcdMessageType.VideoOff:
                break;
            default:
                _context.Unexpected.Add($"RTCD WebSocket rtc message of type {(int)message.Type}");
                Log.Add("error", "received unexpected message type", "rtc/server.go:310", ("msgType", (int)message.Type));
                break;
        }
    }

    private void AddRemote(RtcdSession session, ReadOnlySpan<byte> data)
    {
        if (session.Peer is not { } peer || !RtcdCandidate.TryParse(data, out var given) || given.Candidate.Length == 0)
        {
            return;
        }

        if (!IceCandidate.TryParse(given.Candidate, out var candidate))
        {
            Log.Add("error", "failed to add ice candidate", "rtc/session.go:291", ("sessionID", session.Id));
            Metrics.Error(session.GroupId, "ice");
            return;
        }

        AddRemote(peer, candidate);
    }

    // Names (mDNS) are not looked up, and RTCD opens no TCP connections.
    private void AddRemote(SessionPeer peer, IceCandidate candidate)
    {
        if (candidate is { Transport: IceTransport.Udp, Address: { } address, Port: > 0 })
        {
            foreach (var path in Media.PathsTo(new IPEndPoint(address, candidate.Port)))
            {
                peer.Agent.AddRemote(path);
            }
        }
    }

    private async Task SignalAsync(RtcdSession session, ReadOnlyMemory<byte> data)
    {
        if (!RtcdDescription.TryParse(data.Span, out var description))
        {
            Log.Add("error", "failed to handle incoming sdp", "rtc/server.go:255", ("sessionID", session.Id), ("error", "failed to unmarshal sdp"));
            return;
        }

        if (description.Type == RtcdDescription.Answer)
        {
            // RTCD has made no offer: there is nobody else in the call whose tracks it would send.
            return;
        }

        if (description.Type != RtcdDescription.Offer || (session.Peer is null && OfferRules.Fault(description.Sdp) is not null)
            || !SessionDescription.TryParse(description.Sdp, out var offer))
        {
            var why = OfferRules.Fault(description.Sdp) ?? "unexpected sdp type";
            Log.Add("error", "failed to signal", "rtc/session.go:165", ("error", why), ("sessionID", session.Id));
            Metrics.Error(session.GroupId, "signaling");
            await CloseAsync(session);
            return;
        }

        if (session.Peer is null)
        {
            var peer = new SessionPeer(session, this, offer, _context);
            session.Begin(peer);
            _agents[peer.Agent.Ufrag] = peer.Agent;
            foreach (var candidate in offer.Candidates)
            {
                AddRemote(peer, candidate);
            }

            Answer(session, peer, isFirst: true);
        }
        else
        {
            Answer(session, session.Peer, isFirst: false);
        }
    }

    private void Answer(RtcdSession session, SessionPeer peer, bool isFirst)
    {
        var conditions = Conditions;
        if (conditions.AnswersAfter > TimeSpan.Zero)
        {
            session.After(conditions.AnswersAfter, Say);
        }
        else
        {
            Say();
        }

        void Say()
        {
            var trickled = isFirst && conditions.Candidates != CandidatePlacement.None
                ? session.Candidates.Select(candidate => Candidates.WithPort(candidate, conditions)).ToList()
                : [];
            var answer = new RtcdDescription(
                RtcdDescription.Answer, peer.Answer(AreGathered() ? session.Candidates : [], conditions));
            if (conditions.Candidates == CandidatePlacement.BeforeAnswer)
            {
                trickled.ForEach(Trickle);
            }

            Send(session, session.Message(RtcdMessageType.Sdp, answer.ToBytes()));
            if (conditions.Candidates != CandidatePlacement.BeforeAnswer)
            {
                trickled.ForEach(Trickle);
            }
        }

        // To a later offer the answer has all of them, as recorded from v0.11.3.
        bool AreGathered() => conditions.Candidates == CandidatePlacement.InAnswer || (!isFirst && conditions.Candidates != CandidatePlacement.None);

        void Trickle(IceCandidate candidate) => Send(
            session, session.Message(RtcdMessageType.Ice, new RtcdCandidate(candidate.ToString()) { SdpMid = "" }.ToWrappedBytes()));
    }

    private void Send(RtcdSession session, RtcdMessage message)
    {
        if (_routes.TryGetValue(session.Id, out var connection) && connection.Send(new RtcdFrame.Rtc(message)))
        {
            Metrics.Message(session.GroupId, "rtc", "out");
            return;
        }

        Log.Add("error", "ws: failed to get conn for sending", "ws/server.go:202", ("clientID", session.GroupId));
    }

    private async Task CloseAsync(RtcdSession session)
    {
        if (!_sessions.TryRemove(KeyValuePair.Create(session.Id, session)))
        {
            return;
        }

        Metrics.Session(session.GroupId, -1);
        await session.DisposeAsync();
        if (session.Peer is { } peer)
        {
            _agents.TryRemove(peer.Agent.Ufrag, out _);
            Media.Forget(peer.Agent);
        }

        Log.Add("debug", "peer connection closed", "rtc/sfu.go:360", ("sessionID", session.Id));
        Metrics.ConnState("closed");
        _routes.TryRemove(session.Id, out _);
        if (!session.JoinedOn.Send(new RtcdFrame.Close(session.Id)))
        {
            Log.Add("error", "ws: failed to get conn for sending", "ws/server.go:202", ("connID", session.JoinedOn.Id), ("clientID", session.GroupId));
        }
    }

    private static string NameOf(RtcdFrame frame) => frame switch
    {
        RtcdFrame.Hello => "hello",
        RtcdFrame.Join => "join",
        RtcdFrame.Leave => "leave",
        RtcdFrame.Reconnect => "reconnect",
        RtcdFrame.Close => "close",
        RtcdFrame.Rtc => "rtc",
        RtcdFrame.Vad => "vad",
        RtcdFrame.Unknown unknown => unknown.Type,
        _ => throw new UnreachableException(),
    };
}
