namespace CallsBot.Reports;

/// <summary>The forms in which a report can be written to a file or a terminal.</summary>
internal enum ReportFormat
{
    Text,
    Json,
    Junit,
    Sarif,
    Markdown,
}

internal static class ReportFormats
{
    public static string Write(this ReportFormat format, Report report) => format switch
    {
        ReportFormat.Text => TextReport.Of(report),
        ReportFormat.Json => JsonReport.Of(report),
        ReportFormat.Junit => JunitReport.Of(report),
        ReportFormat.Sarif => SarifReport.Of(report),
        ReportFormat.Markdown => MarkdownReport.Of(report),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };
}
