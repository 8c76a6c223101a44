using System.Globalization;
using System.Net;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Checks.Plugin;

/// <summary>
/// Every rule about the settings of the Calls plugin. Limits are those of the plugin itself (mattermost-plugin-calls
/// v1.12.2, server/configuration.go, IsValid), advice is that of Mattermost's documentation.
/// </summary>
internal static partial class SettingRules
{
    private const string SettingsPage = "https://docs.mattermost.com/administration-guide/configure/plugins-configuration-settings.html#calls";
    private const string DeploymentPage = "https://docs.mattermost.com/administration-guide/configure/calls-deployment-guide.html";
    private const string RtcdPage = "https://docs.mattermost.com/administration-guide/configure/calls-rtcd-setup.html";
    private const string OffloaderPage = "https://docs.mattermost.com/administration-guide/configure/calls-offloader-setup.html";
    private const string ServerPage = "https://docs.mattermost.com/administration-guide/configure/environment-configuration-settings.html";

    private const int LowestPort = 80;
    private const int HighestPort = 49151;

    public static IReadOnlyList<SettingRule> All { get; } =
        [.. Reading(), .. Rtcd(), .. Integrated(), .. IceServers(), .. Calls(), .. Recordings(), .. Server()];

    /// <summary>Whether the settings can be read at all, and where they come from.</summary>
    private static IEnumerable<SettingRule> Reading() =>
    [
        new(
            "setting-of-wrong-kind",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => SettingDefinition.All
                .Where(setting => context.Settings.IsOfWrongKind(setting.Name))
                .Select(setting => new SettingHit(setting.Name, setting.Kind switch
                {
                    SettingKind.Flag => "is neither true nor false; the plugin cannot read its settings then",
                    SettingKind.Number => "is no whole number, or stands in quotation marks; the plugin cannot read its settings then",
                    _ => "is no text; the plugin cannot read its settings then",
                })),
            "Save the setting once in the System Console, or correct config.json."),
        new(
            "setting-unknown",
            Outcome.Warn,
            RuleScope.Version1,
            SettingsPage,
            context => context.Settings.UnknownNames.Where(name => !IsOfAnotherLine(name))
                .Select(name => new SettingHit(SafeText.From(name, 60), "is a name that the plugin does not know, so what it holds has no effect")),
            "Look for a spelling mistake, and remove the entry when there is none."),
        new(
            "setting-twice",
            Outcome.Warn,
            RuleScope.Any,
            SettingsPage,
            context => context.Settings.RepeatedNames
                .Select(name => new SettingHit(SafeText.From(name, 60), "is there twice, in different spellings of capitals; which of the two counts is up to chance")),
            "Remove one of the two from config.json. The System Console writes names in lower case."),
        new(
            "setting-not-in-force",
            Outcome.Warn,
            RuleScope.Version1,
            SettingsPage,
            context => SettingDefinition.All
                .Where(setting => context.Settings.IsNotInForce(setting.Name) && !IsSetByCloud(setting.Name, context) && !IsMaxParticipants(setting.Name))
                .Select(setting => new SettingHit(
                    setting.Name,
                    "is stored with another value than the running plugin says it uses: the plugin refused one of its settings, or it was changed on another node")),
            "Correct what the other findings name, save the settings once more and restart the plugin when no call is running."),
        new(
            "setting-from-environment",
            Outcome.Pass,
            RuleScope.Any,
            SettingsPage,
            context => SettingDefinition.All
                .Where(setting => context.Settings.SourceOf(setting.Name) == SettingSource.Environment)
                .Select(setting => new SettingHit(setting.Name, Overridden(setting))),
            "Change it in the environment of every Mattermost server and restart them. What the System Console shows has no effect."),
        SettingRule.Of(
            "max-participants-from-deprecated-variable",
            "MaxCallParticipants",
            Outcome.Warn,
            RuleScope.Any,
            SettingsPage,
            context => context.Settings.IsNotInForce("MaxCallParticipants") && !IsSetByCloud("MaxCallParticipants", context)
                ? "is stored with another value than the running plugin says it uses, and no variable that the plugin names overrides it: MM_CALLS_MAX_PARTICIPANTS does, which is deprecated"
                : null,
            "Use MM_CALLS_MAX_CALL_PARTICIPANTS instead, or remove the variable."),
    ];

