using System.Buffers;
using System.Net;

namespace CallsBot.Redaction;

/// <summary>
/// One line under redaction: its text, byte for byte as Latin-1 so that any input survives, what is to be replaced in it,
/// and what a line leaves for the next ones. Detectors run in order; what one has claimed the later ones leave alone.
/// </summary>
/// <param name="pseudonyms">The names that stand for what is replaced.</param>
/// <param name="secretsOnly">Names and addresses are claimed, so that nobody takes them for secrets, and stay.</param>
internal sealed class Line(Pseudonyms pseudonyms, bool secretsOnly = false)
{
    private readonly List<Edit> _edits = [];
    private char[] _text = new char[512];
    private bool[] _claimed = new bool[512];

    public Pseudonyms Pseudonyms => pseudonyms;

    public int Length { get; private set; }

    public ReadOnlySpan<char> Text => _text.AsSpan(0, Length);

    public LineState State { get; set; }

    /// <summary>Whether a PEM block is open. Beside the state, because a block may stand in what the state expects.</summary>
    public bool InPem { get; set; }

    public IReadOnlyList<Edit> Edits => _edits;

    public Span<char> Start(int length)
    {
        if (_text.Length < length)
        {
            _text = new char[Math.Max(length, _text.Length * 2)];
            _claimed = new bool[_text.Length];
        }

        Length = length;
        _edits.Clear();
        _claimed.AsSpan(0, length).Clear();
        return _text.AsSpan(0, length);
    }

    public bool IsFree(int start, int end) => !_claimed.AsSpan(start, end - start).Contains(true);

    /// <summary>Where in the range the text after its last claimed character begins.</summary>
    public int FreeFrom(int start, int end) => start + _claimed.AsSpan(start, end - start).LastIndexOf(true) + 1;

    /// <summary>Keeps the range as it is.</summary>
    public void Protect(int start, int end) => _claimed.AsSpan(start, end - start).Fill(true);

    /// <summary>Replaces what is still unclaimed between the two positions.</summary>
    public void Secret(int start, int end, RedactionClass kind)
    {
        // Between pseudonyms of an earlier run stand commas and brackets, which are no secret.
        var partly = !IsFree(start, end);
        while (start < end)
        {
            var taken = _claimed.AsSpan(start, end - start).IndexOf(true);
            var stop = taken < 0 ? end : start + taken;
            var (from, to) = Trim(start, stop);
            if (from < to && (!partly || Text[from..to].ContainsAnyExcept(Characters.Punctuation)))
            {
                Replace(from, to, kind, pseudonyms.Secret(kind, Text[from..to]));
            }

            start = stop;
            while (start < end && _claimed[start])
            {
                start++;
            }
        }
    }

    public void User(int start, int end, RedactionClass kind = RedactionClass.User)
    {
        // A name is asked for only where it is used: each asking may take a number.
        if (start < end && IsFree(start, end) && !Keeps(start, end))
        {
            Replace(start, end, kind, pseudonyms.User(Text[start..end]));
        }
    }

    public void Host(int start, int end)
    {
        if (start < end && IsFree(start, end) && !Keeps(start, end))
        {
            Replace(start, end, RedactionClass.Host, pseudonyms.Host(Text[start..end]));
        }
    }

    public void Mac(int start, int end)
    {
        if (IsFree(start, end) && !Keeps(start, end))
        {
            Replace(start, end, RedactionClass.Mac, pseudonyms.Mac(Text[start..end]));
        }
    }

    public void Address(int start, int end, IPAddress address)
    {
        if (IsFree(start, end) && !Keeps(start, end))
        {
            Replace(start, end, RedactionClass.Address, pseudonyms.Address(Text[start..end], address));
        }
    }

    /// <summary>Replaces the range if nobody has claimed any of it.</summary>
    public bool Replace(int start, int end, RedactionClass kind, string replacement)
    {
        if (start >= end || !IsFree(start, end))
        {
            return false;
        }

        Protect(start, end);
        _edits.Add(new Edit(start, end, kind, replacement));
        return true;
    }

    /// <summary>Writes the line with its replacements.</summary>
    public void Apply(ArrayBufferWriter<char> output)
    {
        _edits.Sort(static (one, other) => one.Start.CompareTo(other.Start));
        var at = 0;
        foreach (var edit in _edits)
        {
            output.Write(Text[at..edit.Start]);
            output.Write(edit.Replacement);
            at = edit.End;
        }

        output.Write(Text[at..]);
    }

    private bool Keeps(int start, int end)
    {
        if (secretsOnly)
        {
            Protect(start, end);
        }

        return secretsOnly;
    }

    private (int Start, int End) Trim(int start, int end)
    {
        while (start < end && Text[start] <= ' ')
        {
            start++;
        }

        while (end > start && Text[end - 1] <= ' ')
        {
            end--;
        }

        return (start, end);
    }
}

internal readonly record struct Edit(int Start, int End, RedactionClass Class, string Replacement);

/// <summary>What a line expects of the lines after it.</summary>
internal readonly record struct LineState(Expect Expect, KeyKind Kind = KeyKind.None, int Indent = 0, int Lines = 0)
{
    public static LineState None => default;
}

internal enum Expect
{
    Nothing,

    /// <summary>A YAML block scalar: lines with more indentation than the key.</summary>
    Block,

    /// <summary>The elements of a list whose key stood alone: <c>- x</c> or <c>"x",</c>.</summary>
    Elements,

    /// <summary>The end of a string in three quotes.</summary>
    TripleQuote,

    /// <summary>A <c>value:</c> that goes with a <c>name: SOME_SECRET</c>.</summary>
    Value,
}

internal interface IDetector
{
    void Find(Line line);
}
