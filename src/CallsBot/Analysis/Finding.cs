using CallsBot.Checks;

namespace CallsBot.Analysis;

/// <summary>How sure it is that a finding is what its words say.</summary>
internal enum Certainty
{
    /// <summary>One of several explanations.</summary>
    Possible,

    /// <summary>The usual explanation.</summary>
    Likely,

    /// <summary>Seen itself.</summary>
    Certain,
}

/// <summary>Something that evidence shows.</summary>
/// <param name="Type">Its kind, with the words.</param>
/// <param name="Quotes">Where it was seen: the first few places.</param>
internal sealed record Finding(FindingType Type, params IReadOnlyList<Quote> Quotes)
{
    private const int LongestWord = 200;

    /// <summary>What the placeholders of the texts stand for. One that is missing is a bug.</summary>
    public IReadOnlyDictionary<string, string> Words { get; init; } = new Dictionary<string, string>();

    /// <summary>How often it was seen.</summary>
    public long Count { get; init; } = 1;

    /// <summary>When it was seen first; null when the evidence has no times.</summary>
    public DateTimeOffset? FirstAt { get; init; }

    public DateTimeOffset? LastAt { get; init; }

    /// <summary>The type's own, unless this case is clearer or less clear than most.</summary>
    public Certainty Certainty { get; init; } = Type.Certainty;

    /// <summary>The type's own, unless this case weighs more or less.</summary>
    public Outcome Outcome { get; init; } = Type.Outcome;

    public string Id => Type.Id;

    /// <summary>A text of the type with the placeholders filled.</summary>
    public string Fill(string text) => FindingText.Fill(text, name => Shortened(Words[name]));

    private static string Shortened(string word) => word.Length <= LongestWord ? word : word[..(LongestWord - 1)] + "…";
}

/// <summary>A line of evidence, for people.</summary>
/// <param name="Piece">The name of the piece.</param>
/// <param name="Line">The line in the file, from 1; null where lines do not count, as in captures.</param>
/// <param name="Text">What stands there, cut where it is long, without control characters. Redacted before anybody sees it.</param>
internal sealed record Quote(string Piece, long? Line, string Text)
{
    private const int Longest = 300;

    /// <summary>Makes any text fit for showing: one line, no control or escape characters, bounded.</summary>
    public static Quote Of(string piece, long? line, string text) => new(piece, line, FindingText.Clean(text.TrimStart(), Longest));
}
