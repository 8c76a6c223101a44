using System.Text.Json;
using CallsBot.Protocols.Mattermost;
using RestEase;

namespace CallsBot.Protocols.Calls;

/// <summary>
/// The part of the Calls plugin's HTTP API that CallsBot uses (mattermost-plugin-calls v1.12.2, server/api_router.go).
/// Every method throws <see cref="MattermostException"/> when the server refuses or cannot be reached; 404 means that no
/// such plugin runs there. Paths are relative to <c>plugins/com.mattermost.calls/</c>.
/// </summary>
/// <remarks>An account may ask once a second, ten times in a row (server/api.go, checkAPIRateLimits).</remarks>
public interface ICallsApi
{
    /// <summary>Anyone may ask.</summary>
    [Get("version")]
    Task<CallsVersion> GetVersionAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The settings in force, what the environment overrides included. Any account gets those of clients, a system
    /// administrator all, secrets in clear text. Names are those of the fields: <c>RTCDServiceURL</c>.
    /// </summary>
    [Get("config")]
    Task<JsonElement> GetConfigAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The settings that come from the environment, by field name, with the text of the variable. For system
    /// administrators; since v1.8.0. Before that 404, or an answer about a channel called "env".
    /// </summary>
    [Get("env")]
    Task<JsonElement> GetEnvironmentAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Short-lived credentials for each TURN server that has none of its own, as a list that <see cref="IceServer"/> reads.
    /// 403 when there is no such server, or no secret to make them with.
    /// </summary>
    [Get("turn-credentials")]
    Task<JsonElement> GetTurnCredentialsAsync(CancellationToken cancellationToken);
}
