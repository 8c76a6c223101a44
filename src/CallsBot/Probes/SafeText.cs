using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CallsBot.Probes;

/// <summary>What a stranger sent, made fit to be shown: one line, no control or direction characters, no URL credentials.</summary>
internal static partial class SafeText
{
    public const int DefaultLength = 200;

    /// <summary>Further in, nothing can reach the first 200 characters of the result.</summary>
    private const int ReadAtMost = 2048;

    public static string From(string text, int length = DefaultLength)
    {
        var start = Credentials().Replace(text.Length > ReadAtMost ? text[..ReadAtMost] : text, "://***@");
        var line = new StringBuilder(start.Length);
        foreach (var rune in start.EnumerateRunes())
        {
            if (IsBlank(rune))
            {
                if (line.Length > 0 && line[^1] != ' ')
                {
                    line.Append(' ');
                }
            }
            else
            {
                // A backtick would end the code span that evidence is shown in.
                line.Append(rune.Value == '`' ? "'" : rune.ToString());
            }
        }

        var whole = line.ToString().TrimEnd();
        return whole.Length <= length ? whole : Cut(whole, length) + "…";
    }

    private static string Cut(string text, int length) =>
        text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    private static bool IsBlank(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    [GeneratedRegex(@"://[^\s""'<>]*@", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Credentials();
}
