using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Probes;

/// <summary>Sees whether an RTCD gives its metrics and profiles to anyone who asks.</summary>
/// <remarks>
/// Of the profiles only the headers of the mutex profile are asked for: making it costs the server nothing. The processor
/// profile and the trace would make it record for seconds.
/// </remarks>
internal sealed class RtcdExposureProbe(CheckedHttp http, IOptions<RtcdOptions> options)
{
    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    public async Task<RtcdExposure> AskAsync(ProbeTarget target, CheckedAddress address, CancellationToken cancellationToken)
    {
        var limits = options.Value;
        var metrics = http.SendAsync(
            target,
            address,
            (client, token) => RtcdApi.Create(client).GetMetricsAsync(token),
            limits.ConnectTimeout,
            limits.ResponseTimeout,
            cancellationToken);
        var profile = http.SendAsync(
            target,
            address,
            (client, token) => RtcdApi.Create(client).GetMutexProfileHeadAsync(token),
            limits.ConnectTimeout,
            limits.ResponseTimeout,
            cancellationToken);
        return new RtcdExposure(address, await metrics, await profile);
    }
}

/// <param name="Address">Who was asked.</param>
/// <param name="Metrics">The answer to the question for metrics.</param>
/// <param name="Profile">The answer to the question for the headers of a profile.</param>
internal sealed record RtcdExposure(CheckedAddress Address, HttpReply Metrics, HttpReply Profile)
{
    /// <summary>Prometheus text begins with a comment (Prometheus, exposition formats).</summary>
    public bool ShowsMetrics =>
        Metrics is { Failure: null, Status: 200 } && Metrics.Body.TrimStart().StartsWith("# ", StringComparison.Ordinal);

    /// <summary>Go's net/http/pprof sends profiles as a download.</summary>
    public bool ShowsProfiles => Profile is { Failure: null, Status: 200, MediaType: "application/octet-stream" };

    /// <summary>Both questions were answered, if with a refusal.</summary>
    public bool IsAnswered => Metrics.Status is not null && Profile.Status is not null;
}
