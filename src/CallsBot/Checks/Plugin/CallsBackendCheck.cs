using CallsBot.Probes;

namespace CallsBot.Checks.Plugin;

/// <summary>What carries the media of calls: RTCD, the Mattermost server itself, or LiveKit? Everything else is judged by that.</summary>
internal sealed class CallsBackendCheck(Installation installation) : ICheck
{
    public string Id => "calls-backend";

    public string Title => "Media backend";

    public CheckGroup Group => CheckGroup.Plugin;

    public string Activity => "Finding out what carries the media of calls";

    public IReadOnlyList<string> Covers { get; } = ["A4.1", "A4.2", "H3.2", "T1", "U3"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        CallsBackendReasons.All.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public IReadOnlyList<string> ExplainedBy { get; } = ["calls-plugin"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        if (!installation.HasServer)
        {
            var nobody = await installation.PingAsync(cancellationToken);
            return CallsBackendReasons.All[CallsBackendReasons.NoServer].ToResult(Id, Words("", "", nobody.Seen), []);
        }

        var backend = await installation.BackendAsync(cancellationToken);
        var version = await installation.CallsVersionAsync(cancellationToken);
        var licence = (await installation.LicenceAsync(cancellationToken)).Value;
        var plugin = backend.PluginVersion is { } known ? $"version {SafeText.From(known, 40)}" : "of unknown version";
        var rtcd = backend.RtcdVersion is { } said ? SafeText.From(said, 40) : "of unknown version";
        var result = CallsBackendReasons.All[backend.ReasonCode].ToResult(
            Id,
            Words(plugin, rtcd, Said(version)),
            [.. Evidence(version, backend, licence)]);
        return result with
        {
            IsInferred = backend.IsInferred,
            Inventory = [.. Inventory(backend)],
        };
    }

    private static IEnumerable<Evidence> Evidence(Answer<Protocols.Calls.CallsVersion> version, CallsBackend backend, Licence? licence)
    {
        yield return new Evidence(
            "Plugin says",
            version.Value is { } said
                ? $"version {SafeText.From(said.Version, 40)}, RTCD {(said.RtcdVersion.Length > 0 ? SafeText.From(said.RtcdVersion, 40) : "none")}"
                : Said(version));
        yield return new Evidence("Media backend", backend.Kind.ToString());
        if (licence is not null)
        {
            yield return new Evidence("Licence", licence.Name);
        }
    }

    private static string Said(Answer<Protocols.Calls.CallsVersion> version) => version.Fault switch
    {
        AnswerFault.NotFound => $"Mattermost has nothing at /plugins/{CallsPlugin.Id}/version (404), where any running Calls plugin answers.",
        _ when version.Seen.Length > 0 => version.Seen,
        _ => "Neither the plugin nor its settings tell.",
    };

    private static IEnumerable<Evidence> Inventory(CallsBackend backend)
    {
        if (backend.PluginVersion is { } plugin)
        {
            yield return new Evidence("Calls plugin", SafeText.From(plugin, 40));
        }

        if (backend.RtcdVersion is { } rtcd)
        {
            yield return new Evidence("RTCD, as the plugin says", SafeText.From(rtcd, 40));
        }

        if (backend.Kind is CallsBackendKind.Integrated or CallsBackendKind.Rtcd or CallsBackendKind.LiveKit)
        {
            yield return new Evidence("Media backend", backend.Kind switch
            {
                CallsBackendKind.Integrated => "Mattermost server (integrated)",
                CallsBackendKind.Rtcd => "RTCD",
                _ => "LiveKit",
            });
        }
    }

    private Dictionary<string, string> Words(string plugin, string rtcd, string seen) => new()
    {
        ["plugin"] = plugin,
        ["rtcd"] = rtcd,
        ["seen"] = seen,
        ["server"] = installation.Server?.ToString().TrimEnd('/') ?? "https://chat.example.com",
    };
}
