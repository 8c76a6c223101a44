using System.Text.Json.Serialization;

namespace CallsBot.Protocols.Rtcd;

/// <summary>What <c>GET /system</c> answers (rtcd, service/system.go).</summary>
/// <param name="CpuLoad">
/// One divided by the number of processor cores that were idle in the last second: 0.25 for four idle cores, 1 for one,
/// more than 1 for less than one. 0 before the second sample. With no idle time at all it is infinite, which JSON cannot
/// say: the body is empty then.
/// </param>
public sealed record RtcdSystem([property: JsonPropertyName("cpu_load")] double CpuLoad);

/// <summary>What <c>POST /login</c> takes (rtcd, service/auth.go).</summary>
/// <param name="ClientId">The client's name.</param>
/// <param name="AuthKey">Its key, of 32 characters or more.</param>
public sealed record RtcdLogin(
    [property: JsonPropertyName("clientID")] string ClientId, [property: JsonPropertyName("authKey")] string AuthKey)
{
    public override string ToString() => "a login";
}

/// <summary>What RTCD answers to a login or registration that it refuses (rtcd, service/audit.go).</summary>
/// <param name="Error">In words.</param>
public sealed record RtcdRefusal([property: JsonPropertyName("error")] string Error);
