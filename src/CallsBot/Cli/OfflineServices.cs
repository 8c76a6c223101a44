using CallsBot.Checks;
using CallsBot.Hosting;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Reports;
using CallsBot.Settings;
using CallsBot.Troubleshooting;
using Serilog.Events;

namespace CallsBot.Cli;

/// <summary>
/// The checks and the trees without the bot, for commands that work while Mattermost is down. Mattermost's own settings
/// are used when they are there, and not missed otherwise.
/// </summary>
internal static class OfflineServices
{
    /// <summary>Throws <see cref="SettingsException"/> when a source of the settings cannot be read, or a value that is used may not be.</summary>
    public static ServiceProvider Create(LoadedSettings settings)
    {
        var used = BotSettings.Known.FaultsOfPresent(settings.Settings, RtcdOptions.Section, MattermostOptions.Section);
        if (settings.Faults.Concat(used).ToList() is { Count: > 0 } faults)
        {
            throw new SettingsException(faults);
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(settings.Settings);
        services.AddLogging(logging => logging.AddStandardError(settings.Settings, LogEventLevel.Warning));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => Administrator(settings.Settings, provider.GetRequiredService<TimeProvider>()));
        services.AddProbes().AddChecks().AddReports().AddTroubleshooting();
        return services.BuildServiceProvider();
    }

    private static AdministratorAccess Administrator(IConfigurationRoot settings, TimeProvider time)
    {
        var options = settings.GetSection(MattermostOptions.Section);
        return Uri.TryCreate(options[nameof(MattermostOptions.Server)], UriKind.Absolute, out var server)
            && options[nameof(MattermostOptions.AdminToken)] is { Length: > 0 } token
                ? new AdministratorAccess(new MattermostClient(server, "Mattermost:AdminToken", token, TimeSpan.FromSeconds(5), time))
                : AdministratorAccess.None;
    }
}
