using System.Buffers.Binary;

namespace CallsBot.Protocols.Pcap;

/// <summary>Finds the IP packet in what a link carries (the tcpdump group's list of link types).</summary>
public static class Frame
{
    private const int MostTags = 4;

    /// <param name="packet">As captured.</param>
    /// <param name="at">Where IP begins.</param>
    /// <param name="direction">What the link's header, or else the capture, says of the way that it went.</param>
    /// <returns>False when it carries no IP, or is of a link that is not known.</returns>
    public static bool TryFindIp(in CapturedPacket packet, out int at, out CaptureDirection direction)
    {
        var bytes = packet.Bytes.Span;
        direction = packet.Direction;
        at = -1;
        switch (packet.LinkType)
        {
            case 1:
                at = bytes.Length >= 14 ? AfterType(bytes, 12) : -1;
                break;
            case 113 when bytes.Length >= 16:
                direction = Cooked(BinaryPrimitives.ReadUInt16BigEndian(bytes));
                at = AfterType(bytes, 14);
                break;
            case 276 when bytes.Length >= 20:
                direction = Cooked(bytes[10]);
                at = AfterType(bytes, 0, header: 20);
                break;
            case 0 or 108 when bytes.Length >= 4:
                // The family's number is the capturing system's own, and so is its byte order.
                at = bytes[0] is 2 or 10 or 24 or 28 or 30 || bytes[3] is 2 or 10 or 24 or 28 or 30 ? 4 : -1;
                break;
            case 101 or 12 or 14 or 228 or 229:
                at = 0;
                break;
        }

        return at >= 0 && at < bytes.Length && bytes[at] >> 4 is 4 or 6;
    }

    /// <summary>Whether packets of this link can be read at all.</summary>
    public static bool IsKnown(int linkType) => linkType is 0 or 1 or 12 or 14 or 101 or 108 or 113 or 228 or 229 or 276;

    /// <summary>Steps over VLAN tags (802.1Q, 802.1ad), MPLS is left alone, PPPoE sessions are opened (RFC 2516).</summary>
    private static int AfterType(ReadOnlySpan<byte> bytes, int typeAt, int header = 0)
    {
        var type = BinaryPrimitives.ReadUInt16BigEndian(bytes[typeAt..]);
        var at = header > 0 ? header : typeAt + 2;
        for (var tags = 0; type is 0x8100 or 0x88A8 or 0x9100 && tags < MostTags; tags++)
        {
            if (bytes.Length < at + 4)
            {
                return -1;
            }

            type = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            at += 4;
        }

        if (type == 0x8864 && bytes.Length >= at + 8)
        {
            return BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 6)..]) is 0x0021 or 0x0057 ? at + 8 : -1;
        }

        return type is 0x0800 or 0x86DD ? at : -1;
    }

    private static CaptureDirection Cooked(int packetType) => packetType switch
    {
        0 or 1 or 2 => CaptureDirection.Arriving,
        4 => CaptureDirection.Leaving,
        _ => CaptureDirection.Unknown,
    };
}
