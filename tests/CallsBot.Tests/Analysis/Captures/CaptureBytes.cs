using System.Buffers.Binary;

namespace CallsBot.Tests.Analysis.Captures;

/// <summary>Writes captures by hand, byte by byte as the formats have them.</summary>
internal sealed class CaptureBytes(bool bigEndian = false)
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public CaptureBytes U16(int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        }

        _bytes.AddRange(bytes);
        return this;
    }

    public CaptureBytes U32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }

        _bytes.AddRange(bytes);
        return this;
    }

    public CaptureBytes Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public CaptureBytes FileHeader(int linkType, bool nanoseconds = false) =>
        U32(nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4).U16(2).U16(4).U32(0).U32(0).U32(65_535).U32((uint)linkType);

    public CaptureBytes Record(uint seconds, uint fraction, byte[] packet, int original = -1) =>
        U32(seconds).U32(fraction).U32((uint)packet.Length).U32((uint)(original < 0 ? packet.Length : original)).Raw(packet);

    /// <summary>A block of pcapng: type, length, padded body, length.</summary>
    public CaptureBytes Block(uint type, byte[] body)
    {
        var padded = (body.Length + 3) & ~3;
        return U32(type).U32((uint)(padded + 12)).Raw([.. body, .. new byte[padded - body.Length]]).U32((uint)(padded + 12));
    }

    public CaptureBytes Section() =>
        Block(0x0A0D0D0A, new CaptureBytes(bigEndian).U32(0x1A2B3C4D).U16(1).U16(0).U32(uint.MaxValue).U32(uint.MaxValue).ToArray());

    public CaptureBytes Interface(int linkType, params byte[] options) =>
        Block(1, [.. new CaptureBytes(bigEndian).U16(linkType).U16(0).U32(0).ToArray(), .. options]);

    public CaptureBytes Enhanced(uint on, ulong time, byte[] packet) =>
        Block(6, [.. new CaptureBytes(bigEndian).U32(on).U32((uint)(time >> 32)).U32((uint)time).U32((uint)packet.Length).U32((uint)packet.Length).ToArray(), .. packet]);

    /// <summary>An IPv4 packet with UDP.</summary>
    public static byte[] Udp4(byte[] payload, int sourcePort = 40_000, int destinationPort = 8443)
    {
        var packet = new byte[28 + payload.Length];
        (packet[0], packet[8], packet[9]) = (0x45, 64, 17);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        new byte[] { 192, 0, 2, 1, 198, 51, 100, 9 }.CopyTo(packet, 12);
        Udp(packet.AsSpan(20), payload, sourcePort, destinationPort);
        return packet;
    }

    /// <summary>An IPv6 packet with UDP, behind a hop-by-hop and a destination options header.</summary>
    public static byte[] Udp6(byte[] payload)
    {
        var packet = new byte[40 + 16 + 8 + payload.Length];
        (packet[0], packet[6], packet[7]) = (0x60, 0, 64);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(packet.Length - 40));
        new byte[] { 0x20, 1, 0x0d, 0xb8 }.CopyTo(packet, 8);
        new byte[] { 0x20, 1, 0x0d, 0xb8, 1 }.CopyTo(packet, 24);
        (packet[40], packet[48]) = (60, 17);
        Udp(packet.AsSpan(56), payload, 40_000, 8443);
        return packet;
    }

    /// <summary>The same packet in pieces, cut at a multiple of eight bytes.</summary>
    public static IEnumerable<byte[]> Fragments(byte[] packet, int size)
    {
        for (var at = 0; at < packet.Length - 20; at += size)
        {
            var length = Math.Min(size, packet.Length - 20 - at);
            byte[] fragment = [.. packet[..20], .. packet[(20 + at)..(20 + at + length)]];
            BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(2), (ushort)fragment.Length);
            BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(4), 7);
            BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(6), (ushort)((at / 8) | (at + length < packet.Length - 20 ? 0x2000 : 0)));
            yield return fragment;
        }
    }

    public static byte[] Ethernet(byte[] ip, params byte[] tags) =>
        [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, .. tags, .. ip[0] >> 4 == 4 ? new byte[] { 8, 0 } : [0x86, 0xdd], .. ip];

    private static void Udp(Span<byte> at, byte[] payload, int sourcePort, int destinationPort)
    {
        BinaryPrimitives.WriteUInt16BigEndian(at, (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(at[4..], (ushort)(8 + payload.Length));
        payload.CopyTo(at[8..]);
    }
}
