using System.Buffers.Binary;

namespace CallsBot.Protocols.Pcap;

/// <summary>
/// Reads packet captures, forward only and in constant memory: pcap in both byte orders and resolutions, and pcapng
/// (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng). Throws only what the stream throws.
/// </summary>
public sealed class CaptureReader(Stream stream)
{
    /// <summary>What libpcap takes as a packet at most (MAXIMUM_SNAPLEN).</summary>
    public const int LongestPacket = 262_144;

    private const int BufferSize = 1024 * 1024;
    private const int MostInterfaces = 4_096;
    private const uint LongestBlock = 64 * 1024 * 1024;
    private const int FileHeaderLength = 24;
    private const int SectionHeaderLength = 28;
    private const int BlockOverhead = 12;
    private const int Found = -1;

    private const uint SectionHeader = 0x0A0D_0D0A;
    private const uint ByteOrderMagic = 0x1A2B_3C4D;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly List<Interface> _interfaces = [];
    private readonly Dictionary<(uint Interface, int Counter), ulong> _dropped = [];
    private int _start;
    private int _end;
    private bool _atEnd;
    private bool _done;
    private long _skip;
    private long _offset;
    private long _lastTime;

    private bool _isBlocks;
    private bool _hasSection;
    private bool _isBigEndian;
    private bool _hasHeader;
    private long _unit = 1_000;
    private int _recordHeader = 16;
    private int _linkType;

    /// <summary>Why reading ended before the end, as a sentence; null while all is well. What was read stands.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Packets of which less was captured than was on the wire.</summary>
    public long Cut { get; private set; }

    /// <summary>Packets in blocks that could not be understood.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Packets that the capture itself says it has missed; pcap does not say.</summary>
    public long Dropped => (long)Math.Min(_dropped.Values.Aggregate(0UL, (sum, dropped) => sum + Math.Min(dropped, long.MaxValue / MostInterfaces)), long.MaxValue);

    /// <summary>The packet that <see cref="ReadAsync"/> arrived at.</summary>
    public CapturedPacket Current { get; private set; }

    /// <summary>Whether these bytes begin a capture.</summary>
    public static bool LooksLikeCapture(ReadOnlySpan<byte> head)
    {
        if (head.Length < 8)
        {
            return false;
        }

        var magic = BinaryPrimitives.ReadUInt32BigEndian(head);
        return magic == SectionHeader
            ? head.Length >= 12 && (BinaryPrimitives.ReadUInt32BigEndian(head[8..]) == ByteOrderMagic || BinaryPrimitives.ReadUInt32LittleEndian(head[8..]) == ByteOrderMagic)
            : ShapeOf(magic) is { } shape && (shape.IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(head[4..]) : BinaryPrimitives.ReadUInt16LittleEndian(head[4..])) is 1 or 2;
    }

    /// <returns>False at the end, or where nothing more can be understood: then <see cref="Trouble"/> says why.</returns>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (!_done)
        {
            var step = Step(_buffer.AsSpan(_start, _end - _start));
            if (step == Found)
            {
                return true;
            }

            if (step == 0)
            {
                continue;
            }

            if (_atEnd)
            {
                End(step);
            }
            else
            {
                await FillAsync(cancellationToken);
            }
        }

