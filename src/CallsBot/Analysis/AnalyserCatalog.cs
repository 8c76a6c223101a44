using CallsBot.Analysis.Captures;
using CallsBot.Analysis.Logs;
using CallsBot.Analysis.Outputs;
using CallsBot.Analysis.Profiles;

namespace CallsBot.Analysis;

/// <summary>Every analyser there is.</summary>
internal sealed class AnalyserCatalog(FindingCatalog findings)
{
    /// <summary>New ones, for one run.</summary>
    public IReadOnlyList<Analyser> Open() =>
    [
        new CaptureAnalyser(findings),
        new ProfileAnalyser(findings),
        .. OutputAnalysers.All(findings),
        new LogAnalyser(findings),
    ];
}
