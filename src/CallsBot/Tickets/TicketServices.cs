using Microsoft.Extensions.Options;

namespace CallsBot.Tickets;

internal static class TicketServices
{
    /// <summary>Needs the reports, the checks and the storage.</summary>
    public static IServiceCollection AddTickets(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<TicketOptions, TicketOptions.Validator>().BindConfiguration(TicketOptions.Section);
        services.AddSingleton(provider => new TicketForms(TicketTemplate.All(provider.GetRequiredService<IOptions<TicketOptions>>().Value.TemplatesFolder)));
        services.AddSingleton<TicketStore>();
        services.AddSingleton<RtcdSnapshots>();
        services.AddSingleton<TicketGatherer>();
        return services.AddSingleton<BundleShelf>();
    }
}

/// <summary>The templates in use, read at the start.</summary>
internal sealed record TicketForms(IReadOnlyList<TicketTemplate> Templates);
