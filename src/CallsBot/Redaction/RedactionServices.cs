using CallsBot.Protocols.Mattermost;

namespace CallsBot.Redaction;

internal static class RedactionServices
{
    public static IServiceCollection AddRedaction(this IServiceCollection services) => services.AddSingleton<OutgoingGate, RedactionGate>();
}
