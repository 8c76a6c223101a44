using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Probes;

/// <summary>Asks an RTCD whether it holds sessions of a call.</summary>
internal sealed class RtcdSessionsProbe(CheckedHttp http, IOptions<RtcdOptions> options)
{
    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    /// <returns>Null when RTCD does not say: before v1.0.0 it has no such question.</returns>
    public async Task<bool?> AskAsync(
        ProbeTarget target, CheckedAddress address, string callId, RtcdCredentials credentials, CancellationToken cancellationToken)
    {
        var reply = await http.SendAsync(
            target,
            address,
            (client, token) => RtcdApi.Create(client).GetSessionsAsync(callId, credentials.ToBasic(), token),
            options.Value.ConnectTimeout,
            options.Value.ResponseTimeout,
            cancellationToken);
        return reply switch
        {
            { Failure: not null } => null,
            { Status: 200 } => reply.Body.TrimStart().StartsWith('['),
            { Status: 404 } when SaysNoSession(reply.Body) => false,
            _ => null,
        };
    }

    /// <summary>Where 404 is about the call, not about the path (rtcd, service/session.go).</summary>
    public static bool SaysNoSession(string body) => body.StartsWith("failed to get session", StringComparison.Ordinal);
}
