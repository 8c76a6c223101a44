using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CallsBot.Analysis;

/// <summary>Texts of findings: placeholders, and what may be shown of a foreign text.</summary>
internal static partial class FindingText
{
    public static string Fill(string text, Func<string, string> word) =>
        Placeholder().Replace(text, match => word(match.Groups[1].Value));

    /// <summary>The names of the placeholders, each once.</summary>
    public static IReadOnlyList<string> PlaceholdersOf(string text) =>
        [.. Placeholder().Matches(text).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>
    /// One line without terminal escapes, line ends, control characters and characters that turn the direction of writing, cut at a length.
    /// </summary>
    public static string Clean(string text, int longest)
    {
        // Enough to cut from: what is dropped below is rarely most of it.
        var head = text.Length > longest * 4 ? text[..(longest * 4)] : text;
        var clean = new StringBuilder(Math.Min(head.Length, longest) + 1);
        foreach (var rune in Escape().Replace(head, "").EnumerateRunes())
        {
            if (clean.Length >= longest)
            {
                break;
            }

            var category = Rune.GetUnicodeCategory(rune);
            if (rune.Value == '\t' || category is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                clean.Append(' ');
            }
            else if (category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse))
            {
                clean.Append(rune);
            }
        }

        var result = clean.ToString().TrimEnd();
        return text.Length > head.Length || clean.Length >= longest ? result + "…" : result;
    }

    /// <summary>Lower-case letters only: shell, awk and JSON in commands have other braces.</summary>
    [GeneratedRegex(@"\{([a-z]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    /// <summary>ECMA-48 control sequences and operating system commands.</summary>
    [GeneratedRegex(@"\x1B(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1B]*(?:\x07|\x1B\\)?|[@-Z\\^_])", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
