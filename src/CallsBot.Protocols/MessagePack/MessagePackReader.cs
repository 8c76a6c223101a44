using System.Buffers.Binary;
using System.Text;

namespace CallsBot.Protocols.MessagePack;

public enum MessagePackType
{
    /// <summary>There are no more bytes, or the next one begins nothing (0xc1).</summary>
    None,
    Nil,
    Boolean,
    Integer,
    Float,
    String,
    Binary,
    Array,
    Map,
    Extension,
}

/// <summary>
/// Reads MessagePack (msgpack.org, spec.md) value by value. Every method returns false, and stays where it was, when the
/// next value is another one or is not all there; none throws, and none allocates more than the bytes hold.
/// </summary>
public ref struct MessagePackReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Deeper values are refused by <see cref="TrySkip()"/>.</summary>
    public const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How many bytes have been read.</summary>
    public int Position { get; private set; }

    public readonly MessagePackType Next => Position >= _bytes.Length
        ? MessagePackType.None
        : _bytes[Position] switch
        {
            <= 0x7f or >= 0xe0 or (>= 0xcc and <= 0xd3) => MessagePackType.Integer,
            <= 0x8f or 0xde or 0xdf => MessagePackType.Map,
            <= 0x9f or 0xdc or 0xdd => MessagePackType.Array,
            <= 0xbf or (>= 0xd9 and <= 0xdb) => MessagePackType.String,
            0xc0 => MessagePackType.Nil,
            0xc2 or 0xc3 => MessagePackType.Boolean,
            >= 0xc4 and <= 0xc6 => MessagePackType.Binary,
            0xca or 0xcb => MessagePackType.Float,
            (>= 0xc7 and <= 0xc9) or (>= 0xd4 and <= 0xd8) => MessagePackType.Extension,
            _ => MessagePackType.None,
        };

    private readonly ReadOnlySpan<byte> Rest => _bytes[Position..];

    public bool TryReadNil()
    {
        if (Next != MessagePackType.Nil)
        {
            return false;
        }

        Position++;
        return true;
    }

    public bool TryReadBoolean(out bool value)
    {
        value = false;
        if (Next != MessagePackType.Boolean)
        {
            return false;
        }

        value = _bytes[Position++] == 0xc3;
        return true;
    }

    /// <summary>An integer of any width that fits.</summary>
    public bool TryReadInt64(out long value)
    {
        value = 0;
        if (!TryReadInteger(out var bits, out var negative, out var length) || (!negative && bits > long.MaxValue))
        {
            return false;
        }

        value = (long)bits;
        Position += length;
        return true;
    }

    /// <summary>An integer of any width that fits.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        value = 0;
        if (!TryReadInteger(out var bits, out var negative, out var length) || negative)
        {
            return false;
        }

        value = bits;
        Position += length;
        return true;
    }

    public bool TryReadDouble(out double value)
    {
        value = 0;
        var rest = Rest;
        switch (Next)
        {
            case MessagePackType.Float when rest[0] == 0xca && rest.Length >= 5:
                value = BinaryPrimitives.ReadSingleBigEndian(rest[1..]);
                Position += 5;
                return true;
            case MessagePackType.Float when rest[0] == 0xcb && rest.Length >= 9:
                value = BinaryPrimitives.ReadDoubleBigEndian(rest[1..]);
                Position += 9;
                return true;
            default:
                return false;
        }
    }

    /// <summary>A string. Bytes that are not UTF-8 become replacement characters.</summary>
    public bool TryReadString(out string value)
    {
        value = "";
        if (Next != MessagePackType.String || !TryReadBytes(out var bytes))
        {
            return false;
        }

        value = Encoding.UTF8.GetString(bytes);
        return true;
    }

    /// <summary>The bytes of a string or a binary value.</summary>
    public bool TryReadBytes(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (Next is not (MessagePackType.String or MessagePackType.Binary) || !TryReadHeader(Rest, out var header, out var length)
            || length > (uint)(Rest.Length - header))
        {
            return false;
        }

        value = Rest.Slice(header, (int)length);
        Position += header + (int)length;
        return true;
    }

    /// <param name="count">How many pairs of key and value follow: never more than there are bytes for.</param>
    public bool TryReadMapHeader(out int count) => TryReadContainer(MessagePackType.Map, bytesEach: 2, out count);

    /// <param name="count">How many values follow: never more than there are bytes for.</param>
    public bool TryReadArrayHeader(out int count) => TryReadContainer(MessagePackType.Array, bytesEach: 1, out count);

    /// <summary>Any one value with all that is in it, down to <see cref="MaxDepth"/>.</summary>
    public bool TrySkip()
    {
        var start = Position;
        if (TrySkip(MaxDepth))
        {
            return true;
        }

        Position = start;
        return false;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> rest, out int header, out uint length)
    {
        (header, length) = (1, 0);
        var first = rest[0];
        switch (first)
        {
            case <= 0x9f:
                length = (uint)(first & 0x0f);
                return true;
            case <= 0xbf:
                length = (uint)(first & 0x1f);
                return true;
            case 0xc4 or 0xc7 or 0xd9:
                header = 2;
                break;
            case 0xc5 or 0xc8 or 0xda or 0xdc or 0xde:
                header = 3;
                break;
            default:
                header = 5;
                break;
        }

        if (rest.Length < header)
        {
            return false;
        }

        length = header switch
        {
            2 => rest[1],
            3 => BinaryPrimitives.ReadUInt16BigEndian(rest[1..]),
            _ => BinaryPrimitives.ReadUInt32BigEndian(rest[1..]),
        };
        return true;
    }

    private bool TryReadContainer(MessagePackType type, int bytesEach, out int count)
    {
        count = 0;
        if (Next != type || !TryReadHeader(Rest, out var header, out var length)
            || length > (uint)(Rest.Length - header) / (uint)bytesEach)
        {
            return false;
        }

        count = (int)length;
        Position += header;
        return true;
    }

    private readonly bool TryReadInteger(out ulong bits, out bool negative, out int length)
    {
        (bits, negative, length) = (0, false, 1);
        if (Next != MessagePackType.Integer)
        {
            return false;
        }

        var first = Rest[0];
        if (first is <= 0x7f or >= 0xe0)
        {
            bits = (ulong)(sbyte)first;
            negative = first >= 0xe0;
            return true;
        }

        var width = 1 << (first & 3);
        var signed = first >= 0xd0;
        length = 1 + width;
        if (Rest.Length < length)
        {
            return false;
        }

        var number = Rest[1..];
        bits = (width, signed) switch
        {
            (1, false) => number[0],
            (2, false) => BinaryPrimitives.ReadUInt16BigEndian(number),
            (4, false) => BinaryPrimitives.ReadUInt32BigEndian(number),
            (8, false) => BinaryPrimitives.ReadUInt64BigEndian(number),
            (1, true) => (ulong)(sbyte)number[0],
            (2, true) => (ulong)BinaryPrimitives.ReadInt16BigEndian(number),
            (4, true) => (ulong)BinaryPrimitives.ReadInt32BigEndian(number),
            _ => (ulong)BinaryPrimitives.ReadInt64BigEndian(number),
        };
        negative = signed && (long)bits < 0;
        return true;
    }

    private bool TrySkip(int depth)
    {
        if (depth == 0)
        {
            return false;
        }

        switch (Next)
        {
            case MessagePackType.Nil:
                return TryReadNil();
            case MessagePackType.Boolean:
                return TryReadBoolean(out _);
            case MessagePackType.Integer when TryReadInteger(out _, out _, out var length):
                Position += length;
                return true;
            case MessagePackType.Float:
                return TryReadDouble(out _);
            case MessagePackType.String or MessagePackType.Binary:
                return TryReadBytes(out _);
            case MessagePackType.Array:
                return TryReadArrayHeader(out var items) && TrySkipEach(items, depth - 1);
            case MessagePackType.Map:
                return TryReadMapHeader(out var pairs) && TrySkipEach(2 * (long)pairs, depth - 1);
            case MessagePackType.Extension:
                return TrySkipExtension();
            default:
                return false;
        }
    }

    private bool TrySkipEach(long values, int depth)
    {
        for (var i = 0L; i < values; i++)
        {
            if (!TrySkip(depth))
            {
                return false;
            }
        }

        return true;
    }

    private bool TrySkipExtension()
    {
        var first = Rest[0];
        long total;
        if (first >= 0xd4)
        {
            total = 2 + (1 << (first - 0xd4));
        }
        else if (TryReadHeader(Rest, out var header, out var length))
        {
            total = header + 1L + length;
        }
        else
        {
            return false;
        }

        if (total > Rest.Length)
        {
            return false;
        }

        Position += (int)total;
        return true;
    }
}
