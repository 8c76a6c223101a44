using System.Net;

namespace CallsBot.Probes;

/// <summary>From where an address can be reached.</summary>
internal enum Reach
{
    /// <summary>From nowhere: it is no address of a machine.</summary>
    Nowhere,

    /// <summary>From the machine that has it.</summary>
    SameMachine,

    /// <summary>From machines on the same link.</summary>
    SameLink,

    /// <summary>From the network of the organisation that has it, or from its VPN.</summary>
    SameNetwork,
}

/// <summary>
/// A block of addresses that is not part of the public internet (IANA IPv4 and IPv6 Special-Purpose Address Registries, and
/// multicast).
/// </summary>
/// <param name="Network">The block.</param>
/// <param name="Name">What an address of it is, with an article.</param>
/// <param name="Source">Where that is laid down.</param>
/// <param name="Reach">From where it can be reached.</param>
internal sealed record SpecialAddress(IPNetwork Network, string Name, string Source, Reach Reach)
{
    /// <summary>What containers get unless told otherwise; only their own machine has a way there.</summary>
    public static readonly SpecialAddress Docker = new(
        IPNetwork.Parse("172.17.0.0/16"), "an address of Docker's own network", "Docker, default bridge network", Reach.SameMachine);

    /// <summary>The first that holds counts: a block stands before the one that it is a part of.</summary>
    private static readonly SpecialAddress[] All =
    [
        new(IPNetwork.Parse("0.0.0.0/8"), "an unspecified address", "RFC 791 §3.2", Reach.Nowhere),
        new(IPNetwork.Parse("10.0.0.0/8"), "a private address", "RFC 1918", Reach.SameNetwork),
        new(IPNetwork.Parse("100.64.0.0/10"), "a shared address, as carriers' NAT and some VPNs use", "RFC 6598", Reach.SameNetwork),
        new(IPNetwork.Parse("127.0.0.0/8"), "a loopback address", "RFC 1122 §3.2.1.3", Reach.SameMachine),
        new(IPNetwork.Parse("169.254.0.0/16"), "a link-local address", "RFC 3927", Reach.SameLink),
        Docker,
        new(IPNetwork.Parse("172.16.0.0/12"), "a private address", "RFC 1918", Reach.SameNetwork),
        new(IPNetwork.Parse("192.0.0.0/24"), "an address reserved for protocols", "RFC 6890 §2.1", Reach.Nowhere),
        new(IPNetwork.Parse("192.0.2.0/24"), "an address reserved for documentation", "RFC 5737", Reach.Nowhere),
        new(IPNetwork.Parse("192.88.99.0/24"), "an address of the withdrawn 6to4 relays", "RFC 7526", Reach.Nowhere),
        new(IPNetwork.Parse("192.168.0.0/16"), "a private address", "RFC 1918", Reach.SameNetwork),
        new(IPNetwork.Parse("198.18.0.0/15"), "an address reserved for benchmarks", "RFC 2544", Reach.Nowhere),
        new(IPNetwork.Parse("198.51.100.0/24"), "an address reserved for documentation", "RFC 5737", Reach.Nowhere),
        new(IPNetwork.Parse("203.0.113.0/24"), "an address reserved for documentation", "RFC 5737", Reach.Nowhere),
        new(IPNetwork.Parse("224.0.0.0/4"), "a multicast address", "RFC 5771", Reach.Nowhere),
        new(IPNetwork.Parse("240.0.0.0/4"), "a reserved address", "RFC 1112 §4", Reach.Nowhere),
        new(IPNetwork.Parse("::/128"), "an unspecified address", "RFC 4291 §2.5.2", Reach.Nowhere),
        new(IPNetwork.Parse("::1/128"), "a loopback address", "RFC 4291 §2.5.3", Reach.SameMachine),
        new(IPNetwork.Parse("64:ff9b:1::/48"), "an address of a local IPv4/IPv6 translator", "RFC 8215", Reach.SameNetwork),
        new(IPNetwork.Parse("100::/64"), "an address whose packets are discarded", "RFC 6666", Reach.Nowhere),
        new(IPNetwork.Parse("100:0:0:1::/64"), "a dummy address", "RFC 9780", Reach.Nowhere),
        new(IPNetwork.Parse("2001::/32"), "a Teredo address", "RFC 4380", Reach.Nowhere),
        new(IPNetwork.Parse("2001:2::/48"), "an address reserved for benchmarks", "RFC 5180", Reach.Nowhere),
        new(IPNetwork.Parse("2001:10::/28"), "a cryptographic identifier, not an address", "RFC 4843", Reach.Nowhere),
        new(IPNetwork.Parse("2001:20::/28"), "a cryptographic identifier, not an address", "RFC 7343", Reach.Nowhere),
        new(IPNetwork.Parse("2001:db8::/32"), "an address reserved for documentation", "RFC 3849", Reach.Nowhere),
        new(IPNetwork.Parse("2002::/16"), "a 6to4 address", "RFC 3056", Reach.Nowhere),
        new(IPNetwork.Parse("3fff::/20"), "an address reserved for documentation", "RFC 9637", Reach.Nowhere),
        new(IPNetwork.Parse("5f00::/16"), "a segment routing identifier", "RFC 9602", Reach.Nowhere),
        new(IPNetwork.Parse("fc00::/7"), "a private address", "RFC 4193", Reach.SameNetwork),
        new(IPNetwork.Parse("fe80::/10"), "a link-local address", "RFC 4291 §2.5.6", Reach.SameLink),
        new(IPNetwork.Parse("fec0::/10"), "a site-local address, withdrawn", "RFC 3879", Reach.Nowhere),
        new(IPNetwork.Parse("ff00::/8"), "a multicast address", "RFC 4291 §2.7", Reach.Nowhere),
    ];

    /// <param name="address">An IPv4-mapped one is the IPv4 address that it stands for.</param>
    /// <returns>Null for an address of the public internet.</returns>
    public static SpecialAddress? Of(IPAddress address)
    {
        var actual = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Find(All, special => special.Network.Contains(actual));
    }
}
