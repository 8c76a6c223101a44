namespace CallsBot.Sandbox.Rtcd;

/// <summary>What ails the pretend RTCD.</summary>
internal enum RtcdFault
{
    /// <summary>Nothing: version v1.2.6 answers.</summary>
    Healthy,

    /// <summary>The process is gone: connections are refused.</summary>
    Stopped,

    /// <summary>Connections are taken, requests never answered.</summary>
    Silent,

    /// <summary>The right answer, late.</summary>
    Slow,

    /// <summary>A proxy in front answers 502 with its own HTML page.</summary>
    ProxyError,

    /// <summary>A proxy or portal in front answers 200 with an HTML page.</summary>
    ProxyPage,

    /// <summary>JSON that is no RTCD's.</summary>
    WrongJson,

    /// <summary>A version that Calls refuses: v0.11.3, below the least one, v0.17.0.</summary>
    OldVersion,

    /// <summary>A development build: no version in it.</summary>
    EmptyVersion,

    /// <summary>TLS on the port, with a certificate that nobody signed.</summary>
    Tls,

    /// <summary>Every path is sent elsewhere.</summary>
    Redirect,

    /// <summary>HTTP 500.</summary>
    ServerError,
}
