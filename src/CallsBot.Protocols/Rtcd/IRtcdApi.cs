using RestEase;

namespace CallsBot.Protocols.Rtcd;

/// <summary>
/// The part of RTCD's HTTP API that CallsBot uses (rtcd, service/service.go). <see cref="RtcdApi.Create"/> makes one.
/// </summary>
public interface IRtcdApi
{
    /// <summary>
    /// Needs no credentials and changes nothing. Any status is handed back, because a proxy's page is an answer too;
    /// <see cref="Response{T}.GetContent"/> throws <see cref="System.Text.Json.JsonException"/> when the body is not a version.
    /// </summary>
    [Get("version")]
    [AllowAnyStatusCode]
    Task<Response<RtcdVersion>> GetVersionAsync(CancellationToken cancellationToken);
}
