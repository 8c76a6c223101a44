using CallsBot.Checks;

namespace CallsBot.Troubleshooting;

internal static class TroubleshootingServices
{
    /// <summary>The shipped trees. A tree that names a check there is not stops the start.</summary>
    public static IServiceCollection AddTroubleshooting(this IServiceCollection services) =>
        services.AddSingleton(provider => TreeCatalog.Begin(CheckSignature.Of(provider.GetRequiredService<CheckCatalog>())));
}
