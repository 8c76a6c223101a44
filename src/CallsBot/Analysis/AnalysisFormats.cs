using CallsBot.Languages;
using CallsBot.Reports;

namespace CallsBot.Analysis;

/// <summary>The forms in which what evidence showed can be written to a file or a terminal.</summary>
internal static class AnalysisFormats
{
    public static string Write(ReportFormat format, AnalysisReport report) => format switch
    {
        ReportFormat.Text => AnalysisText.Of(report),
        ReportFormat.Json => AnalysisJson.Of(report),
        ReportFormat.Junit => AnalysisJunit.Of(report),
        ReportFormat.Sarif => AnalysisSarif.Of(report),
        ReportFormat.Markdown => AnalysisMarkdown.Of(report, Language.English, administrator: true),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };
}
