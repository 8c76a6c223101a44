using CallsBot.Checks;
using CallsBot.Redaction;

namespace CallsBot.Analysis;

/// <summary>Takes secrets and control characters out of a report: whoever shows it need not think of them.</summary>
internal static class ReportRedaction
{
    private const int LongestText = 2_000;

    public static AnalysisReport Of(AnalysisReport report)
    {
        var redactor = new Redactor(Pseudonyms.Random(), secretsOnly: true);
        return report with
        {
            Pieces = [.. report.Pieces.Select(piece => piece with { Reading = Of(piece.Reading, redactor) })],
            Findings = [.. report.Findings.Select(finding => Of(finding, redactor))],
            Timeline = [.. report.Timeline.Select(moment => moment with { What = Shown(moment.What, redactor) })],
        };
    }

    private static PieceReading Of(PieceReading reading, Redactor redactor) => reading with
    {
        Facts = [.. reading.Facts.Select(fact => new Evidence(fact.Label, Plain(fact.Value, redactor)))],
        Findings = [],
        Moments = [],
        Trouble = reading.Trouble is { } trouble ? Shown(trouble, redactor) : null,
        Tables = [.. reading.Tables.Select(table => table with { Rows = [.. table.Rows.Select(row => row.Select(cell => Plain(cell, redactor)).ToList())] })],
    };

    private static Finding Of(Finding finding, Redactor redactor) => finding with
    {
        Quotes = [.. finding.Quotes.Select(quote => quote with { Text = Shown(quote.Text, redactor) })],
        Words = finding.Words.ToDictionary(word => word.Key, word => Plain(word.Value, redactor)),
    };

    /// <summary>What stands among words: without what would make a link or a picture of it where Markdown is drawn.</summary>
    private static string Plain(string text, Redactor redactor) =>
        Shown(text, redactor).Replace("](", "] (", StringComparison.Ordinal).Replace('`', '\'');

    private static string Shown(string text, Redactor redactor) => FindingText.Clean(redactor.Redact(text), LongestText);
}
