namespace CallsBot.Redaction;

/// <summary>Credentials and hosts in URLs. Queries are left to <see cref="KeyedValueDetector"/>.</summary>
internal sealed class UrlDetector : IDetector
{
    public void Find(Line line)
    {
        var text = line.Text;
        var at = 0;
        while (at < text.Length && text[at..].IndexOf("://", StringComparison.Ordinal) is >= 0 and var next)
        {
            at += next + 3;
            if (at < text.Length && next > 0 && char.IsAsciiLetterOrDigit(text[at - 4]))
            {
                Authority(line, at);
            }
        }
    }

    private static void Authority(Line line, int start)
    {
        var text = line.Text;
        var end = text[start..].IndexOfAny(Characters.UrlEnd) is >= 0 and var stop ? start + stop : text.Length;
        var authority = text[start..end].IndexOfAny("/?#,") is >= 0 and var slash ? start + slash : end;
        var at = text[start..authority].LastIndexOf('@');

        // postgres://mm:p/ss@db: a password with a slash ends the authority too early.
        if (at < 0 && text[start..authority].IndexOf(':') is >= 0 and var colon
            && text[(start + colon + 1)..authority].ContainsAnyExcept(Characters.PortOrPassword))
        {
            at = text[start..end].LastIndexOf('@');
        }

        if (at >= 0)
        {
            if (Words.IsPlaceholder(text.Slice(start, at)))
            {
                line.Protect(start, start + at + 1);
            }
            else
            {
                line.Secret(start, start + at, RedactionClass.UserInfo);
            }

            start += at + 1;
            authority = text[start..end].IndexOfAny("/?#,") is >= 0 and var next ? start + next : end;
        }

        if (start >= authority)
        {
            return;
        }

        var hostEnd = Characters.RunEnd(text, start, Characters.Host);
        var host = text[start..Math.Min(hostEnd, authority)].TrimEnd('.');
        if (host.Length < 2 || !host.ContainsAnyExcept(Characters.DigitsAndDots) || HostNames.IsTechnical(host) || HostNames.EndsInFileType(host)
            || host.StartsWith("ip", StringComparison.Ordinal) && host.Length < 4)
        {
            return;
        }

        line.Host(start, start + host.Length);
    }
}
