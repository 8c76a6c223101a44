using System.Globalization;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Checks.Rtcd;

/// <summary>Has RTCD's machine processor time to spare?</summary>
internal sealed class RtcdLoadCheck(RtcdSurvey survey, RtcdLoadProbe probe, TimeProvider time) : ICheck
{
    /// <summary>RTCD measures once a second (service/system.go): what is asked so much later is another measurement.</summary>
    private static readonly TimeSpan NextMeasurement = TimeSpan.FromSeconds(1.2);

    private static readonly NextStep LookAtLoad = new("On the RTCD server, see what uses the processor.", "top -b -n 1 | head -15");

    private static readonly NextStep Grow = new(
        "Above 70 % over a longer time, give the server more cores or add another RTCD server: the plugin sends each new call to the least busy one.");

    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The call server has processor time to spare.", "{seen}.");

    private static readonly Reason Busy = new(
        "cpu-busy",
        Outcome.Warn,
        "The call server has little processor time left.",
        "{seen}. It is a measurement of one second. On a server with a single core it is normal; on a larger one calls soon suffer.",
        LookAtLoad,
        Grow);

    private static readonly Reason Exhausted = new(
        "cpu-exhausted",
        Outcome.Fail,
        "The call server has no processor time left: sound and picture break up.",
        "{seen}.",
        LookAtLoad,
        Grow);

    private static readonly Reason SomeExhausted = new(
        "cpu-exhausted-at-some",
        Outcome.Warn,
        "One of the call servers has no processor time left: calls on it break up.",
        "{seen}. No processor time is left at: {failed}.",
        LookAtLoad,
        Grow);

    private static readonly Reason NotMeasured = new(
        "not-measured-yet",
        Outcome.Inconclusive,
        "The call server has just started and has not measured its load yet.",
        "{seen}. RTCD measures once a second.",
        new NextStep("Ask again.", "curl -gsS -m 5 '{url}/system'"));

    private static readonly Reason NotOffered = new(
        "load-not-offered",
        Outcome.Skipped,
        "The call server does not say how busy it is.",
        "{seen}. RTCD does since v0.15.0, and not on macOS. With several RTCD servers the Calls plugin then takes any for a new call.",
        new NextStep("Look at the load on the server itself.", "top -b -n 1 | head -15"));

    private static readonly Reason Unreadable = new(
        "load-unreadable",
        Outcome.Inconclusive,
        "The call server's answer about its load cannot be read.",
        "{seen}.",
        new NextStep("Look at the whole answer.", "curl -gsSi -m 5 '{url}/system'"));

    public string Id => "rtcd-load";

    public string Title => "RTCD load";

    public CheckGroup Group => CheckGroup.Rtcd;

    public string Activity => "Asking RTCD how busy it is";

    public IReadOnlyList<string> Covers { get; } = ["C1.1"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(
        Busy, Exhausted, SomeExhausted, NotMeasured, NotOffered, Unreadable, AddressFindings.NotAsked);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-tls"];

    public IReadOnlyList<string> ExplainedBy { get; } = ["rtcd-version"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        if (await survey.AskAsync(cancellationToken) is not { Resolved.Problem: null } replies)
        {
            return where.Nothing(Id);
        }

        var found = await AddressFindings.AskAsync(replies, (address, _) => AskAsync(replies.Target, address, cancellationToken));
        return new AddressFindings(where, found).ToResult(Id, Passed, SomeExhausted);
    }

    private async Task<AtAddress> AskAsync(ProbeTarget target, CheckedAddress address, CancellationToken cancellationToken)
    {
        var reply = await probe.AskAsync(target, address, cancellationToken);
        if (!IsInfinite(reply))
        {
            return Judge(reply);
        }

        await Task.Delay(NextMeasurement, time, cancellationToken);
        var again = await probe.AskAsync(target, address, cancellationToken);
        return IsInfinite(again)
            ? AtAddress.From(again, Exhausted) with { Seen = "twice in a row no processor core was idle for a moment" }
            : Judge(again);
    }

    /// <summary>JSON has no infinity: RTCD's encoder fails, and the answer is 200 without a body (service/system.go).</summary>
    private static bool IsInfinite(HttpReply reply) => reply is { Status: 200, Failure: HttpFailure.NotJson, Body: "" };

    private static AtAddress Judge(HttpReply<RtcdSystem> reply)
    {
        if (reply.Value is not { CpuLoad: var load })
        {
            return reply is { Failure: HttpFailure.HttpStatus, Status: 404 }
                ? AtAddress.From(reply, NotOffered) with { Seen = "it has no answer to that question (HTTP 404)" }
                : AtAddress.From(reply, Unreadable);
        }

        return load switch
        {
            < 0 => AtAddress.From(reply, Unreadable),
            0 => AtAddress.From(reply, NotMeasured),
            _ => AtAddress.From(reply, load > 1 ? Busy : Passed) with
            {
                Seen = string.Create(CultureInfo.InvariantCulture, $"cpu_load {load:0.##}, that is {1 / load:0.#} idle processor cores"),
            },
        };
    }
}
