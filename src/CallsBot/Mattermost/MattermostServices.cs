using CallsBot.Protocols.Mattermost;
using Microsoft.Extensions.Options;

namespace CallsBot.Mattermost;

internal static class MattermostServices
{
    public static IServiceCollection AddMattermost(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<MattermostOptions, MattermostOptions.Validator>()
            .BindConfiguration(MattermostOptions.Section);

        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<MattermostOptions>>().Value;
            return new MattermostClient(
                options.Server, "Mattermost:BotToken", options.BotToken, options.RequestTimeout,
                provider.GetRequiredService<TimeProvider>(), gate: provider.GetRequiredService<OutgoingGate>());
        });
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<MattermostOptions>>().Value;
            return new EventStream(
                options.Server, "Mattermost:BotToken", options.BotToken, provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<MattermostOptions>>().Value;
            return new AdministratorAccess(options.AdminToken is null ? null : new MattermostClient(
                options.Server, "Mattermost:AdminToken", options.AdminToken, options.RequestTimeout,
                provider.GetRequiredService<TimeProvider>(), mayRepeat: false));
        });

        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<MattermostOptions>>().Value;
            return new PublicAccess(MattermostClient.Anonymous(
                options.Server, options.RequestTimeout, provider.GetRequiredService<TimeProvider>()));
        });

        return services.AddSingleton<BotAccount>().AddSingleton<People>().AddSingleton<ServerLocale>();
    }
}
