using System.Buffers.Binary;
using System.Text;

namespace CallsBot.Analysis;

/// <summary>
/// Reads the regular files of a tar archive one after the other, as POSIX.1-1988 (ustar), POSIX.1-2001 (pax) and GNU tar
/// write them. The framework's reader takes as much memory as an extended header says that it is long.
/// </summary>
internal sealed class TarReader(Stream archive)
{
    private const int BlockSize = 512;
    private const int LongestExtension = 64 * 1024;

    private readonly byte[] _block = new byte[BlockSize];
    private TarMember? _last;
    private long _padding;

    /// <summary>What is wrong with the archive, as a sentence, once <see cref="NextAsync"/> has come to its end.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Whether it begins with a tar header: the checksum in it is right.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> head)
    {
        if (head.Length < BlockSize || head[0] == 0 || Number(head.Slice(148, 8)) is not { } wanted)
        {
            return false;
        }

        long sum = 8 * ' ';
        foreach (var value in head[..148])
        {
            sum += value;
        }

        foreach (var value in head[156..BlockSize])
        {
            sum += value;
        }

        return sum == wanted;
    }

    /// <summary>The next regular file, good until the next call; null at the end.</summary>
    public async Task<TarMember?> NextAsync(CancellationToken cancellationToken)
    {
        string? name = null;
        long? size = null;
        while (true)
        {
            if (!await SkipAsync(cancellationToken))
            {
                return End("The archive is cut off in the middle of a file: copy it again.");
            }

            var read = await archive.ReadAtLeastAsync(_block, BlockSize, throwOnEndOfStream: false, cancellationToken);
            if (read == 0 || _block.AsSpan(0, read).IndexOfAnyExcept((byte)0) < 0)
            {
                return null;
            }

            if (read < BlockSize || !IsHeader(_block))
            {
                return End("The archive is damaged or cut off here, and what is after it was left out. Copy it again.");
            }

            var type = _block[156];
            if (Number(_block.AsSpan(124, 12)) is not { } stated)
            {
                return End("The archive has a file without a size, and what is after it was left out.");
            }

            Begin(type is (byte)'x' or (byte)'L' ? stated : size ?? stated);
            switch (type)
            {
                case (byte)'x':
                    (name, size) = Extended(await ExtensionAsync(stated, cancellationToken), name);
                    break;

                case (byte)'L':
                    name = Text(await ExtensionAsync(stated, cancellationToken));
                    break;

                case 0 or (byte)'0' or (byte)'7':
                    return _last! with { Name = name ?? NameIn(_block) };

                default:
                    // Folders, links, devices, global headers.
                    (name, size) = (null, null);
                    break;
            }
        }
    }

    private TarMember? End(string trouble)
    {
        Trouble = trouble;
        return null;
    }

    private void Begin(long size)
    {
        _last = new TarMember("", new LimitedStream(archive, size));
        _padding = (BlockSize - (size % BlockSize)) % BlockSize;
    }

    /// <summary>Goes to the next header.</summary>
    private async Task<bool> SkipAsync(CancellationToken cancellationToken)
    {
        if (_last is null)
        {
            return true;
        }

        var rest = new LimitedStream(archive, _last.Content.Left + _padding);
        _last = null;
        var buffer = new byte[EvidenceStream.BufferSize];
        while (await rest.ReadAsync(buffer, cancellationToken) > 0)
        {
        }

        return rest.Left == 0;
    }

    private async Task<byte[]> ExtensionAsync(long size, CancellationToken cancellationToken)
    {
        var bytes = new byte[(int)Math.Min(size, LongestExtension)];
        var read = await _last!.Content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return bytes[..read];
    }

    /// <summary>Records of the form "LENGTH KEY=VALUE\n".</summary>
    private static (string? Name, long? Size) Extended(ReadOnlySpan<byte> records, string? name)
    {
        long? size = null;
        while (records.IndexOf((byte)' ') is > 0 and < 8 and var space
            && int.TryParse(records[..space], out var length) && length > space + 1 && length <= records.Length)
        {
            var record = records[(space + 1)..(length - 1)];
            if (record.StartsWith("path="u8))
            {
                name = Text(record[5..]);
            }
            else if (record.StartsWith("size="u8) && long.TryParse(record[5..], out var value) && value >= 0)
            {
                size = value;
            }

            records = records[length..];
        }

        return (name, size);
    }

    private static string NameIn(ReadOnlySpan<byte> block)
    {
        var name = Text(block[..100]);
        var prefix = block.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(block.Slice(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private static string Text(ReadOnlySpan<byte> bytes) =>
        Encoding.UTF8.GetString(bytes.IndexOf((byte)0) is >= 0 and var end ? bytes[..end] : bytes);

    /// <summary>Octal digits; or, when the first bit is set, a big-endian number as GNU tar has it for what is larger.</summary>
    private static long? Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            return BinaryPrimitives.ReadInt64BigEndian(field[^8..]) is >= 0 and var number ? number : null;
        }

        long value = 0;
        var any = false;
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return null;
            }

            (value, any) = ((value << 3) | (uint)(digit - '0'), true);
        }

        return any ? value : null;
    }
}

/// <param name="Name">As the archive has it: any text.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record TarMember(string Name, LimitedStream Content);
