using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CallsBot.Probes;
using CallsBot.Probes.Media;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Checks.Media;

/// <summary>What a throw-away session says about one transport over one family.</summary>
/// <param name="Reason">How it ended.</param>
/// <param name="Seen">What was seen, as a whole sentence without its stop.</param>
/// <param name="Deciding">The candidate that decided; null when there is none.</param>
/// <param name="Why">Why nothing can be told; empty when something can.</param>
internal sealed record PathFinding(Reason Reason, string Seen, CandidateResult? Deciding, string Why = "");

/// <summary>
/// Judges the candidates of one transport and family. Clients use whichever works, so one that answers is enough.
/// </summary>
/// <remarks>
/// <para>RTCD answers no packet that belongs to no live session, so silence counts only when the session is known to have
/// been live, and only of an address that can be expected to be reached from here: a private one is not when RTCD itself is
/// reached at a public one, nor is one of Docker's own network. Everything else that comes instead of an answer, an ICMP
/// error, a refusal, somebody else's answer, is evidence by itself.</para>
/// <para>Only host candidates count when they fail. Reflexive ones belong to sockets of passing ports, which no firewall
/// opens: their silence is the rule and does no harm (pion/ice v4.2.0, gather.go).</para>
/// </remarks>
internal sealed class PathJudgement(PathReasons reasons, IceTransport transport, AddressFamily family)
{
    /// <summary>As many requests as an ICE agent sends before it gives a pair up (pion/ice v4.2.0, agent_config.go, defaultMaxBindingRequests).</summary>
    private const int EnoughRequests = 7;


    /// <summary>
    /// Speech is poor from a few percent on. That half of a handful is lost by chance takes a path that loses a fifth or
    /// more.
    /// </summary>
    private const double LossThatNoCallStands = 0.5;

    public IEnumerable<CandidateResult> Of(MediaProbeResult result) => result.Candidates.Where(IsOfThis);

    /// <param name="api">Where RTCD's API is reached.</param>
    /// <param name="result">Of a session that had candidates.</param>
    public PathFinding Judge(IPAddress api, MediaProbeResult result)
    {
        var all = Of(result).ToList();
        var best = all.Where(c => c.State == CandidateState.Answered).OrderBy(c => c.Loss).ThenBy(c => c.MedianRoundTrip).FirstOrDefault();
        if (best is not null)
        {
            return new PathFinding(
                best.Lost == 0 ? reasons.Passed
                : best.Loss < LossThatNoCallStands ? reasons.PacketsLost
                : WorksOtherwise(result) ? reasons.FallbackFails
                : reasons.MostLost,
                Sentence(best),
                best);
        }

        if (all.Count == 0)
        {
            return new PathFinding(reasons.NoCandidate, "there is no such candidate", null);
        }

        var hosts = all.Where(c => c.Candidate.Type == IceCandidateType.Host).ToList();
        var tried = hosts.Where(c => c.State != CandidateState.NotTried).ToList();
        if (tried.Count == 0)
        {
            return NotTried(hosts.Count > 0 ? hosts : all);
        }

        var expected = tried.Where(c => IsExpected(c.Address!, api)).ToList();
        if (expected.Count == 0)
        {
            return new PathFinding(
                reasons.NotTold,
                Sentence(tried[0]),
                tried[0],
                $"{tried[0].Address} is {SpecialAddress.Of(tried[0].Address!)?.Name}, and RTCD is reached at {api}: that nothing comes back here was to be expected.");
        }

        var found = expected.Select(c => (Candidate: c, Reason: ReasonOf(c, result))).ToList();
        var worst = found.FirstOrDefault(f => f.Reason is { Outcome: Outcome.Fail, IsInferred: false });
        worst = worst.Candidate is not null ? worst : found.FirstOrDefault(f => f.Reason.Outcome == Outcome.Fail);
        worst = worst.Candidate is not null ? worst : found[0];
        var reason = worst.Reason.Outcome == Outcome.Fail && WorksOtherwise(result) ? reasons.FallbackFails with { IsInferred = worst.Reason.IsInferred } : worst.Reason;
        var why = worst.Reason == reasons.NotTold ? WhySilenceSaysNothing(worst.Candidate, result) : "";
        return new PathFinding(reason, Sentence(worst.Candidate), worst.Candidate, why);
    }

