namespace CallsBot.Redaction;

/// <summary>
/// Finds values by their keys in whatever shape stands around them: JSON at any depth of escaping, env, TOML, YAML, logfmt,
/// HTTP headers, SDP attributes, query strings, XML elements, printed Go structs and maps.
/// </summary>
/// <remarks>
/// One reader for all of them and no parser for each: a log line holds several at once, and a damaged document must be
/// redacted as well as a sound one.
/// </remarks>
internal sealed class KeyedValueDetector : IDetector
{
    private const int LongestKey = 96;
    private const int KeysAtHand = 4096;

    private readonly Dictionary<string, KeyKind> _kinds = [];

    public void Find(Line line)
    {
        if (ContinuesFromBefore(line))
        {
            return;
        }

        var text = line.Text;
        var at = 0;
        while (at < text.Length)
        {
            var next = text[at..].IndexOfAny(':', '=', '>');
            if (next < 0)
            {
                return;
            }

            at += next;
            at = text[at] == '>' ? Element(line, at) : Pair(line, at);
        }
    }

    /// <returns>Where to go on.</returns>
    private int Pair(Line line, int separator)
    {
        var text = line.Text;
        if (text[separator] == ':' && separator + 1 < text.Length && text[separator + 1] is ':' or '/' && !PathFollows(text, separator)
            || !line.IsFree(separator, separator + 1))
        {
            return separator + 1;
        }

        if (!FindKey(text, separator, out var key))
        {
            return separator + 1;
        }

        // A pseudonym is no key, but may stand right before one.
        var free = line.FreeFrom(key.Start, key.End);
        if (key.End - free < 2)
        {
            return separator + 1;
        }

        key = key with { Start = free, Outer = free > key.Start ? free : key.Outer };
        var kind = Classify(text, key);
        if (kind == KeyKind.None)
        {
            return separator + 1;
        }

        var start = separator + 1;
        if (start < text.Length && text[start] is '>' or '=' && text[separator] is '=' or ':')
        {
            start++;
        }

        return Value(line, kind, key, separator, SkipBlank(text, start));
    }

    private static bool PathFollows(ReadOnlySpan<char> text, int separator) =>
        text[separator + 1] == '/' && !(separator + 2 < text.Length && text[separator + 2] == '/');

    private int Element(Line line, int close)
    {
        var text = line.Text;
        var start = Characters.RunStart(text, close, Characters.Word);
        if (start == 0 || text[start - 1] != '<' || start == close)
        {
            return close + 1;
        }

        var kind = Known(text[start..close]);
        var end = text[close..].IndexOf('<');
        if (kind != KeyKind.None && end > 1)
        {
            Take(line, kind, close + 1, close + end, new Form(Quoted: true));
        }

        return close + 1;
    }

    private int Value(Line line, KeyKind kind, KeyPlace key, int separator, int start)
    {
        var text = line.Text;
        var standsAlone = StandsAtStart(text, key.Outer);
        if (start >= text.Length)
        {
            if (text[separator] == ':' && KeyNames.IsSecret(kind) && standsAlone)
            {
                line.State = new LineState(Expect.Elements, kind, Indent(text));
            }

            return text.Length;
        }

        if (IsBlockMark(text[start..]) && text[separator] == ':' && KeyNames.IsSecret(kind))
        {
            line.State = new LineState(Expect.Block, kind, Indent(text));
            return text.Length;
        }

        var slashes = text[start..].IndexOfAnyExcept('\\');
        slashes = slashes < 0 ? 0 : slashes;
        if (start + slashes < text.Length && text[start + slashes] is '"' or '\'' or '`' && line.IsFree(start, start + 1))
        {
            return QuotedValue(line, kind, start + slashes, slashes);
        }

        switch (text[start])
        {
            case '[' when line.IsFree(start, start + 1):
                return Array(line, kind, start);
            case '{' or '(' when KeyNames.IsSecret(kind) && start + 1 < text.Length && text[start + 1] is '"' or '\\' or ' ' or '\'':
                return start;
        }

        var form = new Form(
            Quoted: false,
            Prose: text[separator] == ':' && start > separator + 1 && key.Quote is '\0' or '`' && (!standsAlone || text[start..].Contains(' ')),
            Json: key.Quote == '"' && text[separator] == ':' ? key.Slashes : -1);
        var end = BareValueEnd(line, kind, key, separator, start, standsAlone);
        Take(line, kind, start, end, form);
        return KeyNames.IsSecret(kind) ? Math.Max(end, separator + 1) : separator + 1;
    }

