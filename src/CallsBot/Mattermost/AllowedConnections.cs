using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CallsBot.Mattermost;

/// <summary>
/// Which addresses a Mattermost server calls. It refuses reserved ones unless the setting
/// <c>ServiceSettings.AllowedUntrustedInternalConnections</c> names them (server/public/shared/httpservice).
/// </summary>
/// <param name="setting">Hosts, addresses and CIDR ranges, with white space or commas between them.</param>
internal sealed class AllowedConnections(string setting)
{
    // Newer servers refuse more than older ones; this is what the newer refuse (httpservice/client.go).
    private static readonly (IPNetwork Network, string Kind)[] Reserved =
    [
        (IPNetwork.Parse("127.0.0.0/8"), "a loopback address"),
        (IPNetwork.Parse("::1/128"), "a loopback address"),
        (IPNetwork.Parse("10.0.0.0/8"), "a private address"),
        (IPNetwork.Parse("172.16.0.0/12"), "a private address"),
        (IPNetwork.Parse("192.168.0.0/16"), "a private address"),
        (IPNetwork.Parse("fc00::/7"), "a private address"),
        (IPNetwork.Parse("100.64.0.0/10"), "a shared address"),
        (IPNetwork.Parse("169.254.0.0/16"), "a link-local address"),
        (IPNetwork.Parse("fe80::/10"), "a link-local address"),
        (IPNetwork.Parse("0.0.0.0/8"), "a reserved address"),
        (IPNetwork.Parse("192.0.0.0/24"), "a reserved address"),
        (IPNetwork.Parse("192.0.2.0/24"), "a reserved address"),
        (IPNetwork.Parse("192.88.99.0/24"), "a reserved address"),
        (IPNetwork.Parse("198.18.0.0/15"), "a reserved address"),
        (IPNetwork.Parse("198.51.100.0/24"), "a reserved address"),
        (IPNetwork.Parse("203.0.113.0/24"), "a reserved address"),
        (IPNetwork.Parse("224.0.0.0/3"), "a reserved address"),
        (IPNetwork.Parse("::/128"), "a reserved address"),
        (IPNetwork.Parse("64:ff9b::/96"), "a reserved address"),
        (IPNetwork.Parse("100::/64"), "a reserved address"),
        (IPNetwork.Parse("2001::/23"), "a reserved address"),
        (IPNetwork.Parse("2001:db8::/32"), "a reserved address"),
        (IPNetwork.Parse("2002::/16"), "a reserved address"),
        (IPNetwork.Parse("ff00::/8"), "a reserved address"),
    ];

    private readonly string[] _entries = setting.Split(
        (char[]?)null, StringSplitOptions.RemoveEmptyEntries) is var words
            ? [.. words.SelectMany(word => word.Split(',', StringSplitOptions.RemoveEmptyEntries))]
            : [];

    /// <summary>What the server holds against an address; null when it calls it.</summary>
    public static string? Against(IPAddress address)
    {
        var plain = Plain(address);
        foreach (var (network, kind) in Reserved)
        {
            if (network.Contains(plain))
            {
                return kind;
            }
        }

        return null;
    }

    /// <summary>Whether the host is named, letter for letter: then the server does not look at its address.</summary>
    public bool Names(string host) => _entries.Contains(host, StringComparer.Ordinal);

    /// <summary>Whether a range holds the address. A lone address is no range, and only ever stands for itself as a host.</summary>
    public bool Covers(IPAddress address) => _entries.Any(entry => RangeHolds(entry, Plain(address)));

    /// <summary>The setting with one more entry.</summary>
    public string With(string host) => string.Join(' ', [.. _entries, host]);

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // Not IPNetwork: the server takes 10.1.2.3/8 for 10.0.0.0/8, and IPNetwork refuses it.
    private static bool RangeHolds(string entry, IPAddress address)
    {
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !IPAddress.TryParse(entry.AsSpan(0, slash), out var network)
            || network.AddressFamily != address.AddressFamily
            || !int.TryParse(entry.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            || bits > (network.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
        {
            return false;
        }

        var (wanted, given) = (network.GetAddressBytes(), address.GetAddressBytes());
        for (var i = 0; i < bits; i++)
        {
            var mask = 0x80 >> (i % 8);
            if ((wanted[i / 8] & mask) != (given[i / 8] & mask))
            {
                return false;
            }
        }

        return true;
    }
}
