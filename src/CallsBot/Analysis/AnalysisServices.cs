namespace CallsBot.Analysis;

internal static class AnalysisServices
{
    public static IServiceCollection AddAnalysis(this IServiceCollection services)
    {
        services.AddSingleton(_ => FindingCatalog.Shipped);
        services.AddSingleton<AnalyserCatalog>();
        return services.AddSingleton<EvidenceReader>();
    }
}
