using System.Net;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Checks;

/// <summary>Does the Calls plugin run, on every node, in one version?</summary>
internal sealed class CallsPluginCheck(AdministratorAccess administrator, TimeProvider time) : ICheck
{
    public string Id => "calls-plugin";

    public string Title => "Calls plugin";

    public CheckGroup Group => CheckGroup.Plugin;

    public string Activity => "Asking Mattermost whether the Calls plugin runs";

    public IReadOnlyList<string> Covers { get; } = ["A4.1"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        CallsPluginReasons.All.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public IReadOnlyList<string> ExplainedBy { get; } = ["mattermost-server"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        if (administrator.Api is not { } api)
        {
            return Result(CallsPluginReasons.NoAdminToken, "", []);
        }

        try
        {
            return Judge(await AdministratorReads.AskAsync(api.GetPluginStatusesAsync, time, cancellationToken));
        }
        catch (MattermostException ex)
        {
            var code = ex.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? CallsPluginReasons.AdminTokenRefused
                : CallsPluginReasons.MattermostUnreachable;
            var seen = SafeText.From(ex.Message);
            return Result(code, seen, [new Evidence("Mattermost", seen)]);
        }
    }

    private CheckResult Judge(IReadOnlyList<PluginStatus> all)
    {
        var nodes = all.Where(s => s.PluginId == CallsPlugin.Id).OrderBy(s => s.ClusterId, StringComparer.Ordinal).ToList();
        if (nodes.Count == 0)
        {
            return Result(CallsPluginReasons.NotInstalled, "", [new Evidence("Plugins listed", Listed(all))]);
        }

        var without = all.Select(s => s.ClusterId).Except(nodes.Select(s => s.ClusterId)).Order(StringComparer.Ordinal).ToList();
        var notRunning = nodes.Where(s => s.State != PluginState.Running).Select(NameOf).ToList();
        var evidence = nodes.Select(s => new Evidence(NameOf(s), StateOf(s)))
            .Concat(without.Select(id => new Evidence(NameOf(id), "not installed")))
            .ToList();
        var seen = string.Join("; ", evidence.Select(e => $"{e.Label}: {e.Value}"));

        if (notRunning.Count == nodes.Count)
        {
            return Result(CallsPluginReasons.NotRunning, seen, evidence);
        }

        if (notRunning.Count + without.Count > 0)
        {
            return Result(
                CallsPluginReasons.NotOnEveryNode, seen, evidence, string.Join(", ", notRunning.Concat(without.Select(NameOf))));
        }

        return nodes.DistinctBy(s => s.Version).Count() > 1
            ? Result(CallsPluginReasons.VersionsDiffer, seen, evidence)
            : CallsPluginReasons.Passed.ToResult(Id, Words(seen, ""), evidence);
    }

    private static string Listed(IReadOnlyList<PluginStatus> all) =>
        all.Count == 0 ? "none" : SafeText.From(string.Join(", ", all.Select(s => s.PluginId).Distinct()));

    private static string NameOf(PluginStatus status) => NameOf(status.ClusterId);

    /// <summary>A server that is not in a cluster leaves the id empty.</summary>
    private static string NameOf(string clusterId) => clusterId.Length == 0 ? "This server" : $"Node {SafeText.From(clusterId, 40)}";

    private static string StateOf(PluginStatus status)
    {
        var state = status.State switch
        {
            PluginState.NotRunning => "not running",
            PluginState.Starting => "starting",
            PluginState.Running => "running",
            PluginState.FailedToStart => "failed to start",
            PluginState.FailedToStayRunning => "failed to stay running",
            PluginState.Stopping => "stopping",
            _ => $"state {(int)status.State}",
        };
        var version = $"{state}, version {SafeText.From(status.Version, 40)}";
        return status.Error.Length == 0 ? version : $"{version}, {SafeText.From(status.Error)}";
    }

    private CheckResult Result(string code, string seen, IReadOnlyList<Evidence> evidence, string missing = "") =>
        CallsPluginReasons.All[code].ToResult(Id, Words(seen, missing), evidence);

    private static Dictionary<string, string> Words(string seen, string missing) => new() { ["seen"] = seen, ["missing"] = missing };
}
