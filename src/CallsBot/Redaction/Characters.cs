using System.Buffers;

namespace CallsBot.Redaction;

/// <summary>The alphabets that detectors look for.</summary>
internal static class Characters
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";

    public static readonly SearchValues<char> Word = SearchValues.Create(Letters + Digits + "._-");
    public static readonly SearchValues<char> Key = SearchValues.Create(Letters + Digits + "._-[]$");
    public static readonly SearchValues<char> Base64 = SearchValues.Create(Letters + Digits + "+/=_-");
    public static readonly SearchValues<char> Token = SearchValues.Create(Letters + Digits + "+/=_-.~");
    public static readonly SearchValues<char> PasswordHash = SearchValues.Create(Letters + Digits + "./$=,+-");
    public static readonly SearchValues<char> Host = SearchValues.Create(Letters + Digits + "-._");
    public static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");
    public static readonly SearchValues<char> Address = SearchValues.Create("0123456789abcdefABCDEF:");
    public static readonly SearchValues<char> User = SearchValues.Create(Letters + Digits + "._-+%");
    public static readonly SearchValues<char> Numbers = SearchValues.Create(Digits);
    public static readonly SearchValues<char> Punctuation = SearchValues.Create(" \t\"'`,;:.|&()[]{}<>\\/=-#@!?+*\r");

    public static readonly SearchValues<char> DigitsAndDashes = SearchValues.Create("0123456789-");
    public static readonly SearchValues<char> DigitsAndPadding = SearchValues.Create("0123456789=");
    public static readonly SearchValues<char> DigitsAndDots = SearchValues.Create("0123456789.");
    public static readonly SearchValues<char> NotInUser = SearchValues.Create("(){}[]<>=\"@");
    public static readonly SearchValues<char> AttributeEnd = SearchValues.Create(" \\\"',;}])\t");
    public static readonly SearchValues<char> HeaderEnd = SearchValues.Create("\"'\\`])}|");
    public static readonly SearchValues<char> Numeric = SearchValues.Create("0123456789.-+eE");
    public static readonly SearchValues<char> BlockMark = SearchValues.Create("+-0123456789");
    public static readonly SearchValues<char> PairStart = SearchValues.Create(" \t\"'`<>=(,[");
    public static readonly SearchValues<char> TokenEnd = SearchValues.Create(" \t\"'`<>\\,;)]}\r");
    public static readonly SearchValues<char> HookEnd = SearchValues.Create(" \t\"'\\<>)]},?#`");
    public static readonly SearchValues<char> UrlEnd = SearchValues.Create(" \t\"'`<>\\");
    public static readonly SearchValues<char> PortOrPassword = SearchValues.Create("0123456789[]:%abcdefABCDEF");
    public static readonly SearchValues<char> ColourCode = SearchValues.Create("0123456789;");
    public static readonly SearchValues<char> WordEnd = SearchValues.Create(" ,;.:)");

    public static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_';

    /// <summary>The end of the run of such characters that starts at <paramref name="start"/>.</summary>
    public static int RunEnd(ReadOnlySpan<char> text, int start, SearchValues<char> of)
    {
        var length = text[start..].IndexOfAnyExcept(of);
        return length < 0 ? text.Length : start + length;
    }

    /// <summary>The start of the run of such characters that ends before <paramref name="end"/>.</summary>
    public static int RunStart(ReadOnlySpan<char> text, int end, SearchValues<char> of) => text[..end].LastIndexOfAnyExcept(of) + 1;

    /// <summary>
    /// Whether the text looks drawn at random: long enough, letters and digits mixed, no word, number, version, path or date.
    /// </summary>
    public static bool LooksRandom(ReadOnlySpan<char> text, int shortest = 16)
    {
        if (text.Length < shortest)
        {
            return false;
        }

        Span<byte> counts = stackalloc byte[128];
        int digits = 0, letters = 0, changes = 0, before = -1;
        foreach (var c in text)
        {
            if (c >= 128)
            {
                return false;
            }

            if (counts[c] < byte.MaxValue)
            {
                counts[c]++;
            }

            var kind = char.IsAsciiDigit(c) ? 0 : char.IsAsciiLetterLower(c) ? 1 : char.IsAsciiLetterUpper(c) ? 2 : 3;
            digits += kind == 0 ? 1 : 0;
            letters += kind is 1 or 2 ? 1 : 0;
            changes += kind != before ? 1 : 0;
            before = kind;
        }

        var distinct = counts.Length - counts.Count((byte)0);
        return letters > 0 && (digits > 0 || changes >= text.Length / 4) && distinct >= 6 && changes >= Math.Min(4, text.Length / 4);
    }
}
