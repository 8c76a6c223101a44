namespace CallsBot.Redaction;

/// <summary>User and host names that are known by their keys.</summary>
internal static class KeyedNames
{
    private const int LongestUser = 64;

    public static void TakeUser(Line line, int start, int end, bool quoted, bool prose)
    {
        var value = line.Text[start..end];
        if (Words.IsNothing(value) || prose && Words.IsProse(value) || value.Length > LongestUser || Ids.IsPlain(value)
            || value.ContainsAny(Characters.NotInUser) || value is "root" or "nobody" or "system" or "user" || value.Contains("://", StringComparison.Ordinal)
            || !quoted && !value.ContainsAnyExcept(Characters.Punctuation))
        {
            return;
        }

        // TURN's time-limited user name is expiry:user; coturn's user setting is name:key.
        if (value.Contains(':'))
        {
            if (!value.Contains(' '))
            {
                line.Secret(start, end, RedactionClass.Turn);
            }

            return;
        }

        line.User(start, end);
    }

    /// <param name="needsShape">The value counts only if it is shaped like a host, not merely a word.</param>
    public static void TakeHost(Line line, int start, int end, bool needsShape)
    {
        var value = line.Text[start..end];
        var colon = value.IndexOf(':');
        var name = colon < 0 ? value : value[..colon];
        var port = colon < 0 ? [] : value[(colon + 1)..];
        var question = port.IndexOfAny('?', '/');
        if (question >= 0)
        {
            port = port[..question];
        }

        if (name.Length is < 2 or > 253 || name.ContainsAnyExcept(Characters.Host) || port.ContainsAnyExcept(Characters.Numbers) || port.Length > 5
            || !name.ContainsAnyExcept(Characters.DigitsAndDots) || Words.IsNothing(name) || HostNames.IsTechnical(name) || Ids.IsPlain(name))
        {
            return;
        }

        if (needsShape && port.IsEmpty && !HostNames.EndsInTopLevel(name) || Words.IsProseWord(name) || HostNames.EndsInFileType(name))
        {
            return;
        }

        line.Host(start, start + name.Length);
    }
}

/// <summary>Ids, which say nothing outside their server and are needed to follow a call through logs.</summary>
internal static class Ids
{
    /// <summary>Whether the text is a number, a UUID or an id as Mattermost makes them (26 of its base32).</summary>
    public static bool IsPlain(ReadOnlySpan<char> text) =>
        !text.ContainsAnyExcept(Characters.Numbers) || IsMattermost(text) || text.Length == 36 && Guid.TryParseExact(text, "D", out _);

    public static bool IsMattermost(ReadOnlySpan<char> text)
    {
        if (text.Length != 26)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return true;
    }
}
