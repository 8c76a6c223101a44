using System.Text.Json;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Checks;

/// <summary>
/// Where RTCD is: as the run says, else as CallsBot's settings say, else as the Calls plugin's settings say. Asked once in
/// a run.
/// </summary>
internal sealed class RtcdTargets
{
    private const string Hint = "Rtcd:ServiceUrl is not set in CallsBot's settings";

    /// <summary>Short, because it comes on top of the time that RTCD gets, and the check goes on without an answer.</summary>
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(2);

    private readonly IOptions<RtcdOptions> _options;
    private readonly AdministratorAccess _administrator;
    private readonly CheckTarget _target;
    private readonly TimeProvider _time;
    private readonly Once<RtcdServiceUrl> _url;
    private readonly Once<bool> _forCallsV2;

    public RtcdTargets(IOptions<RtcdOptions> options, AdministratorAccess administrator, CheckTarget target, TimeProvider time)
    {
        (_options, _administrator, _target, _time) = (options, administrator, target, time);
        _url = new Once<RtcdServiceUrl>(FindUrlAsync);
        _forCallsV2 = new Once<bool>(FindForCallsV2Async);
    }

    public Task<RtcdServiceUrl> FindAsync(CancellationToken cancellationToken) => _url.GetAsync(cancellationToken);

    /// <summary>
    /// Whether the Calls plugin is of version 2 or newer on every node, and so uses LiveKit: there is no RTCD to look for.
    /// </summary>
    /// <returns>False when that cannot be known.</returns>
    public Task<bool> AreForCallsV2Async(CancellationToken cancellationToken) => _forCallsV2.GetAsync(cancellationToken);

    /// <summary>What to log in to RTCD with: the settings', else the URL's own. Null when neither has any.</summary>
    public FoundCredentials? CredentialsFor(RtcdServiceUrl url) =>
        _target.RtcdUrl is null && _options.Value is { ClientId.Length: > 0, AuthKey.Length: > 0 } set
            ? new FoundCredentials(
                new RtcdCredentials(set.ClientId, set.AuthKey), "from CallsBot's settings Rtcd:ClientId and Rtcd:AuthKey")
            : FoundCredentials.In(url);

    private async Task<RtcdServiceUrl> FindUrlAsync(CancellationToken cancellationToken)
    {
        if (_target.RtcdUrl is { Length: > 0 } named)
        {
            return new RtcdServiceUrl(named, "as named for this run");
        }

        if (_options.Value.ServiceUrl is { Length: > 0 } configured)
        {
            return new RtcdServiceUrl(configured, "from CallsBot's setting Rtcd:ServiceUrl");
        }

        if (_administrator.Api is not { } api)
        {
            return new RtcdServiceUrl(null, $"{Hint}, and there is no administrator's token to read the Calls plugin's settings with.");
        }

        try
        {
            var config = await AdministratorReads.AskAsync(api.GetConfigAsync, _time, cancellationToken);
            return PluginSetting(config) is { Length: > 0 } url
                ? new RtcdServiceUrl(url, "from the Calls plugin's setting RTCD Service URL") { IsPlugins = true }
                : new RtcdServiceUrl(null, $"{Hint}, and the Calls plugin's setting RTCD Service URL is empty: calls run inside Mattermost.");
        }
        catch (MattermostException ex)
        {
            return new RtcdServiceUrl(null, $"{Hint}, and the Calls plugin's settings could not be read: {SafeText.From(ex.Message)}");
        }
    }

    private async Task<bool> FindForCallsV2Async(CancellationToken cancellationToken)
    {
        if (_administrator.Api is not { } api)
        {
            return false;
        }

        try
        {
            var statuses = await AdministratorReads.AskAsync(api.GetPluginStatusesAsync, StatusPatience, _time, cancellationToken);
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
    /// <summary>It is the plugin's own setting, and nobody told CallsBot to look there.</summary>
    public bool IsPlugins { get; init; }

    public override string ToString() => Value is null ? Source : $"a URL {Source}";
}

/// <summary>What to log in to RTCD with.</summary>
/// <param name="Credentials">A client's name and its key.</param>
/// <param name="Source">Where they were found, as it follows "The credentials".</param>
internal sealed record FoundCredentials(RtcdCredentials Credentials, string Source)
{
    /// <summary>The part before the @ of a URL, percent-decoded.</summary>
    public static FoundCredentials? In(RtcdServiceUrl url)
    {
        if (url.Value is not { } text || text.IndexOf("://", StringComparison.Ordinal) is not (>= 0 and var scheme))
        {
            return null;
        }

        var authority = text[(scheme + 3)..].Split('/', '?', '#')[0];
        var at = authority.LastIndexOf('@');
        var colon = authority.IndexOf(':');
        return colon > 0 && colon < at
            ? new FoundCredentials(
                new RtcdCredentials(
                    Uri.UnescapeDataString(authority[..colon]), Uri.UnescapeDataString(authority[(colon + 1)..at])),
                $"in the URL {url.Source}")
            : null;
    }

    public override string ToString() => $"credentials {Source}";
}
