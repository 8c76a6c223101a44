using System.Text.Json;
using CallsBot.Mattermost;

namespace CallsBot.Checks.Plugin;

/// <summary>What checks need to know of the server's configuration. Null where the server does not say.</summary>
/// <param name="StoredCalls">What is stored for the Calls plugin, as it stands; secrets may be in it.</param>
internal sealed record ServerConfig(
    string? SiteUrl,
    bool? EnableDeveloper,
    bool? EnableTesting,
    bool? ClusterEnabled,
    bool? PluginsEnabled,
    bool? CallsEnabled,
    AllowedConnections? AllowedConnections,
    JsonElement? StoredCalls)
{
    /// <summary>Licence limits are lifted when both are on (mattermost-plugin-calls, server/license/license.go).</summary>
    public bool? DeveloperMode => (EnableDeveloper, EnableTesting) switch
    {
        (false, _) or (_, false) => false,
        (true, true) => true,
        _ => null,
    };

    /// <param name="config">The reply to <c>GET /api/v4/config</c>. A restricted administrator gets parts of it only.</param>
    public static ServerConfig Of(JsonElement config)
    {
        var service = Json.Member(config, "ServiceSettings");
        var plugins = Json.Member(config, "PluginSettings");
        return new ServerConfig(
            Json.Text(Json.Member(service, "SiteURL")),
            Json.Flag(Json.Member(service, "EnableDeveloper")),
            Json.Flag(Json.Member(service, "EnableTesting")),
            Json.Flag(Json.Member(Json.Member(config, "ClusterSettings"), "Enable")),
            Json.Flag(Json.Member(plugins, "Enable")),
            Json.Flag(Json.Member(Json.Member(Json.Member(plugins, "PluginStates"), CallsPlugin.Id), "Enable")),
            Json.Text(Json.Member(service, "AllowedUntrustedInternalConnections")) is { } allowed ? new AllowedConnections(allowed) : null,
            Json.Member(Json.Member(plugins, "Plugins"), CallsPlugin.Id) is { ValueKind: JsonValueKind.Object } stored ? stored : null);
    }

    public override string ToString() => $"configuration of {SiteUrl}";
}

/// <summary>Reads JSON whose shape is somebody else's affair. Names are taken in any case, as Go does.</summary>
internal static class Json
{
    public static JsonElement? Member(JsonElement? element, string name)
    {
        if (element is not { ValueKind: JsonValueKind.Object } found)
        {
            return null;
        }

        JsonElement? last = null;
        foreach (var property in found.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                last = property.Value;
            }
        }

        return last;
    }

    public static string? Text(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static bool? Flag(JsonElement? element) => element?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
