using System.Net;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Probes;

/// <summary>What became of one question to one address.</summary>
/// <param name="Address">Null when the name did not resolve.</param>
/// <param name="Seen">What was seen, as the end of a sentence that names the address.</param>
internal sealed record RtcdVersionReply(IPAddress? Address, string Seen)
{
    /// <summary>Null when there is a version.</summary>
    public HttpFailure? Failure { get; init; }

    /// <summary>Null when there is a failure.</summary>
    public RtcdVersion? Version { get; init; }

    public int? Status { get; init; }

    /// <summary>The first characters of the body, made safe to show; null when there was no answer.</summary>
    public string? BodyStart { get; init; }

    public CertificateSeen? Certificate { get; init; }

    public TimeSpan Duration { get; init; }

    public static RtcdVersionReply From(HttpReply<RtcdVersion> reply) => new(reply.Address, reply.Seen)
    {
        Failure = reply.Failure,
        Version = reply.Value,
        Status = reply.Status,
        BodyStart = reply.BodyStart,
        Certificate = reply.Certificate,
        Duration = reply.Duration,
    };
}

/// <param name="Replies">One for each address that the name has, in the name service's order; never empty.</param>
internal sealed record RtcdVersionReplies(ProbeTarget Target, IReadOnlyList<RtcdVersionReply> Replies);
