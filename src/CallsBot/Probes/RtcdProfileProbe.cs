using System.Globalization;
using Microsoft.Extensions.Options;

namespace CallsBot.Probes;

/// <summary>Has an RTCD record for a while what it uses the processor for: <c>GET /debug/pprof/profile?seconds=N</c>.</summary>
internal sealed class RtcdProfileProbe(TargetAddresses addresses, CheckedHttp http, IOptions<RtcdOptions> options)
{
    /// <summary>A busy RTCD's profile of a minute has a few hundred kilobytes.</summary>
    public const int LargestProfile = 20 * 1024 * 1024;

    /// <summary>What a server may need beyond the recording.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Asks the addresses of the target in turn until one answers. Throws <see cref="OperationCanceledException"/> when
    /// <paramref name="cancellationToken"/> is cancelled, and nothing else.
    /// </summary>
    /// <param name="target">An RTCD.</param>
    /// <param name="seconds">How long to record; from 1 to 300.</param>
    /// <param name="cancellationToken">Ends the waiting; RTCD goes on recording.</param>
    public async Task<RecordedProfile> RecordAsync(ProbeTarget target, int seconds, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, 300);
        var resolved = await addresses.ResolveAsync(target, cancellationToken);
        var last = new RecordedProfile(null, resolved.Problem ?? "The name has no addresses.");
        foreach (var address in resolved.Problem is null ? resolved.Addresses : [])
        {
            last = await RecordAsync(target, address, seconds, cancellationToken);
            if (last.Profile is not null)
            {
                break;
            }
        }

        return last;
    }

    private async Task<RecordedProfile> RecordAsync(ProbeTarget target, CheckedAddress address, int seconds, CancellationToken cancellationToken)
    {
        byte[]? profile = null;
        var reply = await http.SendAsync(
            target,
            address,
            async (client, token) =>
            {
                var response = await client.GetAsync(
                    new Uri(string.Create(CultureInfo.InvariantCulture, $"debug/pprof/profile?seconds={seconds}"), UriKind.Relative), token);
                if ((int)response.StatusCode == 200)
                {
                    // Not text: it is taken out before anything reads it as such.
                    var whole = response.Content;
                    profile = await whole.ReadAsByteArrayAsync(token);
                    response.Content = new ByteArrayContent([]);
                    whole.Dispose();
                }

                return response;
            },
            options.Value.ConnectTimeout,
            TimeSpan.FromSeconds(seconds) + Patience,
            cancellationToken,
            LargestProfile);
        return reply switch
        {
            { Failure: not null } => new(null, $"{reply.Address}: {reply.Seen}."),
            { Status: 404 } => new(null, $"{reply.Address}: HTTP 404. A proxy hides /debug/pprof, or this is no RTCD."),
            { Status: not 200 } => new(null, $"{reply.Address}: HTTP {reply.Status}: {reply.BodyStart}"),
            { IsCut: true } => new(null, $"{reply.Address}: the profile is larger than {LargestProfile / 1024 / 1024} MiB."),
            _ when profile is not [0x1F, 0x8B, ..] => new(null, $"{reply.Address}: the answer is no profile."),
            _ => new(profile, null),
        };
    }
}

/// <summary>A profile, or why there is none.</summary>
/// <param name="Profile">In pprof's format, packed with gzip; null when there is none.</param>
/// <param name="Reason">Why there is none, as a sentence for administrators: it names the address. Null when there is one.</param>
internal sealed record RecordedProfile(byte[]? Profile, string? Reason)
{
    public override string ToString() => Reason ?? $"{Profile?.Length} bytes";
}
