using CallsBot.Analysis.Outputs;

namespace CallsBot.Analysis;

/// <summary>Cuts a text that holds several things, such as the output of three commands, apart. Pure; takes time in proportion to the text.</summary>
internal static class PasteCutter
{
    /// <summary>Longer texts are one thing.</summary>
    public const int Longest = 1024 * 1024;

    // Each is looked at by every shape: whoever pastes more than that has pasted one long thing with many blank lines.
    private const int MostSections = 300;
    private const int MostBlocks = 60;

    /// <returns>The parts in order; together they hold every line. One of unknown kind when nothing is recognised.</returns>
    public static IReadOnlyList<CutPiece> Cut(string text, IReadOnlyList<Shape> shapes)
    {
        var whole = Shape.Of(Head.Of(text), shapes).Kind;
        var sections = Sections(text, whole);
        if (sections.Count == 1 && (whole != PieceKind.Unknown || !text.Contains("\n\n", StringComparison.Ordinal)))
        {
            return [new CutPiece(whole, 1, text)];
        }

        var parts = sections.SelectMany(section => Parts(section, text, shapes)).ToList();
        return Joined(parts, text);
    }

    /// <summary>Cut where a command was typed, where a fence of Markdown stands, and at lines with which only one kind begins.</summary>
    private static List<Span> Sections(string text, PieceKind whole)
    {
        var sections = new List<Span>();
        var start = new Position(0, 1);
        var inFence = false;
        var inJson = false;
        var isCommand = false;
        var previous = "";
        var number = 0L;
        for (var at = 0; at <= text.Length;)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var found ? found : text.Length;
            var line = LineOf(text, at, end);
            number++;
            var isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            var isLog = !inJson && LogBegins(line) && !LogBegins(previous) && (isCommand || !IsLog(whole));
            var begins = isFence ? !inFence : isLog || Begins(line, previous, whole, inJson);
            isCommand = !isLog && (isCommand || ShellLine.CommandOf(line) is not null);
            if (begins && at > start.At && sections.Count < MostSections)
            {
                sections.Add(new Span(start, at));
                start = new Position(at, number);
            }

            // Pretty-printed JSON and its end: what stands within is no beginning of anything.
            inJson = !isFence && (inJson ? !(line is "}" or "]") : line is "{" or "[" or "[{");
            if (isFence && inFence && end < text.Length && sections.Count < MostSections)
            {
                sections.Add(new Span(start, end + 1));
                start = new Position(end + 1, number + 1);
            }

            inFence ^= isFence;
            previous = line.Length > 0 ? line : previous;
            at = end + 1;
        }

        if (start.At < text.Length || sections.Count == 0)
        {
            sections.Add(new Span(start, text.Length));
        }

        return sections;
    }

    /// <summary>An entry of a log, in the forms in which people paste them behind something else.</summary>
    private static bool LogBegins(string line) =>
        line.StartsWith("{\"timestamp\":", StringComparison.Ordinal) || line.StartsWith("{\"level\":", StringComparison.Ordinal)
        || (line.IndexOf(" [2", StringComparison.Ordinal) is > 2 and < 9 && line.Contains(" caller=", StringComparison.Ordinal));

    private static bool Begins(string line, string previous, PieceKind whole, bool inJson)
    {
        if (line.Length == 0 || char.IsWhiteSpace(line[0]))
        {
            return false;
        }

        if (ShellLine.CommandOf(line) is not null)
        {
            return true;
        }

        if (inJson)
        {
            return false;
        }

        // The stats of a call end the log of that call, and an object that a program logged is part of its log.
        return line[0] is '{' or '['
            ? !IsLog(whole) && (line is "{" or "[" or "[{" || line.StartsWith("{\"initTime\"", StringComparison.Ordinal)) && previous != "--- Call Stats ---"
            : OutputBeginnings.IsOne(line);
    }

    /// <summary>A section as one part, or cut at blank lines when that tells more.</summary>
    private static List<Part> Parts(Span section, string text, IReadOnlyList<Shape> shapes)
    {
        var (kind, sureness) = Shape.Of(Head.Of(text[section.Start.At..section.End]), shapes);
        if (kind != PieceKind.Unknown && (IsLog(kind) || sureness >= 90 || ShellLine.CommandOf(LineAt(text, section.Start.At)) is not null))
        {
            return [new Part(kind, section)];
        }

        var blocks = Blocks(section, text);
        if (blocks.Count == 1)
        {
            return [new Part(kind, section)];
        }

        var parts = blocks.Select(block => new Part(Shape.Of(Head.Of(text[block.Start.At..block.End]), shapes).Kind, block)).ToList();
        return kind != PieceKind.Unknown && parts.All(part => part.Kind is PieceKind.Unknown || part.Kind == kind) ? [new Part(kind, section)] : parts;
    }

    private static List<Span> Blocks(Span section, string text)
    {
        var blocks = new List<Span>();
        var start = section.Start;
        var number = section.Start.Line;
        var wasBlank = false;
        for (var at = section.Start.At; at < section.End;)
        {
            var end = text.IndexOf('\n', at, section.End - at) is >= 0 and var found ? found : section.End;
            var isBlank = text.AsSpan(at, end - at).IsWhiteSpace();
            if (wasBlank && !isBlank && at > start.At && blocks.Count < MostBlocks)
            {
                blocks.Add(new Span(start, at));
                start = new Position(at, number);
            }

            wasBlank = isBlank;
            number++;
            at = end + 1;
        }

        blocks.Add(new Span(start, section.End));
        return blocks;
    }

    /// <summary>Neighbours of one kind are one; what is unknown goes with what stands before it, or else with what follows.</summary>
    private static List<CutPiece> Joined(List<Part> parts, string text)
    {
        var joined = new List<Part>();
        foreach (var part in parts)
        {
            if (joined is [.., var last] && (part.Kind == last.Kind || part.Kind == PieceKind.Unknown || last.Kind == PieceKind.Unknown))
            {
                joined[^1] = new Part(last.Kind == PieceKind.Unknown ? part.Kind : last.Kind, new Span(last.Where.Start, part.Where.End));
            }
            else
            {
                joined.Add(part);
            }
        }

        return [.. joined.Select(part => new CutPiece(part.Kind, part.Where.Start.Line, text[part.Where.Start.At..part.Where.End]))];
    }

    private static bool IsLog(PieceKind kind) => kind is PieceKind.RtcdLog or PieceKind.MattermostLog or PieceKind.BrowserConsole
        or PieceKind.DesktopLog or PieceKind.MobileLog or PieceKind.CallLogs or PieceKind.OffloaderLog or PieceKind.JobLog;

    private static string LineAt(string text, int at) => LineOf(text, at, text.IndexOf('\n', at) is >= 0 and var end ? end : text.Length);

    /// <summary>Enough of a line to tell what begins with it.</summary>
    private static string LineOf(string text, int at, int end) => text.AsSpan(at, Math.Min(end - at, 1_100)).TrimEnd().ToString();

    private readonly record struct Position(int At, long Line);

    private readonly record struct Span(Position Start, int End);

    private readonly record struct Part(PieceKind Kind, Span Where);
}

/// <param name="Kind">What it was recognised as.</param>
/// <param name="FirstLine">The line on which it begins, from 1.</param>
/// <param name="Text">Its lines.</param>
internal sealed record CutPiece(PieceKind Kind, long FirstLine, string Text);
