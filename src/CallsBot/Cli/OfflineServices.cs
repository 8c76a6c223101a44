using CallsBot.Checks;
using CallsBot.Conversations;
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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Throws <see cref="SettingsException"/> when a source of the settings cannot be read, or a value that is used may not be.</summary>
    public static ServiceProvider Create(LoadedSettings settings)
    {
        var used = BotSettings.Known.FaultsOfPresent(settings.Settings, RtcdOptions.Section, OffloaderOptions.Section, MattermostOptions.Section);
        if (settings.Faults.Concat(used).ToList() is { Count: > 0 } faults)
        {
            throw new SettingsException(faults);
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(settings.Settings);
        services.AddLogging(logging => logging.AddStandardError(settings.Settings, LogEventLevel.Warning));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => Administrator(settings.Settings, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => Everyone(settings.Settings, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new CallbackAddress(Address(settings.Settings, ConversationOptions.Section, nameof(ConversationOptions.CallbackUrl))));
        services.AddProbes().AddChecks().AddReports().AddTroubleshooting();
        services.AddSingleton<KnownAddresses>();
        return services.BuildServiceProvider();
    }

    private static AdministratorAccess Administrator(IConfigurationRoot settings, TimeProvider time) =>
        Address(settings, MattermostOptions.Section, nameof(MattermostOptions.Server)) is { } server
        && settings.GetSection(MattermostOptions.Section)[nameof(MattermostOptions.AdminToken)] is { Length: > 0 } token
            ? new AdministratorAccess(new MattermostClient(server, "Mattermost:AdminToken", token, Patience, time, mayRepeat: false))
            : AdministratorAccess.None;

    private static PublicAccess Everyone(IConfigurationRoot settings, TimeProvider time) =>
        Address(settings, MattermostOptions.Section, nameof(MattermostOptions.Server)) is { } server
            ? new PublicAccess(MattermostClient.Anonymous(server, Patience, time))
            : PublicAccess.None;

    private static Uri? Address(IConfigurationRoot settings, string section, string name) =>
        Uri.TryCreate(settings[$"{section}:{name}"], UriKind.Absolute, out var address) ? address : null;
}
