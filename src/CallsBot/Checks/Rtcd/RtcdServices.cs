namespace CallsBot.Checks.Rtcd;

internal static class RtcdServices
{
    /// <summary>The checks of RTCD and of the media path to it. Needs <see cref="Probes.ProbeServices.AddProbes"/>.</summary>
    public static IServiceCollection AddRtcdChecks(this IServiceCollection services)
    {
        services.AddScoped<RtcdSurvey>();
        services.AddScoped<ICheck, RtcdTargetCheck>();
        services.AddScoped<ICheck, RtcdDnsCheck>();
        services.AddScoped<ICheck, RtcdTcpCheck>();
        services.AddScoped<ICheck, RtcdTlsCheck>();
        services.AddScoped<ICheck, RtcdVersionCheck>();
        services.AddScoped<ICheck, RtcdLoadCheck>();
        services.AddScoped<ICheck, RtcdClockCheck>();
        services.AddScoped<ICheck, RtcdExposureCheck>();
        services.AddScoped<ICheck, RtcdCredentialsCheck>();
        return services;
    }
}
