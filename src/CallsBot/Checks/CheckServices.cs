using CallsBot.Mattermost;

namespace CallsBot.Checks;

internal static class CheckServices
{
    /// <summary>Needs <see cref="Probes.ProbeServices.AddProbes"/> and an <see cref="AdministratorAccess"/>.</summary>
    public static IServiceCollection AddChecks(this IServiceCollection services)
    {
        services.AddSingleton<RtcdTargets>();
        services.AddSingleton<ICheck, RtcdVersionCheck>();
        services.AddSingleton<ICheck, CallsPluginCheck>();
        services.AddSingleton<CheckCatalog>();
        services.AddSingleton<CheckRunner>();
        return services;
    }
}
