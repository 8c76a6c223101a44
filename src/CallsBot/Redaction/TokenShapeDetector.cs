using System.Buffers;

namespace CallsBot.Redaction;

/// <summary>Tokens that show by their shape what they are, wherever they stand.</summary>
internal sealed class TokenShapeDetector : IDetector
{
    /// <summary>Fixed starts of keys, the fewest characters that must follow, and the class.</summary>
    private static readonly (string Start, int Fewest, RedactionClass Class)[] Shapes =
    [
        ("AKIA", 16, RedactionClass.CloudKey), ("ASIA", 16, RedactionClass.CloudKey), ("AIza", 30, RedactionClass.CloudKey),
        ("ya29.", 20, RedactionClass.CloudKey), ("GOCSPX-", 16, RedactionClass.CloudKey), ("ghp_", 20, RedactionClass.Token),
        ("gho_", 20, RedactionClass.Token), ("ghu_", 20, RedactionClass.Token), ("ghs_", 20, RedactionClass.Token), ("ghr_", 20, RedactionClass.Token),
        ("github_pat_", 20, RedactionClass.Token), ("glpat-", 16, RedactionClass.Token), ("gldt-", 16, RedactionClass.Token),
        ("xoxb-", 10, RedactionClass.Token), ("xoxp-", 10, RedactionClass.Token), ("xoxa-", 10, RedactionClass.Token),
        ("xoxr-", 10, RedactionClass.Token), ("xoxs-", 10, RedactionClass.Token), ("xapp-", 10, RedactionClass.Token),
        ("sk_live_", 16, RedactionClass.Key), ("sk_test_", 16, RedactionClass.Key), ("rk_live_", 16, RedactionClass.Key), ("sk-ant-", 16, RedactionClass.Key),
        ("sk-proj-", 16, RedactionClass.Key), ("SG.", 30, RedactionClass.Key), ("npm_", 30, RedactionClass.Token), ("pypi-", 40, RedactionClass.Token),
        ("hvs.", 20, RedactionClass.Token), ("hvb.", 20, RedactionClass.Token), ("dckr_pat_", 16, RedactionClass.Token),
        ("ATATT3", 30, RedactionClass.Token), ("tskey-", 16, RedactionClass.Key), ("whsec_", 16, RedactionClass.Webhook),
        ("AGE-SECRET-KEY-1", 20, RedactionClass.Key), ("dop_v1_", 20, RedactionClass.Token), ("shpat_", 20, RedactionClass.Token),
        ("glsa_", 20, RedactionClass.Token), ("eyJ", 17, RedactionClass.Jwt),

        // "-----BEGIN" in base64, as kubeconfig files hold keys and certificates.
        ("LS0tLS1CRUdJTi", 6, RedactionClass.Pem),

        // crypt(5): password hashes, which can be guessed from.
        ("$1$", 20, RedactionClass.Password), ("$5$", 20, RedactionClass.Password), ("$6$", 20, RedactionClass.Password),
        ("$2a$", 20, RedactionClass.Password), ("$2b$", 20, RedactionClass.Password), ("$2y$", 20, RedactionClass.Password),
        ("$y$", 20, RedactionClass.Password), ("$apr1$", 20, RedactionClass.Password), ("$argon2", 20, RedactionClass.Password),
    ];

