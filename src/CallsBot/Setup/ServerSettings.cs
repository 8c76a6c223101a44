using System.Text.Json;

namespace CallsBot.Setup;

/// <summary>What setup needs to know of the server's configuration. Null where the server does not say.</summary>
internal sealed record ServerSettings(
    bool? EnableBotAccountCreation,
    bool? EnableCommands,
    bool? EnableUserAccessTokens,
    string? AllowedUntrustedInternalConnections)
{
    public static readonly ServerSettings Unknown = new(null, null, null, null);

    /// <param name="config">The reply to <c>GET /api/v4/config</c>. A restricted administrator gets parts of it only.</param>
    public static ServerSettings Of(JsonElement config)
    {
        var section = config.ValueKind == JsonValueKind.Object && config.TryGetProperty("ServiceSettings", out var found)
            ? found
            : default;
        return new ServerSettings(
            Flag(section, nameof(EnableBotAccountCreation)),
            Flag(section, nameof(EnableCommands)),
            Flag(section, nameof(EnableUserAccessTokens)),
            Property(section, nameof(AllowedUntrustedInternalConnections)) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null);
    }

    private static bool? Flag(JsonElement section, string name) => Property(section, name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static JsonElement Property(JsonElement section, string name) =>
        section.ValueKind == JsonValueKind.Object && section.TryGetProperty(name, out var value) ? value : default;
}
