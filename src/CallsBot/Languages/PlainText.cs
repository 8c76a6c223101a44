using System.Globalization;
using System.Text;

namespace CallsBot.Languages;

/// <summary>What people write, brought to a form in which the same words look the same. Pure.</summary>
/// <remarks>
/// The bot runs without the runtime's Unicode data for normalisation, so the part of it that its languages need stands here:
/// the compatibility forms of full-width and half-width letters (NFKC), and letters without their diacritics.
/// </remarks>
internal static class PlainText
{
    // U+FF66 to U+FF9D, in that order.
    private const string HalfWidthKatakana = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
    private const string VoicedByMark = "かきくけこさしすせそたちつてとはひふへほカキクケコサシスセソタチツテトハヒフヘホ";
    private const string HalfVoicedByMark = "はひふへほハヒフヘホ";

    private static readonly Dictionary<char, string> Folded = Fold(
        ("a", "àáâãäåāăą"), ("ae", "æ"), ("c", "çćĉċč"), ("d", "ďđð"), ("e", "èéêëēĕėęě"), ("g", "ĝğġģ"), ("h", "ĥħ"), ("i", "ìíîïĩīĭįı"),
        ("j", "ĵ"), ("k", "ķ"), ("l", "ĺļľŀł"), ("n", "ñńņňŉ"), ("o", "òóôõöøōŏő"), ("oe", "œ"), ("r", "ŕŗř"), ("s", "śŝşš"), ("ss", "ß"),
        ("t", "ţťŧ"), ("u", "ùúûüũūŭůűų"), ("w", "ŵ"), ("y", "ýÿŷ"), ("z", "źżž"));

    /// <summary>Lower case, letters without diacritics and digits only, one space between words, no apostrophes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="asPattern">Keeps the "*" at the end of a word, which in a message would be Markdown.</param>
    public static string Of(string text, bool asPattern = false)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var raw in text)
        {
            var c = Narrow(raw);
            if (IsVoiceMark(c))
            {
                Voice(plain, c);
            }
            else if (char.IsLetterOrDigit(c))
            {
                var lower = char.ToLowerInvariant(c);
                plain.Append(Folded.GetValueOrDefault(lower) ?? lower.ToString());
            }
            else if (asPattern && c == '*' && plain.Length > 0 && plain[^1] != ' ')
            {
                plain.Append(c);
            }
            else if (c is not ('\'' or '’') && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark
                && plain.Length > 0 && plain[^1] != ' ')
            {
                plain.Append(' ');
            }
        }

        return plain.ToString().TrimEnd();
    }

    /// <summary>
    /// The words of a plain text. Where a script sets no spaces between words, each of its letters counts as one, so that
    /// words that follow each other are what a part of the text is.
    /// </summary>
    public static string[] WordsOf(string plain)
    {
        var words = new List<string>();
        foreach (var word in plain.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var start = 0;
            for (var at = 1; at <= word.Length; at++)
            {
                if (at == word.Length || (word[at] != '*' && (IsUnspaced(word[at]) || IsUnspaced(word[at - 1]))))
                {
                    words.Add(word[start..at]);
                    start = at;
                }
            }
        }

        return [.. words];
    }

    /// <summary>Whether a letter belongs to a script that sets no spaces between words: Thai, Lao, Burmese, Khmer, kana, Han.</summary>
    public static bool IsUnspaced(char c) => c
        is (>= '\u0E00' and <= '\u0EFF') or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF')
        or (>= '\u3005' and <= '\u3007') or (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF');

    private static char Narrow(char c) => c switch
    {
        >= '\uFF01' and <= '\uFF5E' => (char)(c - 0xFEE0),
        >= '\uFF66' and <= '\uFF9D' => HalfWidthKatakana[c - '\uFF66'],
        '\uFF9E' => '\u3099',
        '\uFF9F' => '\u309A',
        '\u3000' => ' ',
        >= '①' and <= '⑨' => (char)('1' + (c - '①')),
        _ => c,
    };

    private static bool IsVoiceMark(char c) => c is '\u3099' or '\u309A';

    // The voiced kana follows the plain one in Unicode, and the half-voiced one follows that.
    private static void Voice(StringBuilder plain, char mark)
    {
        if (plain.Length == 0)
        {
            return;
        }

        var last = plain[^1];
        if (mark == '\u3099' && last is 'ウ' or 'う')
        {
            plain[^1] = (char)(last + ('ヴ' - 'ウ'));
        }
        else if (mark == '\u3099' && VoicedByMark.Contains(last, StringComparison.Ordinal))
        {
            plain[^1] = (char)(last + 1);
        }
        else if (mark == '\u309A' && HalfVoicedByMark.Contains(last, StringComparison.Ordinal))
        {
            plain[^1] = (char)(last + 2);
        }
    }

    private static Dictionary<char, string> Fold(params (string Plain, string Letters)[] folds) =>
        folds.SelectMany(fold => fold.Letters.Select(letter => (letter, fold.Plain))).ToDictionary(pair => pair.letter, pair => pair.Plain);
}