    private static IEnumerable<SettingRule> Rtcd() =>
    [
        SettingRule.Of(
            "rtcd-url-invalid",
            "RTCDServiceURL",
            Outcome.Fail,
            RuleScope.Version1,
            RtcdPage,
            context => FaultOf(context.Settings.RtcdServiceUrl),
            "Write it as http://name:8045 or https://name:8045."),
        SettingRule.Of(
            "rtcd-credentials-in-url",
            "RTCDServiceURL",
            Outcome.Warn,
            RuleScope.Version1,
            RtcdPage,
            context => HasCredentials(context.Settings.RtcdServiceUrl)
                ? "holds a client id and a key, which everybody can read who may read the settings, and which end up in support packets"
                : null,
            "Set MM_CALLS_RTCD_CLIENT_ID and MM_CALLS_RTCD_AUTH_KEY in the environment of the Mattermost servers, and take the part up to the @ out of the URL."),
        SettingRule.Of(
            "rtcd-url-ignored-for-lack-of-licence",
            "RTCDServiceURL",
            Outcome.Fail,
            RuleScope.Version1,
            RtcdPage,
            context => context.Settings.RtcdServiceUrl.Length > 0 && context.Licence is { } licence && licence.AllowsRtcd(context.DeveloperMode) == false
                ? $"is set, but the licence ({licence.Name}) does not allow RTCD: the plugin runs calls inside the Mattermost server instead, without a word in the log"
                : null,
            "Apply an Enterprise licence and restart the plugin; or empty the URL, and open UDP and TCP 8443 of the Mattermost server to the clients."),
        SettingRule.Of(
            "rtcd-url-loopback",
            "RTCDServiceURL",
            Outcome.Warn,
            RuleScope.Version1,
            RtcdPage,
            context => ProbeTarget.TryParse(context.Settings.RtcdServiceUrl, out var target, out _) && target.NamesLoopback
                ? context.Server?.ClusterEnabled == true
                    ? "names the machine itself, which is another one for each Mattermost node of the cluster"
                    : "names the machine itself: RTCD has to run beside Mattermost, and in the same container if it runs in one"
                : null,
            "Name the RTCD server as the Mattermost servers reach it, unless it does run on the same machine."),
        SettingRule.Of(
            "rtcd-url-plain-to-public-address",
            "RTCDServiceURL",
            Outcome.Warn,
            RuleScope.Version1,
            RtcdPage,
            context => ProbeTarget.TryParse(context.Settings.RtcdServiceUrl, out var target, out _)
                && !target.IsTls && target.Address is { } address && SpecialAddress.Of(address) is null
                ? "leads to a public address without TLS: the key travels in clear text, and RTCD's API is open to the Internet"
                : null,
            "Reach RTCD's API over a private network, or set api.http.tls in RTCD's configuration and write https. Open TCP 8045 to the Mattermost servers alone."),
        SettingRule.Of(
            "ice-host-override-without-effect",
            "ICEHostOverride",
            Outcome.Warn,
            RuleScope.Rtcd,
            RtcdPage,
            context => context.Settings.IceHostOverride.Length > 0 ? WithoutEffect : null,
            "Set rtc.ice_host_override in RTCD's own configuration, or RTCD_RTC_ICEHOSTOVERRIDE, and empty this one."),
        SettingRule.Of(
            "ice-host-port-override-without-effect",
            "ICEHostPortOverride",
            Outcome.Warn,
            RuleScope.Rtcd,
            RtcdPage,
            context => context.Settings.Number("ICEHostPortOverride") is not (null or 0) ? WithoutEffect : null,
            "Set rtc.ice_host_port_override in RTCD's own configuration, or RTCD_RTC_ICEHOSTPORTOVERRIDE, and empty this one."),
        new(
            "server-address-without-effect",
            Outcome.Pass,
            RuleScope.Rtcd,
            RtcdPage,
            context => Hits(context, ["UDPServerAddress", "TCPServerAddress"], name => context.Settings.Text(name).Length > 0 ? WithoutEffect : null),
            "Set rtc.ice_address_udp and rtc.ice_address_tcp in RTCD's own configuration if they are needed, and empty these."),
        new(
            "server-port-without-effect",
            Outcome.Pass,
            RuleScope.Rtcd,
            RtcdPage,
            context => Hits(context, ["UDPServerPort", "TCPServerPort"], name => context.Settings.Number(name) is not (null or 8443) ? WithoutEffect : null),
            "Set rtc.ice_port_udp and rtc.ice_port_tcp in RTCD's own configuration if they are needed, and put these back to 8443."),
        SettingRule.Of(
            "ipv6-without-effect",
            "EnableIPv6",
            Outcome.Warn,
            RuleScope.Rtcd,
            RtcdPage,
            context => context.Settings.Flag("EnableIPv6") == true ? WithoutEffect : null,
            "Set rtc.enable_ipv6 in RTCD's own configuration, or RTCD_RTC_ENABLEIPV6, and turn this one off."),
        SettingRule.Of(
            "server-side-turn-without-effect",
            "ServerSideTURN",
            Outcome.Warn,
            RuleScope.Rtcd,
            RtcdPage,
            context => context.Settings.Flag("ServerSideTURN") == true ? WithoutEffect : null,
            "Put TURN servers into rtc.ice_servers of RTCD's own configuration if RTCD needs them, and turn this one off."),
        SettingRule.Of(
            "data-channel-signalling-needs-newer-rtcd",
            "EnableDCSignaling",
            Outcome.Warn,
            RuleScope.Rtcd,
            RtcdPage,
            context => context.Settings.Flag("EnableDCSignaling") == true && IsRtcdBelow(context, "v0.18.0")
                ? "is on, and RTCD is older than v0.18.0, which knows no signalling over data channels"
                : null,
            "Upgrade RTCD, or turn the setting off."),
        SettingRule.Of(
            "video-needs-newer-rtcd",
            "EnableVideo",
            Outcome.Warn,
            RuleScope.Rtcd,
            RtcdPage,
            context => context.Settings.Flag("EnableVideo") == true && IsRtcdBelow(context, "v1.2.2")
                ? "is on, and RTCD is older than v1.2.2, which carries no video"
                : null,
            "Upgrade RTCD, or turn the setting off."),
        SettingRule.Of(
            "rtcd-behind-http-proxy",
            "RTCDServiceURL",
            Outcome.Pass,
            RuleScope.Rtcd,
            RtcdPage,
            context => context.Backend.Kind == CallsBackendKind.PluginFailed
                ? "is set and the plugin failed to start: if the Mattermost process has HTTP_PROXY or HTTPS_PROXY in its environment, the plugin sends its requests to RTCD there"
                : null,
            "Put the RTCD host into NO_PROXY in the environment of the Mattermost servers, and restart them.") with
        {
            Command = "tr '\\0' '\\n' </proc/\"$(pgrep -xo mattermost)\"/environ | grep -io '^[a-z]*_proxy'",
        },
    ];

