namespace CallsBot.Checks.Turn;

internal static class TurnCheckServices
{
    /// <summary>Checks of the STUN and TURN servers that clients are told of, and what they share in a run.</summary>
    public static IServiceCollection AddTurnChecks(this IServiceCollection services)
    {
        services.AddScoped<IceServerList>();
        services.AddScoped<ICheck, StunServersCheck>();
        services.AddScoped<ICheck, TurnServersCheck>();
        return services;
    }
}
