using System.Buffers.Binary;
using System.Net;

namespace CallsBot.Protocols.Pcap;

/// <summary>The header of an IP packet, version 4 or 6 (RFC 791, RFC 8200), its extension headers stepped over.</summary>
public readonly record struct IpPacket
{
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Icmp6 = 58;

    private const int MostExtensions = 16;
    private const byte Fragment = 44;

    /// <summary>IPv4 addresses are mapped: ::ffff:192.0.2.1.</summary>
    public UInt128 Source { get; private init; }

    public UInt128 Destination { get; private init; }

    public byte Protocol { get; private init; }

    /// <summary>Time to live, or hop limit.</summary>
    public byte Hops { get; private init; }

    /// <summary>Where the payload begins.</summary>
    public int PayloadAt { get; private init; }

    /// <summary>The payload's length as the header has it: more than was captured, when the capture is cut.</summary>
    public int PayloadLength { get; private init; }

    /// <summary>Whether it is a part of a larger packet.</summary>
    public bool IsFragment { get; private init; }

    public uint FragmentId { get; private init; }

    public int FragmentOffset { get; private init; }

    public bool MoreFragments { get; private init; }

    public bool IsVersion6 { get; private init; }

    /// <returns>What was captured of the payload.</returns>
    public ReadOnlySpan<byte> PayloadIn(ReadOnlySpan<byte> packet) => packet.Slice(PayloadAt, Math.Min(PayloadLength, packet.Length - PayloadAt));

    public static bool TryParse(ReadOnlySpan<byte> packet, out IpPacket ip)
    {
        ip = default;
        return packet.Length >= 20 && (packet[0] >> 4) switch
        {
            4 => TryParse4(packet, out ip),
            6 => TryParse6(packet, out ip),
            _ => false,
        };
    }

    public static IPAddress AddressOf(UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return IsMapped(address) ? new IPAddress(bytes[12..]) : new IPAddress(bytes);
    }

    public static bool IsMapped(UInt128 address) => address >> 32 == 0xffff;

    private static bool TryParse4(ReadOnlySpan<byte> packet, out IpPacket ip)
    {
        ip = default;
        var header = (packet[0] & 0xf) * 4;
        int total = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);

        // Zero: the network card was to cut it into packets after the capture.
        total = total == 0 ? packet.Length : total;
        if (header < 20 || header > packet.Length || total < header)
        {
            return false;
        }

        var fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        ip = new IpPacket
        {
            Source = Mapped(packet[12..]),
            Destination = Mapped(packet[16..]),
            Protocol = packet[9],
            Hops = packet[8],
            PayloadAt = header,
            PayloadLength = total - header,
            IsFragment = (fragment & 0x3fff) != 0,
            FragmentId = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]),
            FragmentOffset = (fragment & 0x1fff) * 8,
            MoreFragments = (fragment & 0x2000) != 0,
        };
        return true;
    }

    private static bool TryParse6(ReadOnlySpan<byte> packet, out IpPacket ip)
    {
        ip = default;
        if (packet.Length < 40)
        {
            return false;
        }

        int total = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        var end = total == 0 ? packet.Length : 40 + total;
        var (next, at) = (packet[6], 40);
        var (isFragment, id, offset, more) = (false, 0u, 0, false);
        for (var i = 0; i < MostExtensions && next is 0 or 43 or 60 or 135 or 51 or Fragment; i++)
        {
            if (packet.Length < at + 8)
            {
                return false;
            }

            var length = next switch { Fragment => 8, 51 => (packet[at + 1] + 2) * 4, _ => (packet[at + 1] + 1) * 8 };
            if (next == Fragment)
            {
                var field = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]);
                (offset, more, id) = (field & 0xfff8, (field & 1) != 0, BinaryPrimitives.ReadUInt32BigEndian(packet[(at + 4)..]));
                isFragment = offset > 0 || more;
            }

            next = packet[at];
            at += length;

            // What follows in a later fragment is no header.
            if (offset > 0)
            {
                break;
            }
        }

        if (at > packet.Length || end < at)
        {
            return false;
        }

        ip = new IpPacket
        {
            Source = BinaryPrimitives.ReadUInt128BigEndian(packet[8..]),
            Destination = BinaryPrimitives.ReadUInt128BigEndian(packet[24..]),
            Protocol = next,
            Hops = packet[7],
            PayloadAt = at,
            PayloadLength = end - at,
            IsFragment = isFragment,
            FragmentId = id,
            FragmentOffset = offset,
            MoreFragments = more,
            IsVersion6 = true,
        };
        return true;
    }

    private static UInt128 Mapped(ReadOnlySpan<byte> bytes) => ((UInt128)0xffff << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
