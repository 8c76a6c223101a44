using CallsBot.Checks;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads iftop's text mode (-t): how much the line carries. How much it could carry, iftop does not know.</summary>
internal sealed class IftopAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    // What cards and lines usually have, in bit/s. Above 90 % of one, that one is full.
    private static readonly double[] Speeds = [100e6, 1e9, 2.5e9, 5e9, 10e9];

    private const double Little = 50e6;

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Iftop, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        (double Rate, OutputLine Line)? send = null, receive = null;
        foreach (var line in text.Lines)
        {
            if (RateOf(line, "Total send rate:") is { } sent)
            {
                send = (sent, line);
            }
            else if (RateOf(line, "Total receive rate:") is { } received)
            {
                receive = (received, line);
            }
        }

        if (send is not { } busy || receive is not { } incoming)
        {
            return PieceReading.Nothing;
        }

        busy = incoming.Rate > busy.Rate ? incoming : busy;
        var full = Speeds.FirstOrDefault(speed => busy.Rate > speed * 0.9 && busy.Rate <= speed * 1.02);
        var id = full > 0 ? "iftop-line-full" : busy.Rate < Little ? "iftop-line-free" : "iftop-rate";
        return new PieceReading
        {
            Facts = [new Evidence("Sends", Megabits(send.Value.Rate)), new Evidence("Receives", Megabits(incoming.Rate))],
            Findings = [Findings.Found(id, text.Quote(busy.Line)) with { Words = full > 0 ? Words(("rate", Megabits(busy.Rate)), ("speed", Megabits(full))) : Words(("rate", Megabits(busy.Rate))) }],
        };
    }

    private static string Megabits(double rate) => $"{OutputText.Figure(rate / 1e6)} Mbit/s";

    /// <summary>"Total send rate:   1.21Mb   1.30Mb   1.30Mb": over 2, 10 and 40 seconds. The last that was measured counts least bursts.</summary>
    private static double? RateOf(OutputLine line, string label)
    {
        if (!line.Text.StartsWith(label, StringComparison.Ordinal))
        {
            return null;
        }

        var words = line.Text[label.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length < 1 ? null : Parse(words[Math.Min(1, words.Length - 1)]);
    }

    private static double? Parse(string word)
    {
        // With -B in bytes.
        var isBytes = word.EndsWith('B');
        var number = word.TrimEnd('b', 'B');
        var unit = number.Length == 0 ? 1 : number[^1] switch { 'K' => 1024.0, 'M' => 1024.0 * 1024, 'G' => 1024.0 * 1024 * 1024, _ => 1 };
        return OutputText.TryNumber(number.TrimEnd('K', 'M', 'G'), out var value) && value >= 0 ? value * unit * (isBytes ? 8 : 1) : null;
    }

    private static int Recognise(Head head) =>
        AnyLine(head, line => line.StartsWith("Total send rate:", StringComparison.Ordinal)) ? 93
        : AnyLine(head, line => line.Contains("Host name (port/service if enabled)", StringComparison.Ordinal)) ? 92 : WithCommand(head, "iftop");
}
