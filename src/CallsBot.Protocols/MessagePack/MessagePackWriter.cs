using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CallsBot.Protocols.MessagePack;

/// <summary>Writes MessagePack, each value in its shortest form.</summary>
public sealed class MessagePackWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public MessagePackWriter Nil() => Byte(0xc0);

    public MessagePackWriter Boolean(bool value) => Byte(value ? (byte)0xc3 : (byte)0xc2);

    public MessagePackWriter Integer(long value) => value switch
    {
        >= 0 => Integer((ulong)value),
        >= -32 => Byte((byte)value),
        >= sbyte.MinValue => Wide(0xd0, (ulong)value, 1),
        >= short.MinValue => Wide(0xd1, (ulong)value, 2),
        >= int.MinValue => Wide(0xd2, (ulong)value, 4),
        _ => Wide(0xd3, (ulong)value, 8),
    };

    public MessagePackWriter Integer(ulong value) => value switch
    {
        <= 0x7f => Byte((byte)value),
        <= byte.MaxValue => Wide(0xcc, value, 1),
        <= ushort.MaxValue => Wide(0xcd, value, 2),
        <= uint.MaxValue => Wide(0xce, value, 4),
        _ => Wide(0xcf, value, 8),
    };

    public MessagePackWriter Float(double value) => Wide(0xcb, BitConverter.DoubleToUInt64Bits(value), 8);

    public MessagePackWriter String(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        _ = bytes.Length switch
        {
            <= 0x1f => Byte((byte)(0xa0 | bytes.Length)),
            <= byte.MaxValue => Wide(0xd9, (ulong)bytes.Length, 1),
            <= ushort.MaxValue => Wide(0xda, (ulong)bytes.Length, 2),
            _ => Wide(0xdb, (ulong)bytes.Length, 4),
        };
        _bytes.Write(bytes);
        return this;
    }

    public MessagePackWriter Binary(ReadOnlySpan<byte> value)
    {
        _ = value.Length switch
        {
            <= byte.MaxValue => Wide(0xc4, (ulong)value.Length, 1),
            <= ushort.MaxValue => Wide(0xc5, (ulong)value.Length, 2),
            _ => Wide(0xc6, (ulong)value.Length, 4),
        };
        _bytes.Write(value);
        return this;
    }

    /// <summary>The head of an array; its values are written next.</summary>
    public MessagePackWriter Array(int count) => Head(0x90, 0xdc, count);

    /// <summary>The head of a map; its keys and values are written next, in turn.</summary>
    public MessagePackWriter Map(int count) => Head(0x80, 0xde, count);

    private MessagePackWriter Head(byte small, byte wide, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return count switch
        {
            <= 0x0f => Byte((byte)(small | count)),
            <= ushort.MaxValue => Wide(wide, (ulong)count, 2),
            _ => Wide((byte)(wide + 1), (ulong)count, 4),
        };
    }

    private MessagePackWriter Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
        return this;
    }

    private MessagePackWriter Wide(byte first, ulong bits, int width)
    {
        var span = _bytes.GetSpan(9);
        span[0] = first;
        Span<byte> all = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(all, bits);
        all[^width..].CopyTo(span[1..]);
        _bytes.Advance(1 + width);
        return this;
    }
}
