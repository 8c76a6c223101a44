using System.Net;
using System.Net.Sockets;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>Where RTCD says that it is (rtcd, service/rtc/utils.go and sfu.go; pion/ice, gather.go).</summary>
internal static class Candidates
{
    /// <summary>As recorded from v0.11.3, and unchanged in pion/ice v4.2.0.</summary>
    public const uint UdpPriority = 2130706431;

    /// <summary>As pion/ice v4.2.0 computes it; v0.11.3 had 2124414975.</summary>
    public const uint TcpPriority = 1671430143;

    /// <summary>What a name lasts to resolve at a join.</summary>
    private static readonly TimeSpan MayResolveFor = TimeSpan.FromSeconds(1);

    /// <param name="addresses">Where the media port listens.</param>
    /// <param name="resolve">Finds a name's addresses.</param>
    /// <exception cref="SandboxException">The host override does not resolve; the message is as in rtcd's log.</exception>
    public static async Task<IReadOnlyList<IceCandidate>> GatherAsync(
        IReadOnlyList<IPAddress> addresses, int port, RtcdConditions conditions,
        Func<string, CancellationToken, Task<IReadOnlyList<IPAddress>>> resolve, TimeProvider time, CancellationToken cancellationToken)
    {
        var shown = await MapAsync(addresses, conditions.HostOverride, resolve, time, cancellationToken);
        var hosts = addresses.Select(address => shown.GetValueOrDefault(address, address.ToString())).ToList();
        return
        [
            .. hosts.Select(host => Candidate(IceTransport.Udp, host)),
            .. hosts.Select(host => Candidate(IceTransport.Tcp, host) with { TcpType = "passive" }),
        ];

        IceCandidate Candidate(IceTransport transport, string host) => new(
            Foundation(transport, host), Component: 1, transport, transport == IceTransport.Tcp ? TcpPriority : UdpPriority, host, port, IceCandidateType.Host);
    }

    /// <summary>
    /// The port override, which is for trickled candidates alone, and for those whose address is spelled like the host
    /// override: with a name there it does nothing.
    /// </summary>
    public static IceCandidate WithPort(IceCandidate candidate, RtcdConditions conditions) =>
        conditions.PortOverride is { } port && Overridden(conditions.HostOverride).Contains(candidate.Host) ? candidate with { Port = port } : candidate;

    private static IEnumerable<string> Overridden(string hostOverride) => hostOverride.Contains('/')
        ? hostOverride.Split(',').Select(pair => pair.Split('/')).Where(pair => pair.Length == 2 && pair[0] != pair[1]).Select(pair => pair[0])
        : [hostOverride];

    private static async Task<Dictionary<IPAddress, string>> MapAsync(
        IReadOnlyList<IPAddress> addresses, string hostOverride,
        Func<string, CancellationToken, Task<IReadOnlyList<IPAddress>>> resolve, TimeProvider time, CancellationToken cancellationToken)
    {
        if (hostOverride.Length == 0)
        {
            return [];
        }

        if (hostOverride.Contains('/'))
        {
            return hostOverride.Split(',').Select(pair => pair.Split('/'))
                .Where(pair => pair.Length == 2 && IPAddress.TryParse(pair[1], out _))
                .ToDictionary(pair => IPAddress.Parse(pair[1]), pair => pair[0]);
        }

        var shown = IPAddress.TryParse(hostOverride, out var given) ? given : await ResolveAsync(hostOverride, resolve, time, cancellationToken);

        // With several addresses RTCD leaves the loopback one as it is. Where all are, as in a test, that would leave no override.
        var mapped = addresses.Where(address => address.AddressFamily == shown.AddressFamily).ToList();
        if (addresses.Count > 1 && !mapped.TrueForAll(IPAddress.IsLoopback))
        {
            mapped.RemoveAll(IPAddress.IsLoopback);
        }

        return mapped.ToDictionary(address => address, _ => shown.ToString());
    }

    private static async Task<IPAddress> ResolveAsync(
        string name, Func<string, CancellationToken, Task<IReadOnlyList<IPAddress>>> resolve, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(MayResolveFor, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        string why;
        try
        {
            var found = await resolve(name, either.Token);
            if (found.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork) is { } address)
            {
                return address;
            }

            why = "no such host";
        }
        catch (SocketException)
        {
            why = "no such host";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            why = "i/o timeout";
        }

        throw new SandboxException(
            $"failed to initialize rtc session: failed to init setting engine: failed to generate addresses pairs: failed to resolve host: failed to resolve host \"{name}\": lookup {name}: {why}");
    }

    // pion/ice hashes type, address and transport. Only equality matters.
    private static string Foundation(IceTransport transport, string host) =>
        $"{(uint)$"host{host}{transport}".Aggregate(2166136261u, (hash, letter) => (hash ^ letter) * 16777619u)}";
}
