using CallsBot.Checks;

namespace CallsBot.Analysis;

/// <summary>A kind of finding, as a file under <c>Findings/</c> describes it. docs/analysis.md has the fields.</summary>
internal sealed record FindingType
{
    /// <summary>Kebab-case and stable.</summary>
    public required string Id { get; init; }

    /// <summary>What it is about, such as "credentials" or "media-path": the corpus is scored by it.</summary>
    public required string Group { get; init; }

    /// <summary>Fail for a fault, warn for what may become one, pass for what is well or normal, inconclusive for what tells nothing.</summary>
    public required Outcome Outcome { get; init; }

    public required Certainty Certainty { get; init; }

    /// <summary>One sentence for anyone: what it shows. No host, address or command, and placeholders for figures alone.</summary>
    public required string Says { get; init; }

    /// <summary>What the person can do without being an administrator; null when that is nothing.</summary>
    public string? User { get; init; }

    /// <summary>For administrators: what leads to it. Placeholders may stand for hosts.</summary>
    public string? Cause { get; init; }

    /// <summary>For administrators: what to do about it; Markdown, commands in code spans or blocks.</summary>
    public string? Do { get; init; }

    /// <summary>Ids of the troubleshooting items that it answers.</summary>
    public IReadOnlyList<string> Items { get; init; } = [];

    /// <summary>Findings that are a consequence of this one where both are seen.</summary>
    public IReadOnlyList<string> Explains { get; init; } = [];

    /// <summary>The tree's node at which an open session goes on; null when the finding does not answer a question of the tree.</summary>
    public string? Node { get; init; }

    /// <summary>How it is found in logs; null for what analysers find otherwise.</summary>
    public Signature? Signature { get; init; }

    /// <summary>Every text, with the name of its field.</summary>
    public IEnumerable<(string Field, string Text)> Texts()
    {
        yield return ("says", Says);
        if (User is not null)
        {
            yield return ("user", User);
        }

        if (Cause is not null)
        {
            yield return ("cause", Cause);
        }

        if (Do is not null)
        {
            yield return ("do", Do);
        }
    }
}

/// <summary>How a log line is recognised.</summary>
/// <param name="Logs">The kinds of log in which it is looked for.</param>
/// <param name="Match">ASCII texts of four or more characters, any of which the line holds in any case.</param>
/// <param name="Where">A regular expression that the line must match besides; null for none.</param>
/// <param name="Level">The level at which the program writes it; null when it varies.</param>
/// <param name="OnlyIf">What must hold of the line's session for it to count; null when it always counts.</param>
internal sealed record Signature(
    IReadOnlyList<PieceKind> Logs, IReadOnlyList<string> Match, string? Where, string? Level, string? OnlyIf);
