using CallsBot.Protocols.Sdp;

namespace CallsBot.Protocols.Dtls;

public enum DtlsRole
{
    /// <summary>Speaks first: "a=setup:active".</summary>
    Client,

    /// <summary>Waits for the other's first packet: "a=setup:passive".</summary>
    Server,
}

public enum DtlsOutcome
{
    /// <summary>Both sides have proved themselves and hold the same keys.</summary>
    Completed,

    /// <summary>Time ran out, and no packet had come.</summary>
    Silent,

    /// <summary>Time ran out in the middle: see <see cref="DtlsResult.LastHeard"/>.</summary>
    Stalled,

    /// <summary>The peer ended it: see <see cref="DtlsResult.Alert"/>.</summary>
    AlertReceived,

    /// <summary>The peer showed another certificate than the SDP announces, or none: somebody else, or a mangled SDP.</summary>
    FingerprintMismatch,

    /// <summary>What came is nothing that we can agree to: see <see cref="DtlsResult.Alert"/>, which we sent.</summary>
    Failed,

    /// <summary>The path below refused to carry our packets.</summary>
    SendFailed,
}

/// <summary>How a handshake ended. Nothing in it is the peer's own text.</summary>
public sealed record DtlsResult(DtlsOutcome Outcome, TimeSpan Duration)
{
    /// <summary>The agreed suite by its IANA name; null unless completed.</summary>
    public string? CipherSuite { get; init; }

    /// <summary>The agreed use_srtp profile by its IANA name; null when the client offered none, or when not completed.</summary>
    public string? SrtpProfile { get; init; }

    /// <summary>The alert that ended it by its name in RFC 5246 §7.2, such as "bad_certificate".</summary>
    public string? Alert { get; init; }

    /// <summary>Of the certificate that the peer showed; null when it came to none.</summary>
    public CertificateFingerprint? PeerFingerprint { get; init; }

    public int PacketsSent { get; init; }

    public int PacketsReceived { get; init; }

    /// <summary>The latest message that came in the clear, such as "ClientHello"; null when none did.</summary>
    public string? LastHeard { get; init; }
}
