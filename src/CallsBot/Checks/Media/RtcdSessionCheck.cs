using System.Diagnostics;
using System.Globalization;
using CallsBot.Checks.Rtcd;
using CallsBot.Probes;
using CallsBot.Probes.Media;

namespace CallsBot.Checks.Media;

/// <summary>Does RTCD set up a session: answer an offer, and tell of addresses to send media to?</summary>
internal sealed class RtcdSessionCheck(RtcdSurvey survey, MediaSurvey media) : ICheck
{
    private static readonly NextStep ReadLog = new(
        "On the RTCD server, read why in its log: it tells nobody else. \"failed to resolve host\" means that the name in ice_host_override does not resolve there.",
        "sudo journalctl -u rtcd -n 200 --no-pager | grep -iE 'failed|error|join|resolve'");

    private static readonly NextStep WhatIsSet = new(
        "On the RTCD server, see what is set for media.",
        "grep -nE '^[[:space:]]*(ice_|udp_|enable_ipv6)' /opt/rtcd/rtcd.toml; env | grep RTCD_RTC");

    private static readonly NextStep Restart = new("When no call is running, restart RTCD.", "sudo systemctl restart rtcd");

    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The call server sets up a call with the bot.", "{seen}.");

    private static readonly Reason NoAnswer = new(
        "no-answer",
        Outcome.Fail,
        "The call server does not answer when somebody joins a call.",
        "{seen}. RTCD refuses a join or an offer without a word, save in its log. Most often the name in ice_host_override does not resolve on the RTCD server; a browser then waits 15 seconds and gives up.",
        ReadLog,
        new NextStep("On the RTCD server, look up the name that ice_host_override holds, if it is a name.", "getent ahostsv4 \"$(sed -nE 's/^[[:space:]]*ice_host_override[[:space:]]*=[[:space:]]*\"([^\"]*)\".*/\\1/p' /opt/rtcd/rtcd.toml)\""),
        WhatIsSet,
        Restart)
    {
        IsInferred = true,
    };

    private static readonly Reason SessionClosed = new(
        "session-closed",
        Outcome.Fail,
        "The call server ends a call as soon as somebody joins it.",
        "{seen}.",
        ReadLog,
        WhatIsSet,
        Restart);

    private static readonly Reason SignallingLost = new(
        "signalling-lost",
        Outcome.Fail,
        "The connection that sets calls up breaks when somebody joins a call.",
        "{seen}. RTCD ended, or a proxy or firewall between cut the connection.",
        new NextStep("On the RTCD server, see whether the service runs, and since when.", "systemctl status rtcd --no-pager"),
        ReadLog,
        new NextStep("Point the RTCD Service URL (System Console > Plugins > Calls) straight at RTCD's API port, past any proxy or load balancer."));

    private static readonly Reason UnreadableAnswer = new(
        "unreadable-answer",
        Outcome.Fail,
        "The call server's answer to a join cannot be used.",
        "{seen}. Browsers would refuse it as well.",
        new NextStep("Upgrade RTCD when no call is running on it, and look again. Keep the log for a report."),
        ReadLog);

    private static readonly Reason NoCandidates = new(
        "no-candidates",
        Outcome.Fail,
        "The call server tells clients of no address to send sound and picture to, so no call connects.",
        "{seen}. RTCD found no network address to use when it started, or could not open its media ports. It looks only then: an address that came later, as of a VPN, needs a restart.",
        new NextStep("On the RTCD server, see the addresses that it has and the media ports that are open.", "ip -brief address; sudo ss -lunp | grep rtcd | head; sudo ss -ltnp | grep rtcd"),
        WhatIsSet,
        ReadLog,
        Restart);

    private static readonly Reason SomeAddressesFail = new(
        RtcdVersionReasons.SomeAddressesFail,
        Outcome.Warn,
        "Some of the call servers set up calls, and some do not.",
        "{seen}. These did not: {failed}. The Calls plugin sends each new call to the least busy server, so some calls fail.",
        ReadLog,
        WhatIsSet);

    public string Id => "rtcd-session";

    public string Title => "RTCD session";

    public CheckGroup Group => CheckGroup.Media;

    public string Activity => "Joining a call of its own";

    public IReadOnlyList<string> Covers { get; } = ["A2.2", "I2.2"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(
        NoAnswer, SessionClosed, SignallingLost, UnreadableAnswer, NoCandidates, SomeAddressesFail, AddressFindings.NotAsked);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-socket"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        var sessions = await media.ProbeAsync(cancellationToken);
        return sessions.Count == 0 ? where.Nothing(Id) : Judge(where, sessions);
    }

    /// <param name="where">The RTCD.</param>
    /// <param name="sessions">At least one.</param>
    public CheckResult Judge(RtcdWhere where, IReadOnlyList<SessionAtAddress> sessions) =>
        new AddressFindings(where, [.. sessions.Select(Judge)]).ToResult(Id, Passed, SomeAddressesFail);

    private static AtAddress Judge(SessionAtAddress session)
    {
        var result = session.Result;
        var detail = SafeText.From(result.Detail ?? "").TrimEnd('.');
        var (reason, seen) = result.Failure switch
        {
            null => (Passed, string.Create(
                CultureInfo.InvariantCulture,
                $"RTCD answered an offer after {result.Times.Answer?.TotalMilliseconds ?? 0:0} ms and told of {result.Candidates.Count} media addresses: {Candidates(result)}")),
            MediaProbeFailure.NoAnswer => (NoAnswer, "RTCD took a join and an offer, and sent no answer within 5 seconds"),
            MediaProbeFailure.SessionClosed => (SessionClosed, "RTCD took a join and an offer, and closed the session instead of answering"),
            MediaProbeFailure.SignallingLost => (
                SignallingLost, $"the WebSocket ended after a join{(detail.Length > 0 ? $": {detail}" : "")}"),
            MediaProbeFailure.UnreadableAnswer => (
                UnreadableAnswer, $"the answer to an offer lacks ICE credentials or a fingerprint, or is no SDP{(detail.Length > 0 ? $": {detail}" : "")}"),
            MediaProbeFailure.NoCandidates => (NoCandidates, "RTCD answered an offer, and told of no address within 2 seconds"),
            var other => throw new UnreachableException(other.ToString()),
        };
        return new AtAddress(session.Address, reason, seen) { Duration = result.Times.Answer };
    }

    private static string Candidates(MediaProbeResult result) =>
        string.Join(", ", result.Candidates.Select(c => $"{PathJudgement.EndPointOf(c)} ({PathJudgement.Text(c.Transport)})").Distinct());
}
