namespace CallsBot.Redaction;

/// <summary>
/// PEM blocks, in one line or over many. A block without its end goes on as long as lines hold base64, so that a cut log
/// loses the block and not the rest of the file.
/// </summary>
internal sealed class PemDetector : IDetector
{
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private const int ShortestBase64 = 16;

    public void Find(Line line)
    {
        var at = line.InPem ? Continue(line) : 0;
        while (at < line.Length && line.Text[at..].IndexOf(Begin, StringComparison.Ordinal) is >= 0 and var begin)
        {
            at = Take(line, at + begin);
        }
    }

    private static int Take(Line line, int begin)
    {
        var end = EndOf(line.Text, begin);
        if (end < 0)
        {
            line.InPem = true;
            end = line.Length;
        }

        line.Secret(begin, end, RedactionClass.Pem);
        return end;
    }

    private static int Continue(Line line)
    {
        var text = line.Text;
        if (EndOf(text, 0) is >= 0 and var end)
        {
            line.InPem = false;
            line.Secret(0, end, RedactionClass.Pem);
            return end;
        }

        if (text.Trim(" \t\r>|#\"',+").IsEmpty)
        {
            return text.Length;
        }

        if (!IsInside(text))
        {
            line.InPem = false;
            return 0;
        }

        line.Secret(0, text.Length, RedactionClass.Pem);
        return text.Length;
    }

    private static int EndOf(ReadOnlySpan<char> text, int from)
    {
        var end = text[from..].IndexOf(End, StringComparison.Ordinal);
        if (end < 0)
        {
            return -1;
        }

        var after = from + end + End.Length;
        var close = text[after..].IndexOf("-----", StringComparison.Ordinal);
        return close < 0 ? text.Length : after + close + 5;
    }

    // RFC 7468 (lines of base64) and RFC 1421 (the headers of encrypted keys).
    private static bool IsInside(ReadOnlySpan<char> text)
    {
        if (text.Contains("Proc-Type:", StringComparison.Ordinal) || text.Contains("DEK-Info:", StringComparison.Ordinal))
        {
            return true;
        }

        var at = 0;
        while (at < text.Length)
        {
            var end = Characters.RunEnd(text, at, Characters.Base64);
            if (end - at >= ShortestBase64)
            {
                return true;
            }

            at = end + 1;
        }

        // The last line of a block may be short, and is alone.
        var whole = text.Trim(" \t\r\"',+");
        return whole.Length is > 0 and < 100 && !whole.ContainsAnyExcept(Characters.Base64);
    }
}
