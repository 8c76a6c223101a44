using CallsBot.Checks;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads the text of <c>go tool pprof -top</c>.</summary>
internal sealed class ProfileTopAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.ProfileTop, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var rows = new List<IReadOnlyList<string>>();
        var facts = new List<Evidence>();
        var first = default(OutputLine);
        foreach (var line in text.Lines)
        {
            var words = line.Words;
            if (words.Length >= 6 && words[1].EndsWith('%') && words[2].EndsWith('%') && words[4].EndsWith('%'))
            {
                first = rows.Count == 0 ? line : first;
                rows.Add([FindingText.Clean(string.Join(' ', words[5..]), 80), words[1], words[4]]);
            }
            else if (line.Text.StartsWith("Duration: ", StringComparison.Ordinal) || line.Text.StartsWith("Type: ", StringComparison.Ordinal))
            {
                facts.Add(Fact(line.Text[..line.Text.IndexOf(':', StringComparison.Ordinal)], line.Text[(line.Text.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()));
            }

            if (rows.Count >= 15)
            {
                break;
            }
        }

        return rows.Count == 0 ? PieceReading.Nothing : new PieceReading
        {
            Facts = [.. facts.Take(4)],
            Findings = [Findings.Found("profile-top-read", text.Quote(first))],
            Tables = [new Table("Busiest functions", ["Function", "Itself", "With what it calls"], rows)],
        };
    }

    private static int Recognise(Head head) =>
        AnyLine(head, line => line.StartsWith("Showing nodes accounting for ", StringComparison.Ordinal))
        || AnyLine(head, line => line.Trim() is var text && text.StartsWith("flat ", StringComparison.Ordinal) && text.EndsWith("cum%", StringComparison.Ordinal)) ? 94 : 0;
}
