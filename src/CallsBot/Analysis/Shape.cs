using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace CallsBot.Analysis;

/// <summary>How one kind of evidence is recognised by its content.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Recognise">
/// How sure it is, from 0 (not that) to 100, from the beginning of a piece. Pure; copes with any bytes. 60 and above counts.
/// Name what tells it apart: 90 and more only for a mark that nothing else has.
/// </param>
internal sealed record Shape(PieceKind Kind, Func<Head, int> Recognise)
{
    /// <summary>Below this, a piece is of unknown kind.</summary>
    public const int Enough = 60;

    /// <summary>The kind that a piece is recognised as by the surest of some shapes; the first of equals.</summary>
    public static (PieceKind Kind, int Sureness) Of(Head head, IEnumerable<Shape> shapes)
    {
        var best = (Kind: PieceKind.Unknown, Sureness: 0);
        foreach (var shape in shapes)
        {
            var sureness = shape.SurenessOf(head);
            if (sureness >= Enough && sureness > best.Sureness)
            {
                best = (shape.Kind, sureness);
            }
        }

        return best;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Bytes of strangers: a shape that fails on them does not recognise them, and the other shapes are still asked.")]
    private int SurenessOf(Head head)
    {
        try
        {
            return Recognise(head);
        }
        catch (Exception)
        {
            return 0;
        }
    }
}

/// <summary>The beginning of a piece, up to 64 KiB: all of it, for a short one.</summary>
internal sealed class Head
{
    public const int Size = 64 * 1024;

    private const int LongestLine = 4_000;

    /// <param name="bytes">As they are; text is UTF-8 here.</param>
    /// <param name="isWhole">Whether nothing follows.</param>
    public Head(ReadOnlyMemory<byte> bytes, bool isWhole)
    {
        Bytes = bytes.Length > Size ? bytes[..Size] : bytes;
        IsWhole = isWhole && bytes.Length <= Size;
        IsText = LooksLikeText(Bytes.Span);
    }

    public ReadOnlyMemory<byte> Bytes { get; }

    public bool IsWhole { get; }

    /// <summary>No NUL, and hardly another control character.</summary>
    public bool IsText { get; }

    /// <summary>Empty for what is no text.</summary>
    public string Text => field ??= IsText ? Encoding.UTF8.GetString(Bytes.Span) : "";

    /// <summary>
    /// The lines, without terminal escapes and line ends; each cut at 4,000 characters. The last one may be cut off, unless
    /// <see cref="IsWhole"/>.
    /// </summary>
    public IReadOnlyList<string> Lines => field ??= [.. Split(Text)];

    public static Head Of(string text) => new(Encoding.UTF8.GetBytes(text), isWhole: true);

    private static IEnumerable<string> Split(string text) =>
        text.Split('\n').Select(line => FindingText.Clean(line, LongestLine)).SkipWhile(line => line.Length == 0);

    private static bool LooksLikeText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Contains((byte)0))
        {
            return false;
        }

        var odd = 0;
        foreach (var value in bytes)
        {
            if (value < 32 && value is not ((byte)'\n' or (byte)'\r' or (byte)'\t' or 0x1B or 0x0C))
            {
                odd++;
            }
        }

        return odd * 50 <= bytes.Length;
    }
}
