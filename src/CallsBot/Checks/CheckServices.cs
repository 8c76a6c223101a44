using CallsBot.Checks.Offloader;
using CallsBot.Checks.Plugin;
using CallsBot.Checks.Rtcd;
using CallsBot.Checks.Turn;
using CallsBot.Mattermost;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CallsBot.Checks;

internal static class CheckServices
{
    /// <summary>
    /// Needs <see cref="Probes.ProbeServices.AddProbes"/> and an <see cref="AdministratorAccess"/>; takes a
    /// <see cref="PublicAccess"/> and a <see cref="CallbackAddress"/> where they were added before.
    /// </summary>
    public static IServiceCollection AddChecks(this IServiceCollection services)
    {
        // Scoped: a run is a scope, and what its checks share lives as long.
        services.AddScoped<CheckTarget>();
        services.AddScoped<RtcdTargets>();
        services.TryAddSingleton(PublicAccess.None);
        services.TryAddSingleton(CallbackAddress.None);
        services.AddPluginChecks();
        services.AddTurnChecks();
        services.AddOffloaderChecks();
        services.AddRtcdChecks();
        services.AddSingleton(provider => new CheckCatalog(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<CheckRunner>();
        return services;
    }
}
