using CallsBot.Checks;

namespace CallsBot.Analysis.Logs;

/// <summary>The sessions of all logs of a run. Bounded: the oldest that are over are forgotten, and only counted.</summary>
internal sealed class CallSessions(FindingCatalog findings, int most = CallSessions.Most)
{
    private const int Most = 50_000;
    private const int MostQuotes = 5;
    private const int MostPending = 6;

    // Laptops are closed and trains go into tunnels: fewer lost sessions say nothing of the server.
    private const int FewestLost = 3;
    private const double LeastShareLost = 0.1;

    /// <summary>RTCD gives ICE up 30 s after the last packet (pion's failed timeout of 25 s after 5 s of silence).</summary>
    private static readonly TimeSpan IceGivesUp = TimeSpan.FromSeconds(45);

    // The events of signatures, by the finding's id.
    private static readonly Dictionary<string, SessionEvent> Events = new(StringComparer.Ordinal)
    {
        ["rtcd-session-joined"] = SessionEvent.Joined,
        ["rtcd-session-offer"] = SessionEvent.Signalled,
        ["rtcd-session-connected"] = SessionEvent.Connected,
        ["rtcd-ice-failed"] = SessionEvent.Failed,
        ["rtcd-signaling-timeout"] = SessionEvent.OfferMissed,
        ["rtcd-session-left"] = SessionEvent.Left,
        ["rtcd-session-closed"] = SessionEvent.Closed,
        ["plugin-session-joined"] = SessionEvent.Joined,
        ["plugin-session-left"] = SessionEvent.Left,
        ["client-session-named"] = SessionEvent.Named,
        ["client-session-joined"] = SessionEvent.Joined,
        ["client-session-connected"] = SessionEvent.Connected,
        ["client-ice-failed"] = SessionEvent.Failed,
        ["client-connection-timeout"] = SessionEvent.ClientTimedOut,
        ["client-session-closed"] = SessionEvent.Closed,
    };

    private readonly Dictionary<string, LinkedListNode<CallSession>> _sessions = new(StringComparer.Ordinal);
    private readonly LinkedList<CallSession> _byAge = new();
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private long _normal;
    private readonly List<Quote> _normalQuotes = [];

    /// <summary>How many sessions were ever seen.</summary>
    public long Seen { get; private set; }

    /// <summary>How many are kept.</summary>
    public int Kept => _sessions.Count;

    public static SessionEvent EventOf(string findingId) => Events.GetValueOrDefault(findingId);

    /// <summary>The session of this id; made when it is new.</summary>
    public CallSession Get(string id)
    {
        if (_sessions.TryGetValue(id, out var node))
        {
            return node.Value;
        }

        if (_sessions.Count >= most)
        {
            Forget();
        }

        Seen++;
        _sessions[id] = node = _byAge.AddLast(new CallSession(id));
        return node.Value;
    }

    /// <summary>Keeps a failure line until it is known whether the session connected.</summary>
    public static void Pend(CallSession session, FindingType type, Func<Quote> quote, DateTimeOffset? at)
    {
        if (session.Pending.Count < MostPending)
        {
            session.Pending.Add((type, quote(), at));
        }
        else
        {
            session.MorePending++;
        }
    }

    /// <summary>Failure lines that no session is named in.</summary>
    public void AddNormal(long count, IEnumerable<Quote> quotes)
    {
        _normal += count;
        _normalQuotes.AddRange(quotes.Take(MostQuotes - Math.Min(MostQuotes, _normalQuotes.Count)));
    }

    /// <summary>What the sessions together show. Ends the following of sessions.</summary>
    public IReadOnlyList<Finding> Conclude()
    {
        foreach (var session in _byAge)
        {
            Judge(session);
        }

        _sessions.Clear();
        _byAge.Clear();
        var found = _groups.Values.Select(group => Weighed(group.ToFinding())).ToList();
        if (_normal > 0)
        {
            found.Add(findings.Found("ice-failures-normal", [.. _normalQuotes]) with { Words = Counted(_normal), Count = _normal });
        }

        return found;
    }

    private Finding Weighed(Finding finding)
    {
        if (finding.Id != "session-lost")
        {
            return finding;
        }

        long CountOf(string id) => _groups.TryGetValue(id, out var group) ? group.Count : 0;
        var connected = finding.Count + CountOf("session-lost-early") + CountOf("sessions-connected");
        return finding.Count >= FewestLost && finding.Count >= connected * LeastShareLost
            ? finding
            : finding with { Outcome = Outcome.Inconclusive, Certainty = Certainty.Possible };
    }

    private static Dictionary<string, string> Counted(long count) =>
        new() { ["count"] = count.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    /// <summary>The oldest that is over, among the oldest; the oldest of all where none of them is.</summary>
    private void Forget()
    {
        const int LookedAt = 64;
        var node = _byAge.First!;
        for (var (at, i) = (node, 0); at is not null && i < LookedAt; at = at.Next!, i++)
        {
            if (at.Value.IsOver)
            {
                node = at;
                break;
            }
        }

        Judge(node.Value);
        _byAge.Remove(node);
        _sessions.Remove(node.Value.Id);
    }

    private void Judge(CallSession session)
    {
        if (Verdict(session) is { } verdict)
        {
            Add(findings[verdict], session.Quotes, session.FailedAt ?? session.FirstAt, 1, isCounted: true);
        }

        foreach (var (type, quote, at) in session.Pending)
        {
            if (session.NeverConnected)
            {
                Add(type, [quote], at, 1, isCounted: false);
            }
            else
            {
                AddNormal(1, [quote]);
            }
        }

        if (!session.NeverConnected)
        {
            AddNormal(session.MorePending, []);
        }
    }

    private static string? Verdict(CallSession session)
    {
        if (session.NeverConnected)
        {
            return session.OfferMissed ? session.ClientTimedOut ? "session-offer-lost" : null
                : session.Failed ? "session-media-blocked"
                : null;
        }

        if (!session.Connected)
        {
            return null;
        }

        // Leaving closes the connection; what fails after that is no loss.
        var isLost = session.FailedAt is { } failed && failed >= (session.ConnectedAt ?? failed) && !(session.EndedAt < failed);
        return !isLost ? "sessions-connected"
            : session.FailedAt - session.ConnectedAt < IceGivesUp ? "session-lost-early"
            : "session-lost";
    }

    private void Add(FindingType type, IReadOnlyList<Quote> quotes, DateTimeOffset? at, long count, bool isCounted)
    {
        if (!_groups.TryGetValue(type.Id, out var group))
        {
            _groups[type.Id] = group = new Group(type, isCounted);
        }

        group.Count += count;
        group.FirstAt = group.FirstAt is null || at < group.FirstAt ? at ?? group.FirstAt : group.FirstAt;
        group.LastAt = group.LastAt is null || at > group.LastAt ? at ?? group.LastAt : group.LastAt;
        group.Quotes.AddRange(quotes.Take(MostQuotes - Math.Min(MostQuotes, group.Quotes.Count)));
    }

    private sealed class Group(FindingType type, bool isCounted)
    {
        public long Count { get; set; }

        public DateTimeOffset? FirstAt { get; set; }

        public DateTimeOffset? LastAt { get; set; }

        public List<Quote> Quotes { get; } = [];

        public Finding ToFinding() => new(type, [.. Quotes])
        {
            Count = Count,
            FirstAt = FirstAt,
            LastAt = LastAt,
            Words = isCounted ? Counted(Count) : new Dictionary<string, string>(),
        };
    }
}
