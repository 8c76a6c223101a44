using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace CallsBot.Protocols.Stun;

/// <summary>TURN's short form of a Send or Data indication (RFC 8656 §12.4).</summary>
/// <param name="Channel">0x4000 to 0x4fff.</param>
public sealed record ChannelData(ushort Channel, ReadOnlyMemory<byte> Payload)
{
    public const int HeaderLength = 4;
    public const ushort FirstChannel = 0x4000;
    public const ushort LastChannel = 0x4fff;

    /// <param name="packet">A datagram, or one packet of a <see cref="PacketStream"/>. Padding after the payload is dropped.</param>
    public static bool TryParse(ReadOnlySpan<byte> packet, [NotNullWhen(true)] out ChannelData? data)
    {
        data = null;
        if (packet.Length < HeaderLength
            || BinaryPrimitives.ReadUInt16BigEndian(packet) is not (>= FirstChannel and <= LastChannel and var channel))
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if (length > packet.Length - HeaderLength)
        {
            return false;
        }

        data = new ChannelData(channel, packet.Slice(HeaderLength, length).ToArray());
        return true;
    }

    /// <param name="padded">To a multiple of four bytes, as it has to be over TCP and TLS.</param>
    public byte[] ToBytes(bool padded)
    {
        var length = HeaderLength + Payload.Length;
        var bytes = new byte[padded ? (length + 3) & ~3 : length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, Channel);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), checked((ushort)Payload.Length));
        Payload.Span.CopyTo(bytes.AsSpan(HeaderLength));
        return bytes;
    }
}
