using System.Net;
using System.Net.Sockets;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Probes.Media;

/// <summary>Where RTCD told us of a candidate.</summary>
internal enum CandidateSource
{
    /// <summary>In a message of its own, with RTCD's port override applied.</summary>
    Trickled,

    /// <summary>In the answer alone. RTCD applies its port override only to trickled ones.</summary>
    Answer,
}

internal enum CandidateState
{
    /// <summary>At least one check was answered, and the answer was signed with the server's password.</summary>
    Answered,

    /// <summary>Nothing was sent: see <see cref="CandidateResult.NotTried"/>.</summary>
    NotTried,

    /// <summary>No answer and no error. Of UDP, this does not say which way the packets were lost.</summary>
    Silent,

    /// <summary>UDP: the host said that nothing listens at the port (ICMP). TCP: the connection was refused.</summary>
    Refused,

    /// <summary>TCP: no reply to the connection request.</summary>
    ConnectTimeout,

    /// <summary>TCP: connected, and the other side closed without an answer.</summary>
    Closed,

    /// <summary>The system refused to send, as without a route: see <see cref="CandidateResult.SocketError"/>.</summary>
    Unreachable,

    /// <summary>Only STUN errors came: see <see cref="CandidateResult.ErrorCode"/>.</summary>
    Rejected,

    /// <summary>Answers came, but not one signed with the server's password: something else answers there.</summary>
    Unverified,
}

internal enum NotTriedReason
{
    /// <summary>The address policy refuses it: see <see cref="CandidateResult.Refusal"/>.</summary>
    AddressRefused,

    /// <summary>The candidate names a host, and names from a peer are not resolved.</summary>
    HostName,

    /// <summary>A TCP candidate that connects itself, or port 0: there is nothing to connect to.</summary>
    NotConnectable,

    /// <summary>More candidates than any RTCD has.</summary>
    TooMany,
}

/// <summary>What the checks of one candidate of the server showed, from a socket of its own.</summary>
internal sealed record CandidateResult(IceCandidate Candidate, CandidateSource Source, CandidateState State)
{
    /// <summary>The address that was connected to; null when none was.</summary>
    public IPAddress? Address { get; init; }

    public NotTriedReason? NotTried { get; init; }

    /// <summary>What the address is, when the policy refuses it.</summary>
    public string? Refusal { get; init; }

    /// <summary>Binding requests of ours, at most ten.</summary>
    public int Sent { get; init; }

    /// <summary>Answers to them that the server signed.</summary>
    public int Received { get; init; }

    /// <summary>
    /// Requests without an answer, of those sent since RTCD's agent was awake: since the first request that any
    /// candidate answered. It starts by itself some time after its answer, and drops what comes earlier.
    /// </summary>
    public int Lost { get; init; }

    /// <summary>In the order of the answers.</summary>
    public IReadOnlyList<TimeSpan> RoundTrips { get; init; } = [];

    /// <summary>Where the server sees us: our address, or that of the NAT between.</summary>
    public IPEndPoint? MappedAddress { get; init; }

    public IPEndPoint? LocalAddress { get; init; }

    /// <summary>How long the TCP connection took; null for UDP, and when there was none.</summary>
    public TimeSpan? Connect { get; init; }

    /// <summary>The last STUN error, such as 401 or 487.</summary>
    public int? ErrorCode { get; init; }

    public SocketError? SocketError { get; init; }

    /// <summary>
    /// Binding requests of the server, signed with our password, that reached this socket: proof that its packets come
    /// here. Unless it <see cref="ServerWasTold"/>, it knows of the socket from a request of ours, which then reached it.
    /// </summary>
    public int ServerRequests { get; init; }

    /// <summary>
    /// After all requests went unanswered, the server was told of this socket, to send to it unasked. Requests that come
    /// then show that the way from the server is open, and that it is the way to it that is not.
    /// </summary>
    public bool ServerWasTold { get; init; }

    /// <summary>Answers to our requests that were not signed with the server's password.</summary>
    public int UnverifiedAnswers { get; init; }

    public IceTransport Transport => Candidate.Transport;

    /// <summary>Unspecified when the candidate names a host.</summary>
    public AddressFamily Family => (Address ?? Candidate.Address)?.AddressFamily ?? AddressFamily.Unspecified;

    /// <summary>Of the requests that count, 0 to 1; null when none does, as when no candidate answered.</summary>
    public double? Loss => Received + Lost == 0 ? null : (double)Lost / (Received + Lost);

    public TimeSpan? MedianRoundTrip => Quantile(0.5);

    public TimeSpan? NinetyFifthRoundTrip => Quantile(0.95);

    /// <summary>By nearest rank.</summary>
    private TimeSpan? Quantile(double share) => RoundTrips.Count == 0
        ? null
        : RoundTrips.Order().ElementAt((int)Math.Ceiling(share * RoundTrips.Count) - 1);
}
