using CallsBot.Checks;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads text of bounded length as a whole.</summary>
internal abstract class OutputAnalyser(FindingCatalog findings) : Analyser
{
    protected FindingCatalog Findings { get; } = findings;

    public sealed override async Task<PieceReading> ReadAsync(Piece piece, Stream content, CancellationToken cancellationToken)
    {
        var text = await OutputText.ReadAsync(piece, content, cancellationToken);
        var reading = Read(text);
        return text.IsCut ? reading with { Trouble = reading.Trouble ?? "It is longer than 1 MiB; the rest was not read." } : reading;
    }

    protected abstract PieceReading Read(OutputText text);

    /// <summary>How sure a head is of a kind whose command stands in it: the command alone may have printed something else.</summary>
    protected static int WithCommand(Head head, params ReadOnlySpan<string> tools)
    {
        foreach (var line in head.Lines.Take(40))
        {
            if (ShellLine.CommandOf(line) is { } command)
            {
                return tools.Contains(ShellLine.ToolOf(command)) ? 75 : 0;
            }
        }

        return 0;
    }

    /// <summary>Whether one of the first lines is like that.</summary>
    protected static bool AnyLine(Head head, Func<string, bool> isIt, int most = 400) => head.Lines.Take(most).Any(isIt);

    protected static Dictionary<string, string> Words(params ReadOnlySpan<(string Name, string Value)> words)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in words)
        {
            all[name] = value;
        }

        return all;
    }

    protected static Evidence Fact(string label, string value) => new(label, FindingText.Clean(value, 300));
}
