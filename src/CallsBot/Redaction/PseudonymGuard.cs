using System.Buffers;

namespace CallsBot.Redaction;

/// <summary>Keeps pseudonyms and notices of an earlier run as they are: the others must see them as settled.</summary>
internal sealed class PseudonymGuard : IDetector
{
    private static readonly SearchValues<string> Starts = SearchValues.Create(
        ["[secret-", "[line ", "ip4-", "ip6-", "host-", "user-", "mac-"], StringComparison.Ordinal);

    private static readonly string[] Scopes = ["private", "public", "cgnat", "loopback", "link-local", "multicast", "reserved"];

    public void Find(Line line)
    {
        var text = line.Text;
        var at = 0;
        while (text[at..].IndexOfAny(Starts) is >= 0 and var next)
        {
            at += next;
            var end = End(text, at);
            if (end > at)
            {
                line.Protect(at, end);
            }

            at = Math.Max(end, at + 1);
        }
    }

    private static int End(ReadOnlySpan<char> text, int start)
    {
        var rest = text[start..];
        if (rest.StartsWith("[line ", StringComparison.Ordinal))
        {
            foreach (var notice in Redactor.Notices)
            {
                if (rest.StartsWith(notice, StringComparison.Ordinal))
                {
                    return start + notice.Length;
                }
            }

            return start;
        }

        if (rest.StartsWith("[secret-", StringComparison.Ordinal))
        {
            var close = rest.IndexOf(']');
            return close is > 0 and < 48 && IsSecret(rest[8..close]) ? start + close + 1 : start;
        }

        if (start > 0 && (Characters.IsWord(text[start - 1]) || text[start - 1] is '-'))
        {
            return start;
        }

        var length = rest[0] switch
        {
            'i' => Address(rest),
            'h' => Numbered(rest, "host-") is > 0 and var host && rest[host..] is var tail
                ? tail.StartsWith(".example", StringComparison.Ordinal) ? host + 8 : tail.StartsWith(".local", StringComparison.Ordinal) ? host + 6 : 0
                : 0,
            'u' => Numbered(rest, "user-"),
            _ => Numbered(rest, "mac-"),
        };
        return length == 0 || length < rest.Length && (Characters.IsWord(rest[length]) || rest[length] == '-') ? start : start + length;
    }

    private static bool IsSecret(ReadOnlySpan<char> inside)
    {
        var dash = inside.LastIndexOf('-');
        if (dash <= 0 || inside[(dash + 1)..].IsEmpty || inside[(dash + 1)..].ContainsAnyExcept(Characters.Numbers))
        {
            return false;
        }

        for (var kind = 0; kind < RedactionClasses.Count; kind++)
        {
            if (inside[..dash].SequenceEqual(((RedactionClass)kind).Name()))
            {
                return true;
            }
        }

        return false;
    }

    private static int Address(ReadOnlySpan<char> rest)
    {
        foreach (var scope in Scopes)
        {
            if (rest[4..].StartsWith(scope, StringComparison.Ordinal) && rest.Length > 4 + scope.Length
                && Numbered(rest[4..], scope, dash: true) is > 0 and var number
                && Numbered(rest[(4 + number)..], ".net-") is > 0 and var net)
            {
                return 4 + number + net;
            }
        }

        return 0;
    }

    private static int Numbered(ReadOnlySpan<char> rest, string prefix, bool dash = false)
    {
        var digits = prefix.Length + (dash ? 1 : 0);
        if (!rest.StartsWith(prefix, StringComparison.Ordinal) || rest.Length <= digits || dash && rest[prefix.Length] != '-')
        {
            return 0;
        }

        var end = Characters.RunEnd(rest, digits, Characters.Numbers);
        return end > digits && end - digits <= 10 ? end : 0;
    }
}
