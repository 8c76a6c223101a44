using System.Text.Json.Serialization;
using CallsBot.Protocols.Rtcd;
using RestEase;

namespace CallsBot.Protocols.Offloader;

/// <summary>
/// The part of calls-offloader's HTTP API that CallsBot uses (calls-offloader v0.9.5, service/service.go).
/// <see cref="OffloaderApi.Create"/> makes one. Any status is handed back; <see cref="Response{T}.GetContent"/> throws
/// <see cref="System.Text.Json.JsonException"/> when the body is something else.
/// </summary>
public interface IOffloaderApi
{
    /// <summary>Needs no credentials and changes nothing. The answer has RTCD's shape, without system and architecture.</summary>
    [Get("version")]
    [AllowAnyStatusCode]
    Task<Response<RtcdVersion>> GetVersionAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Says whether credentials are good. Of all that takes credentials this alone registers nobody: every other endpoint
    /// registers an unknown client on the way where self-registration is allowed (service/auth.go). 400 with
    /// <c>login failed: …</c> when they are not good. A former bearer token of the client ends; the plugin uses none.
    /// </summary>
    [Post("login")]
    [AllowAnyStatusCode]
    Task<Response<OffloaderLogin>> LoginAsync([Body] OffloaderCredentials credentials, CancellationToken cancellationToken);
}

/// <summary>The key is left out of <see cref="ToString"/>.</summary>
public sealed record OffloaderCredentials
{
    [JsonPropertyName("clientID")]
    public required string ClientId { get; init; }

    [JsonPropertyName("authKey")]
    public required string AuthKey { get; init; }

    public override string ToString() => "credentials for calls-offloader";
}

/// <summary>The token is left out of <see cref="ToString"/>.</summary>
public sealed record OffloaderLogin
{
    [JsonPropertyName("bearerToken")]
    public required string BearerToken { get; init; }

    public override string ToString() => "login at calls-offloader";
}
