using System.Security.Cryptography.X509Certificates;
using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Probes;

/// <summary>
/// Asks every address of an RTCD for its version, and tells apart everything that can keep it from answering.
/// </summary>
/// <remarks>
/// Every address, because the Calls plugin does the same: it makes a client for each and does not start when one of them
/// fails (mattermost-plugin-calls v1.12.2, server/rtcd.go, newRTCDClientManager).
/// </remarks>
internal sealed class RtcdVersionProbe(TargetAddresses addresses, IOptions<RtcdOptions> options, TimeProvider time)
{
    /// <summary>Certificates that are trusted besides the machine's own.</summary>
    public X509Certificate2Collection ExtraRoots { get; init; } = [];

    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    public async Task<RtcdVersionReplies> AskAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        var http = new CheckedHttp(addresses, time) { ExtraRoots = ExtraRoots };
        var question = new HttpQuestion<RtcdVersion>(
            (client, token) => RtcdApi.Create(client).GetVersionAsync(token),
            "a version",
            version => $"version \"{SafeText.From(version.BuildVersion, 40)}\"",
            options.Value.ConnectTimeout,
            options.Value.ResponseTimeout);
        var replies = await http.AskAsync(target, question, cancellationToken);
        return new RtcdVersionReplies(target, [.. replies.Select(RtcdVersionReply.From)]);
    }
}
