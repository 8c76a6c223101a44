using System.Globalization;
using CallsBot.Probes;
using CallsBot.Probes.Turn;
using CallsBot.Protocols.Calls;

namespace CallsBot.Checks.Plugin;

/// <summary>Rules about STUN and TURN servers. The list goes to every client as it is, so a fault in it reaches all of them.</summary>
internal static partial class SettingRules
{
    private const string IceSetting = "ICEServersConfigs";

    private static IEnumerable<SettingRule> IceServers() =>
    [
        SettingRule.Of(
            "ice-servers-unreadable",
            IceSetting,
            Outcome.Fail,
            RuleScope.Version1,
            SettingsPage,
            context => context.Settings.TryGetIceServers(out _, out var fault, out _) || fault is null
                ? null
                : $"cannot be read, and the plugin cannot read its settings then. The list {fault}",
            "Write a JSON list such as [{\"urls\":[\"stun:stun.global.calls.mattermost.com:3478\"]}]."),
        new(
            "ice-server-without-urls",
            Outcome.Fail,
            RuleScope.Version1,
            SettingsPage,
            context => EntryHits(context, server => server.Urls.Count == 0 || server.Urls.Any(url => url.Length == 0)
                ? "has no address in \"urls\", so the plugin's own media server does not start and browsers refuse the whole list"
                : null),
            "Write the address into \"urls\", in [ ]; or remove the entry."),
        new(
            "ice-server-unknown-name",
            Outcome.Warn,
            RuleScope.Version1,
            SettingsPage,
            context => EntryHits(context, server => server.UnknownNames.Count > 0
                ? $"has a name that means nothing ({SafeText.From(string.Join(", ", server.UnknownNames), 60)}), so what it holds has no effect; the names are urls, username and credential"
                : null),
            "Correct the name: the password goes into \"credential\", without an s."),
        new(
            "ice-server-address-invalid",
            Outcome.Fail,
            RuleScope.Version1,
            SettingsPage,
            context => UrlHits(context, url => url.Length == 0 || IceServerUrl.TryParse(url, out _, out var fault) ? null : $"has an address that {fault}"),
            "Write stun:HOST:PORT, turn:HOST:PORT?transport=udp, turn:HOST:PORT?transport=tcp or turns:HOST:PORT?transport=tcp."),
        new(
            "ice-server-mixes-stun-and-turn",
            Outcome.Fail,
            RuleScope.Version1,
            SettingsPage,
            context => EntryHits(context, server => (server.IsMixed, server.HasCredentials) switch
            {
                (true, false) => "mixes STUN and TURN addresses without credentials: the plugin hands it to clients as it is, and browsers refuse a TURN server without credentials",

                // RTCD has a list of its own, and browsers take credentials with STUN.
                (true, true) when context.IsIn(RuleScope.Integrated) => "mixes STUN and TURN addresses: the plugin's own media server refuses it and does not start",
                _ => null,
            }),
            "Make two entries of it: one with the stun: addresses, one with the turn: addresses and the credentials."),
        new(
            "turn-without-credentials",
            Outcome.Fail,
            RuleScope.Version1,
            SettingsPage,
            context => EntryHits(context, server => server.IsTurn && !server.HasCredentials && !HasTurnSecret(context)
                ? "is a TURN server without username and credential, and there is no TURN static auth secret: clients never hear of it"
                : null),
            "Set the TURN static auth secret to the static-auth-secret of the TURN server, or write username and credential into the entry."),
        new(
            "turn-with-half-credentials",
            Outcome.Fail,
            RuleScope.Version1,
            SettingsPage,
            context => EntryHits(context, server => server.Urls.Any(IsTurnAddress) && server.HasCredentials && (server.Username.Length == 0 || server.Credential.Length == 0)
                ? $"has {(server.Username.Length == 0 ? "a credential without a username" : "a username without a credential")}: browsers refuse the whole list"
                : null),
            "Write both, or neither and set the TURN static auth secret."),
        new(
            "stun-with-credentials",
            Outcome.Pass,
            RuleScope.Version1,
            SettingsPage,
            context => EntryHits(context, server => server.Urls.Count > 0 && server.HasCredentials && !server.Urls.Any(IsTurnAddress)
                ? "is a STUN server with credentials, which it does not need and every client gets"
                : null),
            "Remove username and credential from the entry."),
        new(
            "ice-server-private-address",
            Outcome.Warn,
            RuleScope.Version1,
            DeploymentPage,
            context => UrlHits(context, url => IceServerUrl.TryParse(url, out var server, out _)
                && (server.Target.NamesLoopback ? "the machine of whoever reads it" : server.Target.Address is { } address ? SpecialAddress.Of(address)?.Name : null) is { } kind
                ? $"is at {kind}: clients elsewhere cannot use it"
                : null),
            "Name the server as clients reach it. Leave it if all of them are in that network."),
        new(
            "turn-over-udp-only",
            Outcome.Warn,
            RuleScope.Version1,
            DeploymentPage,
            context => context.Settings.TryGetIceServers(out var servers, out _, out var partial) && !partial
                && TurnAddresses(servers) is { Count: > 0 } turn && turn.TrueForAll(server => server.Transport == TurnTransport.Udp)
                ? [new SettingHit(IceSetting, "has TURN addresses over UDP alone: a client whose network lets no UDP out gains nothing from them")]
                : [],
            "Add turn:HOST:3478?transport=tcp, and turns:HOST:5349?transport=tcp if the TURN server has a certificate."),
        new(
            "many-ice-servers",
            Outcome.Warn,
            RuleScope.Version1,
            SettingsPage,
            context => context.Settings.TryGetIceServers(out var servers, out _, out _) && servers.Sum(server => server.Urls.Count) is >= 5 and var count
                ? [new SettingHit(IceSetting, string.Create(CultureInfo.InvariantCulture, $"has {count} addresses: browsers warn that five or more slow the connection down"))]
                : [],
            "Keep one STUN server and one TURN server, over UDP and over TCP or TLS."),
        SettingRule.Of(
            "no-ice-servers",
            IceSetting,
            Outcome.Pass,
            RuleScope.Version1,
            DeploymentPage,
            context => context.Settings.TryGetIceServers(out var servers, out _, out var partial) && !partial && servers.Count == 0 && context.Settings.IsSet(IceSetting)
                ? "is empty: nobody gets a STUN or TURN server. That is right where the media server has an address of its own that clients reach"
                : null,
            "Leave it so, unless clients or the media server are behind NAT and no host override is set."),
        SettingRule.Of(
            "ice-servers-deprecated-setting",
            "ICEServers",
            Outcome.Warn,
            RuleScope.Version1,
            SettingsPage,
            context => context.Settings.IsSet("ICEServers") && !IsEmptyList(context) ? "is deprecated, and takes no credentials" : null,
            "Move the addresses to ICE Servers Configurations and empty this one; remove MM_CALLS_ICE_SERVERS from the environment."),
        SettingRule.Of(
            "turn-secret-without-turn",
            "TURNStaticAuthSecret",
            Outcome.Warn,
            RuleScope.Version1,
            SettingsPage,
            context => HasTurnSecret(context) && context.Settings.TryGetIceServers(out var servers, out _, out var partial) && !partial
                && !servers.Any(server => server.IsTurn && !server.HasCredentials)
                ? "is set, and there is no TURN server without credentials of its own to use it for"
                : null,
            "Add the TURN server to ICE Servers Configurations without username and credential, or empty the secret."),
        SettingRule.Of(
            "turn-expiry-not-positive",
            "TURNCredentialsExpirationMinutes",
            Outcome.Fail,
            RuleScope.Version1,
            SettingsPage,
            context => context.Settings.Number("TURNCredentialsExpirationMinutes") switch
            {
                < 0 => "is less than 0, and the plugin refuses all its settings then",
                0 when HasTurnSecret(context) => "is 0: TURN credentials have expired when clients get them",
                _ => null,
            },
            "Write 240, or another number of minutes that is longer than any call."),
        SettingRule.Of(
            "turn-expiry-short",
            "TURNCredentialsExpirationMinutes",
            Outcome.Warn,
            RuleScope.Version1,
            SettingsPage,
            context => HasTurnSecret(context) && context.Settings.Number("TURNCredentialsExpirationMinutes") is > 0 and < 60 and var minutes
                ? string.Create(CultureInfo.InvariantCulture, $"is {minutes}: whoever is on a call for longer than that loses the relay")
                : null,
            "Write 240, or another number of minutes that is longer than any call."),
    ];

