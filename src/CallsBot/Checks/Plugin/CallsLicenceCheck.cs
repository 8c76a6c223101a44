using System.Collections.Frozen;
using System.Globalization;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Checks.Plugin;

/// <summary>Does the licence allow what is set up: group calls, RTCD, recordings?</summary>
internal sealed class CallsLicenceCheck(Installation installation, IOptions<RtcdOptions> rtcd, TimeProvider time) : ICheck
{
    public const string RtcdNotLicensed = "rtcd-not-licensed";
    public const string RecordingsNotLicensed = "recordings-not-licensed";
    public const string DirectCallsOnly = "direct-calls-only";
    public const string Expired = "licence-expired";
    public const string ExpiresSoon = "licence-expires-soon";
    public const string NotTold = "licence-not-told";
    public const string Unreachable = "mattermost-unreachable";
    public const string NoServer = "no-server-address";

    private const int SoonDays = 30;

    private static readonly NextStep See = new("See it in System Console > About > Edition and License.");

    private static readonly Reason Passed = new(
        Code: null,
        Outcome.Pass,
        "The licence allows what calls are set up for.",
        "Licence: {licence}. It allows {allows}.");

    private static readonly FrozenDictionary<string, Reason> Reasons = new Reason[]
    {
        new(
            RtcdNotLicensed,
            Outcome.Warn,
            "The licence does not allow the separate call server that is set up.",
            "Licence: {licence}. RTCD needs Enterprise, Enterprise Advanced or Cloud, or a server in developer and testing mode. Without it the plugin runs calls inside the Mattermost server, and no log line says so.",
            See,
            new NextStep("Apply an Enterprise licence and restart the plugin when no call is running; or empty the RTCD service URL, and open UDP and TCP 8443 of the Mattermost server to the clients.")),
        new(
            RecordingsNotLicensed,
            Outcome.Warn,
            "The licence does not allow the recordings that are turned on.",
            "Licence: {licence}. Recordings, transcriptions and captions need Enterprise or Enterprise Advanced.",
            See,
            new NextStep("Apply an Enterprise licence, or turn recordings off in System Console > Plugins > Calls.")),
        new(
            DirectCallsOnly,
            Outcome.Warn,
            "Without a licence there are calls in direct messages only, and no call button in channels.",
            "Licence: {licence}. Calls in channels and group messages need Professional or more (Calls 1.0, Mattermost 10.0), unless MM_CALLS_GROUP_CALLS_ALLOWED is true in the environment of the Mattermost servers or they are in developer and testing mode.",
            See,
            new NextStep("If people miss the call button in channels, that is why.")),
        new(
            Expired,
            Outcome.Warn,
            "The licence has expired.",
            "Licence: {licence}, expired on {date}. Mattermost takes it away after a time of grace; calls in channels, RTCD and recordings end with it.",
            See,
            new NextStep("Renew the licence.")),
        new(
            ExpiresSoon,
            Outcome.Warn,
            "The licence expires within 30 days.",
            "Licence: {licence}, until {date}. Calls in channels, RTCD and recordings end with it.",
            new NextStep("Renew the licence.")),
        new(
            NotTold,
            Outcome.Inconclusive,
            "There is a licence, but which one the server does not say.",
            "The server names the licence's kind to nobody without a session, or it is one that Calls judges by features that the server does not tell.",
            See,
            new NextStep("To have it checked, give CallsBot an administrator's token (Mattermost:AdminToken).")),
        new(
            Unreachable,
            Outcome.Inconclusive,
            "The Mattermost server did not say which licence it has.",
            "{seen}",
            new NextStep("See whether the server answers CallsBot at all; its log has the failed request.")),
        new(
            NoServer,
            Outcome.Skipped,
            "Not checked: the address of the Mattermost server is not known to the bot.",
            "{seen}",
            new NextStep("Set Mattermost:Server in CallsBot's settings.")),
        CheckSchedule.CheckFailedReason,
    }.ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);

    public string Id => "calls-licence";

    public string Title => "Licence";

    public CheckGroup Group => CheckGroup.Plugin;

    public string Activity => "Asking Mattermost for its licence";

    public IReadOnlyList<string> Covers { get; } = ["T12", "T14"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        Reasons.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var answer = await installation.LicenceAsync(cancellationToken);
        if (answer.Value is not { } licence)
        {
            var code = answer.Fault == AnswerFault.NotAsked ? NoServer : Unreachable;
            return Reasons[code].ToResult(Id, Words(null, answer.Seen), [new Evidence("Mattermost", answer.Seen)]);
        }

        var settings = (await installation.SettingsAsync(cancellationToken)).Value;
        var developerMode = await installation.DeveloperModeAsync(cancellationToken);
        var backend = await installation.BackendAsync(cancellationToken);
        var reason = Judge(licence, settings, developerMode, backend);
        var result = reason.ToResult(
            Id,
            Words(licence, "", developerMode),
            [
                new Evidence("Licence", licence.Name),
                new Evidence("Developer mode", developerMode switch { true => "on: licence limits are lifted", false => "off", null => "not known" }),
            ]);
        return result with { Inventory = [new Evidence("Licence", licence.Name)] };
    }

    private Reason Judge(Licence licence, CallsSettings? settings, bool? developerMode, CallsBackend backend)
    {
        var now = time.GetUtcNow();
        var wantsRtcd = (settings is { RtcdServiceUrl.Length: > 0 } || rtcd.Value.ServiceUrl is { Length: > 0 }) && backend.Kind != CallsBackendKind.LiveKit;
        if (licence.IsLicensed && licence.ExpiresAt < now)
        {
            return Reasons[Expired];
        }

        // What the plugin does says more than what may be concluded from a licence.
        if (wantsRtcd && backend.RtcdVersion is null && licence.AllowsRtcd(developerMode ?? false) == false)
        {
            return Reasons[RtcdNotLicensed];
        }

        if (settings is { RecordingsEnabled: true } && licence.AllowsRecordings(developerMode ?? false) == false)
        {
            return Reasons[RecordingsNotLicensed];
        }

        // Before 1.0 everybody had calls in channels.
        var before1 = RtcdSemver.TryParse(backend.PluginVersion, out var plugin) && plugin.Major < 1;
        if (licence.AllowsGroupCalls(developerMode ?? false) == false && !before1)
        {
            return Reasons[DirectCallsOnly];
        }

        if (licence.IsLicensed && licence.ExpiresAt is { } end && end < now.AddDays(SoonDays))
        {
            return Reasons[ExpiresSoon];
        }

        return licence.AllowsRtcd(developerMode ?? false) is null && backend.RtcdVersion is null ? Reasons[NotTold] : Passed;
    }

    private static Dictionary<string, string> Words(Licence? licence, string seen, bool? developerMode = null) => new()
    {
        ["licence"] = licence?.Name ?? "",
        ["date"] = licence?.ExpiresAt?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
        ["seen"] = seen,
        ["allows"] = licence is null ? "" : string.Join(", ", Allowed(licence, developerMode).DefaultIfEmpty("calls in direct messages")),
    };

    private static IEnumerable<string> Allowed(Licence licence, bool? developerMode)
    {
        if (licence.AllowsGroupCalls(developerMode) == true)
        {
            yield return "calls in channels";
        }

        if (licence.AllowsRtcd(developerMode) == true)
        {
            yield return "RTCD";
        }

        if (licence.AllowsRecordings(developerMode) == true)
        {
            yield return "recordings";
        }
    }
}
