using System.Globalization;

namespace CallsBot.Checks.Plugin;

/// <summary>What Calls may do under a server's licence (mattermost-plugin-calls, server/license and server/enterprise).</summary>
/// <param name="IsLicensed">Whether there is a licence at all.</param>
/// <param name="Sku">The short name, in lower case, such as "enterprise"; null when the server does not say.</param>
/// <param name="IsCloud">Mattermost's own cloud.</param>
/// <param name="ExpiresAt">Null when the server does not say.</param>
internal sealed record Licence(bool IsLicensed, string? Sku, bool IsCloud, DateTimeOffset? ExpiresAt)
{
    private const string Professional = "professional";
    private const string Enterprise = "enterprise";
    private const string Advanced = "advanced";

    /// <summary>As a person says it.</summary>
    public string Name => (IsLicensed, Sku) switch
    {
        (false, _) => "none",
        (_, Professional) => "Professional",
        (_, Enterprise) => "Enterprise",
        (_, Advanced) => "Enterprise Advanced",
        (_, null) => "one whose kind the server does not say",
        (_, var other) => $"\"{Probes.SafeText.From(other, 40)}\"",
    };

    /// <param name="client">What <c>GET /api/v4/license/client?format=old</c> answers. Without a session the SKU may be left out.</param>
    public static Licence Of(IReadOnlyDictionary<string, string> client) => new(
        client.GetValueOrDefault("IsLicensed") == "true",
        client.GetValueOrDefault("SkuShortName") is { Length: > 0 } sku ? sku.ToLowerInvariant() : null,
        client.GetValueOrDefault("Cloud") == "true",
        long.TryParse(client.GetValueOrDefault("ExpiresAt"), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds is > 0 and < 253_402_300_800_000
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null);

    /// <summary>Whether Calls uses RTCD when its address is set. Null when that cannot be told.</summary>
    /// <param name="developerMode">Whether the server is in developer and testing mode, which lifts the limits; null when that is not known.</param>
    public bool? AllowsRtcd(bool? developerMode) => IsCloud ? true : AllowsRecordings(developerMode);

    /// <inheritdoc cref="AllowsRtcd"/>
    public bool? AllowsRecordings(bool? developerMode) => (IsLicensed, Sku) switch
    {
        (true, Enterprise or Advanced) => true,

        // The plugin falls back on a feature of the licence that the server does not tell.
        (true, not Professional) => developerMode == true ? true : null,
        _ => developerMode,
    };

    /// <summary>Whether there are calls in channels, and not in direct messages alone. Null when that cannot be told.</summary>
    /// <param name="developerMode">As for <see cref="AllowsRtcd"/>.</param>
    public bool? AllowsGroupCalls(bool? developerMode) => (IsLicensed, Sku) switch
    {
        (true, Professional or Enterprise or Advanced) => true,
        (true, _) => developerMode == true ? true : null,
        _ => developerMode,
    };
}
