using System.Globalization;
using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Probes;

/// <summary>Asks an RTCD how busy its machine is: the number by which the Calls plugin chooses among several.</summary>
internal sealed class RtcdLoadProbe(CheckedHttp http, IOptions<RtcdOptions> options)
{
    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    public Task<HttpReply<RtcdSystem>> AskAsync(ProbeTarget target, CheckedAddress address, CancellationToken cancellationToken) =>
        http.AskAsync(
            target,
            address,
            new HttpQuestion<RtcdSystem>(
                (client, token) => RtcdApi.Create(client).GetSystemAsync(token),
                "a load",
                system => string.Create(CultureInfo.InvariantCulture, $"cpu_load {system.CpuLoad:0.###}"),
                options.Value.ConnectTimeout,
                options.Value.ResponseTimeout),
            cancellationToken);
}