    private int QuotedValue(Line line, KeyKind kind, int quote, int slashes)
    {
        var text = line.Text;
        var mark = text[quote];
        if (slashes == 0 && text[quote..].Length >= 3 && text[quote + 1] == mark && text[quote + 2] == mark)
        {
            var close = text[(quote + 3)..].IndexOf(text.Slice(quote, 3), StringComparison.Ordinal);
            if (close < 0 && KeyNames.IsSecret(kind))
            {
                line.State = new LineState(Expect.TripleQuote, kind, mark);
            }

            var last = close < 0 ? text.Length : quote + 3 + close;
            Take(line, kind, quote + 3, last, new Form(Quoted: true));
            return Math.Min(text.Length, last + 3);
        }

        var end = Quotes.End(text, quote, slashes);
        Take(line, kind, quote + 1, end, new Form(Quoted: true));
        return KeyNames.IsSecret(kind) ? Math.Min(text.Length, end + 1) : quote + 1;
    }

    private int Array(Line line, KeyKind kind, int open)
    {
        if (!KeyNames.IsSecret(kind) && kind is not (KeyKind.Perhaps or KeyKind.User or KeyKind.Host))
        {
            return open + 1;
        }

        var text = line.Text;
        var at = open + 1;
        var bare = at;
        while (at < text.Length)
        {
            var c = text[at];
            if (c == ']' && line.IsFree(at, at + 1))
            {
                Take(line, kind, bare, at, new Form(Quoted: true));
                return at + 1;
            }

            if (c is '"' or '\'')
            {
                var slashes = at - 1 - text[..at].LastIndexOfAnyExcept('\\');
                var end = Quotes.End(text, at, slashes);
                Take(line, kind, at + 1, end, new Form(Quoted: true));
                at = bare = Math.Min(text.Length, end + 1);
                continue;
            }

            if (c is ',' or '{')
            {
                if (c == '{')
                {
                    return at;
                }

                Take(line, kind, bare, at, new Form(Quoted: true));
                bare = at + 1;
            }

            at++;
        }

        Take(line, kind, bare, text.Length, new Form(Quoted: true));
        if (KeyNames.IsSecret(kind))
        {
            line.State = new LineState(Expect.Elements, kind, -1);
        }

        return text.Length;
    }

    private static int BareValueEnd(Line line, KeyKind kind, KeyPlace key, int separator, int start, bool standsAlone)
    {
        var text = line.Text;

        // "PASSWORD=a b" of docker inspect, -H 'Cookie: a; b': the quote before the key closes the value.
        if (key.Quote == '\0' && key.Outer > 0 && text[key.Outer - 1] is '"' or '\'' && (KeyNames.IsSecret(kind) || text[separator] == '='))
        {
            var open = key.Outer - 1;
            return Quotes.End(text, open, open - 1 - text[..open].LastIndexOfAnyExcept('\\'));
        }

        if (kind is KeyKind.Ice or KeyKind.Srtp or KeyKind.Fingerprint)
        {
            var from = kind == KeyKind.Fingerprint && text[start..].IndexOf(' ') is > 0 and < 9 and var space ? start + space + 1 : start;
            var end = text[from..].IndexOfAny(Characters.AttributeEnd);
            return end < 0 ? text.Length : from + end;
        }

        if (kind is KeyKind.Cookie or KeyKind.Authorization)
        {
            if (standsAlone)
            {
                return text.Length;
            }

            // Both hold spaces: "cookie: a=b; c=d" in the middle of a line ends at a quote, a bracket or the line's end.
            var end = text[start..].IndexOfAny(Characters.HeaderEnd);
            return end < 0 ? text.Length : start + end;
        }

        if (standsAlone && KeyNames.IsSecret(kind) && !(text[separator] == '=' && HasFurtherPair(text[start..])))
        {
            var comment = text[start..].IndexOf(" #");
            return comment < 0 ? text.Length : start + comment;
        }

        return Bare.End(line, start);
    }