        return false;
    }

    /// <summary>Takes one thing off the buffer.</summary>
    /// <returns><see cref="Found"/> for a packet; 0 when something else was taken; else how many bytes are needed for the next thing.</returns>
    private int Step(ReadOnlySpan<byte> bytes)
    {
        if (_skip > 0)
        {
            var skipped = (int)Math.Min(_skip, bytes.Length);
            if (skipped == 0)
            {
                return (int)Math.Min(_skip, int.MaxValue);
            }

            _skip -= skipped;
            Take(skipped);
            return 0;
        }

        return !_hasHeader ? StepHeader(bytes) : _isBlocks ? StepBlock(bytes) : StepRecord(bytes);
    }

    private int StepHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FileHeaderLength)
        {
            return FileHeaderLength;
        }

        var magic = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (magic == SectionHeader)
        {
            _isBlocks = true;
            _hasHeader = true;
            return 0;
        }

        if (ShapeOf(magic) is not { } shape)
        {
            return Break("It does not begin as a packet capture does.");
        }

        (_isBigEndian, _unit, _recordHeader, _hasHeader) = (shape.IsBigEndian, shape.Unit, shape.RecordHeader, true);

        // The upper half says how long a frame check sequence is.
        _linkType = (int)(U32(bytes[20..]) & 0xffff);
        Take(FileHeaderLength);
        return 0;
    }

    private int StepRecord(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < _recordHeader)
        {
            return _recordHeader;
        }

        var captured = U32(bytes[8..]);
        if (captured > LongestPacket)
        {
            return Break($"The file is damaged at byte {_offset}: a packet of {captured} bytes cannot be. What is before it was read.");
        }

        var total = _recordHeader + (int)captured;
        if (bytes.Length < total)
        {
            return total;
        }

        var time = (U32(bytes) * 1_000_000_000L) + (U32(bytes[4..]) * _unit);
        Arrive(time, _linkType, _start + _recordHeader, (int)captured, U32(bytes[12..]), CaptureDirection.Unknown);
        Take(total);
        return Found;
    }

    private int StepBlock(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < BlockOverhead)
        {
            return BlockOverhead;
        }

        var type = U32(bytes);
        if (type == SectionHeader)
        {
            return StepSection(bytes);
        }

        if (_interfaces.Count == 0 && !_hasSection)
        {
            return Break("It does not begin as a packet capture does.");
        }

        var length = U32(bytes[4..]);
        if (length < BlockOverhead || length > LongestBlock)
        {
            return Break($"The file is damaged at byte {_offset}: a block of {length} bytes cannot be. What is before it was read.");
        }

        // Blocks are padded to four bytes; some writers forgot to count that.
        var total = (int)((length + 3) & ~3u);
        if (total > BufferSize)
        {
            Unreadable += type is 2 or 3 or 6 ? 1 : 0;
            _skip = total;
            return 0;
        }

        if (bytes.Length < total)
        {
            return total;
        }

        var found = Block(type, bytes[8..(int)(length - 4)]);
        Take(total);
        return found ? Found : 0;
    }

    private int StepSection(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SectionHeaderLength)
        {
            return SectionHeaderLength;
        }

        _isBigEndian = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]) == ByteOrderMagic;
        if (!_isBigEndian && BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != ByteOrderMagic)
        {
            return Break($"The file is damaged at byte {_offset}: a section has no byte order. What is before it was read.");
        }

        var length = U32(bytes[4..]);
        if (length < SectionHeaderLength || length > LongestBlock)
        {
            return Break($"The file is damaged at byte {_offset}: a block of {length} bytes cannot be. What is before it was read.");
        }

        _interfaces.Clear();
        _hasSection = true;
        _skip = (length + 3) & ~3u;
        return 0;
    }

    private bool Block(uint type, ReadOnlySpan<byte> body) => type switch
    {
        1 => Describe(body),
        2 => OldPacket(body),
        3 => SimplePacket(body),
        5 => Statistics(body),
        6 => Packet(body),
        _ => false,
    };

    private bool Describe(ReadOnlySpan<byte> body)
    {
        if (_interfaces.Count >= MostInterfaces)
        {
            return false;
        }

        if (body.Length < 8)
        {
            _interfaces.Add(new Interface(-1, 0, 6, 0));
            return false;
        }

        var (resolution, offset) = ((byte)6, 0L);
        var options = body[8..];
        while (NextOption(ref options, out var code, out var value))
        {
            if (code == 9 && value.Length >= 1)
            {
                resolution = value[0];
            }
            else if (code == 14 && value.Length >= 8)
            {
                offset = _isBigEndian ? BinaryPrimitives.ReadInt64BigEndian(value) : BinaryPrimitives.ReadInt64LittleEndian(value);
            }
        }

        _interfaces.Add(new Interface(U16(body), U32(body[4..]), resolution, offset));
        return false;
    }

    private bool Packet(ReadOnlySpan<byte> body)
    {
        if (body.Length < 20 || U32(body) is var index && index >= _interfaces.Count || U32(body[12..]) is var captured && captured > Math.Min(body.Length - 20, LongestPacket))
        {
            Unreadable++;
            return false;
        }

        var direction = CaptureDirection.Unknown;
        var padded = 20 + (((int)captured + 3) & ~3);
        var options = padded <= body.Length ? body[padded..] : [];
        while (NextOption(ref options, out var code, out var value))
        {
            if (code == 2 && value.Length >= 4)
            {
                direction = (U32(value) & 3) switch { 1 => CaptureDirection.Arriving, 2 => CaptureDirection.Leaving, _ => CaptureDirection.Unknown };
            }
        }

        return Deliver((int)index, ((ulong)U32(body[4..]) << 32) | U32(body[8..]), 8 + 20, (int)captured, U32(body[16..]), direction);
    }

    private bool OldPacket(ReadOnlySpan<byte> body)
    {
        if (body.Length < 20 || U16(body) is var index && index >= _interfaces.Count || U32(body[12..]) is var captured && captured > Math.Min(body.Length - 20, LongestPacket))
        {
            Unreadable++;
            return false;
        }

        return Deliver(index, ((ulong)U32(body[4..]) << 32) | U32(body[8..]), 8 + 20, (int)captured, U32(body[16..]), CaptureDirection.Unknown);
    }

    /// <summary>Has no time: it gets that of the packet before it.</summary>
    private bool SimplePacket(ReadOnlySpan<byte> body)
    {
        if (body.Length < 4 || _interfaces.Count == 0)
        {
            Unreadable++;
            return false;
        }

        var original = U32(body);
        var captured = Math.Min(Math.Min(original, (uint)(body.Length - 4)), LongestPacket);
        if (_interfaces[0].SnapLength > 0)
        {
            captured = Math.Min(captured, _interfaces[0].SnapLength);
        }

        Arrive(_lastTime, _interfaces[0].LinkType, _start + 8 + 4, (int)captured, original, CaptureDirection.Unknown);
        return true;
    }

    private bool Statistics(ReadOnlySpan<byte> body)
    {
        if (body.Length < 12)
        {
            return false;
        }

        var options = body[12..];
        while (NextOption(ref options, out var code, out var value))
        {
            // isb_ifdrop and isb_osdrop: totals, so that the last ones count.
            var key = (U32(body), code);
            if (code is 5 or 7 && value.Length >= 8 && (_dropped.Count < MostInterfaces || _dropped.ContainsKey(key)))
            {
                _dropped[key] = _isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(value) : BinaryPrimitives.ReadUInt64LittleEndian(value);
            }
        }

        return false;
    }

    private bool Deliver(int index, ulong time, int at, int captured, uint original, CaptureDirection direction)
    {
        var on = _interfaces[index];
        Arrive(on.Nanoseconds(time), on.LinkType, _start + at, captured, original, direction);
        return true;
    }

    private void Arrive(long time, int linkType, int at, int captured, uint original, CaptureDirection direction)
    {
        _lastTime = time;
        Cut += captured < original ? 1 : 0;
        Current = new CapturedPacket(time, linkType, _buffer.AsMemory(at, captured), Math.Max(original, captured), direction);
    }

    private bool NextOption(ref ReadOnlySpan<byte> options, out int code, out ReadOnlySpan<byte> value)
    {
        code = 0;
        value = default;
        if (options.Length < 4)
        {
            return false;
        }

        code = U16(options);
        var length = U16(options[2..]);
        if (code == 0 || length > options.Length - 4)
        {
            return false;
        }

        value = options.Slice(4, length);
        options = options[Math.Min(options.Length, 4 + ((length + 3) & ~3))..];
        return true;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        _atEnd = read == 0;
    }

    private void Take(int count)
    {
        _start += count;
        _offset += count;
    }

    private int Break(string trouble)
    {
        Trouble = trouble;
        _done = true;
        return 0;
    }

    private void End(int wanted)
    {
        _done = true;
        var left = _end - _start;
        if (left > 0 || _skip > 0 || !_hasHeader)
        {
            Trouble = !_hasHeader
                ? "The file ends before its first packet."
                : $"The file ends in the middle of a packet: {left} of {wanted} bytes are there. What is before it was read.";
        }
    }

    private static (bool IsBigEndian, long Unit, int RecordHeader)? ShapeOf(uint magic) => magic switch
    {
        0xA1B2_C3D4 => (true, 1_000, 16),
        0xD4C3_B2A1 => (false, 1_000, 16),
        0xA1B2_3C4D => (true, 1, 16),
        0x4D3C_B2A1 => (false, 1, 16),

        // A variant of old Linux distributions with eight more bytes for each packet.
        0xA1B2_CD34 => (true, 1_000, 24),
        0x34CD_B2A1 => (false, 1_000, 24),
        _ => null,
    };

    private ushort U16(ReadOnlySpan<byte> bytes) => _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private uint U32(ReadOnlySpan<byte> bytes) => _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    /// <param name="Resolution">if_tsresol: a negative power of ten, or of two with the first bit set.</param>
    /// <param name="Offset">if_tsoffset, in seconds.</param>
    private readonly record struct Interface(int LinkType, uint SnapLength, byte Resolution, long Offset)
    {
        public long Nanoseconds(ulong time)
        {
            var value = Resolution switch
            {
                9 => time,
                6 => (UInt128)time * 1_000,
                _ => (UInt128)time * 1_000_000_000 / UnitsASecond(Resolution),
            };
            var offset = (Int128)Offset * 1_000_000_000;
            return (long)Int128.Clamp((Int128)UInt128.Min(value, long.MaxValue) + offset, long.MinValue, long.MaxValue);
        }

        private static UInt128 UnitsASecond(byte resolution)
        {
            if ((resolution & 0x80) != 0)
            {
                return UInt128.One << (resolution & 0x7f);
            }

            UInt128 units = 1;
            for (var i = 0; i < Math.Min((int)resolution, 38); i++)
            {
                units *= 10;
            }

            return units;
        }
    }
}
