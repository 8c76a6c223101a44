using CallsBot.Languages;

namespace CallsBot.Analysis;

internal static class AnalysisMarkdown
{
    public static string Of(AnalysisReport report, Language language, bool administrator) =>
        $"{report.RunId} {language} {administrator}";
}