    private static IEnumerable<SettingRule> Integrated() =>
    [
        SettingRule.Of(
            "ice-host-override-malformed",
            "ICEHostOverride",
            Outcome.Fail,
            RuleScope.Version1,
            SettingsPage,
            context => IsOverride(context.Settings.IceHostOverride)
                ? null
                : "is neither an address nor a host name nor a list of outside/inside addresses with commas between them; a scheme or a port does not belong there",
            "Write the address that clients reach, such as 203.0.113.10; for several, 203.0.113.10/10.0.0.10,203.0.113.11/10.0.0.11."),
        SettingRule.Of(
            "ice-host-override-unusable",
            "ICEHostOverride",
            Outcome.Fail,
            RuleScope.Integrated,
            DeploymentPage,
            context => OverrideAddresses(context).Select(Unusable).FirstOrDefault(why => why is not null) is { } why
                ? $"is {why}: no client can send anything there"
                : null,
            "Write the address that clients reach, or empty the setting and let a STUN server find it."),
        SettingRule.Of(
            "ice-host-override-private",
            "ICEHostOverride",
            Outcome.Warn,
            RuleScope.Integrated,
            DeploymentPage,
            context => OverrideAddresses(context).Where(address => Unusable(address) is null).Select(SpecialAddress.Of).FirstOrDefault(kind => kind is not null) is { } kind
                ? $"is {kind.Name}: clients outside of that network get no audio"
                : null,
            "Write the public address if people join from outside. Leave it if everybody is in the same network or VPN."),
        SettingRule.Of(
            "ice-host-override-hostname",
            "ICEHostOverride",
            Outcome.Warn,
            RuleScope.Integrated,
            SettingsPage,
            context => context.Settings.IceHostOverride is { Length: > 0 } name && IsOverride(name) && OverrideAddresses(context).Count == 0
                ? "is a host name. The server looks it up itself, when it starts, and tells clients the address: what the name means to clients does not count"
                : null,
            "Look the name up on the Mattermost server. Write the public address instead if it is not what comes out."),
        SettingRule.Of(
            "ice-host-port-override-out-of-range",
            "ICEHostPortOverride",
            Outcome.Fail,
            RuleScope.Version1,
            SettingsPage,
            context => context.Settings.Number("ICEHostPortOverride") is { } port && port != 0 && !IsPort(port) ? OutOfRange(port) : null,
            "Write 0 for none, or a port from 80 to 49151."),
        new(
            "server-port-out-of-range",
            Outcome.Fail,
            RuleScope.Version1,
            SettingsPage,
            context => Hits(context, ["UDPServerPort", "TCPServerPort"], name => context.Settings.Number(name) is { } port && !IsPort(port) ? OutOfRange(port) : null),
            "Write a port from 80 to 49151, even when RTCD is used and the setting has no effect."),
        new(
            "server-address-invalid",
            Outcome.Fail,
            RuleScope.Version1,
            SettingsPage,
            context => Hits(context, ["UDPServerAddress", "TCPServerAddress"], name => context.Settings.Text(name) is { Length: > 0 } text && !IPAddress.TryParse(text, out _)
                ? "is no IP address, and the plugin refuses all its settings then"
                : null),
            "Write an address of the Mattermost server itself, or nothing for all of them."),
        new(
            "server-address-loopback",
            Outcome.Fail,
            RuleScope.Integrated,
            SettingsPage,
            context => Hits(context, ["UDPServerAddress", "TCPServerAddress"], name => IPAddress.TryParse(context.Settings.Text(name), out var address) && IPAddress.IsLoopback(address)
                ? "is a loopback address: nothing from outside reaches it"
                : null),
            "Empty the setting, so that the server listens on all its addresses."),
        SettingRule.Of(
            "no-public-address",
            "ICEHostOverride",
            Outcome.Warn,
            RuleScope.Integrated,
            DeploymentPage,
            context => context.Settings.IceHostOverride.Length == 0
                && context.Settings.TryGetIceServers(out var servers, out _, out _) && context.Settings.HasStored
                && context.Settings.IsSet("ICEServersConfigs") && !servers.Any(server => server.Urls.Any(IsStunUrl))
                ? "is empty, and there is no STUN server either: clients are told the server's own addresses alone, which are private ones behind NAT and in a container"
                : null,
            "Write the address that clients reach, unless all of them are in the server's own network."),
        SettingRule.Of(
            "cluster-without-rtcd",
            "ClusterSettings.Enable",
            Outcome.Warn,
            RuleScope.Integrated,
            RtcdPage,
            context => context.Server?.ClusterEnabled == true
                ? "is on, and calls run inside the Mattermost servers: each call is on the node of whoever started it, and every node needs its own address that clients reach"
                : null,
            "Use RTCD, which the documentation asks for in a cluster."),
        SettingRule.Of(
            "server-side-turn-without-turn",
            "ServerSideTURN",
            Outcome.Warn,
            RuleScope.Integrated,
            SettingsPage,
            context => context.Settings.Flag("ServerSideTURN") == true && context.Settings.TryGetIceServers(out var servers, out _, out var partial) && !partial && !servers.Any(server => server.IsTurn)
                ? "is on, and there is no TURN server in the ICE servers"
                : null,
            "Add a TURN server, or turn the setting off."),
    ];