    private static bool HasFurtherPair(ReadOnlySpan<char> rest)
    {
        while (rest.IndexOf(' ') is >= 0 and var space)
        {
            rest = rest[(space + 1)..];
            var end = Characters.RunEnd(rest, 0, Characters.Word);
            if (end > 0 && end < rest.Length && rest[end] is '=' or ':')
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What the form of a value says about how far to trust the key.</summary>
    /// <param name="Prose">The key may be a word of a sentence: <c>invalid token: expired</c>.</param>
    /// <param name="Json">The backslashes before the quotes of the document, or -1 where the value is no bare JSON value.</param>
    private readonly record struct Form(bool Quoted, bool Prose = false, int Json = -1);

    private void Take(Line line, KeyKind kind, int start, int end, Form form)
    {
        var text = line.Text;
        while (start < end && text[start] <= ' ')
        {
            start++;
        }

        while (end > start && text[end - 1] <= ' ')
        {
            end--;
        }

        if (start >= end)
        {
            return;
        }

        var value = text[start..end];
        switch (kind)
        {
            case KeyKind.None or KeyKind.Value when line.State.Expect != Expect.Value || kind == KeyKind.None:
                return;
            case KeyKind.Name:
                if (Known(value) is var named && (KeyNames.IsSecret(named) || named is KeyKind.User or KeyKind.Perhaps))
                {
                    line.State = new LineState(Expect.Value, named, Lines: 2);
                }

                return;
            case KeyKind.Value:
                kind = line.State.Kind;
                line.State = LineState.None;
                Take(line, kind, start, end, form);
                return;
            case KeyKind.User:
                KeyedNames.TakeUser(line, start, end, form.Quoted, form.Prose);
                return;
            case KeyKind.Host or KeyKind.Endpoint:
                KeyedNames.TakeHost(line, start, end, form.Prose || kind == KeyKind.Endpoint);
                return;
            case KeyKind.Perhaps:
                if (value[0] != '/' && !value.Contains(' ') && !value.Contains("://", StringComparison.Ordinal) && Characters.LooksRandom(value))
                {
                    line.Secret(start, end, RedactionClass.Key);
                }

                return;
        }

        if (Words.IsNothing(value) || form.Prose && Words.IsProse(value))
        {
            return;
        }

        switch (kind)
        {
            case KeyKind.Cookie:
                Credentials.TakeCookies(line, start, end);
                break;
            case KeyKind.Authorization:
                Credentials.TakeAuthorization(line, start, end);
                break;
            case KeyKind.Fingerprint when value.LastIndexOf(' ') is > 0 and var space:
                line.Secret(start + space + 1, end, RedactionClass.Fingerprint);
                break;
            case KeyKind.Srtp when value.Length < 20:
            case KeyKind.ConnectionString when value[0] is '/' or '.' && !value.ContainsAny('@', '='):
            case KeyKind.Phone when !value.ContainsAny(Characters.Numbers):
                break;
            default:
                // A bare number becomes a string, or the document would no longer parse.
                if (form.Json >= 0 && !value.ContainsAnyExcept(Characters.Numeric))
                {
                    var quote = new string('\\', form.Json) + '"';
                    var secret = line.Pseudonyms.Secret(KeyNames.ClassOf(kind), value);
                    line.Replace(start, end, KeyNames.ClassOf(kind), $"{quote}{secret}{quote}");
                    break;
                }

                line.Secret(start, end, KeyNames.ClassOf(kind));
                break;
        }
    }

    /// <returns>Whether the line belongs wholly to a value that began on an earlier line.</returns>
    private bool ContinuesFromBefore(Line line)
    {
        var state = line.State;
        var text = line.Text;
        var blank = text.Trim(" \t\r").IsEmpty;
        switch (state.Expect)
        {
            case Expect.Block when blank || Indent(text) > state.Indent:
                line.Secret(0, text.Length, KeyNames.ClassOf(state.Kind));
                return true;

            case Expect.Elements when blank:
                return true;

            case Expect.Elements:
                var start = text.IndexOfAnyExcept(' ', '\t');
                if (text[start] == '-' && start + 1 < text.Length && text[start + 1] == ' ')
                {
                    TakeElement(line, state.Kind, SkipBlank(text, start + 2));
                    return true;
                }

                if (text[start] is '"' or '\'' && !ColonFollows(text, Quotes.End(text, start, 0)))
                {
                    TakeElement(line, state.Kind, start);
                    return true;
                }

                line.State = LineState.None;
                return false;

            case Expect.TripleQuote:
                var mark = (char)state.Indent;
                var close = text.IndexOf([mark, mark, mark], StringComparison.Ordinal);
                line.Secret(0, close < 0 ? text.Length : close, KeyNames.ClassOf(state.Kind));
                line.State = close < 0 ? state : LineState.None;
                return close < 0;

            case Expect.Value:
                line.State = state.Lines > 0 ? state with { Lines = state.Lines - 1 } : LineState.None;
                return false;

            case Expect.Block:
                line.State = LineState.None;
                return false;

            default:
                return false;
        }
    }

    private void TakeElement(Line line, KeyKind kind, int start)
    {
        var text = line.Text;
        if (start >= text.Length)
        {
            return;
        }

        var quoted = text[start] is '"' or '\'';
        var end = quoted ? Quotes.End(text, start, 0) : text.Length;
        Take(line, kind, quoted ? start + 1 : start, end, new Form(Quoted: true));
    }

    private static bool ColonFollows(ReadOnlySpan<char> text, int close)
    {
        var next = close + 1 < text.Length ? text[(close + 1)..].TrimStart(" \t") : [];
        return next.StartsWith(':');
    }

    /// <summary>Where a key is: its text, its outermost character with quotes, and how it is quoted.</summary>
    private readonly record struct KeyPlace(int Start, int End, int Outer, char Quote, int Slashes);

    private static bool FindKey(ReadOnlySpan<char> text, int separator, out KeyPlace key)
    {
        var end = separator;
        while (end > 0 && text[end - 1] is ' ' or '\t')
        {
            end--;
        }

        end = AnsiColours.SkipBack(text, end);
        if (end >= 2 && text[end - 1] == ']' && text[end - 2] is '"' or '\'')
        {
            end--;
        }

        var quote = '\0';
        var slashes = 0;
        if (end > 0 && text[end - 1] is '"' or '\'' or '`')
        {
            quote = text[--end];
            while (end > 0 && text[end - 1] == '\\')
            {
                end--;
                slashes++;
            }
        }

        var floor = Math.Max(0, end - LongestKey);
        var start = floor + Characters.RunStart(text[floor..end], end - floor, Characters.Key);

        // In text with escaped line ends the n of \n stands before the key.
        if (start > 0 && text[start - 1] == '\\' && end - start > 1 && text[start] is 'n' or 'r' or 't')
        {
            start++;
        }

        var outer = quote == '\0' ? start : Math.Max(0, start - 1 - slashes);
        while (start < end && text[start] is '-' or '.' or '[' or '$' or ']')
        {
            start++;
        }

        key = new KeyPlace(start, end, outer, quote, slashes);
        return end - start >= 2 && text[start..end].IndexOfAnyExcept(Characters.Numbers) >= 0;
    }

    private KeyKind Classify(ReadOnlySpan<char> text, KeyPlace key)
    {
        var kind = Known(text[key.Start..key.End]);
        if (kind is not (KeyKind.None or KeyKind.Perhaps or KeyKind.Name) || key.Quote != '\0' || key.Start < 2 || text[key.Start - 1] != ' '
            || !Words.EndsKeyOfTwo(text[key.Start..key.End]))
        {
            return kind;
        }

        // Auth Key, User Id, connection string.
        var before = Characters.RunStart(text, key.Start - 1, Characters.Word);
        return before < key.Start - 1 && key.End - before < LongestKey && Known(text[before..key.End]) is var both and not KeyKind.None ? both : kind;
    }

    private KeyKind Known(ReadOnlySpan<char> key)
    {
        if (key.Length > LongestKey)
        {
            return KeyKind.None;
        }

        var kinds = _kinds.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!kinds.TryGetValue(key, out var kind))
        {
            if (_kinds.Count >= KeysAtHand)
            {
                _kinds.Clear();
            }

            kinds[key] = kind = KeyNames.Classify(key);
        }

        return kind;
    }

    private static bool StandsAtStart(ReadOnlySpan<char> text, int keyStart)
    {
        var prefix = text[..keyStart].Trim(" \t-+*#<>");
        return prefix.IsEmpty || prefix is "export" or "set" or "ENV" or "ARG" or "env" or "Environment=" or "//" or "\u00ef\u00bb\u00bf";
    }

    private static bool IsBlockMark(ReadOnlySpan<char> value)
    {
        value = value.TrimEnd(" \t\r");
        return value.Length is > 0 and <= 3 && value[0] is '|' or '>' && !value[1..].ContainsAnyExcept(Characters.BlockMark);
    }

    private static int Indent(ReadOnlySpan<char> text)
    {
        var indent = text.IndexOfAnyExcept(' ', '\t');
        return indent < 0 ? text.Length : indent;
    }

    private static int SkipBlank(ReadOnlySpan<char> text, int start)
    {
        while (start < text.Length && text[start] is ' ' or '\t' or '\r')
        {
            start++;
        }

        return AnsiColours.SkipForward(text, start);
    }
}
