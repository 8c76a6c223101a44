using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CallsBot.Analysis;

/// <summary>
/// The members of a zip, from its directory at the end; where that is missing or damaged, from what stands before each member.
/// The framework's reader keeps every entry in memory however many there are, and opens nothing of a zip that was cut off.
/// </summary>
/// <remarks>The numbers of sections are those of PKWARE's APPNOTE.TXT 6.3.10.</remarks>
internal sealed class ZipDirectory
{
    private const uint LocalHeader = 0x04034b50;
    private const uint CentralHeader = 0x02014b50;
    private const uint EndOfDirectory = 0x06054b50;
    private const uint EndOfDirectory64 = 0x06064b50;
    private const uint LocatorOfEnd64 = 0x07064b50;
    private const int LocalLength = 30;
    private const int CentralLength = 46;
    private const int EndLength = 22;
    private const int LongestComment = 65_535;
    private const ushort Encrypted = 1;
    private const ushort SizesFollow = 8;
    private const ushort NamesAreUtf8 = 0x800;

    private readonly Stream _file;
    private readonly List<ZipMember> _members = [];

    private ZipDirectory(Stream file) => _file = file;

    /// <summary>Files, in the archive's order; bounded.</summary>
    public IReadOnlyList<ZipMember> Members => _members;

    /// <summary>What is wrong with the archive as a whole, as a sentence; null when nothing is.</summary>
    public string? Trouble { get; private set; }

    /// <param name="file">The zip; read in any order, not closed.</param>
    /// <param name="most">How many members are listed, and one more.</param>
    /// <param name="stop">Ends the listing early; what was found until then is kept.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<ZipDirectory> ReadAsync(Stream file, int most, CancellationToken stop, CancellationToken cancellationToken)
    {
        var zip = new ZipDirectory(file);
        try
        {
            if (!await zip.ReadDirectoryAsync(most, stop, cancellationToken))
            {
                zip._members.Clear();
                zip.Trouble = "The zip is damaged or cut off: only what is whole in it was read. Copy it again, and compare the sizes of the two files.";
                await zip.FindMembersAsync(most, stop, cancellationToken);
            }
        }
        catch (IOException ex)
        {
            zip.Trouble = $"The zip could not be read to its end: {FindingText.Clean(ex.Message, 200)}";
        }

        return zip;
    }

    /// <summary>The unpacked bytes of a member, or why there are none.</summary>
    public async Task<(Stream? Content, string? Trouble)> OpenAsync(ZipMember member, CancellationToken cancellationToken)
    {
        if (member.IsEncrypted)
        {
            return (null, "It is encrypted and was left out. Hand it in without a password.");
        }

        try
        {
            var header = await ReadAtAsync(member.Offset, LocalLength, cancellationToken);
            if (header.Length < LocalLength || U32(header, 0) != LocalHeader)
            {
                return (null, "The zip is damaged where this member should be, so it was left out. Copy the zip again.");
            }

            var packed = new PartStream(_file, member.Offset + LocalLength + U16(header, 26) + U16(header, 28), member.PackedSize);
            return member.Method switch
            {
                0 => (packed, null),
                8 => (new DeflateStream(packed, CompressionMode.Decompress), null),
                _ => (null, $"It is packed with method {member.Method}, which CallsBot does not unpack, and was left out. Unpack the zip and hand in the file."),
            };
        }
        catch (IOException ex)
        {
            return (null, $"It cannot be read: {FindingText.Clean(ex.Message, 200)}");
        }
    }

    /// <summary>§4.3.12 to §4.3.16.</summary>
    /// <returns>False when there is no directory, or it does not fit the file.</returns>
    private async Task<bool> ReadDirectoryAsync(int most, CancellationToken stop, CancellationToken cancellationToken)
    {
        var tailStart = Math.Max(0, _file.Length - EndLength - LongestComment);
        var tail = await ReadAtAsync(tailStart, (int)(_file.Length - tailStart), cancellationToken);
        var end = tail.Length - EndLength;
        while (end >= 0 && U32(tail, end) != EndOfDirectory)
        {
            end--;
        }

        if (end < 0)
        {
            return false;
        }

        var directoryEnd = tailStart + end;
        long count = U16(tail, end + 10), size = U32(tail, end + 12), offset = U32(tail, end + 16);
        if (await ReadAtAsync(directoryEnd - 20, 20, cancellationToken) is { Length: 20 } locator && U32(locator, 0) == LocatorOfEnd64)
        {
            var end64 = (long)U64(locator, 8);
            if (await ReadAtAsync(end64, 56, cancellationToken) is not { Length: 56 } record || U32(record, 0) != EndOfDirectory64)
            {
                return false;
            }

            (count, size, offset, directoryEnd) = ((long)U64(record, 32), (long)U64(record, 40), (long)U64(record, 48), end64);
        }

        // Something may stand before the archive, such as a program that unpacks it.
        var before = directoryEnd - size - offset;
        if (count < 0 || size < 0 || offset < 0 || before < 0)
        {
            return false;
        }

        var at = before + offset;
        while (_members.Count <= most && count-- > 0 && !stop.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var header = await ReadAtAsync(at, CentralLength, cancellationToken);
            if (header.Length < CentralLength || U32(header, 0) != CentralHeader)
            {
                return false;
            }

            int nameLength = U16(header, 28), extraLength = U16(header, 30);
            var names = await ReadAtAsync(at + CentralLength, nameLength + extraLength, cancellationToken);
            if (names.Length < nameLength + extraLength)
            {
                return false;
            }

            var (packedSize, local) = Sizes(header, names.AsSpan(nameLength));
            Add(names.AsSpan(0, nameLength), U16(header, 8), U16(header, 10), before + local, packedSize);
            at += CentralLength + nameLength + extraLength + U16(header, 32);
        }

        return true;
    }

