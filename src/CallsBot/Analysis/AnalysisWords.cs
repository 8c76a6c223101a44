using System.Globalization;
using CallsBot.Checks;
using CallsBot.Reports;

namespace CallsBot.Analysis;

/// <summary>The words in which every form of an analysis speaks. Files and terminals have them in English.</summary>
internal static class AnalysisWords
{
    public static bool IsAnythingRecognised(AnalysisReport report) => report.Pieces.Any(piece => piece.Piece.Kind != PieceKind.Unknown);

    /// <summary>The verdict in one sentence; names no host, address or setting.</summary>
    public static string Headline(AnalysisReport report) => report.First is { } first
        ? $"{ReportWords.English.Of(first.Outcome)}: {Says(first)}"
        : (report.Outcome, IsAnythingRecognised(report)) switch
        {
            (Outcome.Pass, _) => "OK: nothing in it points to a fault.",
            (_, true) => "Not clear: nothing in it points to a fault, and nothing in it shows that all is well.",
            _ => "Not recognised: there is nothing in it that CallsBot can read.",
        };

    public static string Says(Finding finding) => finding.Fill(finding.Type.Says);

    /// <summary>How sure it is that the cause is what the texts say.</summary>
    public static string Of(Certainty certainty) => certainty switch
    {
        Certainty.Certain => "Certain: it was seen itself.",
        Certainty.Likely => "Likely: this is the usual explanation of what was seen.",
        _ => "Possible: this is one of several explanations of what was seen.",
    };

    /// <summary>How often and when it was seen; null when that says no more than the quotes do.</summary>
    public static string? Times(Finding finding)
    {
        var count = finding.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"{finding.Count:#,0} times") : null;
        var when = (finding.FirstAt, finding.LastAt) switch
        {
            ({ } first, { } last) when last > first => $"from {Time(first)} to {Time(last)}",
            ({ } first, _) => $"at {Time(first)}",
            _ => null,
        };
        return count is null && when is null ? null : string.Join(' ', new[] { "Seen", count, when }.Where(part => part is not null)) + ".";
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Size(long bytes) => bytes switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
    };

    /// <summary>What to do about pieces that nothing recognised.</summary>
    public static string WhatNow(int count) =>
        $"I do not know what {(count == 1 ? "this is" : "these are")}. If it is the output of a command, hand in the whole output with the command above it; "
        + "if it is a log, hand in the file itself. Or say in words what it shows.";

    public static string Place(Piece piece) => piece.FirstLine > 1
        ? string.Create(CultureInfo.InvariantCulture, $"{piece.Name} from line {piece.FirstLine} on")
        : piece.Name;

    public static string Place(Quote quote) => quote.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"{quote.Piece}:{line}") : quote.Piece;

    /// <summary>"2 failed, 1 warning, 3 OK".</summary>
    public static string Counts(AnalysisReport report)
    {
        var counts = new (Outcome Outcome, string Word)[] { (Outcome.Fail, "failed"), (Outcome.Warn, "to watch"), (Outcome.Pass, "OK"), (Outcome.Inconclusive, "not clear") }
            .Select(of => (of.Word, Count: report.Findings.Count(finding => finding.Outcome == of.Outcome)))
            .Where(of => of.Count > 0)
            .Select(of => string.Create(CultureInfo.InvariantCulture, $"{of.Count} {of.Word}"));
        return string.Join(", ", counts) is { Length: > 0 } some ? some : "No findings";
    }

    /// <summary>What was read when, for the end of a report.</summary>
    public static string Footer(AnalysisReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"Run {report.RunId} at {Time(report.StartedAt)}, {report.Pieces.Count} read in {ReportWords.English.Duration(report.Duration)}, CallsBot {Diagnosis.ProgramVersion}");
}
