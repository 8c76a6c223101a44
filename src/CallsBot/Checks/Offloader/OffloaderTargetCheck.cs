using System.Collections.Frozen;
using CallsBot.Checks.Plugin;
using CallsBot.Probes;

namespace CallsBot.Checks.Offloader;

/// <summary>Is there a calls-offloader to look at, is its URL usable, and does its name resolve?</summary>
internal sealed class OffloaderTargetCheck(OffloaderService offloader, Installation installation, TargetAddresses addresses) : ICheck
{
    public const string NoUrl = "no-offloader";
    public const string UrlMissing = "offloader-url-missing";
    public const string UrlInvalid = "offloader-url-invalid";
    public const string NameNotFound = "name-not-found";
    public const string AddressRefused = "address-refused";

    private static readonly NextStep Correct = new("Correct it in System Console > Plugins > Calls > Job service URL: http://name:4545.");

    private static readonly Reason Passed = new(
        Code: null,
        Outcome.Pass,
        "There is a job service for recordings, and its name resolves.",
        "{url} {source}: {addresses}.");

    private static readonly FrozenDictionary<string, Reason> Reasons = new Reason[]
    {
        new(
            NoUrl,
            Outcome.Skipped,
            "No job service for recordings is configured, or its address is not known to the bot.",
            "{source}",
            new NextStep("If calls are to be recorded, set Offloader:ServiceUrl in CallsBot's settings, or give CallsBot an administrator's token so that it can read the plugin's setting.")),
        new(
            UrlMissing,
            Outcome.Fail,
            "Recordings are turned on, but no job service is set that could make them.",
            "{source} EnableRecordings is on.",
            new NextStep("Install calls-offloader and set its address in System Console > Plugins > Calls > Job service URL, or turn recordings off."),
            new NextStep("The plugin reads it only when it starts. Restart it when no call is running.", $"mmctl plugin disable {CallsPlugin.Id} && sleep 5 && mmctl plugin enable {CallsPlugin.Id}")),
        new(
            UrlInvalid,
            Outcome.Fail,
            "The configured address of the job service cannot be used.",
            "The URL ({source}) {fault}.",
            Correct),
        new(
            NameNotFound,
            Outcome.Fail,
            "The name of the job service does not resolve.",
            "The name service has no address for {host} ({source}): {fault}",
            new NextStep("On a Mattermost server, look the name up.", "getent ahosts '{host}'"),
            Correct),
        new(
            AddressRefused,
            Outcome.Fail,
            "The job service's name leads to an address where no job service can be, so nothing was sent.",
            "{host} ({source}): {addresses}.",
            new NextStep("See which addresses the name has.", "getent ahosts '{host}'"),
            new NextStep("If calls-offloader runs on the same machine as CallsBot, write localhost or 127.0.0.1 into Offloader:ServiceUrl.")),
        CheckSchedule.CheckFailedReason,
    }.ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);

    public string Id => "offloader-target";

    public string Title => "Job service";

    public CheckGroup Group => CheckGroup.Offloader;

    public string Activity => "Looking for the job service";

    public IReadOnlyList<string> Covers { get; } = ["L0", "3.2.1"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        Reasons.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var place = await offloader.FindAsync(cancellationToken);
        if (place is { Text: null })
        {
            // Whoever may not record needs no job service.
            var licence = (await installation.LicenceAsync(cancellationToken)).Value;
            var missing = place.RecordingsEnabled == true
                && licence?.AllowsRecordings(await installation.DeveloperModeAsync(cancellationToken)) != false;
            return Result(missing ? UrlMissing : NoUrl, place, "", "");
        }

        if (place.Url is not { } url)
        {
            return Result(UrlInvalid, place, place.Fault ?? "", "");
        }

        var resolved = await addresses.ResolveAsync(url.Target, cancellationToken);
        if (resolved.Problem is { } problem)
        {
            return Result(NameNotFound, place, SafeText.From(problem), "");
        }

        var seen = string.Join(", ", resolved.Addresses.Select(address => address.Refusal is null ? $"{address.Address}" : $"{address.Address} is {address.Refusal}"));
        return resolved.Addresses.All(address => address.Refusal is not null)
            ? Result(AddressRefused, place, "", seen)
            : Passed.ToResult(Id, Words(place, "", seen), [new Evidence("URL", place.ToString()), new Evidence("Addresses", seen)]);
    }

    private CheckResult Result(string code, OffloaderPlace place, string fault, string addressesSeen) => Reasons[code].ToResult(
        Id,
        Words(place, fault, addressesSeen),
        [new Evidence("URL", place.Text is null || place.Url is not null ? place.ToString() : $"{place.Source}; not shown, because a broken URL can hold a password anywhere")]);

    private static Dictionary<string, string> Words(OffloaderPlace place, string fault, string addressesSeen) => new()
    {
        ["url"] = place.Url?.ToString() ?? "",
        ["host"] = place.Url?.Target.Host ?? "",
        ["source"] = place.Source,
        ["fault"] = fault,
        ["addresses"] = addressesSeen,
    };
}
