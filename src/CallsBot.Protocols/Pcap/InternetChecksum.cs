using System.Buffers.Binary;

namespace CallsBot.Protocols.Pcap;

/// <summary>The checksum of UDP and TCP over their pseudo header (RFC 1071, RFC 8200 §8.1).</summary>
public static class InternetChecksum
{
    /// <param name="ip">The header of the packet.</param>
    /// <param name="payload">All of its payload.</param>
    /// <returns>Whether the checksum in it is right. A sender whose network card fills it in is captured before that.</returns>
    public static bool IsRight(in IpPacket ip, ReadOnlySpan<byte> payload)
    {
        var sum = (ulong)ip.Protocol + (ulong)payload.Length;
        sum += Words(ip.Source) + Words(ip.Destination);

        // The prefix of mapped addresses is no part of IPv4's pseudo header.
        if (!ip.IsVersion6)
        {
            sum -= 2 * 0xffff;
        }

        while (payload.Length >= 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(payload);
            payload = payload[2..];
        }

        sum += payload.Length == 1 ? (ulong)payload[0] << 8 : 0;
        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return sum == 0xffff;
    }

    private static ulong Words(UInt128 address)
    {
        var sum = 0UL;
        for (var i = 0; i < 8; i++)
        {
            sum += (ulong)(address & 0xffff);
            address >>= 16;
        }

        return sum;
    }
}
