using RestEase;

namespace CallsBot.Protocols.Rtcd;

/// <summary>
/// The part of RTCD's HTTP API that CallsBot uses (rtcd, service/service.go). <see cref="RtcdApi.Create"/> makes one.
/// Any status is handed back, because a proxy's page is an answer too.
/// </summary>
[AllowAnyStatusCode]
public interface IRtcdApi
{
    /// <summary>
    /// Needs no credentials and changes nothing. <see cref="Response{T}.GetContent"/> throws
    /// <see cref="System.Text.Json.JsonException"/> when the body is not a version.
    /// </summary>
    [Get("version")]
    Task<Response<RtcdVersion>> GetVersionAsync(CancellationToken cancellationToken);

    /// <summary>Needs no credentials and changes nothing. Since v0.15.0, and not on macOS.</summary>
    [Get("system")]
    Task<Response<RtcdSystem>> GetSystemAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Changes nothing. Since v1.0.0: 401 for bad credentials, 404 with a text about the call for good ones when there is no
    /// such call (service/session.go).
    /// </summary>
    /// <param name="callId">Any.</param>
    /// <param name="authorization">As <see cref="RtcdCredentials.ToBasic"/> gives it.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    [Get("calls/{callId}/sessions")]
    Task<HttpResponseMessage> GetSessionsAsync(
        [Path] string callId, [Header("Authorization")] string authorization, CancellationToken cancellationToken);

    /// <summary>
    /// Since v0.8.0. Ends the bearer token that the client had (service/auth/session_cache.go, Put).
    /// </summary>
    /// <param name="login">An <see cref="RtcdLogin"/> as JSON.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    [Post("login")]
    Task<HttpResponseMessage> LogInAsync([Body] HttpContent login, CancellationToken cancellationToken);

    /// <summary>Prometheus text. Needs no credentials and changes nothing.</summary>
    [Get("metrics")]
    Task<HttpResponseMessage> GetMetricsAsync(CancellationToken cancellationToken);

    /// <summary>The headers of a profile, of the kind that costs the server least. Needs no credentials.</summary>
    [Head("debug/pprof/mutex")]
    Task<HttpResponseMessage> GetMutexProfileHeadAsync(CancellationToken cancellationToken);
}
