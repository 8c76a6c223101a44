using System.Text.Json;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Checks;

/// <summary>Where RTCD is: as CallsBot's settings say, else as the Calls plugin's settings say.</summary>
internal sealed class RtcdTargets(IOptions<RtcdOptions> options, AdministratorAccess administrator, TimeProvider time)
{
    private const string Hint = "Rtcd:ServiceUrl is not set in CallsBot's settings";

    /// <summary>Short, because it comes on top of the time that RTCD gets, and the check goes on without an answer.</summary>
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(2);

    public async Task<RtcdServiceUrl> FindAsync(CancellationToken cancellationToken)
    {
        if (options.Value.ServiceUrl is { Length: > 0 } configured)
        {
            return new RtcdServiceUrl(configured, "from CallsBot's setting Rtcd:ServiceUrl");
        }

        if (administrator.Api is not { } api)
        {
            return new RtcdServiceUrl(null, $"{Hint}, and there is no administrator's token to read the Calls plugin's settings with.");
        }

        try
        {
            var config = await AdministratorReads.AskAsync(api.GetConfigAsync, time, cancellationToken);
            return PluginSetting(config) is { Length: > 0 } url
                ? new RtcdServiceUrl(url, "from the Calls plugin's setting RTCD Service URL")
                : new RtcdServiceUrl(null, $"{Hint}, and the Calls plugin's setting RTCD Service URL is empty: calls run inside Mattermost.");
        }
        catch (MattermostException ex)
        {
            return new RtcdServiceUrl(null, $"{Hint}, and the Calls plugin's settings could not be read: {SafeText.From(ex.Message)}");
        }
    }

    /// <summary>
    /// Whether the Calls plugin is of version 2 or newer on every node, and so uses LiveKit: there is no RTCD to look for.
    /// </summary>
    /// <returns>False when that cannot be known.</returns>
    public async Task<bool> AreForCallsV2Async(CancellationToken cancellationToken)
    {
        if (administrator.Api is not { } api)
        {
            return false;
        }

        try
        {
            var statuses = await AdministratorReads.AskAsync(api.GetPluginStatusesAsync, StatusPatience, time, cancellationToken);
            var nodes = statuses.Where(s => s.PluginId == CallsPlugin.Id).ToList();
            return nodes.Count > 0 && nodes.TrueForAll(s => RtcdSemver.TryParse(s.Version, out var version) && version.Major >= 2);
        }
        catch (MattermostException)
        {
            // Whoever may not read plugin states still has an RTCD to be asked; the check of the plugin tells of the refusal.
            return false;
        }
    }

    /// <summary>The System Console stores keys in lower case; the plugin takes any (server/configuration.go).</summary>
    private static string? PluginSetting(JsonElement config) =>
        Member(config, "PluginSettings") is { } plugins
        && Member(plugins, "Plugins") is { } settings
        && Member(settings, CallsPlugin.Id) is { } calls
        && Member(calls, "rtcdserviceurl") is { ValueKind: JsonValueKind.String } url
            ? url.GetString()
            : null;

    private static JsonElement? Member(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var property in element.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return property.Value;
            }
        }

        return null;
    }
}

/// <param name="Value">As it stands in the setting; may hold credentials. Null when there is none.</param>
/// <param name="Source">Where it was found, as it follows "The URL"; or a sentence that says why there is none.</param>
internal sealed record RtcdServiceUrl(string? Value, string Source)
{
    public override string ToString() => Value is null ? Source : $"a URL {Source}";
}
