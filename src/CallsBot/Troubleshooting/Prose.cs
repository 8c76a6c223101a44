using System.Text;

namespace CallsBot.Troubleshooting;

/// <summary>Texts as their authors wrap them, made into texts as Mattermost shows them.</summary>
internal static class Prose
{
    private const string Fence = "```";

    /// <summary>
    /// Joins the lines of a paragraph and of a list item. Mattermost shows every line end as one, so a text that is
    /// wrapped in its file would be torn. Code blocks, tables, quotes and headings keep their lines. Doing it twice
    /// changes nothing more.
    /// </summary>
    public static string Unwrap(string text)
    {
        var unwrapped = new StringBuilder(text.Length);
        var inCode = false;
        var mayGoOn = false;

        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd().Split('\n'))
        {
            var content = line.TrimStart();
            var isFence = content.StartsWith(Fence, StringComparison.Ordinal);
            var isProse = !inCode && !isFence && content.Length > 0 && !StandsAlone(content);

            if (isProse && mayGoOn && !IsItem(content))
            {
                unwrapped.Append(' ').Append(content.TrimEnd());
            }
            else
            {
                unwrapped.Append(unwrapped.Length > 0 ? "\n" : "").Append(line);
            }

            mayGoOn = isProse;
            inCode ^= isFence;
        }

        return unwrapped.ToString();
    }

    private static bool StandsAlone(string content) => content[0] is '|' or '>' or '#';

    private static bool IsItem(string content) =>
        content is ['-' or '*' or '+', ' ', ..]
        || (content.IndexOf(". ", StringComparison.Ordinal) is > 0 and <= 3 and var dot && content[..dot].All(char.IsAsciiDigit));
}
