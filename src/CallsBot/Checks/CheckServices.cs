using CallsBot.Mattermost;

namespace CallsBot.Checks;

internal static class CheckServices
{
    /// <summary>Needs <see cref="Probes.ProbeServices.AddProbes"/> and an <see cref="AdministratorAccess"/>.</summary>
    public static IServiceCollection AddChecks(this IServiceCollection services)
    {
        // Scoped: a run is a scope, and what its checks share lives as long.
        services.AddScoped<CheckTarget>();
        services.AddScoped<RtcdTargets>();
        services.AddScoped<ICheck, CallsPluginCheck>();
        services.AddScoped<ICheck, RtcdVersionCheck>();
        services.AddSingleton(provider => new CheckCatalog(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<CheckRunner>();
        return services;
    }
}
