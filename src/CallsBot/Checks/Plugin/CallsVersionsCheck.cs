using System.Collections.Frozen;
using System.Globalization;
using CallsBot.Checks.Offloader;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Checks.Plugin;

/// <summary>Do the versions of Mattermost, the Calls plugin, RTCD and the offloader go together?</summary>
internal sealed class CallsVersionsCheck(Installation installation, OffloaderService offloader, Compatibility compatibility) : ICheck
{
    public const string Incompatible = "versions-incompatible";
    public const string KnownFaults = "versions-with-known-faults";
    public const string Unknown = "versions-unknown";
    public const string NoServer = "no-server-address";

    private static readonly Reason Passed = new(
        Code: null,
        Outcome.Pass,
        "The versions go together, as far as they are known.",
        "{versions}. None of {count} rules speaks against them.");

    private static readonly FrozenDictionary<string, Reason> Reasons = new Reason[]
    {
        new(
            Incompatible,
            Outcome.Fail,
            "Versions are in use that do not work together.",
            "{versions}. {found}"),
        new(
            KnownFaults,
            Outcome.Warn,
            "Versions are in use that are known to have faults.",
            "{versions}. {found}"),
        new(
            Unknown,
            Outcome.Inconclusive,
            "The versions in use could not be found out.",
            "{seen}",
            new NextStep("See whether the server and the plugin answer.", "curl -gsS -m 5 '{server}/plugins/" + CallsPlugin.Id + "/version'")),
        new(
            NoServer,
            Outcome.Skipped,
            "Not checked: the address of the Mattermost server is not known to the bot.",
            "{seen}",
            new NextStep("Set Mattermost:Server in CallsBot's settings.")),
        CheckSchedule.CheckFailedReason,
    }.ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);

    private static readonly (string Product, string Name)[] Names =
        [("server", "Mattermost"), ("plugin", "Calls plugin"), ("rtcd", "RTCD"), ("offloader", "calls-offloader")];

    public string Id => "calls-versions";

    public string Title => "Versions";

    public CheckGroup Group => CheckGroup.Plugin;

    public string Activity => "Comparing the versions of Mattermost, Calls and RTCD";

    public IReadOnlyList<string> Covers { get; } = ["N7", "N8", "U1", "T13", "C3.1"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        Reasons.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var backendTask = installation.BackendAsync(cancellationToken);
        var clientTask = installation.ClientConfigAsync(cancellationToken);
        var offloaderTask = offloader.VersionAsync(cancellationToken);
        await Task.WhenAll(backendTask, clientTask, offloaderTask);
        var (backend, client) = (await backendTask, await clientTask);
        if (!installation.HasServer)
        {
            return Reasons[NoServer].ToResult(Id, Words([], "", client.Seen), []);
        }

        var said = new Dictionary<string, string?>
        {
            ["server"] = client.Value?.GetValueOrDefault("Version"),
            ["plugin"] = backend.PluginVersion,
            ["rtcd"] = backend.RtcdVersion,
            ["offloader"] = await offloaderTask,
        };
        var versions = new Dictionary<string, RtcdSemver>();
        foreach (var (product, text) in said)
        {
            if (RtcdSemver.TryParse(text, out var version))
            {
                versions[product] = version;
            }
        }

        if (versions.Count == 0)
        {
            var seen = client.Seen.Length > 0 ? client.Seen : "Neither the server nor the plugin says its version.";
            return Reasons[Unknown].ToResult(Id, Words([], "", seen), [new Evidence("Mattermost", seen)]);
        }

        return Judge(versions, said, backend);
    }

    private CheckResult Judge(
        Dictionary<string, RtcdSemver> versions, Dictionary<string, string?> said, CallsBackend backend)
    {
        var broken = compatibility.Rules.Where(rule => rule.IsBroken(versions, backend.Kind) == true).ToList();
        List<SubjectResult> subjects =
        [
            .. broken.OrderByDescending(rule => rule.Level).Select(Subject),
            .. OlderThanShipped(versions),
        ];
        var worst = subjects.Count == 0 ? Outcome.Pass : subjects.Max(subject => subject.Outcome);
        var decisive = subjects.Where(subject => subject.Outcome == worst).ToList();
        var reason = worst switch
        {
            Outcome.Fail => Reasons[Incompatible],
            Outcome.Warn => Reasons[KnownFaults],
            _ => Passed,
        };
        var undecided = compatibility.Rules.Count(rule => rule.IsBroken(versions, backend.Kind) is null);
        var result = reason.ToResult(
            Id,
            Words(Listed(said), worst == Outcome.Pass ? "" : string.Join(" ", decisive.Select(subject => subject.Seen)), ""),
            [
                .. Names.Select(entry => new Evidence(entry.Name, SafeText.From(said[entry.Product] ?? "not known", 40))),
                new Evidence("Rules", $"{compatibility.Rules.Count.ToString(CultureInfo.InvariantCulture)}, of which {undecided.ToString(CultureInfo.InvariantCulture)} could not be decided for want of a version"),
            ]);
        return result with
        {
            Subjects = subjects,
            NextSteps = worst == Outcome.Pass ? [] : [.. decisive.SelectMany(subject => subject.NextSteps).Distinct()],
            Inventory = said["server"] is { } server ? [new Evidence("Mattermost", SafeText.From(server, 40))] : [],
        };
    }

    private static SubjectResult Subject(CompatibilityRule rule) =>
        new(rule.Reference, rule.Level, rule.Id, rule.Says) { NextSteps = [new NextStep(rule.Fix)] };

    private IEnumerable<SubjectResult> OlderThanShipped(Dictionary<string, RtcdSemver> versions)
    {
        if (versions.TryGetValue("server", out var server) && versions.TryGetValue("plugin", out var plugin)
            && compatibility.Shipped.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"{server.Major}.{server.Minor}"), out var shipped)
            && plugin < shipped)
        {
            yield return new SubjectResult(
                "docs mattermost-v11-changelog",
                Outcome.Warn,
                "plugin-older-than-shipped",
                $"Mattermost {server.Major}.{server.Minor} comes with Calls {shipped}, and {plugin} is installed: an older one was installed by hand, or the server keeps it from being replaced.")
            {
                NextSteps = [new NextStep("Install the version that comes with the server: System Console > Plugins > Plugin Management.")],
            };
        }
    }

    private static List<string> Listed(Dictionary<string, string?> said) =>
        [.. Names.Where(entry => said[entry.Product] is not null).Select(entry => $"{entry.Name} {SafeText.From(said[entry.Product]!, 40)}")];

    private Dictionary<string, string> Words(List<string> versions, string found, string seen) => new()
    {
        ["versions"] = string.Join(", ", versions),
        ["found"] = found,
        ["seen"] = seen,
        ["count"] = compatibility.Rules.Count.ToString(CultureInfo.InvariantCulture),
        ["server"] = installation.Server?.ToString().TrimEnd('/') ?? "https://chat.example.com",
    };
}
