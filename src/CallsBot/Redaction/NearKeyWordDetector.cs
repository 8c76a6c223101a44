using System.Buffers;

namespace CallsBot.Redaction;

/// <summary>Text that looks drawn at random within three words of a word for a secret: <c>rejected token 8k3…</c>, <c>--password x</c>.</summary>
internal sealed class NearKeyWordDetector : IDetector
{
    private const int Reach = 3;

    private static readonly SearchValues<string> Words = SearchValues.Create(
        ["token", "secret", "password", "passwd", "credential", "passphrase", "key ", "key-", "key\t", "jwt", "pass "], StringComparison.OrdinalIgnoreCase);

    private static readonly HashSet<string> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        "user", "session", "channel", "call", "post", "team", "client", "job", "host", "in", "on", "at", "by", "from", "request", "id", "conn",
    };

    public void Find(Line line)
    {
        var text = line.Text;
        var at = 0;
        while (at < text.Length && text[at..].IndexOfAny(Words) is >= 0 and var next)
        {
            at += next;
            var start = Characters.RunStart(text, at, Characters.Word);
            var end = Characters.RunEnd(text, at, Characters.Word);
            After(line, start, end);
            at = Math.Max(at + 1, end);
        }
    }

    private static void After(Line line, int start, int end)
    {
        var text = line.Text;
        var kind = KeyNames.Classify(text[start..end].TrimStart('-'));
        if (!KeyNames.IsSecret(kind) && kind != KeyKind.Perhaps)
        {
            return;
        }

        var isOption = text[start..].StartsWith("--", StringComparison.Ordinal) && KeyNames.IsSecret(kind);
        var isPassword = kind == KeyKind.Password;
        var at = end;
        for (var word = 0; word < Reach; word++)
        {
            while (at < text.Length && text[at] is ' ' or '\t' or '"' or '\'' or '`' or ':' or '(' or '=' or '\\' or ',')
            {
                at++;
            }

            var stop = text[at..].IndexOfAny(Characters.TokenEnd) is >= 0 and var length ? at + length : text.Length;
            if (stop == at)
            {
                return;
            }

            var value = text[at..stop];
            var bare = value.TrimEnd(".:!?");
            if (bare.IsEmpty)
            {
                at = stop;
                continue;
            }

            if (!line.IsFree(at, stop) || Others.GetAlternateLookup<ReadOnlySpan<char>>().Contains(bare))
            {
                return;
            }

            if (isOption && word == 0 && text[end] == ' ' && value[0] != '-' || IsSecret(bare, isPassword)
                || isPassword && word == 0 && text.StartsWith("machine ", StringComparison.Ordinal) || QuotedPassword(text, at, end, word, isPassword, bare))
            {
                line.Secret(at, at + (isOption ? value.Length : bare.Length), KeyNames.ClassOf(kind));
                return;
            }

            at = stop;
        }
    }

    private static bool IsSecret(ReadOnlySpan<char> value, bool isPassword)
    {
        if (isPassword && value.Length is >= 6 and < 200 && value.ContainsAny(Characters.Numbers) && value.ContainsAnyInRange('A', 'z')
            && !value.Contains('/') && !value.ContainsAny(":[("))
        {
            return true;
        }

        return Ids.IsMattermost(value) || !value.ContainsAnyExcept(Characters.Token) && value[0] != '/' && !value.Contains('.') && Characters.LooksRandom(value, 12)
            && value.ContainsAny(Characters.Numbers);
    }

    /// <summary><c>ALTER ROLE mm PASSWORD 'x'</c>.</summary>
    private static bool QuotedPassword(ReadOnlySpan<char> text, int at, int end, int word, bool isPassword, ReadOnlySpan<char> value) =>
        isPassword && word == 0 && text[at - 1] is '\'' or '"' && text[end] == ' ' && value.Length >= 4 && !Redaction.Words.IsProseWord(value);
}
