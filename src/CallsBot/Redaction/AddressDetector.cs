using System.Net;
using System.Net.Sockets;

namespace CallsBot.Redaction;

/// <summary>IPv4 and IPv6 addresses, hardware addresses and certificate fingerprints.</summary>
internal sealed class AddressDetector : IDetector
{
    /// <summary>Products whose versions have four numbers.</summary>
    private static readonly string[] Products =
        ["Chrome/", "Chrome ", "Chromium/", "Edge ", "HeadlessChrome/", "Edg/", "OPR/", "Electron/", "Version/", "CriOS/", "version=", "version\":\"", "version: ", "version "];

    public void Find(Line line)
    {
        FindFour(line);
        FindColons(line);
    }

    private static void FindFour(Line line)
    {
        var text = line.Text;
        var at = 0;
        while (at < text.Length && text[at..].IndexOf('.') is >= 0 and var next)
        {
            at += next;
            if (at > 0 && at + 1 < text.Length && char.IsAsciiDigit(text[at - 1]) && char.IsAsciiDigit(text[at + 1]))
            {
                var start = Characters.RunStart(text, at, Characters.Numbers);
                var end = FourEnd(text, start);
                if (end > 0)
                {
                    Take(line, start, end);
                    at = end;
                    continue;
                }
            }

            at++;
        }
    }

    /// <returns>Where the address ends, or 0.</returns>
    private static int FourEnd(ReadOnlySpan<char> text, int start)
    {
        if (start > 0 && (char.IsAsciiLetterOrDigit(text[start - 1]) && !(start > 1 && text[start - 2] == '\\') || text[start - 1] is '.'))
        {
            return 0;
        }

        var at = start;
        for (var part = 0; part < 4; part++)
        {
            var end = Characters.RunEnd(text, at, Characters.Numbers);
            if (end == at || end - at > 3 || !byte.TryParse(text[at..end], out _))
            {
                return 0;
            }

            if (part < 3 && (end >= text.Length || text[end] != '.'))
            {
                return 0;
            }

            at = part < 3 ? end + 1 : end;
        }

        if (at < text.Length && (Characters.IsWord(text[at]) || text[at] == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            return 0;
        }

        foreach (var product in Products)
        {
            if (text[..start].EndsWith(product, StringComparison.OrdinalIgnoreCase))
            {
                return 0;
            }
        }

        return at;
    }

    private static void FindColons(Line line)
    {
        var text = line.Text;
        var at = 0;
        while (at < text.Length && text[at..].IndexOfAny(':', '-') is >= 0 and var next)
        {
            at += next;
            var start = Characters.RunStart(text, at, text[at] == ':' ? Characters.Address : Characters.Hex);
            if (text[at] == '-')
            {
                at = Dashes(line, start, at);
                continue;
            }

            var end = Characters.RunEnd(text, at, Characters.Address);
            at = end;
            if (end - start >= 2 && (start == 0 || !Characters.IsWord(text[start - 1]) || EscapedBefore(text, start)))
            {
                Colons(line, start, end);
            }
        }
    }

    private static bool EscapedBefore(ReadOnlySpan<char> text, int at) => at > 1 && text[at - 2] == '\\' && text[at - 1] is 'n' or 'r' or 't';

    private static void Colons(Line line, int start, int end)
    {
        var text = line.Text;
        if (end < text.Length && char.IsAsciiLetterOrDigit(text[end]))
        {
            return;
        }

        var run = text[start..end];
        if (IsPairs(run, ':', out var pairs))
        {
            if (pairs == 6)
            {
                line.Mac(start, end);
            }
            else if (pairs >= 10)
            {
                line.Secret(start, end, RedactionClass.Fingerprint);
            }

            return;
        }

        // Times have two colons; an address of six has seven or a pair of them.
        if (end < text.Length && text[end] == '.' || run.Count(':') < 2 || !run.Contains("::", StringComparison.Ordinal) && run.Count(':') < 7)
        {
            return;
        }

        while (run.Length > 1 && run[^1] == ':' && run[^2] != ':')
        {
            run = run[..^1];
        }

        // A key's colon stands before the address.
        if (run[0] == ':' && run.Length > 1 && run[1] != ':')
        {
            run = run[1..];
            start++;
        }

        if (run is "::" or "::1" || !run.ContainsAny(Characters.Numbers) && run.Length < 8 || !IPAddress.TryParse(run, out var address)
            || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return;
        }

        line.Address(start, start + run.Length, address);
    }

    private static int Dashes(Line line, int start, int dash)
    {
        var text = line.Text;
        if (dash - start != 2 || start > 0 && (Characters.IsWord(text[start - 1]) || text[start - 1] == '-') || start + 17 > text.Length)
        {
            return dash + 1;
        }

        var run = text.Slice(start, 17);
        if (IsPairs(run, '-', out var pairs) && pairs == 6 && (start + 17 == text.Length || !Characters.IsWord(text[start + 17]) && text[start + 17] != '-')
            && run.ContainsAnyExcept(Characters.DigitsAndDashes))
        {
            line.Mac(start, start + 17);
            return start + 17;
        }

        return dash + 1;
    }

    private static bool IsPairs(ReadOnlySpan<char> run, char separator, out int pairs)
    {
        pairs = (run.Length + 1) / 3;
        if ((run.Length + 1) % 3 != 0 || pairs < 6)
        {
            return false;
        }

        for (var i = 0; i < run.Length; i++)
        {
            if (i % 3 == 2 ? run[i] != separator : !char.IsAsciiHexDigit(run[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static void Take(Line line, int start, int end)
    {
        var run = line.Text[start..end];

        // These name no network.
        if (run is "127.0.0.1" or "0.0.0.0" or "255.255.255.255")
        {
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        var part = 0;
        foreach (var range in run.Split('.'))
        {
            bytes[part++] = byte.Parse(run[range], System.Globalization.CultureInfo.InvariantCulture);
        }

        line.Address(start, end, new IPAddress(bytes));
    }
}
