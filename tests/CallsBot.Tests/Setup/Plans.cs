using CallsBot.Setup;

namespace CallsBot.Tests.Setup;

/// <summary>Plans that differ from a good one in what a test is about.</summary>
internal static class Plans
{
    public static readonly SetupArguments Good = new()
    {
        Mattermost = "https://chat.example.com",
        AdminTokenFile = "token",
        Teams = ["ops"],
        CallbackUrl = "http://bot.example.com:8077",
    };

    public static SetupPlan Of(SetupArguments arguments) =>
        SetupPlan.TryCreate(arguments, out var plan, out var faults)
            ? plan
            : throw new ArgumentException(string.Join(' ', faults), nameof(arguments));
}
