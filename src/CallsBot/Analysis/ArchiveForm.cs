using System.Buffers.Binary;
using System.Text;

namespace CallsBot.Analysis;

internal enum ArchiveKind
{
    None,
    Gzip,
    Zip,
    Tar,
}

/// <summary>How a file is packed or written, by its beginning. Pure; copes with any bytes.</summary>
/// <param name="Kind">An archive that is taken apart.</param>
/// <param name="Unsupported">The program whose archive it is, if it is one that is not taken apart.</param>
/// <param name="Encoding">What the text is written in where that is neither ASCII nor UTF-8 without a mark.</param>
internal sealed record ArchiveForm(ArchiveKind Kind, string? Unsupported = null, Encoding? Encoding = null)
{
    private const int FewestUnits = 4;

    public static ArchiveForm Of(ReadOnlySpan<byte> head)
    {
        // RFC 1952 §2.3.1; APPNOTE.TXT 4.3.7, 4.3.16 and 8.5.3.
        if (head is [0x1F, 0x8B, 8, ..])
        {
            return new ArchiveForm(ArchiveKind.Gzip);
        }

        if (head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8) || head.StartsWith("PK\u0007\u0008PK"u8))
        {
            return new ArchiveForm(ArchiveKind.Zip);
        }

        if (TarReader.IsHeader(head))
        {
            return new ArchiveForm(ArchiveKind.Tar);
        }

        var unsupported = head switch
        {
            [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => "xz",
            [0x28, 0xB5, 0x2F, 0xFD, ..] => "zstd",
            [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', 0x31, 0x41, 0x59, 0x26, ..] => "bzip2",
            [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => "7-Zip",
            [(byte)'R', (byte)'a', (byte)'r', (byte)'!', 0x1A, 0x07, ..] => "RAR",
            [0x04, 0x22, 0x4D, 0x18, ..] => "lz4",
            _ => null,
        };
        return new ArchiveForm(ArchiveKind.None, unsupported, unsupported is null ? EncodingOf(head) : null);
    }

    /// <summary>Windows PowerShell writes UTF-16, with a mark by default and without one by some of its commands.</summary>
    private static Encoding? EncodingOf(ReadOnlySpan<byte> head)
    {
        switch (head)
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                return Encoding.UTF8;
            case [0xFF, 0xFE, ..]:
                return Encoding.Unicode;
            case [0xFE, 0xFF, ..]:
                return Encoding.BigEndianUnicode;
        }

        var units = Math.Min(head.Length, 4_096) / 2;
        if (units < FewestUnits)
        {
            return null;
        }

        var (little, big) = (0, 0);
        for (var index = 0; index < units; index++)
        {
            little += IsPlain(BinaryPrimitives.ReadUInt16LittleEndian(head[(index * 2)..])) ? 1 : 0;
            big += IsPlain(BinaryPrimitives.ReadUInt16BigEndian(head[(index * 2)..])) ? 1 : 0;
        }

        // Logs are ASCII for the most part, in whatever language: of UTF-16, every other byte of that is zero.
        return little * 10 >= units * 9 ? Encoding.Unicode : big * 10 >= units * 9 ? Encoding.BigEndianUnicode : null;
    }

    private static bool IsPlain(ushort unit) => unit is (>= 0x20 and < 0x7F) or '\t' or '\r' or '\n' or 0x1B;
}
