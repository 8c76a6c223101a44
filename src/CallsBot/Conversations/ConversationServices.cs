using CallsBot.Mattermost;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

internal static class ConversationServices
{
    public static IServiceCollection AddConversations(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<ConversationOptions, ConversationOptions.Validator>()
            .BindConfiguration(ConversationOptions.Section);

        services.AddSingleton(provider => new CallbackAddress(provider.GetRequiredService<IOptions<ConversationOptions>>().Value.CallbackUrl));
        services.AddSingleton<SlashCommandEndpoint>();
        services.AddSingleton<ActionEndpoint>();
        services.AddSingleton<DialogEndpoint>();
        services.AddSingleton<CommandTokens>();
        services.AddSingleton<SignedTokens>();
        services.AddSingleton<Speech>();
        services.AddSingleton<Conversation>();
        services.AddSingleton<SessionChecks>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SessionSteps>();
        services.AddSingleton<NodeCard>();
        services.AddSingleton<SessionCards>();
        services.AddSingleton<SessionPosts>();
        services.AddSingleton<EvidenceStore>();
        services.AddSingleton<EvidenceSources>();
        services.AddSingleton<EvidenceMoves>();
        services.AddSingleton<EvidenceDesk>();
        services.AddSingleton<ProfileDesk>();
        services.AddSingleton<KnownAddresses>();
        services.AddSingleton<CardFiles>();
        services.AddSingleton<DiagnosisCard>();
        services.AddSingleton<Diagnoses>();
        services.AddSingleton<TicketCard>();
        services.AddSingleton<TicketDesk>();
        services.AddSingleton<Dialogs>();
        services.AddSingleton<AdministratorDesk>();
        services.AddSingleton<InboxStore>();

        // Started in this order, stopped in the reverse: what hands out work stops before what does it.
        services.AddSingleton<CheckQueue>().AddHostedService(provider => provider.GetRequiredService<CheckQueue>());
        services.AddSingleton<EvidenceQueue>().AddHostedService(provider => provider.GetRequiredService<EvidenceQueue>());
        services.AddSingleton<ChatQueue>().AddHostedService(provider => provider.GetRequiredService<ChatQueue>());
        services.AddSingleton<Inbox>().AddHostedService(provider => provider.GetRequiredService<Inbox>());
        services.AddHostedService<EventListener>();
        return services.AddHostedService<RetentionWorker>();
    }
}
