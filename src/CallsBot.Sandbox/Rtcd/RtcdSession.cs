using System.Text.Json.Nodes;
using CallsBot.Protocols.Rtcd;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>One participant, from join to close (rtcd, service/rtc/session.go).</summary>
internal sealed class RtcdSession : IAsyncDisposable
{
    /// <summary>rtcd, service/rtc/server.go.</summary>
    public static readonly TimeSpan OfferWithin = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _ended = new();
    private readonly TimeProvider _time;
    private readonly ITimer _offerTimer;
    private ITimer? _answerTimer;
    private volatile SessionPeer? _peer;

    public RtcdSession(
        RtcdSessions sessions, string groupId, RtcdFrame.Join join, RtcdConnection joinedOn, IReadOnlyList<IceCandidate> candidates, TimeProvider time)
    {
        (GroupId, Join, JoinedOn, Candidates, _time) = (groupId, join, joinedOn, candidates, time);
        _offerTimer = time.CreateTimer(_ => sessions.TimedOut(this), null, OfferWithin, Timeout.InfiniteTimeSpan);
    }

    public string GroupId { get; }

    public RtcdFrame.Join Join { get; }

    public string Id => Join.SessionId;

    /// <summary>Where its close goes, even after a reconnect (rtcd, service/service.go, closeCb).</summary>
    public RtcdConnection JoinedOn { get; }

    /// <summary>What is said to the client.</summary>
    public IReadOnlyList<IceCandidate> Candidates { get; }

    /// <summary>Cancelled when the session ends.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Null until the offer has come.</summary>
    public SessionPeer? Peer => _peer;

    public void Begin(SessionPeer peer)
    {
        _offerTimer.Dispose();
        _peer = peer;
    }

    /// <summary>Does something once, unless the session ends before.</summary>
    public void After(TimeSpan delay, Action what)
    {
        _answerTimer?.Dispose();
        _answerTimer = _time.CreateTimer(_ => what(), null, delay, Timeout.InfiniteTimeSpan);
    }

    public RtcdMessage Message(RtcdMessageType type, byte[] data) => new(Id, type, data)
    {
        GroupId = GroupId,
        UserId = Join.UserId,
        CallId = Join.CallId,
    };

    /// <summary>Go's names, and null for what was not given (rtcd, service/rtc/config.go).</summary>
    public JsonObject ToJson() => new()
    {
        ["GroupID"] = GroupId,
        ["CallID"] = Join.CallId,
        ["UserID"] = Join.UserId,
        ["SessionID"] = Id,
        ["Props"] = new JsonObject
        {
            ["av1Support"] = Join.Av1Support,
            ["channelID"] = Join.ChannelId,
            ["dcSignaling"] = Join.DcSignaling,
        },
    };

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _offerTimer.DisposeAsync();
        if (_answerTimer is { } timer)
        {
            await timer.DisposeAsync();
        }

        if (_peer is { } peer)
        {
            await peer.DisposeAsync();
        }
    }
}
