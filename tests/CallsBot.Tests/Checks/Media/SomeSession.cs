using System.Net;
using System.Net.Sockets;
using CallsBot.Checks.Media;
using CallsBot.Checks.Rtcd;
using CallsBot.Probes;
using CallsBot.Probes.Media;
using CallsBot.Protocols.Sdp;
using CallsBot.Tests.Probes;

namespace CallsBot.Tests.Checks.Media;

/// <summary>Sessions as a probe reports them, made by hand.</summary>
internal static class SomeSession
{
    public static RtcdWhere Where(string host = "rtcd.test") =>
        new(RtcdProbing.Target($"http://{host}:8045"), "from CallsBot's setting Rtcd:ServiceUrl", null, null);

    /// <param name="api">Where RTCD's API is reached.</param>
    /// <param name="candidates">What became of RTCD's candidates.</param>
    public static SessionAtAddress At(string api, params CandidateResult[] candidates) =>
        At(api, new MediaProbeResult { CallId = "the-call", SessionId = "the-session", Candidates = candidates, CloseReceived = true });

    public static SessionAtAddress At(string api, MediaProbeResult result) => new(new CheckedAddress(IPAddress.Parse(api), null), result);

    public static CandidateResult Udp(string host, CandidateState state, int sent = 7) => Candidate(IceTransport.Udp, host, state, sent);

    public static CandidateResult Tcp(string host, CandidateState state) => Candidate(IceTransport.Tcp, host, state, sent: 3);

    private static CandidateResult Candidate(IceTransport transport, string host, CandidateState state, int sent)
    {
        var candidate = new IceCandidate("1", 1, transport, 2130706431, host, 8443, IceCandidateType.Host);
        var answered = state == CandidateState.Answered ? sent : 0;
        return new CandidateResult(candidate, CandidateSource.Trickled, state)
        {
            Address = state == CandidateState.NotTried ? null : candidate.Address,
            Sent = sent,
            Received = answered,
            RoundTrips = [.. Enumerable.Range(1, answered).Select(i => TimeSpan.FromMilliseconds(i))],
            LocalAddress = new IPEndPoint(IPAddress.Parse("10.0.0.99"), 40000),
            NotTried = state == CandidateState.NotTried ? NotTriedReason.AddressRefused : null,
            Refusal = state == CandidateState.NotTried ? "a loopback address of the machine that CallsBot runs on" : null,
            SocketError = state == CandidateState.Unreachable ? SocketError.HostUnreachable : null,
            ErrorCode = state == CandidateState.Rejected ? 401 : null,
        };
    }
}
