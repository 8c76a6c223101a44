using System.Buffers.Binary;

namespace CallsBot.Protocols.Rtp;

/// <summary>The fixed header of an RTP packet (RFC 3550 §5.1). SRTP leaves it in the clear (RFC 3711 §3.1).</summary>
public readonly record struct RtpHeader(byte PayloadType, bool Marker, ushort Sequence, uint Timestamp, uint Ssrc)
{
    public const int Length = 12;

    /// <summary>RTP or RTCP by its first byte, among the packets of a WebRTC session (RFC 7983 §7).</summary>
    public static bool LooksLikeRtp(ReadOnlySpan<byte> packet) => packet.Length >= 8 && packet[0] >> 6 == 2;

    /// <summary>Tells RTCP from RTP on one port (RFC 5761 §4).</summary>
    public static bool IsRtcp(ReadOnlySpan<byte> packet) => LooksLikeRtp(packet) && packet[1] is >= 192 and <= 223;

    /// <returns>False for RTCP and for what is neither.</returns>
    public static bool TryParse(ReadOnlySpan<byte> packet, out RtpHeader header)
    {
        header = default;
        if (packet.Length < Length || !LooksLikeRtp(packet) || IsRtcp(packet))
        {
            return false;
        }

        header = new RtpHeader(
            (byte)(packet[1] & 0x7f), (packet[1] & 0x80) != 0, BinaryPrimitives.ReadUInt16BigEndian(packet[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(packet[4..]), BinaryPrimitives.ReadUInt32BigEndian(packet[8..]));
        return true;
    }
}
