using CallsBot.Analysis.Captures;
using CallsBot.Analysis.Logs;
using CallsBot.Analysis.Outputs;
using CallsBot.Analysis.Profiles;

namespace CallsBot.Analysis;

/// <summary>Every analyser there is.</summary>
internal sealed class AnalyserCatalog(FindingCatalog findings)
{
    private static readonly Lazy<IReadOnlyList<Shape>> All =
        new(() => [.. new AnalyserCatalog(FindingCatalog.Shipped).Open().SelectMany(analyser => analyser.Shapes)]);

    /// <summary>How every kind is recognised.</summary>
    public static IReadOnlyList<Shape> Shapes => All.Value;

    /// <summary>New ones, for one run.</summary>
    public IReadOnlyList<Analyser> Open() =>
    [
        new CaptureAnalyser(findings),
        new ProfileAnalyser(findings),
        .. OutputAnalysers.All(findings),
        new LogAnalyser(findings),
    ];
}
