using System.Net;

namespace CallsBot.Protocols.Rtcd;

/// <summary>Why there is no WebSocket.</summary>
public enum RtcdSocketFailure
{
    /// <summary>Nothing listens at the port.</summary>
    ConnectionRefused,

    /// <summary>The network or the system refused otherwise, or the connection broke before an answer.</summary>
    ConnectionFailed,

    /// <summary>Time ran out before the answer to the upgrade.</summary>
    Timeout,

    /// <summary>The TLS handshake failed, be it for the certificate or because the other side speaks no TLS.</summary>
    Tls,

    /// <summary>
    /// HTTP 200 without upgrade: RTCD does not know the client or the key is wrong. Its handler returns without an
    /// answer, and Go fills in the status (rtcd, service/ws/server.go).
    /// </summary>
    CredentialsRefused,

    /// <summary>HTTP 404: no RTCD, or not at this address.</summary>
    NotFound,

    /// <summary>HTTP 400: the upgrade headers did not arrive, as with a proxy that strips them.</summary>
    UpgradeStripped,

    /// <summary>HTTP 403: the request's origin was refused, or a proxy forbids it.</summary>
    Forbidden,

    /// <summary>HTTP 502, 503 or 504: a proxy that does not reach RTCD.</summary>
    ProxyError,

    /// <summary>Another answer that is no upgrade: see <see cref="RtcdSocketOpening.Status"/>.</summary>
    UnexpectedAnswer,

    /// <summary>Upgraded, and then silent until the time ran out.</summary>
    NoHello,

    /// <summary>Upgraded, and then closed, or something else than hello came first.</summary>
    ClosedBeforeHello,
}

/// <summary>What came of <see cref="RtcdSocket.OpenAsync"/>: a socket, or a failure.</summary>
/// <param name="Socket">Null when there is a failure. Belongs to the caller.</param>
/// <param name="Failure">Null when there is a socket.</param>
public sealed record RtcdSocketOpening(RtcdSocket? Socket, RtcdSocketFailure? Failure)
{
    /// <summary>Of the answer to the upgrade; null when there was none.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>What the system or the peer said. May hold a stranger's text; holds no credentials.</summary>
    public string? Detail { get; init; }

    /// <summary>From the start to the answer to the upgrade, connecting and TLS included; null when none came.</summary>
    public TimeSpan? Upgrade { get; init; }

    /// <summary>From the answer to the upgrade to the hello, which RTCD sends at once; null when none came.</summary>
    public TimeSpan? Hello { get; init; }
}