    /// <summary>What users notice when this path fails, as a sentence.</summary>
    public string ConsequenceOf(MediaProbeResult result)
    {
        var isUdp = transport == IceTransport.Udp;
        return family == AddressFamily.InterNetworkV6 && Works(result, transport, AddressFamily.InterNetwork)
            ? $"Over IPv4 it works, so only clients that have IPv6 alone are without {Text(transport)}."
            : (isUdp, Works(result, IceTransport.Udp), Works(result, IceTransport.Tcp)) switch
            {
                (true, true, _) => "Over the other family it works.",
                (true, false, true) =>
                    "Over TCP it works: calls connect, but sound and picture stall when the network loses packets, and whoever cannot use TCP to this port cannot join.",
                (false, true, _) => "Over UDP it works. Whoever sits behind a firewall that lets no UDP out needs TCP, and cannot join calls.",
                (false, false, true) => "Over the other family it works.",
                _ => "No other way works either: by the way that was tested, calls do not connect.",
            };
    }

    /// <summary>What shows that the session was live; null when nothing does.</summary>
    public static string? ProofOfLife(MediaProbeResult result) =>
        result.Candidates.FirstOrDefault(c => c.State == CandidateState.Answered) is { } answered
            ? $"{Text(answered.Transport)} to {EndPointOf(answered)} was answered meanwhile"
            : result.Candidates.Any(c => c.ServerRequests > 0) ? "RTCD's own packets arrived"
            : result is { CloseReceived: true, EndedEarly: false } ? "RTCD held it until it was asked to end it"
            : null;

    /// <summary>
    /// A hint to a wrong override, as a sentence after a space; empty when there is none. No more than a hint: a firewall
    /// that lets neither transport through looks the same.
    /// </summary>
    public static string Elsewhere(IPAddress api, CandidateResult? deciding, MediaProbeResult result) =>
        deciding?.Address is { } address && !address.Equals(api) && address.AddressFamily == api.AddressFamily
        && !result.Candidates.Any(c => c.State == CandidateState.Answered && address.Equals(c.Address))
            ? $" RTCD is reached at {api} and tells clients {address}: see first that this is right."
            : "";

    public static string EndPointOf(CandidateResult c) =>
        c.Address is { } address
            ? new IPEndPoint(address, c.Candidate.Port).ToString()
            : $"{SafeText.From(c.Candidate.Host, 80)}:{c.Candidate.Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>"UDP to 10.0.0.5:8443: 5 of 5 packets answered".</summary>
    public static string Sentence(CandidateResult c) => $"{Text(c.Transport)} to {EndPointOf(c)}: {Seen(c)}";

    /// <summary>What became of a candidate, as the end of a sentence that names it.</summary>
    public static string Seen(CandidateResult c) => c.State switch
    {
        CandidateState.Answered => string.Create(
            CultureInfo.InvariantCulture,
            $"{c.Received} of {c.Received + c.Lost} packets answered, round trip {Milliseconds(c.MedianRoundTrip)} (95 % within {Milliseconds(c.NinetyFifthRoundTrip)}){Mapped(c)}"),
        CandidateState.NotTried => c.NotTried switch
        {
            NotTriedReason.AddressRefused => $"not tried, because this is {c.Refusal}",
            NotTriedReason.HostName => "not tried, because it is a name and not an address",
            NotTriedReason.TooMany => "not tried, because there are so many",
            _ => "not tried, because there is nothing to connect to",
        },
        CandidateState.Silent when c.ServerRequests > 0 => string.Create(
            CultureInfo.InvariantCulture,
            $"none of {c.Sent} packets was answered, and {c.ServerRequests} of RTCD's own came{(c.ServerWasTold ? " when it was told to send" : "")}"),
        CandidateState.Silent => string.Create(CultureInfo.InvariantCulture, $"none of {c.Sent} packets was answered"),
        CandidateState.Refused when c.Transport == IceTransport.Udp => "the answer was that nothing listens there (ICMP port unreachable)",
        CandidateState.Refused => "the connection was refused",
        CandidateState.ConnectTimeout => "the request for a connection got no reply",
        CandidateState.Closed => "the connection was closed without an answer",
        CandidateState.Unreachable => $"the system says {c.SocketError}",
        CandidateState.Rejected => string.Create(CultureInfo.InvariantCulture, $"it answers with STUN errors ({c.ErrorCode})"),
        CandidateState.Unverified => "what answers does not know the session's password",
        var other => other.ToString(),
    };