    private const string WithoutEffect = "has no effect while RTCD is used";

    private static IEnumerable<SettingHit> Hits(SettingsContext context, IEnumerable<string> names, Func<string, string?> find) =>
        names.Select(name => (Name: name, Seen: find(name))).Where(found => found.Seen is not null).Select(found => new SettingHit(found.Name, found.Seen!));

    private static string Overridden(SettingDefinition setting) => setting.Variable == "MM_CALLS_ENABLE_I_PV6"
        ? $"comes from the environment ({setting.Variable}; the documentation's MM_CALLS_ENABLE_IPV6 is not read)"
        : setting.Name == "RTCDServiceURL"
            ? $"comes from the environment ({setting.Variable}, or MM_CALLS_RTCD_URL, which is deprecated)"
            : $"comes from the environment ({setting.Variable})";

    /// <summary>The plugin sets these two by itself in Mattermost's cloud.</summary>
    private static bool IsSetByCloud(string name, SettingsContext context) =>
        context.Licence?.IsCloud == true && (IsMaxParticipants(name) || name.Equals("DefaultEnabled", StringComparison.OrdinalIgnoreCase));

    private static bool IsMaxParticipants(string name) => name.Equals("MaxCallParticipants", StringComparison.OrdinalIgnoreCase);

    /// <summary>Settings of version 2 that are left behind, and of builds before 1.0.</summary>
    private static bool IsOfAnotherLine(string name) =>
        name.StartsWith("livekit", StringComparison.OrdinalIgnoreCase) || name.StartsWith("enablesip", StringComparison.OrdinalIgnoreCase);

