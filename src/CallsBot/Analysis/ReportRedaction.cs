using CallsBot.Checks;
using CallsBot.Redaction;

namespace CallsBot.Analysis;

/// <summary>Takes the secrets out of a report: whoever shows it need not think of them.</summary>
internal static class ReportRedaction
{
    public static AnalysisReport Of(AnalysisReport report)
    {
        var redactor = new Redactor(Pseudonyms.Random(), secretsOnly: true);
        return report with
        {
            Pieces = [.. report.Pieces.Select(piece => piece with { Reading = Of(piece.Reading, redactor) })],
            Findings = [.. report.Findings.Select(finding => Of(finding, redactor))],
            Timeline = [.. report.Timeline.Select(moment => moment with { What = redactor.Redact(moment.What) })],
        };
    }

    private static PieceReading Of(PieceReading reading, Redactor redactor) => reading with
    {
        Facts = [.. reading.Facts.Select(fact => new Evidence(fact.Label, redactor.Redact(fact.Value)))],
        Findings = [],
        Moments = [],
        Tables = [.. reading.Tables.Select(table => table with { Rows = [.. table.Rows.Select(row => row.Select(redactor.Redact).ToList())] })],
    };

    private static Finding Of(Finding finding, Redactor redactor) => finding with
    {
        Quotes = [.. finding.Quotes.Select(quote => quote with { Text = redactor.Redact(quote.Text) })],
        Words = finding.Words.ToDictionary(word => word.Key, word => redactor.Redact(word.Value)),
    };
}
