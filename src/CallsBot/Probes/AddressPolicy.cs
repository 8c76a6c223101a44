using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace CallsBot.Probes;

/// <summary>
/// Where probes may go. RTCD lives on private addresses, so those are open; what is refused can never be a call server
/// and could give away what is not ours: link-local and cloud metadata addresses, this machine, multicast, broadcast.
/// </summary>
internal static class AddressPolicy
{
    private static readonly (IPNetwork Network, string Why)[] Refused =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "an unspecified address"),
        (IPNetwork.Parse("169.254.0.0/16"), "a link-local address, where cloud metadata is served"),
        (IPNetwork.Parse("100.100.100.200/32"), "a cloud metadata address"), // Alibaba Cloud
        (IPNetwork.Parse("168.63.129.16/32"), "a cloud metadata address"), // Azure
        (IPNetwork.Parse("192.0.0.192/32"), "a cloud metadata address"), // Oracle Cloud, older images
        (IPNetwork.Parse("224.0.0.0/4"), "a multicast address"),
        (IPNetwork.Parse("255.255.255.255/32"), "the broadcast address"),
        (IPNetwork.Parse("::/128"), "an unspecified address"),
        (IPNetwork.Parse("fe80::/10"), "a link-local address"),
        (IPNetwork.Parse("fec0::/10"), "a site-local address (RFC 3879 withdrew them)"),
        (IPNetwork.Parse("fd00:ec2::/32"), "a cloud metadata address"), // AWS: 254 metadata, 253 DNS, 123 time
        (IPNetwork.Parse("fd20:ce::254/128"), "a cloud metadata address"), // Google Cloud
        (IPNetwork.Parse("ff00::/8"), "a multicast address"),
    ];

    private static readonly IPNetwork Loopback = IPNetwork.Parse("127.0.0.0/8");
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96"); // RFC 4291 §2.5.5.1
    private static readonly IPNetwork Translated = IPNetwork.Parse("::ffff:0:0:0/96"); // RFC 2765 §2.1
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96"); // RFC 6052 §2.1
    private static readonly IPNetwork LocalNat64 = IPNetwork.Parse("64:ff9b:1::/48"); // RFC 8215
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16"); // RFC 3056 §2
    private static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32"); // RFC 4380 §4

    /// <param name="address">An address that a name resolved to, or that a URL names.</param>
    /// <param name="loopbackAllowed">The configuration itself names this machine (<see cref="ProbeTarget.NamesLoopback"/>).</param>
    /// <returns>What the address is, when it is refused; null when it may be connected to.</returns>
    public static string? RefusalOf(IPAddress address, bool loopbackAllowed)
    {
        // Only the two plain forms: nobody writes 127.0.0.1 as a 6to4 address without wanting to hide it.
        if (!address.IsIPv4MappedToIPv6 && IPAddress.IsLoopback(address))
        {
            return loopbackAllowed ? null : "a loopback address of the machine that CallsBot runs on";
        }

        foreach (var (network, why) in Refused)
        {
            if (network.Contains(address))
            {
                return why;
            }
        }

        return EmbeddedIn(address).Any(inner => Loopback.Contains(inner) || RefusalOf(inner, loopbackAllowed: false) is not null)
            ? "an IPv6 form of an address that is refused"
            : null;
    }

    /// <summary>The IPv4 addresses that a packet to this IPv6 address may end up at.</summary>
    private static IEnumerable<IPAddress> EmbeddedIn(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            yield break;
        }

        var bytes = address.GetAddressBytes();
        if (Compatible.Contains(address) || address.IsIPv4MappedToIPv6 || Translated.Contains(address)
            || Nat64.Contains(address) || LocalNat64.Contains(address) || IsIsatap(bytes))
        {
            yield return At(bytes, 12);
        }

        if (LocalNat64.Contains(address))
        {
            // RFC 6052 §2.2 with a 48-bit prefix: bits 48 to 63, then, after the u octet, bits 72 to 87.
            yield return new IPAddress([bytes[6], bytes[7], bytes[9], bytes[10]]);
        }

        if (SixToFour.Contains(address))
        {
            yield return At(bytes, 2);
        }

        if (Teredo.Contains(address))
        {
            yield return At(bytes, 4);
            yield return new IPAddress(~BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12)));
        }
    }

    private static IPAddress At(byte[] bytes, int offset) => new(bytes.AsSpan(offset, 4));

    /// <summary>RFC 5214 §6.1: an interface identifier of 5efe and an IPv4 address.</summary>
    private static bool IsIsatap(byte[] bytes) =>
        (bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
}