    /// <summary>§4.5.3: what does not fit into 32 bits stands in the extra field 1.</summary>
    private static (long PackedSize, long Offset) Sizes(ReadOnlySpan<byte> header, ReadOnlySpan<byte> extra)
    {
        long packed = U32(header, 20), offset = U32(header, 42);
        var unpackedIsLong = U32(header, 24) == uint.MaxValue;
        while (extra.Length >= 4)
        {
            int id = U16(extra, 0), length = Math.Min(U16(extra, 2), extra.Length - 4);
            var field = extra.Slice(4, length);
            if (id == 1)
            {
                var at = unpackedIsLong ? 8 : 0;
                if (packed == uint.MaxValue && field.Length >= at + 8)
                {
                    packed = (long)U64(field, at);
                    at += 8;
                }

                if (offset == uint.MaxValue && field.Length >= at + 8)
                {
                    offset = (long)U64(field, at);
                }
            }

            extra = extra[(4 + length)..];
        }

        return (packed, offset);
    }

    /// <summary>Goes from one local header (§4.3.7) to the next.</summary>
    private async Task FindMembersAsync(int most, CancellationToken stop, CancellationToken cancellationToken)
    {
        // Headers count, whether they are of a file or of a folder: a file made for it is full of those of folders.
        long at = 0;
        for (var seen = 0; seen <= most && (at = await FindAsync(at, stop, cancellationToken)) >= 0; seen++)
        {
            var header = await ReadAtAsync(at, LocalLength, cancellationToken);
            if (header.Length < LocalLength)
            {
                return;
            }

            int nameLength = U16(header, 26), extraLength = U16(header, 28);
            var data = at + LocalLength + nameLength + extraLength;
            var name = await ReadAtAsync(at + LocalLength, nameLength, cancellationToken);
            long stated = U32(header, 18);

            // Where the sizes stand after the data, the data ends by itself.
            var isStated = (U16(header, 6) & SizesFollow) == 0 && stated != uint.MaxValue;
            Add(name, U16(header, 6), U16(header, 8), at, isStated ? stated : Math.Max(0, _file.Length - data));
            at = isStated ? data + stated : data;
        }
    }

    private async Task<long> FindAsync(long from, CancellationToken stop, CancellationToken cancellationToken)
    {
        // The next header mostly follows at once.
        var size = 4 * 1024;
        var signature = "PK\u0003\u0004"u8.ToArray();
        while (from < _file.Length && !stop.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = await ReadAtAsync(from, size, cancellationToken);
            size = 1024 * 1024;
            var found = part.AsSpan().IndexOf(signature);
            if (found >= 0)
            {
                return from + found;
            }

            from += Math.Max(1, part.Length - signature.Length + 1);
        }

        return -1;
    }

    private void Add(ReadOnlySpan<byte> name, ushort flags, ushort method, long offset, long packedSize)
    {
        if (name is not [.., (byte)'/' or (byte)'\\'])
        {
            var encoding = (flags & NamesAreUtf8) != 0 || System.Text.Unicode.Utf8.IsValid(name) ? Encoding.UTF8 : Encoding.Latin1;
            _members.Add(new ZipMember(encoding.GetString(name[..Math.Min(name.Length, 1_000)]), offset, Math.Max(0, packedSize), method, (flags & Encrypted) != 0));
        }
    }

    /// <summary>Fewer bytes at the end of the file; none outside of it.</summary>
    private async Task<byte[]> ReadAtAsync(long offset, int length, CancellationToken cancellationToken)
    {
        if (offset < 0 || offset >= _file.Length)
        {
            return [];
        }

        var bytes = new byte[(int)Math.Min(length, _file.Length - offset)];
        _file.Position = offset;
        var read = await _file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}

/// <param name="Name">As the archive has it: any text.</param>
/// <param name="Offset">Where its local header is.</param>
/// <param name="PackedSize">In bytes.</param>
/// <param name="Method">How it is packed: §4.4.5.</param>
/// <param name="IsEncrypted">Whether a password is needed.</param>
internal sealed record ZipMember(string Name, long Offset, long PackedSize, ushort Method, bool IsEncrypted);
