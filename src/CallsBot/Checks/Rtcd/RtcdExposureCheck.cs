using CallsBot.Probes;

namespace CallsBot.Checks.Rtcd;

/// <summary>Does RTCD give its metrics and profiles to anyone on the internet?</summary>
/// <remarks>
/// RTCD has no login for either, so whoever may use the API port may read them. The documentation wants that port open to
/// Mattermost and Prometheus servers only: at a private address that is how it is meant, and a warning there would stand in
/// every report and be read by nobody. At a public address the firewall is all that keeps others out, and it let us in.
/// </remarks>
internal sealed class RtcdExposureCheck(RtcdSurvey survey, RtcdExposureProbe probe) : ICheck
{
    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The call server's internals are not open to the internet, as far as can be seen from here.", "{seen}.");

    private static readonly Reason Open = new(
        "internals-open",
        Outcome.Warn,
        "The call server shows its internals, without a login, at a public address.",
        "{open}. RTCD has no login for /metrics and /debug/pprof: whoever reaches the API port can read them, and can make it record profiles, which costs processor time. Whether others than this machine reach the port, only a look from outside tells.",
        new NextStep("From a machine outside your network, see whether the port answers.", "nc -vz -w 3 '{host}' {port}"),
        new NextStep("If it does, allow TCP {port} from the Mattermost and Prometheus servers only. On the RTCD server, with ufw:", "sudo ufw allow proto tcp from MATTERMOST_ADDRESS to any port {port} && sudo ufw deny {port}/tcp"),
        new NextStep("In a cloud, do the same in the security group of the RTCD server."));

    private static readonly Reason NotTold = new(
        "exposure-unknown",
        Outcome.Inconclusive,
        "Whether the call server shows its internals could not be seen.",
        "{seen}.",
        new NextStep("Ask again.", "curl -gsSI -m 5 '{url}/metrics'"));

    public string Id => "rtcd-exposure";

    public string Title => "RTCD exposure";

    public CheckGroup Group => CheckGroup.Rtcd;

    public string Activity => "Looking at what RTCD shows without a login";

    public IReadOnlyList<string> Covers => [];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(Open, NotTold, AddressFindings.NotAsked);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-tls"];

    public IReadOnlyList<string> ExplainedBy { get; } = ["rtcd-version"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        if (await survey.AskAsync(cancellationToken) is not { Resolved.Problem: null } replies)
        {
            return where.Nothing(Id);
        }

        var found = await AddressFindings.AskAsync(
            replies, async (address, _) => Judge(await probe.AskAsync(replies.Target, address, cancellationToken)));
        var open = found.Where(f => f.Reason == Open).Select(f => $"{f.Address}: {f.Seen}");
        return new AddressFindings(where, found).ToResult(Id, Passed, Open, [new("open", string.Join("; ", open))]);
    }

    public static AtAddress Judge(RtcdExposure exposure)
    {
        var address = exposure.Address.Address;
        var shown = (exposure.ShowsMetrics, exposure.ShowsProfiles) switch
        {
            (true, true) => "/metrics and /debug/pprof can be read without a login",
            (true, false) => "/metrics can be read without a login",
            (false, true) => "/debug/pprof can be read without a login",
            _ => null,
        };
        if (shown is not null)
        {
            return SpecialAddress.Of(address) is { } kind
                ? new AtAddress(address, Passed, $"{shown}, at {kind.Name}")
                : new AtAddress(address, Open, shown);
        }

        return exposure.IsAnswered
            ? new AtAddress(address, Passed, "neither /metrics nor /debug/pprof can be read without a login")
            : new AtAddress(address, NotTold, $"/metrics: {exposure.Metrics.Seen}; /debug/pprof: {exposure.Profile.Seen}");
    }
}
