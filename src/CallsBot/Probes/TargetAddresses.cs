using System.Net;
using System.Net.Sockets;

namespace CallsBot.Probes;

/// <summary>Asks the name service. Throws <see cref="SocketException"/> when it has no answer.</summary>
internal delegate Task<IPAddress[]> HostResolver(string host, CancellationToken cancellationToken);

/// <summary>
/// The addresses of a target, resolved once and checked: whoever connects uses these and does not ask again, so that a
/// name that changes its answer between check and use gains nothing.
/// </summary>
internal sealed class TargetAddresses(HostResolver resolve, TimeProvider time)
{
    /// <summary>A name with more addresses than this is no RTCD, which wants one for each server.</summary>
    public const int Most = 8;

    // As long as the Calls plugin waits (mattermost-plugin-calls v1.12.2, server/rtcd.go, resolveTimeout).
    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(2);

    /// <returns>At most <see cref="Most"/> addresses, or why there are none.</returns>
    public async Task<ResolvedTarget> ResolveAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        if (target.Address is { } literal)
        {
            return Checked(target, [literal]);
        }

        var started = time.GetTimestamp();
        return await LookUpAsync(target, cancellationToken) with { Duration = time.GetElapsedTime(started) };
    }

    private async Task<ResolvedTarget> LookUpAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(ResolveTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // The system's resolver does not always heed the token, hence WaitAsync.
            var found = await resolve(target.Host, either.Token).WaitAsync(either.Token);
            return found.Length == 0
                ? ResolvedTarget.NotFound("The name has no addresses.")
                : Checked(target, found);
        }
        catch (SocketException ex)
        {
            // EAI_AGAIN, and what else says nothing about the name (RFC 3493 §6.1).
            var unknown = ex.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData;
            return ResolvedTarget.NotFound(ex.Message) with { NameServiceFailed = !unknown };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ResolvedTarget.NotFound($"The name service did not answer within {ResolveTimeout.TotalSeconds:0} seconds.")
                with { NameServiceFailed = true };
        }
    }

    private static ResolvedTarget Checked(ProbeTarget target, IEnumerable<IPAddress> found) =>
        new([.. found.Distinct().Take(Most).Select(a => Checked(a, target.NamesLoopback))], Problem: null);

    /// <summary>A mapped address is an IPv4 address to connect to, but is judged as it came.</summary>
    private static CheckedAddress Checked(IPAddress address, bool loopbackAllowed) =>
        new(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, AddressPolicy.RefusalOf(address, loopbackAllowed));
}

/// <param name="Addresses">Empty when the name did not resolve.</param>
/// <param name="Problem">What the name service said when it did not.</param>
internal sealed record ResolvedTarget(IReadOnlyList<CheckedAddress> Addresses, string? Problem)
{
    /// <summary>The name service had no answer, which says nothing about the name.</summary>
    public bool NameServiceFailed { get; init; }

    /// <summary>How long the name service took; zero for an address, which needs none.</summary>
    public TimeSpan Duration { get; init; }

    public static ResolvedTarget NotFound(string problem) => new([], problem);
}

/// <param name="Address">The address.</param>
/// <param name="Refusal">What the address is, when nothing may be sent to it.</param>
internal sealed record CheckedAddress(IPAddress Address, string? Refusal);
