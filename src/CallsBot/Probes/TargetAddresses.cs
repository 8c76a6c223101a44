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
            return ResolvedTarget.NotFound(ex.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ResolvedTarget.NotFound($"The name service did not answer within {ResolveTimeout.TotalSeconds:0} seconds.");
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
    public static ResolvedTarget NotFound(string problem) => new([], problem);
}

/// <param name="Address">The address.</param>
/// <param name="Refusal">What the address is, when nothing may be sent to it.</param>
internal sealed record CheckedAddress(IPAddress Address, string? Refusal);
