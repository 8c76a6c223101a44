using System.Text.Json.Serialization;

namespace CallsBot.Protocols.Calls;

/// <summary>What the Calls plugin says of itself (server/public/version.go).</summary>
public sealed record CallsVersion
{
    /// <summary>Such as "1.12.2".</summary>
    [JsonPropertyName("version")]
    public required string Version { get; init; }

    [JsonPropertyName("build")]
    public string Build { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Of the RTCD that the plugin talked to last. Empty when it talked to none, or to a build without a version.
    /// </summary>
    [JsonPropertyName("rtcd_version")]
    public string RtcdVersion { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("rtcd_build")]
    public string RtcdBuild { get; init => field = value ?? ""; } = "";
}
