namespace CallsBot.Analysis.Logs;

/// <summary>One client's part in one call, as RTCD, the plugin and the client itself saw it.</summary>
internal sealed class CallSession(string id)
{
    private const int MostLines = 4;

    private int? _joinedIn;
    private int? _failedIn;
    private bool _joinedAndFailedInOne;
    private DateTimeOffset? _failureLogBeganAt;

    public string Id { get; } = id;

    public string? CallId { get; set; }

    /// <summary>The first line that named it, where it had a time.</summary>
    public DateTimeOffset? FirstAt { get; private set; }

    public DateTimeOffset? LastAt { get; private set; }

    public DateTimeOffset? JoinedAt { get; private set; }

    public DateTimeOffset? ConnectedAt { get; private set; }

    public DateTimeOffset? FailedAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    public bool Joined { get; private set; }

    public bool Signalled { get; private set; }

    public bool Connected { get; private set; }

    /// <summary>The path was lost or never found, as RTCD or the client's own ICE said.</summary>
    public bool Failed { get; private set; }

    /// <summary>RTCD gave up waiting for the offer.</summary>
    public bool OfferMissed { get; private set; }

    /// <summary>The client gave up waiting for the connection.</summary>
    public bool ClientTimedOut { get; private set; }

    /// <summary>It was left, or closed by either side.</summary>
    public bool Ended { get; private set; }

    /// <summary>It was left on purpose.</summary>
    public bool Left { get; private set; }

    /// <summary>Lines that tell most about it, the first few.</summary>
    public List<Quote> Quotes { get; } = [];

    /// <summary>Failure lines that count only should it never connect.</summary>
    public List<(FindingType Type, Quote Quote, DateTimeOffset? At)> Pending { get; } = [];

    /// <summary>The failure lines that there was no room for.</summary>
    public long MorePending { get; set; }

    /// <summary>The piece that named it last, by number.</summary>
    public int Piece { get; set; } = -1;

    /// <summary>
    /// Whether it surely did not connect: its beginning was seen, and its failure, and the log with the failure would show a
    /// connection between them. A log that was rotated, or a part of one, may begin after the connection.
    /// </summary>
    public bool NeverConnected => !Connected && (OfferMissed || ClientTimedOut || (Joined && Failed && (_joinedAndFailedInOne || _failureLogBeganAt < JoinedAt)));

    public bool IsOver => Ended || OfferMissed || ClientTimedOut || (Failed && !Connected);

    /// <summary>Whether a line of this event is kept: making a quote of each would cost more than finding it.</summary>
    public bool TakesQuote(SessionEvent what) =>
        Quotes.Count < MostLines && what is (SessionEvent.Joined or SessionEvent.Connected or SessionEvent.Failed or SessionEvent.OfferMissed or SessionEvent.ClientTimedOut);

    /// <param name="what">What a line of the current <see cref="Piece"/> says of it.</param>
    /// <param name="at">When.</param>
    /// <param name="quote">The line; null when it is not kept.</param>
    /// <param name="logBeganAt">The first time in the piece.</param>
    public void See(SessionEvent what, DateTimeOffset? at, Quote? quote, DateTimeOffset? logBeganAt = null)
    {
        FirstAt = Earlier(FirstAt, at);
        LastAt = Later(LastAt, at);
        switch (what)
        {
            case SessionEvent.Joined:
                Joined = true;
                JoinedAt = Earlier(JoinedAt, at);
                _joinedIn = Piece;
                _joinedAndFailedInOne |= _joinedIn == _failedIn;
                break;
            case SessionEvent.Signalled:
                Signalled = true;
                return;
            case SessionEvent.Connected:
                Connected = true;
                ConnectedAt = Earlier(ConnectedAt, at);
                break;
            case SessionEvent.Failed:
                Failed = true;
                FailedAt ??= at;
                _failedIn = Piece;
                _joinedAndFailedInOne |= _joinedIn == _failedIn;
                _failureLogBeganAt = Earlier(_failureLogBeganAt, logBeganAt);
                break;
            case SessionEvent.OfferMissed:
                OfferMissed = true;
                break;
            case SessionEvent.ClientTimedOut:
                ClientTimedOut = true;
                break;
            case SessionEvent.Left:
                Left = Ended = true;
                EndedAt = Earlier(EndedAt, at);
                return;
            case SessionEvent.Closed:
                Ended = true;
                EndedAt = Earlier(EndedAt, at);
                return;
            default:
                return;
        }

        if (quote is not null && Quotes.Count < MostLines)
        {
            Quotes.Add(quote);
        }
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;
}

/// <summary>What a line says of a session.</summary>
internal enum SessionEvent
{
    None,

    /// <summary>The session's name, as the client got it.</summary>
    Named,
    Joined,
    Signalled,
    Connected,

    /// <summary>ICE or the peer connection failed.</summary>
    Failed,
    OfferMissed,
    ClientTimedOut,
    Left,
    Closed,
}
