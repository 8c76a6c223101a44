using System.Diagnostics;
using System.Globalization;
using CallsBot.Checks.Rtcd;
using CallsBot.Probes.Media;
using CallsBot.Protocols.Dtls;

namespace CallsBot.Checks.Media;

/// <summary>Does the encrypted connection for sound and picture come up, as it has to before a browser says "connected"?</summary>
internal sealed class MediaDtlsCheck(RtcdSurvey survey, MediaSurvey media) : ICheck
{
    private static readonly NextStep BigPackets = new(
        "From the machine that CallsBot runs on, see whether large packets get through: these are 1,200 bytes with IP and UDP, as large as DTLS and media packets get.",
        "ping -c 3 -M do -s 1172 '{address}'");

    private static readonly NextStep Watch = new(
        "On the RTCD server, watch the packets of a run: from 13 bytes on they are DTLS.", "sudo timeout 30 tcpdump -ni any 'port {media}' -v");

    private static readonly NextStep ReadLog = new(
        "On the RTCD server, read the last lines of its log.", "sudo journalctl -u rtcd -n 200 --no-pager | grep -iE 'dtls|handshake|failed'");

    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The encrypted connection for sound and picture comes up.", "{seen}.");

    private static readonly Reason NoPath = new(
        "no-path",
        Outcome.Skipped,
        "No media path works, so there was nothing to agree on encryption over.",
        "{seen}.",
        new NextStep("See what the checks of media over UDP and TCP say."));

    private static readonly Reason NotCome = new(
        "handshake-not-reached",
        Outcome.Inconclusive,
        "The test ended before encryption could be agreed on.",
        "{seen}.",
        new NextStep("Run the check again."),
        ReadLog);

    private static readonly Reason Silent = new(
        "dtls-silent",
        Outcome.Fail,
        "Small test packets get through to the call server, but the encrypted connection does not begin.",
        "{seen}. RTCD speaks first once a path is chosen: its packet is larger than those before, and does not arrive, or a firewall recognises DTLS and drops it.",
        BigPackets,
        Watch,
        ReadLog)
    {
        IsInferred = true,
    };

    private static readonly Reason Stalled = new(
        "dtls-stalled",
        Outcome.Fail,
        "The encrypted connection to the call server begins, and gets stuck.",
        "{seen}. Larger packets are lost, or a firewall cuts the path off after a few packets.",
        BigPackets,
        Watch,
        ReadLog)
    {
        IsInferred = true,
    };

    private static readonly Reason Refused = new(
        "dtls-refused",
        Outcome.Fail,
        "The call server refuses the encrypted connection for sound and picture.",
        "{seen}.",
        ReadLog,
        new NextStep("Upgrade RTCD when no call is running on it, and look again."));

    private static readonly Reason WrongCertificate = new(
        "dtls-fingerprint",
        Outcome.Fail,
        "What answers at the call server's media address shows another certificate than the call server announced.",
        "{seen}. Something between takes the connection in RTCD's place, or another server has its address.",
        new NextStep("See which machine has the address, and what stands between.", "ip route get '{address}'; mtr -rwbc 5 '{address}'"),
        ReadLog);

    private static readonly Reason SomeAddressesFail = new(
        RtcdVersionReasons.SomeAddressesFail,
        Outcome.Warn,
        "The encrypted connection comes up with some of the call servers, and not with others.",
        "{seen}. It does not with: {failed}.",
        BigPackets,
        ReadLog);

    public string Id => "media-dtls";

    public string Title => "Media encryption";

    public CheckGroup Group => CheckGroup.Media;

    public string Activity => "Agreeing on encryption with RTCD";

    public IReadOnlyList<string> Covers { get; } = ["A2.2", "I2.2"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(
        NoPath, NotCome, Silent, Stalled, Refused, WrongCertificate, SomeAddressesFail, AddressFindings.NotAsked);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-session"];

    public IReadOnlyList<string> ExplainedBy { get; } =
        ["rtcd-candidates", "media-udp-ipv4", "media-udp-ipv6", "media-tcp-ipv4", "media-tcp-ipv6"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        var sessions = (await media.ProbeAsync(cancellationToken)).Where(s => s.Result.Failure is null).ToList();
        return sessions.Count == 0 ? where.Nothing(Id) : Judge(where, sessions);
    }

    /// <param name="where">The RTCD.</param>
    /// <param name="sessions">Such as had candidates; at least one.</param>
    public CheckResult Judge(RtcdWhere where, IReadOnlyList<SessionAtAddress> sessions)
    {
        var candidate = sessions.Select(s => s.Result.Dtls).FirstOrDefault(d => d is not null && d.Handshake.Outcome != DtlsOutcome.Completed)?.Candidate
            ?? sessions.Select(s => s.Result.Dtls?.Candidate).FirstOrDefault(c => c is not null);
        Dictionary<string, string> words = new()
        {
            ["media"] = (candidate?.Candidate.Port ?? 8443).ToString(CultureInfo.InvariantCulture),
            ["address"] = candidate?.Address?.ToString() ?? where.Target!.Host,
        };
        return new AddressFindings(where, [.. sessions.Select(Judge)]).ToResult(Id, Passed, SomeAddressesFail, words);
    }

    private static AtAddress Judge(SessionAtAddress session)
    {
        var result = session.Result;
        if (result.Dtls is not { } dtls)
        {
            return result.Candidates.Any(c => c.State == CandidateState.Answered)
                ? new AtAddress(session.Address, NotCome, result.EndedEarly ? "RTCD ended the session first" : "no path was chosen")
                : new AtAddress(session.Address, NoPath, "no media address of RTCD answered");
        }

        var handshake = dtls.Handshake;
        var path = $"over {PathJudgement.Text(dtls.Candidate.Transport)} to {PathJudgement.EndPointOf(dtls.Candidate)}";
        var (reason, seen) = handshake.Outcome switch
        {
            DtlsOutcome.Completed => (Passed, string.Create(
                CultureInfo.InvariantCulture,
                $"{path} in {handshake.Duration.TotalMilliseconds:0} ms, {handshake.CipherSuite}{(dtls.PeerSentData ? "; RTCD sent data over it" : "")}")),
            DtlsOutcome.Silent => (Silent, $"{path}: no DTLS packet came"),
            DtlsOutcome.Stalled => (Stalled, string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: {handshake.PacketsReceived} DTLS packets came, {handshake.PacketsSent} were sent, and the last message heard is {handshake.LastHeard ?? "none"}")),
            DtlsOutcome.AlertReceived => (Refused, $"{path}: RTCD ended the handshake with the alert {handshake.Alert}"),
            DtlsOutcome.Failed => (Refused, $"{path}: what RTCD offers cannot be agreed to ({handshake.Alert})"),
            DtlsOutcome.FingerprintMismatch => (WrongCertificate, $"{path}: the certificate's fingerprint is not the one in the answer"),
            DtlsOutcome.SendFailed => (NotCome, $"{path}: the system refused to send"),
            var other => throw new UnreachableException(other.ToString()),
        };
        return new AtAddress(session.Address, reason, seen) { Duration = handshake.Duration };
    }
}
