namespace CallsBot.Checks.Offloader;

internal static class OffloaderCheckServices
{
    /// <summary>Checks of the job service that makes recordings, and what they share in a run.</summary>
    public static IServiceCollection AddOffloaderChecks(this IServiceCollection services)
    {
        services.AddScoped<OffloaderService>();
        services.AddScoped<ICheck, OffloaderTargetCheck>();
        services.AddScoped<ICheck, OffloaderVersionCheck>();
        services.AddScoped<ICheck, OffloaderCredentialsCheck>();
        services.AddScoped<ICheck, OffloaderJobsCheck>();
        return services;
    }
}
