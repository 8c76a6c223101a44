namespace CallsBot.Redaction;

/// <summary>What stands around an at sign (e-mails, mentions, user:password@host) and host names in running text.</summary>
internal sealed class NameDetector : IDetector
{
    private static readonly HashSet<string> Mentions = new(StringComparer.OrdinalIgnoreCase)
    {
        "here", "channel", "all", "param", "return", "returns", "media", "import", "keyframes", "types", "babel", "mattermost", "latest",
    };

    private static readonly HashSet<string> Schemes = new(StringComparer.OrdinalIgnoreCase)
    {
        "mailto", "sip", "sips", "xmpp", "acct", "email", "e-mail", "mail", "from", "to", "cc", "user", "smtp", "turn", "turns", "stun",
    };

    public void Find(Line line)
    {
        var text = line.Text;
        var at = 0;
        while (at < text.Length && text[at..].IndexOf('@') is >= 0 and var next)
        {
            at += next;
            if (line.IsFree(at, at + 1))
            {
                AtSign(line, at);
            }

            at++;
        }

        FindHosts(line);
    }

    private static void AtSign(Line line, int at)
    {
        var text = line.Text;
        var end = Characters.RunEnd(text, at + 1, Characters.Host);
        var right = text[(at + 1)..end].TrimEnd(".-_");
        end = at + 1 + right.Length;
        var left = Characters.RunStart(text, at, Characters.User);
        if (left > 0 && text[left - 1] == '\\' && at - left > 1 && text[left] is 'n' or 'r' or 't')
        {
            left++;
        }

        if (left == at)
        {
            Mention(line, at, end, right);
            return;
        }

        if (!line.IsFree(at - 1, at) || left > 0 && text[left - 1] == ':' && Pair(line, left, at))
        {
            Host(line, at + 1, end);
            return;
        }

        // At a page's script in Firefox's stacks (f@https://…), a version (msgpack@v5.3.5) or an object (Bar@1a2b3c).
        if (right.IsEmpty || end + 1 < text.Length && text[end] == ':' && text[end + 1] == '/' || char.IsAsciiDigit(right[0])
            || right.Length > 1 && right[0] == 'v' && char.IsAsciiDigit(right[1]))
        {
            return;
        }

        line.User(left, at, RedactionClass.Email);
        Host(line, at + 1, end);
    }

    private static void Mention(Line line, int at, int end, ReadOnlySpan<char> name)
    {
        var text = line.Text;
        if (name.Length < 2 || at > 0 && Characters.IsWord(text[at - 1]) || end < text.Length && text[end] is '/' or '(' || char.IsAsciiDigit(name[0])
            || Mentions.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name))
        {
            return;
        }

        line.User(at + 1, end);
    }

    /// <summary><c>mm:password@tcp(db:3306)</c>: everything from the last blank is taken.</summary>
    private static bool Pair(Line line, int passwordStart, int at)
    {
        var text = line.Text;
        var start = text[..at].LastIndexOfAny(Characters.PairStart) + 1;
        var first = text[start..].IndexOf(':');
        if (Schemes.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text.Slice(start, first)))
        {
            start += first + 1;
            if (start == passwordStart)
            {
                return false;
            }
        }

        if (start >= at - 1 || text[start] == '/')
        {
            return false;
        }

        if (Words.IsPlaceholder(text[start..at]))
        {
            line.Protect(start, at + 1);
            return true;
        }

        line.Secret(start, at, RedactionClass.UserInfo);
        return true;
    }

    private static void Host(Line line, int start, int end)
    {
        if (end > start && !(end < line.Length && line.Text[end] == '(') && !HostNames.IsTechnical(line.Text[start..end]) && line.Text[start..end].ContainsAnyExcept(Characters.DigitsAndDots))
        {
            line.Host(start, end);
        }
    }

    private static void FindHosts(Line line)
    {
        var text = line.Text;
        var at = 0;
        while (at < text.Length && text[at..].IndexOf('.') is >= 0 and var next)
        {
            at += next;
            var end = Characters.RunEnd(text, at, Characters.Word);
            var start = Characters.RunStart(text, at, Characters.Word);
            at = Math.Max(at + 1, end);

            // The n of an escaped line end is not the host's.
            if (start > 1 && text[start - 1] == '\\' && text[start] is 'n' or 'r' or 't' && end - start > 4)
            {
                start++;
            }

            var word = text[start..end].TrimEnd("._-");
            if (HostNames.LooksLikeHost(word) && !HostNames.IsTechnical(word) && !(start > 0 && text[start - 1] is '/' && start > 1 && text[start - 2] == '.')
                && !(start + word.Length < text.Length && text[start + word.Length] == '('))
            {
                line.Host(start, start + word.Length);
            }
        }

        // Go's resolver: "lookup rtcd01 on 10.0.0.2:53: no such host".
        const string Lookup = "lookup ";
        at = 0;
        while (at < text.Length && text[at..].IndexOf(Lookup, StringComparison.Ordinal) is >= 0 and var found)
        {
            at += found + Lookup.Length;
            var end = Characters.RunEnd(text, at, Characters.Host);
            if (end > at && end < text.Length && (text[end] == ':' || text[end..].StartsWith(" on ", StringComparison.Ordinal)))
            {
                KeyedNames.TakeHost(line, at, at + text[at..end].TrimEnd('.').Length, needsShape: false);
            }
        }
    }
}
