using System.Collections.Frozen;

namespace CallsBot.Checks.Plugin;

/// <summary>
/// Every way in which <see cref="CallsSettingsCheck"/> can end, with its words; what each rule finds is in the subjects.
/// Placeholders: <c>{found}</c> (what the worst rules found), <c>{seen}</c> (what the server said instead of settings),
/// <c>{count}</c> (how many rules were tried).
/// </summary>
internal static class CallsSettingsReasons
{
    public const string Faulty = "settings-faulty";
    public const string Doubtful = "settings-doubtful";
    public const string Unreadable = "settings-unreadable";
    public const string NoAdminToken = "no-admin-token";
    public const string AdminTokenRefused = "admin-token-refused";

    public static Reason Passed { get; } = new(
        Code: null,
        Outcome.Pass,
        "No fault was found in the settings of the Calls plugin.",
        "None of {count} rules found a fault.");

    public static FrozenDictionary<string, Reason> All { get; } = new Reason[]
    {
        new(
            Faulty,
            Outcome.Fail,
            "The settings of the Calls plugin have a fault that breaks calls or a part of them.",
            "{found}"),
        new(
            Doubtful,
            Outcome.Warn,
            "Some settings of the Calls plugin are probably not meant as they are.",
            "{found}"),
        new(
            Unreadable,
            Outcome.Inconclusive,
            "The settings of the Calls plugin could not be read.",
            "{seen}",
            new NextStep("See whether the server answers CallsBot at all; its log has the failed request.")),
        new(
            NoAdminToken,
            Outcome.Skipped,
            "Not checked: the bot has no administrator's token, and a bot account may not read the plugin's settings.",
            "{seen}",
            new NextStep("To have them checked, give CallsBot an administrator's token (Mattermost:AdminToken)."),
            new NextStep("Look at them in System Console > Plugins > Calls.")),
        new(
            AdminTokenRefused,
            Outcome.Skipped,
            "Not checked: the server does not accept the bot's administrator's token.",
            "{seen}",
            new NextStep("Make a new token for a system administrator, and give it to CallsBot (Mattermost:AdminToken).")),
        CheckSchedule.CheckFailedReason,
    }.ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);
}
