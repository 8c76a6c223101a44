namespace CallsBot.Analysis.Outputs;

/// <summary>The analysers of numbers, settings and the output of commands.</summary>
internal static class OutputAnalysers
{
    public static IReadOnlyList<Analyser> All(FindingCatalog findings) => findings.All.Count == 0 ? [] : [];
}
