using System.Net;

namespace CallsBot.Probes.Turn;

/// <summary>
/// What keeps a STUN or TURN server from being of use, in the order of how far the question got: of several failures the
/// last in this order says most.
/// </summary>
internal enum TurnFailure
{
    NameNotFound,
    AddressRefused,
    Unreachable,
    Silent,
    ConnectionRefused,
    ConnectionClosed,
    TlsFailed,

    /// <summary>Something answers, and not in STUN.</summary>
    NotStun,

    /// <summary>The server sends its clients to another one (RFC 8489 §10).</summary>
    SentElsewhere,

    /// <summary>401 or 441 to an Allocate with credentials.</summary>
    WrongCredentials,

    /// <summary>437 or 486.</summary>
    QuotaReached,

    /// <summary>508.</summary>
    NoCapacity,

    /// <summary>Any other error to an Allocate.</summary>
    Refused,

    /// <summary>The relayed address is one that nothing may be sent to.</summary>
    RelayRefused,

    /// <summary>403 to a permission for our own address.</summary>
    PeerForbidden,

    /// <summary>What was sent to the relayed address did not come back.</summary>
    NoEcho,
}

/// <summary>What became of one question to a STUN or TURN server at one address.</summary>
/// <param name="Transport">How it was asked.</param>
/// <param name="Address">Null when the name did not resolve.</param>
/// <param name="Failure">Null when all went well.</param>
/// <param name="Seen">What was seen, as the end of a sentence that names the server.</param>
internal sealed record TurnReply(TurnTransport Transport, IPAddress? Address, TurnFailure? Failure, string Seen)
{
    /// <summary>Where the server sees us; null when it did not say.</summary>
    public IPEndPoint? Mapped { get; init; }

    /// <summary>The address that the server relayed for; null when there was none.</summary>
    public IPEndPoint? Relayed { get; init; }

    /// <summary>From the first request that was answered to its answer.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>The server's own name for itself, safe to show; null when it did not say.</summary>
    public string? Software { get; init; }

    /// <summary>The server gave a relay to somebody without credentials.</summary>
    public bool IsOpenRelay { get; init; }

    /// <summary>Whether the server refuses to relay to the media server; null when that was not asked.</summary>
    public bool? ForbidsMediaServer { get; init; }

    public CertificateSeen? Certificate { get; init; }

    /// <summary>Packets sent to the server.</summary>
    public int Sent { get; init; }
}

/// <summary>What to log in to a TURN server with. The credential is left out of <see cref="ToString"/>.</summary>
/// <param name="Source">Where they are from, as it follows "credentials".</param>
internal sealed record TurnCredentials(string Username, string Credential, string Source)
{
    public override string ToString() => $"credentials {Source}";
}
