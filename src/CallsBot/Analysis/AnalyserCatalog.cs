using CallsBot.Analysis.Captures;
using CallsBot.Analysis.Logs;
using CallsBot.Analysis.Outputs;
using CallsBot.Analysis.Profiles;

namespace CallsBot.Analysis;

/// <summary>Every analyser there is.</summary>
/// <param name="catalog">What can be found; null for what ships, which is read when it is needed first.</param>
internal sealed class AnalyserCatalog(FindingCatalog? catalog = null)
{
    private static readonly Lazy<IReadOnlyList<Shape>> All =
        new(() => [.. new AnalyserCatalog(FindingCatalog.Read([])).Open().SelectMany(analyser => analyser.Shapes)]);

    /// <summary>How every kind is recognised.</summary>
    public static IReadOnlyList<Shape> Shapes => All.Value;

    /// <summary>New ones, for one run.</summary>
    public IReadOnlyList<Analyser> Open()
    {
        var findings = catalog ?? FindingCatalog.Shipped;
        return
        [
            new CaptureAnalyser(findings),
            new ProfileAnalyser(findings),
            .. OutputAnalysers.All(findings),
            new LogAnalyser(findings),
        ];
    }
}
