using System.Globalization;
using CallsBot.Checks.Rtcd;
using CallsBot.Probes;
using CallsBot.Probes.Media;

namespace CallsBot.Checks.Media;

/// <summary>Is nothing left of the throw-away session on RTCD?</summary>
internal sealed class MediaSessionEndCheck(RtcdSurvey survey, MediaSurvey media, RtcdSessionsProbe probe) : ICheck
{
    private static readonly NextStep ReadLog = new(
        "On the RTCD server, look for what keeps sessions.", "sudo journalctl -u rtcd -n 200 --no-pager | grep -iE 'session|leave|close'");

    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The call server ends a call when it is left.", "{seen}.");

    private static readonly Reason Unconfirmed = new(
        "close-not-confirmed",
        Outcome.Warn,
        "The call server did not confirm that the test call has ended.",
        "{failed}. RTCD ends a session by itself half a minute after the last packet.",
        ReadLog);

    private static readonly Reason Left = new(
        "session-left",
        Outcome.Warn,
        "The call server still holds the test call after it was left.",
        "{failed}. RTCD ends a session by itself half a minute after the last packet. One that stays keeps RTCD from shutting down in time, and counts as load.",
        new NextStep("Ask again in a minute. 404 means that it is gone.", "curl -gsS -m 5 -o /dev/null -w '%{http_code}\\n' -u CLIENT_ID:KEY '{url}/calls/{call}/sessions'"),
        ReadLog);

    private static readonly Reason NotJoined = new(
        "not-joined",
        Outcome.Skipped,
        "No test call came about, so there was none to end.",
        "{seen}.",
        new NextStep("See what the check of the session says."));

    public string Id => "media-session-end";

    public string Title => "End of the session";

    public CheckGroup Group => CheckGroup.Media;

    public string Activity => "Leaving the call";

    public IReadOnlyList<string> Covers => [];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(Unconfirmed, Left, NotJoined, AddressFindings.NotAsked);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-session"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        var sessions = await media.ProbeAsync(cancellationToken);
        if (sessions.Count == 0 || await survey.FindCredentialsAsync(cancellationToken) is not { } credentials)
        {
            return where.Nothing(Id);
        }

        var asked = await Task.WhenAll(sessions.Select(async session => (session, Left: await probe.AskAsync(
            where.Target!, session.At, session.Result.CallId, credentials.Credentials, cancellationToken))));
        return Judge(where, asked);
    }

    /// <param name="where">The RTCD.</param>
    /// <param name="sessions">Each with whether RTCD still knows of its call; null when it does not say.</param>
    public CheckResult Judge(RtcdWhere where, IReadOnlyList<(SessionAtAddress Session, bool? IsLeft)> sessions)
    {
        var found = sessions.Select(s => Judge(s.Session, s.IsLeft)).ToList();
        var warned = found.Where(f => f.Reason.Outcome == Outcome.Warn).Select(f => $"{f.Address}: {f.Seen}");
        return new AddressFindings(where, found).ToResult(
            Id,
            Passed,
            Unconfirmed,
            [
                new("failed", string.Join("; ", warned)),
                new("call", sessions.FirstOrDefault(s => s.IsLeft == true).Session?.Result.CallId ?? ""),
            ]);
    }

    private static AtAddress Judge(SessionAtAddress session, bool? isLeft)
    {
        var result = session.Result;
        var (reason, seen) = (result.Failure, isLeft, result.CloseReceived) switch
        {
            (MediaProbeFailure.SignallingLost, not true, _) => (NotJoined, "the WebSocket ended during the test"),
            (_, true, _) => (Left, "RTCD still lists the call's session"),
            (_, false, true) => (Passed, string.Create(
                CultureInfo.InvariantCulture, $"RTCD confirmed the end{Within(result)} and no longer knows the call")),
            (_, null, true) => (Passed, $"RTCD confirmed the end{Within(result)}"),
            (_, false, false) => (Passed, "RTCD no longer knows the call, though it did not confirm the end in time"),
            _ => (Unconfirmed, "the end was not confirmed within 3 seconds, and this RTCD cannot be asked about it"),
        };
        return new AtAddress(session.Address, reason, seen) { Duration = result.Times.Leave };
    }

    private static string Within(MediaProbeResult result) => result.Times.Leave is { } leave
        ? string.Create(CultureInfo.InvariantCulture, $" after {leave.TotalMilliseconds:0} ms")
        : "";
}
