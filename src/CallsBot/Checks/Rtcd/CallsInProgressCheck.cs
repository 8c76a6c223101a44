using System.Globalization;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Checks.Rtcd;

/// <summary>Is anybody in a call? Asked before somebody is told to stop or restart something.</summary>
/// <remarks>
/// RTCD counts the sessions it holds (rtcd, service/perf/metrics.go): <c>rtcd_rtc_sessions_total</c>, a gauge with a series
/// for each client that has had one. A page of RTCD's without it is that of an RTCD that nobody has called yet.
/// </remarks>
internal sealed class CallsInProgressCheck(RtcdSurvey survey, RtcdMetricsProbe probe) : ICheck
{
    private const string Sessions = "rtcd_rtc_sessions_total";
    private const string Own = "rtcd_";

    private static readonly Reason Passed = new(Code: null, Outcome.Pass, "Nobody is in a call.", "{seen}.");

    private static readonly Reason Running = new(
        "calls-running",
        Outcome.Warn,
        "People are in calls.",
        "{running}. Stopping or restarting RTCD or the Calls plugin ends their calls.",
        new NextStep(
            "Wait until this prints 0.",
            "curl -gsS -m 5 '{url}/metrics' | awk '/^rtcd_rtc_sessions_total/ { n += $NF } END { print n + 0 }'"));

    private static readonly Reason Unreadable = new(
        "metrics-unreadable",
        Outcome.Inconclusive,
        "Whether anybody is in a call could not be seen.",
        "{seen}.",
        new NextStep("Look at the whole answer.", "curl -gsSi -m 5 '{url}/metrics'"));

    public string Id => "calls-in-progress";

    public string Title => "Calls in progress";

    public CheckGroup Group => CheckGroup.Rtcd;

    public string Activity => "Looking whether anybody is in a call";

    public IReadOnlyList<string> Covers { get; } = ["J1.1"];

    public bool IsOnRequestOnly => true;

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(Running, Unreadable, AddressFindings.NotAsked);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-tls"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        if (await survey.AskAsync(cancellationToken) is not { Resolved.Problem: null } replies)
        {
            return where.Nothing(Id);
        }

        var found = await AddressFindings.AskAsync(
            replies, async (address, _) => Judge(await probe.AskAsync(replies.Target, address, cancellationToken)));

        // One address that does not tell is enough not to know that nobody is in a call.
        var silent = found.Where(f => f.Reason.Outcome == Outcome.Inconclusive).ToList();
        var running = found.Where(f => f.Reason == Running).ToList();
        return new AddressFindings(where, running.Count == 0 && silent.Count > 0 ? silent : found).ToResult(
            Id, Passed, Running, [new("running", string.Join("; ", running.Select(f => $"{f.Address}: {f.Seen}")))]);
    }

    private static AtAddress Judge(HttpReply reply)
    {
        if (reply is not { Failure: null, Status: 200 } || !reply.Body.Contains(Own, StringComparison.Ordinal))
        {
            return AtAddress.From(reply, Unreadable) with
            {
                Seen = reply.Failure is null && reply.Status == 200 ? "what it answers at /metrics is not RTCD's" : reply.Seen,
            };
        }

        var sessions = PrometheusText.Sum(reply.Body, Sessions) ?? 0;
        return AtAddress.From(reply, sessions > 0 ? Running : Passed) with
        {
            Seen = string.Create(CultureInfo.InvariantCulture, $"{Sessions} is {sessions:0}"),
        };
    }
}
