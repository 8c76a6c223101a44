using System.Buffers.Binary;

namespace CallsBot.Protocols.Pcap;

/// <summary>The header of a TCP segment (RFC 9293 §3.1).</summary>
public readonly record struct TcpHeader(ushort SourcePort, ushort DestinationPort, uint Sequence, TcpFlags Flags, int Length)
{
    public const int ShortestLength = 20;

    public static bool TryParse(ReadOnlySpan<byte> segment, out TcpHeader header)
    {
        header = default;
        if (segment.Length < ShortestLength || (segment[12] >> 4) * 4 is var length && length < ShortestLength)
        {
            return false;
        }

        header = new TcpHeader(
            BinaryPrimitives.ReadUInt16BigEndian(segment), BinaryPrimitives.ReadUInt16BigEndian(segment[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(segment[4..]), (TcpFlags)(segment[13] & 0x3f), length);
        return true;
    }
}

[Flags]
public enum TcpFlags
{
    None = 0,
    Fin = 1,
    Syn = 2,
    Rst = 4,
    Push = 8,
    Ack = 16,
    Urgent = 32,
}
