namespace CallsBot.Redaction;

/// <summary>Header values that keep their frame: cookie names and attributes, authentication schemes.</summary>
internal static class Credentials
{
    private static readonly HashSet<string> CookieAttributes = new(StringComparer.OrdinalIgnoreCase)
    {
        "path", "domain", "expires", "max-age", "samesite", "httponly", "secure", "priority", "partitioned",
    };

    public static void TakeCookies(Line line, int start, int end)
    {
        while (start < end)
        {
            var semicolon = line.Text[start..end].IndexOf(';');
            var stop = semicolon < 0 ? end : start + semicolon;
            TakeCookie(line, start, stop);
            start = stop + 1;
        }
    }

    private static void TakeCookie(Line line, int start, int end)
    {
        var pair = line.Text[start..end];
        var equals = pair.IndexOf('=');
        var name = (equals < 0 ? pair : pair[..equals]).Trim();
        if (CookieAttributes.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name))
        {
            return;
        }

        line.Secret(equals < 0 ? start : start + equals + 1, end, RedactionClass.Cookie);
    }

    public static void TakeAuthorization(Line line, int start, int end)
    {
        var value = line.Text[start..end];
        var scheme = value.IndexOf(' ');
        var keepsScheme = scheme is > 0 and <= 20 && !value[..scheme].ContainsAnyExcept(Characters.Word) && !value[..scheme].ContainsAny(Characters.Numbers);
        line.Secret(keepsScheme ? start + scheme + 1 : start, end, RedactionClass.Authorization);
    }
}
