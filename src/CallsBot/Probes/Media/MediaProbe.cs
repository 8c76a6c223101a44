using System.Net;
using System.Security.Cryptography;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Probes.Media;

/// <summary>
/// Whether packets may be sent to a media address that RTCD names, besides what <see cref="AddressPolicy"/> says. Only tests
/// have one: theirs stay on the machine, whatever the pretend RTCD tells.
/// </summary>
internal delegate bool MediaAddressFilter(IPAddress address);

/// <summary>
/// Takes part in a call of its own, as a browser would: joins, offers a data channel, checks every candidate of the
/// answer, shakes hands over DTLS on the best one, and leaves. The only proof of the media path that RTCD allows: it
/// answers no STUN request that belongs to no session (pion/ice v4.2.0, udp_mux.go).
/// </summary>
/// <remarks>Disturbs no call: the ids of session and call are new and cannot be guessed, and the ports are fresh.</remarks>
internal sealed class MediaProbe(TimeProvider time, MediaAddressFilter? filter = null)
{
    // RTCD's own alphabet and length (rtcd, service/random/id.go).
    private const string IdLetters = "ybndrfg8ejkmcpqxot1uwisza345h769";
    private const int IdLength = 26;

    private static readonly TimeSpan FarewellLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Never throws for what RTCD or the network does. Throws <see cref="OperationCanceledException"/> when cancelled,
    /// after having told RTCD to end the session, as far as that is possible within half a second.
    /// </summary>
    /// <param name="socket">Open, and for the time of the probe its alone. Stays the caller's.</param>
    /// <param name="loopbackAllowed">The configuration names this machine: <see cref="ProbeTarget.NamesLoopback"/>.</param>
    public async Task<MediaProbeResult> RunAsync(RtcdSocket socket, bool loopbackAllowed, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        await using var session = new MediaSession(socket, NewId(), NewId(), loopbackAllowed, time, filter);
        try
        {
            var result = await session.RunAsync(cancellationToken);
            return result with { Times = result.Times with { Total = time.GetElapsedTime(began) } };
        }
        catch (OperationCanceledException)
        {
            using var limit = new CancellationTokenSource(FarewellLimit, time);
            try
            {
                await session.SendLeaveAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                // RTCD notices by itself after half a minute.
            }

            throw;
        }
    }

    private static string NewId() => RandomNumberGenerator.GetString(IdLetters, IdLength);
}