    private static bool HasTurnSecret(SettingsContext context) => context.Settings.IsSet("TURNStaticAuthSecret");

    /// <summary>The plugin answers with a list, and the server stores text.</summary>
    private static bool IsEmptyList(SettingsContext context) => context.Settings.Shown("ICEServers") is "[]" or "[\"\"]";

    private static bool IsTurnAddress(string url) =>
        url.StartsWith("turn:", StringComparison.OrdinalIgnoreCase) || url.StartsWith("turns:", StringComparison.OrdinalIgnoreCase);

    private static List<IceServerUrl> TurnAddresses(IReadOnlyList<IceServer> servers) =>
        [.. servers.SelectMany(server => server.Urls).Select(url => IceServerUrl.TryParse(url, out var parsed, out _) && parsed.IsTurn ? parsed : null).OfType<IceServerUrl>()];

    private static IEnumerable<SettingHit> EntryHits(SettingsContext context, Func<IceServer, string?> find) =>
        context.Settings.TryGetIceServers(out var servers, out _, out _)
            ? servers.Select((server, index) => (Number: index + 1, Seen: find(server)))
                .Where(found => found.Seen is not null)
                .Select(found => new SettingHit(IceSetting, $"entry {found.Number.ToString(CultureInfo.InvariantCulture)} {found.Seen}"))
            : [];

    private static IEnumerable<SettingHit> UrlHits(SettingsContext context, Func<string, string?> find) =>
        EntryHits(context, server => server.Urls.Select(find).FirstOrDefault(seen => seen is not null));
}
