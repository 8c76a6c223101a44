namespace CallsBot.Checks.Plugin;

internal static class PluginCheckServices
{
    /// <summary>Checks of the Mattermost server and the Calls plugin, and what they share in a run.</summary>
    public static IServiceCollection AddPluginChecks(this IServiceCollection services)
    {
        services.AddScoped<Installation>();
        services.AddSingleton(_ => Compatibility.Current);
        services.AddScoped<ICheck, MattermostServerCheck>();
        services.AddScoped<ICheck, MattermostCallbacksCheck>();
        services.AddScoped<ICheck, CallsPluginCheck>();
        services.AddScoped<ICheck, CallsBackendCheck>();
        services.AddScoped<ICheck, CallsLicenceCheck>();
        services.AddScoped<ICheck, CallsSettingsCheck>();
        services.AddScoped<ICheck, CallsVersionsCheck>();
        return services;
    }
}
