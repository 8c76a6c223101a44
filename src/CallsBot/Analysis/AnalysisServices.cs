namespace CallsBot.Analysis;

internal static class AnalysisServices
{
    public static IServiceCollection AddAnalysis(this IServiceCollection services)
    {
        services.AddSingleton(_ => new AnalyserCatalog());
        return services.AddSingleton<EvidenceReader>();
    }
}
