using System.Globalization;
using System.Text;

namespace CallsBot.Analysis.Outputs;

/// <summary>A line of an output.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Text">Without line end, escapes and control characters.</param>
internal readonly record struct OutputLine(long Number, string Text)
{
    /// <summary>Its words, without what parts them.</summary>
    public string[] Words => Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>One command with what it printed. Lines before the first command are a run without one.</summary>
/// <param name="Command">Without prompt and sudo; null when it was not pasted.</param>
/// <param name="Lines">What follows it, without the line of the command.</param>
internal sealed record OutputRun(string? Command, IReadOnlyList<OutputLine> Lines);

/// <summary>The text of a piece, up to 1 MiB of it.</summary>
internal sealed class OutputText
{
    public const int MostBytes = 1024 * 1024;

    private const int LongestLine = 4_000;

    private OutputText(Piece piece, string raw, bool isCut)
    {
        Piece = piece;
        Raw = raw;
        IsCut = isCut;
    }

    public Piece Piece { get; }

    /// <summary>As it came.</summary>
    public string Raw { get; }

    /// <summary>Whether more follows that was not read.</summary>
    public bool IsCut { get; }

    public IReadOnlyList<OutputLine> Lines => field ??=
        [.. Raw.Split('\n').Select((line, index) => new OutputLine(Piece.FirstLine + index, FindingText.Clean(line, LongestLine)))];

    /// <summary>The commands with what each printed; one run without a command when none was pasted.</summary>
    public IReadOnlyList<OutputRun> Runs => field ??= Split();

    /// <summary>The first command; null when none was pasted.</summary>
    public string? Command => Runs.FirstOrDefault(run => run.Command is not null)?.Command;

    public static async Task<OutputText> ReadAsync(Piece piece, Stream content, CancellationToken cancellationToken)
    {
        var bytes = new byte[MostBytes + 1];
        var count = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        var text = Encoding.UTF8.GetString(bytes, 0, Math.Min(count, MostBytes));
        return new OutputText(piece, text.TrimStart('\uFEFF'), count > MostBytes);
    }

    public Quote Quote(OutputLine line) => Analysis.Quote.Of(Piece.Name, line.Number, line.Text);

    /// <summary>A number as programs print it in the C locale.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value);

    public static bool TryCount(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>A figure for people, with one decimal at most.</summary>
    public static string Figure(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    private List<OutputRun> Split()
    {
        var runs = new List<OutputRun>();
        string? command = null;
        var lines = new List<OutputLine>();
        foreach (var line in Lines)
        {
            if (ShellLine.CommandOf(line.Text) is { } next)
            {
                if (command is not null || lines.Any(one => one.Text.Length > 0))
                {
                    runs.Add(new OutputRun(command, lines));
                }

                (command, lines) = (next, []);
            }
            else
            {
                lines.Add(line);
            }
        }

        runs.Add(new OutputRun(command, lines));
        return runs;
    }
}