    public static string Text(IceTransport transport) => transport == IceTransport.Udp ? "UDP" : "TCP";

    private static string Mapped(CandidateResult c) =>
        c.MappedAddress is { } mapped && !mapped.Address.Equals(c.LocalAddress?.Address) ? $"; RTCD sees this machine as {mapped.Address}" : "";

    private static string Milliseconds(TimeSpan? span) =>
        string.Create(CultureInfo.InvariantCulture, $"{span?.TotalMilliseconds ?? 0:0.#} ms");

    private bool IsOfThis(CandidateResult c) => c.Transport == transport && (c.Family == family
        || (c.Family == AddressFamily.Unspecified && family == AddressFamily.InterNetwork));

    private PathFinding NotTried(List<CandidateResult> candidates)
    {
        var refused = candidates.Find(c => c.NotTried == NotTriedReason.AddressRefused);
        return refused is not null
            ? new PathFinding(reasons.AddressRefused, Sentence(refused), refused)
            : new PathFinding(reasons.NotTold, Sentence(candidates[0]), candidates[0], "There was nothing to send packets to.");
    }

    private Reason ReasonOf(CandidateResult c, MediaProbeResult result) => c.State switch
    {
        CandidateState.Refused => reasons.Refused,
        CandidateState.Rejected or CandidateState.Unverified => reasons.AnotherAnswers,
        CandidateState.Closed => reasons.Closed,
        CandidateState.ConnectTimeout => reasons.Blocked,
        CandidateState.Unreachable => c.SocketError is SocketError.HostUnreachable ? reasons.Unreachable : reasons.NoWayFromHere,
        CandidateState.Silent when WhySilenceSaysNothing(c, result).Length > 0 => reasons.NotTold,
        CandidateState.Silent => c switch
        {
            { ServerRequests: 0 } => reasons.Blocked,
            { ServerWasTold: true } => reasons.OneWay,
            _ => reasons.AnswersLost,
        },
        _ => reasons.NotTold,
    };

    private static string WhySilenceSaysNothing(CandidateResult c, MediaProbeResult result) =>
        ProofOfLife(result) is null ? "RTCD answers only while a session is live, and nothing shows that this one was."
        : result.EndedEarly && result.Candidates.All(other => other.State != CandidateState.Answered)
            ? "RTCD ended the session while packets were being sent, and answers only while it is live."
        : c.Transport == IceTransport.Udp && c.Sent < EnoughRequests
            ? string.Create(CultureInfo.InvariantCulture, $"Fewer packets were sent than an ICE agent sends before it gives up ({EnoughRequests}).")
        : "";

    /// <summary>UDP for TCP, and IPv4 for IPv6: what most clients use then.</summary>
    private bool WorksOtherwise(MediaProbeResult result) =>
        (transport == IceTransport.Tcp && Works(result, IceTransport.Udp))
        || (family == AddressFamily.InterNetworkV6 && Works(result, transport, AddressFamily.InterNetwork));

    private static bool Works(MediaProbeResult result, IceTransport transport, AddressFamily? family = null) =>
        result.Candidates.Any(c => c is { State: CandidateState.Answered, Loss: < LossThatNoCallStands }
            && c.Transport == transport && (family is null || c.Family == family));

    /// <summary>
    /// Whether an address is one that ought to be reached from here. A public one is; a private one when RTCD itself is
    /// reached at an address that is not public; one that only its own machine or link reaches when RTCD is reached at such
    /// a one too.
    /// </summary>
    private static bool IsExpected(IPAddress address, IPAddress api) =>
        address.Equals(api) || (SpecialAddress.Of(address)?.Reach, SpecialAddress.Of(api)?.Reach) switch
        {
            (null, _) => true,
            (Reach.SameNetwork, not null) => true,
            (Reach.SameMachine, Reach.SameMachine) => true,
            (Reach.SameLink, Reach.SameLink) => true,
            _ => false,
        };
}
