using System.Collections.Frozen;

namespace CallsBot.Checks;

/// <summary>
/// Every way in which <see cref="CallsPluginCheck"/> can end, with its words. Placeholders: <c>{seen}</c> (nodes with
/// state and version, or what the server said), <c>{missing}</c> (nodes where the plugin does not run).
/// </summary>
internal static class CallsPluginReasons
{
    public const string NotInstalled = "plugin-not-installed";
    public const string NotRunning = "plugin-not-running";
    public const string NotOnEveryNode = "plugin-not-on-every-node";
    public const string VersionsDiffer = "plugin-versions-differ";
    public const string MattermostUnreachable = "mattermost-unreachable";
    public const string NoAdminToken = "no-admin-token";
    public const string AdminTokenRefused = "admin-token-refused";

    private static readonly NextStep List = new("See what Mattermost says of its plugins.", "mmctl plugin list");

    private static readonly NextStep ReadLog = new(
        "Read what the plugin wrote when it started. \"failed to register rtcd client\" or \"version compatibility check failed\" name RTCD as the cause.",
        "mmctl logs --number 500 | grep " + CallsPlugin.Id);

    private static readonly NextStep Restart = new(
        "Restart the plugin when no call is running.",
        $"mmctl plugin disable {CallsPlugin.Id} && sleep 5 && mmctl plugin enable {CallsPlugin.Id}");

    public static Reason Passed { get; } = new(
        Code: null,
        Outcome.Pass,
        "The Calls plugin runs.",
        "{seen}.");

    public static FrozenDictionary<string, Reason> All { get; } = new Reason[]
    {
        new(
            NotInstalled,
            Outcome.Fail,
            "The Calls plugin is not installed.",
            $"Mattermost lists no plugin {CallsPlugin.Id} on any node.",
            List,
            new NextStep("Mattermost ships the plugin. Enable plugins and Calls in System Console > Plugins > Plugin Management, or install it from the Marketplace.", "mmctl plugin marketplace install " + CallsPlugin.Id)),
        new(
            NotRunning,
            Outcome.Fail,
            "The Calls plugin is installed but does not run.",
            "{seen}.",
            new NextStep("If it is disabled, enable it in System Console > Plugins > Plugin Management.", "mmctl plugin enable " + CallsPlugin.Id),
            ReadLog,
            Restart),
        new(
            NotOnEveryNode,
            Outcome.Fail,
            "The Calls plugin does not run on every Mattermost node.",
            "It does not run on {missing}. All nodes: {seen}.",
            ReadLog,
            Restart),
        new(
            VersionsDiffer,
            Outcome.Warn,
            "The Mattermost nodes run different versions of the Calls plugin.",
            "{seen}.",
            List,
            new NextStep("Finish the upgrade on every node, then restart the plugin when no call is running.", Restart.Command)),
        new(
            MattermostUnreachable,
            Outcome.Inconclusive,
            "The Mattermost server did not say whether the Calls plugin runs.",
            "{seen}",
            new NextStep("See whether the server answers CallsBot at all; its log has the failed request.")),
        new(
            NoAdminToken,
            Outcome.Skipped,
            "Not checked: the bot has no administrator's token, and a bot account may not read plugin states.",
            "Plugin states need a token whose account may read the plugin section of the System Console.",
            new NextStep("Look in System Console > Plugins > Plugin Management, or on the command line.", "mmctl plugin list"),
            new NextStep("To have it checked, give CallsBot an administrator's token.")),
        new(
            AdminTokenRefused,
            Outcome.Skipped,
            "Not checked: the server does not accept the bot's administrator's token.",
            "{seen}",
            new NextStep("Make a new token for an account that may read the plugin section of the System Console, and give it to CallsBot."),
            List),
        CheckSchedule.CheckFailedReason,
    }.ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);
}
