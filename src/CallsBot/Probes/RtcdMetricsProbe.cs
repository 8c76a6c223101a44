using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Probes;

/// <summary>Asks an RTCD for its metrics.</summary>
internal sealed class RtcdMetricsProbe(CheckedHttp http, IOptions<RtcdOptions> options)
{
    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    public Task<HttpReply> AskAsync(ProbeTarget target, CheckedAddress address, CancellationToken cancellationToken) =>
        http.SendAsync(
            target,
            address,
            (client, token) => RtcdApi.Create(client).GetMetricsAsync(token),
            options.Value.ConnectTimeout,
            options.Value.ResponseTimeout,
            cancellationToken);
}
