namespace CallsBot.Reports;

internal static class ReportServices
{
    /// <summary>Needs <see cref="Checks.CheckServices.AddChecks"/>.</summary>
    public static IServiceCollection AddReports(this IServiceCollection services) => services.AddSingleton<Diagnosis>().AddSingleton<LatestReport>();
}
