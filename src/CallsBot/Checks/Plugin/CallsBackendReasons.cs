using System.Collections.Frozen;

namespace CallsBot.Checks.Plugin;

/// <summary>
/// Every way in which <see cref="CallsBackendCheck"/> can end, with its words. Placeholders: <c>{plugin}</c> and
/// <c>{rtcd}</c> (versions, or that they are not known), <c>{seen}</c> (what the server said instead), <c>{server}</c>.
/// </summary>
internal static class CallsBackendReasons
{
    public const string Rtcd = "backend-rtcd";
    public const string RtcdConfigured = "backend-rtcd-configured";
    public const string Integrated = "backend-integrated";
    public const string IntegratedBySilence = "backend-integrated-probably";
    public const string LiveKit = "backend-livekit";
    public const string IntegratedForLackOfLicence = "rtcd-ignored-for-lack-of-licence";
    public const string RtcdNotInUse = "rtcd-not-in-use";
    public const string PluginAbsent = "plugin-not-installed";
    public const string PluginOff = "plugin-not-running";
    public const string PluginNotThere = "plugin-not-there";
    public const string PluginFailed = "plugin-failed-to-start";
    public const string Unknown = "backend-unknown";
    public const string NoServer = "no-server-address";

    private static readonly NextStep Enable = new(
        "Enable it in System Console > Plugins > Plugin Management.", "mmctl plugin enable " + CallsPlugin.Id);

    private static readonly NextStep ReadLog = new(
        "Read what the plugin wrote when it started. \"failed to register rtcd client\" or \"version compatibility check failed\" name RTCD as the cause.",
        "mmctl logs --number 500 | grep " + CallsPlugin.Id);

    private static readonly NextStep Restart = new(
        "The plugin reads RTCD's address only when it starts. Restart it when no call is running.",
        $"mmctl plugin disable {CallsPlugin.Id} && sleep 5 && mmctl plugin enable {CallsPlugin.Id}");

    private static readonly NextStep GiveToken = new(
        "To have it told apart, give CallsBot an administrator's token (Mattermost:AdminToken).");

    public static FrozenDictionary<string, Reason> All { get; } = new Reason[]
    {
        new(
            Rtcd,
            Outcome.Pass,
            "Calls go through a separate call server (RTCD).",
            "The Calls plugin ({plugin}) talks to RTCD {rtcd}. Media goes from the clients to UDP and TCP 8443 of the RTCD server; its API on 8045 is for the Mattermost servers alone."),
        new(
            RtcdConfigured,
            Outcome.Pass,
            "Calls are set up to go through a separate call server (RTCD).",
            "RTCD's address is set, and nothing known speaks against its use. The plugin ({plugin}) itself did not say. Media goes from the clients to UDP and TCP 8443 of the RTCD server.")
        { IsInferred = true },
        new(
            Integrated,
            Outcome.Pass,
            "Calls run inside the Mattermost server, without a separate call server.",
            "The Calls plugin ({plugin}) has no RTCD service URL. Media goes from the clients to UDP and TCP 8443 of the Mattermost server itself: past any HTTP proxy in front of it, and in a cluster to the node that holds the call."),
        new(
            IntegratedBySilence,
            Outcome.Pass,
            "Calls probably run inside the Mattermost server, without a separate call server.",
            "The Calls plugin ({plugin}) names no RTCD. It would also name none for a build of RTCD without a version; its settings could not be read.",
            GiveToken)
        { IsInferred = true },
        new(
            LiveKit,
            Outcome.Pass,
            "This installation uses version 2 of Calls, whose media goes through LiveKit.",
            "The Calls plugin ({plugin}) uses LiveKit: there is no RTCD, and ports 8443 and 8045 mean nothing here. Look at the LiveKit server's own address and ports (7880 for signalling, 7881 and its UDP range for media unless set otherwise).",
            new NextStep("See which address is set in System Console > Plugins > Calls > LiveKit Service.")),
        new(
            IntegratedForLackOfLicence,
            Outcome.Warn,
            "A separate call server is set, but the licence does not allow it: calls run inside the Mattermost server, and nothing says so.",
            "RTCD service URL is set, and the licence is neither Enterprise nor Enterprise Advanced nor Cloud. The Calls plugin ({plugin}) then ignores the URL without a word in the log. Clients have to reach UDP and TCP 8443 of the Mattermost server.",
            new NextStep("See which licence is in use: System Console > About > Edition and License.", "mmctl system status"),
            new NextStep("Either apply an Enterprise licence and restart the plugin, or empty the RTCD service URL and open UDP and TCP 8443 of the Mattermost server.", Restart.Command)),
        new(
            RtcdNotInUse,
            Outcome.Warn,
            "A separate call server is set, but the plugin does not say that it talks to one.",
            "RTCD service URL is set, and the running Calls plugin ({plugin}) names no RTCD version. Either the URL was set after the plugin started, or the licence does not allow RTCD, or RTCD is a build without a version.",
            Restart,
            new NextStep("Ask the plugin again: rtcd_version has to be in the answer.", "curl -gsS -m 5 '{server}/plugins/" + CallsPlugin.Id + "/version'"))
        { IsInferred = true },
        new(
            PluginAbsent,
            Outcome.Fail,
            "There is no Calls plugin on the server, so there are no calls.",
            $"Mattermost lists no plugin {CallsPlugin.Id}.",
            new NextStep("Mattermost ships the plugin. Enable plugins and Calls in System Console > Plugins > Plugin Management, or install it from the Marketplace.", "mmctl plugin marketplace install " + CallsPlugin.Id)),
        new(
            PluginOff,
            Outcome.Fail,
            "The Calls plugin is installed but does not run, so there are no calls.",
            "Mattermost lists the plugin ({plugin}) as not running.",
            Enable,
            ReadLog),
        new(
            PluginNotThere,
            Outcome.Fail,
            "No Calls plugin answers on the server: it is not installed, not enabled or failed to start.",
            "{seen}",
            Enable,
            ReadLog,
            GiveToken),
        new(
            PluginFailed,
            Outcome.Fail,
            "The Calls plugin was started and failed, so there are no calls.",
            "Mattermost lists the plugin ({plugin}) as failed. With an RTCD service URL, an RTCD that does not answer at one of its addresses, refuses the plugin or is too old keeps it from starting; it is not started again by itself.",
            ReadLog,
            Restart),
        new(
            Unknown,
            Outcome.Inconclusive,
            "It could not be found out whether calls go through a separate call server.",
            "{seen}",
            new NextStep("See whether the plugin answers.", "curl -gsS -m 5 '{server}/plugins/" + CallsPlugin.Id + "/version'")),
        new(
            NoServer,
            Outcome.Skipped,
            "Not checked: the address of the Mattermost server is not known to the bot.",
            "{seen}",
            new NextStep("Set Mattermost:Server in CallsBot's settings. Nothing else is needed for this check.")),
        CheckSchedule.CheckFailedReason,
    }.ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);
}
