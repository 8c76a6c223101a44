namespace CallsBot.Redaction;

/// <summary>Quoted strings at any depth of JSON in JSON.</summary>
internal static class Quotes
{
    /// <summary>
    /// The start of what closes the string: its quote, or the backslashes before it. The end of the text if nothing does.
    /// </summary>
    /// <param name="open">The opening quote.</param>
    /// <param name="slashes">
    /// The backslashes before it: 0, then 1 in a string, 3 in a string in a string. Within the value quotes carry more of them
    /// (2n + 1 at depth n + 1), and after an even number of escaped backslashes the same number again.
    /// </param>
    public static int End(ReadOnlySpan<char> text, int open, int slashes)
    {
        var mark = text[open];
        var at = open + 1;
        while (at < text.Length)
        {
            var next = text[at..].IndexOf(mark);
            if (next < 0)
            {
                return text.Length;
            }

            at += next;
            var before = at - 1 - text[..at].LastIndexOfAnyExcept('\\');
            before = Math.Min(before, at - open - 1);
            if (before < slashes)
            {
                return at - before;
            }

            if (before % (2 * (slashes + 1)) == slashes)
            {
                return at - slashes;
            }

            at++;
        }

        return text.Length;
    }
}

/// <summary>Values without quotes.</summary>
internal static class Bare
{
    public static int End(Line line, int start)
    {
        var text = line.Text;
        var at = start;
        while (at < text.Length)
        {
            var c = text[at];
            if (!line.IsFree(at, at + 1))
            {
                at++;
                continue;
            }

            if (c <= ' ' || c is '"' or '\'' or '`' or '<')
            {
                return at;
            }

            if (c == '\\')
            {
                if (at + 1 >= text.Length || text[at + 1] is '"' or '\'' or '\\' || text[at + 1] is 'n' or 'r' or 't' && !GoesOn(text, at + 2))
                {
                    return at;
                }

                at++;
            }
            else if (c is ',' or ';' or '&' or '|' or ')' or ']' or '}' or '>' && !GoesOn(text, at + 1))
            {
                return at;
            }

            at++;
        }

        return Math.Min(at, text.Length);
    }

    /// <summary>Whether what follows a delimiter is more of the value, not the next key or the end.</summary>
    private static bool GoesOn(ReadOnlySpan<char> text, int at)
    {
        if (at >= text.Length || text[at] <= ' ' || text[at] is '"' or '\'' or ')' or ']' or '}' or '>' or ',' or ';' or '\\')
        {
            return false;
        }

        var end = Characters.RunEnd(text, at, Characters.Key);
        return end >= text.Length || text[end] is not (':' or '=');
    }
}

/// <summary>Escape sequences of coloured logs, which stand between key and value.</summary>
internal static class AnsiColours
{
    private const char Escape = '\u001b';

    public static int SkipBack(ReadOnlySpan<char> text, int end)
    {
        while (end > 2 && text[end - 1] == 'm')
        {
            var start = text[..(end - 1)].LastIndexOfAnyExcept(Characters.ColourCode);
            if (start < 1 || text[start] != '[' || text[start - 1] != Escape)
            {
                return end;
            }

            end = start - 1;
        }

        return end;
    }

    public static int SkipForward(ReadOnlySpan<char> text, int start)
    {
        while (start + 2 < text.Length && text[start] == Escape && text[start + 1] == '[')
        {
            var end = text[(start + 2)..].IndexOfAnyExcept(Characters.ColourCode);
            if (end < 0 || text[start + 2 + end] != 'm')
            {
                return start;
            }

            start += end + 3;
        }

        return start;
    }
}