    private static string? FaultOf(string url) =>
        url.Length == 0 || ProbeTarget.TryParse(url, out _, out var fault) ? null : fault;

    private static bool HasCredentials(string url) =>
        url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme && url[(scheme + 3)..].Split('/', '?', '#')[0].Contains('@', StringComparison.Ordinal);

    private static bool IsPort(int port) => port is >= LowestPort and <= HighestPort;

    private static string OutOfRange(int port) => string.Create(
        CultureInfo.InvariantCulture, $"is {port}: the plugin takes {LowestPort} to {HighestPort}, and refuses all its settings otherwise");

    private static bool IsRtcdBelow(SettingsContext context, string least) =>
        RtcdSemver.TryParse(context.Backend.RtcdVersion, out var version) && RtcdSemver.TryParse(least, out var wanted) && version < wanted;

    /// <summary>Empty, an address, a name, or a list of outside/inside addresses (rtcd, service/rtc/utils.go).</summary>
    private static bool IsOverride(string text) =>
        text.Length == 0 || IPAddress.TryParse(text, out _) || IsName(text)
        || text.Split(',').All(pair => pair.Trim().Split('/') is [var outside, var inside] && IPAddress.TryParse(outside, out _) && IPAddress.TryParse(inside, out _));

    private static bool IsName(string text) =>
        Uri.CheckHostName(text) == UriHostNameType.Dns && !text.All(c => char.IsAsciiDigit(c) || c == '.');

    /// <summary>The addresses that clients are told.</summary>
    private static List<IPAddress> OverrideAddresses(SettingsContext context) =>
    [
        .. context.Settings.IceHostOverride.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => IPAddress.TryParse(pair.Trim().Split('/')[0], out var address) ? address : null)
            .OfType<IPAddress>(),
    ];

    /// <returns>What the address is, when no client anywhere can use it. Docker's own network may be somebody's real one.</returns>
    private static string? Unusable(IPAddress address) =>
        SpecialAddress.Of(address) is { Reach: not Reach.SameNetwork } special && special != SpecialAddress.Docker ? special.Name : null;

    private static bool IsStunUrl(string url) =>
        url.StartsWith("stun:", StringComparison.OrdinalIgnoreCase) || url.StartsWith("stuns:", StringComparison.OrdinalIgnoreCase);
}
