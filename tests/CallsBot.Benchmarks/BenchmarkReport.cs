using System.Globalization;
using System.Text;

namespace CallsBot.Benchmarks;

/// <summary>A quantity and how it is printed.</summary>
/// <param name="Format">A composite format, such as <c>{0:0.00} ms</c>.</param>
/// <param name="LessIsBetter">Whether a budget is an upper limit.</param>
internal sealed record Quantity(string Format, bool LessIsBetter)
{
    public static readonly Quantity Milliseconds = new("{0:0.00} ms", LessIsBetter: true);
    public static readonly Quantity Seconds = new("{0:0.00} s", LessIsBetter: true);
    public static readonly Quantity Mebibytes = new("{0:0.0} MiB", LessIsBetter: true);
    public static readonly Quantity PerSecond = new("{0:#,0}/s", LessIsBetter: false);

    public string Print(double value) => string.Format(CultureInfo.InvariantCulture, Format, value);
}

/// <param name="What">What was measured.</param>
/// <param name="Quantity">In what.</param>
/// <param name="Measured">The bot's value.</param>
/// <param name="Baseline">The same for the thing it is compared with, from the same run.</param>
/// <param name="Budget">The limit; null where there is none.</param>
/// <param name="Sound">False when what was done was not right, which no number makes up for.</param>
internal sealed record Row(
    string What, Quantity Quantity, double Measured, double Baseline, double? Budget = null, bool Sound = true)
{
    public bool? Met => !Sound ? false
        : Budget is not { } budget ? null
        : Quantity.LessIsBetter ? Measured <= budget : Measured >= budget;
}

/// <summary>What one benchmark has to tell: its rows, and in sentences how they came about.</summary>
internal sealed record Findings(string Title, string Baseline, IReadOnlyList<Row> Rows, IReadOnlyList<string> Notes);

/// <summary>The result page: a table, the machine and the commit, and the notes.</summary>
internal static class BenchmarkReport
{
    public static string Print(Machine machine, IReadOnlyList<Findings> all)
    {
        var page = new StringBuilder();
        page.Append("# Benchmark results\n\n");
        page.Append(machine).Append("\n\n");
        page.Append("| what | measured | baseline | ratio | budget | met |\n|---|---:|---:|---:|---:|---|\n");
        foreach (var row in all.SelectMany(findings => findings.Rows))
        {
            page.Append(CultureInfo.InvariantCulture, $"| {row.What} | {row.Quantity.Print(row.Measured)} | {row.Quantity.Print(row.Baseline)} | ");
            page.Append(CultureInfo.InvariantCulture, $"{row.Measured / row.Baseline:0.00} | {BudgetOf(row)} | {Word(row.Met)} |\n");
        }

        foreach (var findings in all)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {findings.Title}\n\nBaseline: {findings.Baseline}\n\n");
            foreach (var note in findings.Notes)
            {
                page.Append("- ").Append(note).Append('\n');
            }
        }

        return page.ToString();
    }

    private static string BudgetOf(Row row) => row.Budget is { } budget
        ? $"{(row.Quantity.LessIsBetter ? "≤" : "≥")} {row.Quantity.Print(budget)}"
        : "";

    private static string Word(bool? met) => met switch
    {
        true => "yes",
        false => "no",
        null => "",
    };
}
