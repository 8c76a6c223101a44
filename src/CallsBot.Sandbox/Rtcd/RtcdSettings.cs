using System.Net;
using System.Net.Sockets;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>How a pretend RTCD is set up. The defaults suit a test.</summary>
internal sealed record RtcdSettings
{
    public string ClientId { get; init; } = "callsbot";

    /// <summary>At least 32 characters.</summary>
    public string AuthKey { get; init; } = RegisteredClients.NewKey();

    /// <summary>Where media comes in; each address has its own candidates.</summary>
    public IReadOnlyList<IPAddress> MediaAddresses { get; init; } = [IPAddress.Loopback];

    /// <summary>For UDP and TCP alike; 0 takes a free one below the ports that the system gives away.</summary>
    public int MediaPort { get; init; }

    /// <summary>
    /// Finds the addresses of a host override. By default names that cannot exist (RFC 6761) are not asked for, so that no
    /// test asks the network.
    /// </summary>
    public Func<string, CancellationToken, Task<IReadOnlyList<IPAddress>>> Resolve { get; init; } = ResolveAsync;

    /// <summary>Without the key.</summary>
    public override string ToString() => $"{ClientId}, media on {string.Join(", ", MediaAddresses)}, port {MediaPort}";

    private static async Task<IReadOnlyList<IPAddress>> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        if (name.TrimEnd('.').Split('.')[^1] is "invalid" or "test" or "example")
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        return await Dns.GetHostAddressesAsync(name, cancellationToken);
    }
}
