using System.Globalization;
using CallsBot.Probes;

namespace CallsBot.Checks.Rtcd;

/// <summary>Does RTCD's clock agree with the one of the machine that CallsBot runs on?</summary>
internal sealed class RtcdClockCheck(RtcdSurvey survey) : ICheck
{
    /// <summary>
    /// Half of the shortest time by which RTCD ends something that its log and the plugin's both tell of: ten seconds from
    /// a join to its offer (rtcd, service/rtc/server.go, signalingTimeout). Farther apart, the lines of one join can no
    /// longer be matched, and a cause is looked for in the wrong place. Short-lived TURN credentials, which carry a time of
    /// day, hold for hours and stand more (rtcd, rtc.turn.credentials_expiration_minutes).
    /// </summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The call server's clock agrees with the bot's.", "{seen}.");

    private static readonly Reason ClockOff = new(
        "clock-off",
        Outcome.Warn,
        "The call server's clock and the bot's differ.",
        "{failed}. Log lines of RTCD and Mattermost cannot be matched by time; short-lived TURN credentials and certificates seem expired, or not valid yet, when the difference grows to hours. It may be this machine's clock that is wrong.",
        new NextStep("On the RTCD server and on the machine that CallsBot runs on, see whether the clock is synchronised.", "timedatectl status"),
        new NextStep("Let both get the time from a server, and look again.", "sudo timedatectl set-ntp true"));

    private static readonly Reason NoDate = new(
        "no-date",
        Outcome.Inconclusive,
        "The call server's answer does not say what time it is there.",
        "{seen}. RTCD sends the date with every answer: something in between takes it out.",
        new NextStep("Look at the headers of the answer.", "curl -gsSi -m 5 '{url}/version'"));

    public string Id => "rtcd-clock";

    public string Title => "RTCD clock";

    public CheckGroup Group => CheckGroup.Rtcd;

    public string Activity => "Comparing RTCD's clock with ours";

    public IReadOnlyList<string> Covers => [];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(ClockOff, NoDate, AddressFindings.NotAsked);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-tls"];

    public IReadOnlyList<string> ExplainedBy { get; } = ["rtcd-version"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        if (await survey.AskAsync(cancellationToken) is not { Resolved.Problem: null } replies)
        {
            return where.Nothing(Id);
        }

        var found = await AddressFindings.AskAsync(replies, (_, reply) => Task.FromResult(Judge(reply)));
        var findings = new AddressFindings(where, found);
        var off = found.Where(f => f.Reason == ClockOff).Select(f => $"{f.Address}: {f.Seen}");
        return findings.ToResult(Id, Passed, ClockOff, [new("failed", string.Join("; ", off))]);
    }

    private static AtAddress Judge(HttpReply reply)
    {
        if (reply.Clock is not { } clock)
        {
            return AtAddress.From(reply, NoDate) with { Seen = "the answer has no date" };
        }

        var ahead = clock.Ahead;
        var seen = ahead == TimeSpan.Zero
            ? "as exactly as can be told, the clocks agree"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"RTCD's clock is at least {Text(ahead.Duration())} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} this machine's");
        return AtAddress.From(reply, ahead.Duration() > Tolerance ? ClockOff : Passed) with { Seen = seen, Duration = null };
    }

    private static string Text(TimeSpan span) => span.TotalSeconds < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} minutes");
}