    private static readonly SearchValues<string> Starts = SearchValues.Create([.. Shapes.Select(shape => shape.Start)], StringComparison.Ordinal);
    private static readonly SearchValues<string> Schemes = SearchValues.Create(["bearer ", "basic ", "-u ", "--user ", "inline:"], StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<string> Commands = SearchValues.Create(
        ["auth login ", "auth plain ", "identified by ", "mysql -", "mysqldump -", "mysqladmin -"], StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<string> Hooks = SearchValues.Create(
        ["/hooks/", "hooks.slack.com/services/", "/api/webhooks/", "webhook.office.com/"], StringComparison.OrdinalIgnoreCase);

    public void Find(Line line)
    {
        FindShapes(line);
        FindSchemes(line);
        FindHooks(line);
        FindFragments(line);
        FindCommands(line);
    }

    private static void FindShapes(Line line)
    {
        var text = line.Text;
        var at = 0;
        while (text[at..].IndexOfAny(Starts) is >= 0 and var next)
        {
            at += next;
            if (at > 0 && Characters.IsWord(text[at - 1]) && !EscapedBefore(text, at))
            {
                at++;
                continue;
            }

            var end = Characters.RunEnd(text, at, text[at] == '$' ? Characters.PasswordHash : Characters.Token);
            foreach (var (start, fewest, kind) in Shapes)
            {
                if (text[at..].StartsWith(start, StringComparison.Ordinal) && end - at >= start.Length + fewest)
                {
                    line.Secret(at, end, kind);
                    break;
                }
            }

            at = Math.Max(at + 1, end);
            if (at >= text.Length)
            {
                return;
            }
        }
    }

    private static bool EscapedBefore(ReadOnlySpan<char> text, int at) => at > 1 && text[at - 2] == '\\' && text[at - 1] is 'n' or 'r' or 't';

    private static void FindSchemes(Line line)
    {
        var text = line.Text;
        var at = 0;
        while (at < text.Length && text[at..].IndexOfAny(Schemes) is >= 0 and var next)
        {
            at += next;
            var word = at;
            var boundary = at == 0 || !Characters.IsWord(text[at - 1]) || EscapedBefore(text, at);
            at = word + text[word..].IndexOfAny(' ', ':') + 1;
            if (!boundary || at >= text.Length)
            {
                continue;
            }

            if (text[word] == '-')
            {
                TakePair(line, at);
                continue;
            }

            var end = Characters.RunEnd(text, at, Characters.Token);
            var value = text[at..end];
            if (text[at - 1] == ':')
            {
                if (value.Length >= 20)
                {
                    line.Secret(at, end, RedactionClass.Srtp);
                }
            }
            else if (text[word] is 'b' or 'B' && text[word + 1] is 'e' or 'E'
                ? value.Length >= 8 && (value.ContainsAny(Characters.Numbers) || value.Length >= 20)
                : IsUserAndPassword(value))
            {
                line.Secret(at, end, RedactionClass.Authorization);
            }
        }
    }

    /// <summary><c>curl -u user:password</c>.</summary>
    private static void TakePair(Line line, int start)
    {
        var text = line.Text;
        var quote = text[start] is '"' or '\'' ? 1 : 0;
        var end = quote == 1 ? Quotes.End(text, start, 0) : start + (text[start..].IndexOf(' ') is >= 0 and var space ? space : text.Length - start);
        if (text[(start + quote)..end].IndexOf(':') > 0)
        {
            line.Secret(start + quote, end, RedactionClass.UserInfo);
        }
    }

    // RFC 7617 §2: base64 of user-id ":" password.
    private static bool IsUserAndPassword(ReadOnlySpan<char> value)
    {
        if (value.Length is < 6 or > 1024)
        {
            return false;
        }

        Span<byte> decoded = stackalloc byte[768];
        Span<char> padded = stackalloc char[1028];
        value.CopyTo(padded);
        var length = value.Length;
        while (length % 4 != 0)
        {
            padded[length++] = '=';
        }

        return Convert.TryFromBase64Chars(padded[..length], decoded, out var written) && decoded[..written].Contains((byte)':')
            || value.Length >= 12 && Characters.LooksRandom(value, 12);
    }

    /// <summary>What commands of SMTP, SQL and shells give as a password without naming it: <c>AUTH PLAIN x</c>, <c>IDENTIFIED BY 'x'</c>, <c>mysql -px</c>.</summary>
    private static void FindCommands(Line line)
    {
        var text = line.Text;
        var at = 0;
        while (at < text.Length && text[at..].IndexOfAny(Commands) is >= 0 and var next)
        {
            at += next;
            var start = text[at] is 'm' or 'M'
                ? text[at..].IndexOf(" -p", StringComparison.Ordinal) is >= 0 and var option ? at + option + 3 : text.Length
                : at + (text[at] is 'a' or 'A' ? "auth plain ".Length : "identified by ".Length);
            if (start < text.Length && text[start] is '\'' or '"')
            {
                start++;
            }

            var end = start + (text[start..].IndexOfAny(Characters.TokenEnd) is >= 0 and var stop ? stop : text.Length - start);
            var isMail = text[at] is 'a' or 'A';
            if (end - start >= 4 && (!isMail || text[start..end].ContainsAny(Characters.DigitsAndPadding)))
            {
                line.Secret(start, end, isMail ? RedactionClass.Authorization : RedactionClass.Password);
            }

            at++;
        }
    }

    private static void FindHooks(Line line)
    {
        var text = line.Text;
        var at = 0;
        while (at < text.Length && text[at..].IndexOfAny(Hooks) is >= 0 and var next)
        {
            at += next;
            var slash = text[at] == '/' ? 1 : 0;
            var start = at + slash + text[(at + slash)..].IndexOf('/') + 1;
            if (text[at..].StartsWith("/api/webhooks/", StringComparison.OrdinalIgnoreCase))
            {
                start = at + "/api/webhooks/".Length;
            }
            else if (text[at] is 'h' or 'H')
            {
                start = at + "hooks.slack.com/services/".Length;
            }

            var end = text[start..].IndexOfAny(Characters.HookEnd) is >= 0 and var stop ? start + stop : text.Length;
            if (end - start >= 8 && text[start..end].ContainsAny(Characters.Numbers))
            {
                line.Secret(start, end, RedactionClass.Webhook);
            }

            at = Math.Max(end, at + 1);
        }
    }

    // RFC 8839 §5.1: candidate lines may carry the fragment as an extension, "ufrag xxxx".
    private static void FindFragments(Line line)
    {
        const string Word = " ufrag ";
        var text = line.Text;
        var at = 0;
        while (at < text.Length && text[at..].IndexOf(Word, StringComparison.Ordinal) is >= 0 and var next)
        {
            at += next + Word.Length;
            var end = Characters.RunEnd(text, at, Characters.Base64);
            if (end - at >= 4)
            {
                line.Secret(at, end, RedactionClass.Ice);
            }
        }
    }
}
