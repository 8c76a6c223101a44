namespace CallsBot.Sandbox.Rtcd;

/// <summary>
/// Under which conditions the pretend RTCD works, besides its <see cref="RtcdFault"/>: each may be combined with any other.
/// Take effect for what happens next; sessions and sockets that are open stay.
/// </summary>
internal sealed record RtcdConditions
{
    public static RtcdConditions Good { get; } = new();

    /// <summary>What became of the client that the sandbox registered.</summary>
    public ClientState Client { get; init; }

    /// <summary>What <c>/system</c> tells: 1 is one idle core, more is less. Infinity has an empty body, as JSON cannot say it.</summary>
    public double CpuLoad { get; init; } = 0.27;

    /// <summary>How far the clock that the <c>Date</c> header is taken from goes ahead.</summary>
    public TimeSpan ClockSkew { get; init; }

    /// <summary>A proxy in front keeps <c>/metrics</c> from strangers; RTCD itself does not.</summary>
    public bool HidesMetrics { get; init; }

    /// <summary>The same for <c>/debug/pprof/</c>.</summary>
    public bool HidesProfiles { get; init; }

    /// <summary>What happens to the WebSocket upgrade, while everything else is answered.</summary>
    public SocketFault Socket { get; init; }

    /// <summary>A proxy in front cuts sockets on which nothing has come or gone for so long.</summary>
    public TimeSpan? CutsIdleSocketsAfter { get; init; }

    /// <summary>How long an answer to an offer takes.</summary>
    public TimeSpan AnswersAfter { get; init; }

    /// <summary><c>ice_host_override</c>: an address, a name, or pairs of them. A name that does not resolve fails every join.</summary>
    public string HostOverride { get; init; } = "";

    /// <summary><c>ice_host_port_override</c>.</summary>
    public int? PortOverride { get; init; }

    public CandidatePlacement Candidates { get; init; }

    /// <summary>The answer names another certificate than the one that DTLS shows.</summary>
    public bool WrongFingerprint { get; init; }

    /// <summary>Datagrams to RTCD are lost.</summary>
    public IpFamilies LosesUdpIn { get; init; }

    /// <summary>Datagrams from RTCD are lost.</summary>
    public IpFamilies LosesUdpOut { get; init; }

    /// <summary>TCP connections to the media port are taken, and nothing comes back on them.</summary>
    public IpFamilies SilentTcp { get; init; }

    /// <summary>TCP connections to the media port are refused.</summary>
    public IpFamilies RefusesTcp { get; init; }

    /// <summary>So many datagrams of each peer arrive; all later ones of it, and all answers to them, are lost.</summary>
    public int? LosesUdpAfter { get; init; }

    /// <summary>Of the STUN datagrams of each peer every so-manieth is lost: with 3, the third, the sixth, …</summary>
    public int? LosesEveryStun { get; init; }

    public DtlsFault Dtls { get; init; }
}

internal enum ClientState
{
    Registered,

    /// <summary>Registered with another key.</summary>
    WrongKey,

    /// <summary>The store was lost: nobody is registered.</summary>
    Unregistered,
}

internal enum SocketFault
{
    None,

    /// <summary>A proxy takes the upgrade headers away, so that RTCD answers 400.</summary>
    UpgradeStripped,

    /// <summary>A proxy answers 426.</summary>
    UpgradeRequired,

    /// <summary>A proxy or portal answers 200 with a page.</summary>
    Page,

    /// <summary>A proxy answers 502.</summary>
    BadGateway,

    /// <summary>The upgrade goes through, but nothing comes after it.</summary>
    NoHello,

    /// <summary>Nothing comes after the hello, whatever is sent.</summary>
    SilentAfterHello,
}

/// <summary>Where the candidates are. RTCD promises no order (service/rtc/sfu.go).</summary>
internal enum CandidatePlacement
{
    AfterAnswer,

    BeforeAnswer,

    /// <summary>In the answer, each twice, as pion writes what it has gathered by then; and after it.</summary>
    InAnswer,

    None,
}

[Flags]
internal enum IpFamilies
{
    None = 0,
    IPv4 = 1,
    IPv6 = 2,
    Both = IPv4 | IPv6,
}

internal enum DtlsFault
{
    None,

    /// <summary>An alert in place of a handshake.</summary>
    Refused,

    /// <summary>No handshake is begun, none is answered.</summary>
    Silent,
}
