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
internal sealed class RtcdVersionProbe(TargetAddresses addresses, CheckedHttp http, IOptions<RtcdOptions> options)
{
    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    public async Task<RtcdVersionReplies> AskAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var question = new HttpQuestion<RtcdVersion>(
            (client, token) => RtcdApi.Create(client).GetVersionAsync(token),
            "a version",
            version => $"version \"{SafeText.From(version.BuildVersion, 40)}\"",
            options.Value.ConnectTimeout,
            options.Value.ResponseTimeout);
        var resolved = await addresses.ResolveAsync(target, cancellationToken);
        return new RtcdVersionReplies(target, resolved, await http.AskAsync(target, resolved, question, cancellationToken));
    }
}

/// <param name="Target">Who was asked.</param>
/// <param name="Resolved">What the name service said.</param>
/// <param name="Replies">One for each address that the name has, in the name service's order; never empty.</param>
internal sealed record RtcdVersionReplies(ProbeTarget Target, ResolvedTarget Resolved, IReadOnlyList<HttpReply<RtcdVersion>> Replies)
{
    /// <summary>Each address with its reply; empty when the name did not resolve.</summary>
    public IEnumerable<(CheckedAddress Address, HttpReply<RtcdVersion> Reply)> ByAddress => Resolved.Addresses.Zip(Replies);
}
