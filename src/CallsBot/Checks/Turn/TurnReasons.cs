using CallsBot.Probes.Turn;

namespace CallsBot.Checks.Turn;

/// <summary>What keeps a STUN or TURN server from being of use, as a finer reason code with an outcome and a remedy.</summary>
internal static class TurnReasons
{
    /// <summary>
    /// Fail for what the server itself says or does, warn for what was only not seen from here: clients may be elsewhere.
    /// </summary>
    public static Outcome OutcomeOf(TurnFailure failure) => failure switch
    {
        TurnFailure.NameNotFound or TurnFailure.Unreachable or TurnFailure.Silent or TurnFailure.SentElsewhere
            or TurnFailure.PeerForbidden or TurnFailure.NoEcho or TurnFailure.RelayRefused => Outcome.Warn,
        _ => Outcome.Fail,
    };

    public static string CodeOf(TurnFailure failure) => failure switch
    {
        TurnFailure.NameNotFound => "name-not-found",
        TurnFailure.AddressRefused => "address-refused",
        TurnFailure.Unreachable => "unreachable",
        TurnFailure.Silent => "silent",
        TurnFailure.ConnectionRefused => "connection-refused",
        TurnFailure.ConnectionClosed => "connection-closed",
        TurnFailure.TlsFailed => "tls-failed",
        TurnFailure.NotStun => "not-stun",
        TurnFailure.SentElsewhere => "sent-elsewhere",
        TurnFailure.WrongCredentials => "wrong-credentials",
        TurnFailure.QuotaReached => "quota-reached",
        TurnFailure.NoCapacity => "no-capacity",
        TurnFailure.Refused => "refused",
        TurnFailure.RelayRefused => "relayed-address-refused",
        TurnFailure.PeerForbidden => "peer-forbidden",
        TurnFailure.NoEcho => "no-echo",
        _ => throw new System.Diagnostics.UnreachableException(failure.ToString()),
    };

    public static NextStep StepFor(TurnFailure failure, IceServerUrl url)
    {
        var (host, port) = (url.Target.Host, url.Target.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return failure switch
        {
            TurnFailure.NameNotFound => new("Look the name up where clients are, and correct it in ICE Servers Configurations if it is wrong.", $"getent ahosts '{host}'"),
            TurnFailure.AddressRefused => new("See which addresses the name has. If the server runs on the same machine as CallsBot, the list has to name localhost or 127.0.0.1.", $"getent ahosts '{host}'"),
            TurnFailure.Unreachable or TurnFailure.Silent when url.Transport == TurnTransport.Udp =>
                new($"Allow UDP {port} to {host} and back in every firewall between, and ask it from another network.", $"turnutils_stunclient -p {port} '{host}'"),
            TurnFailure.Unreachable or TurnFailure.Silent => new($"Allow TCP {port} to {host} in every firewall between.", $"nc -vz -w 3 '{host}' {port}"),
            TurnFailure.ConnectionRefused or TurnFailure.ConnectionClosed =>
                new("On that server, see whether coturn runs and on which ports it listens (listening-port, tls-listening-port, no-tcp, no-tls).", "sudo ss -lntup | grep -i turn"),
            TurnFailure.TlsFailed => new("Give coturn a certificate for this name with its whole chain (cert, pkey), and leave no-tls out.", $"openssl s_client -connect '{host}:{port}' -servername '{host}' </dev/null"),
            TurnFailure.NotStun => new("Something else listens there. Correct host and port in ICE Servers Configurations; a TURN server cannot be behind an HTTP proxy.", $"nc -vz -w 3 '{host}' {port}"),
            TurnFailure.SentElsewhere => new("The server sends its clients to another one (alternate-server). Name that one in the list."),
            TurnFailure.WrongCredentials => new("Make the TURN static auth secret of the plugin equal to static-auth-secret of coturn (with use-auth-secret), or the username and credential to a user of it; compare the clocks too, because short-lived credentials carry a time.", "sudo grep -nE '^(use-auth-secret|lt-cred-mech|realm)' /etc/turnserver.conf"),
            TurnFailure.QuotaReached => new("Raise user-quota and total-quota of coturn, or find out who holds its allocations."),
            TurnFailure.NoCapacity => new("The server has no port left to relay with. Widen min-port and max-port of coturn, or add a server."),
            TurnFailure.Refused => new("Read coturn's log for the time of this check.", "sudo journalctl -u coturn -n 100 --no-pager"),
            TurnFailure.RelayRefused => new("Set external-ip of coturn to the address that others reach it at.", "sudo grep -nE '^(external-ip|relay-ip|listening-ip)' /etc/turnserver.conf"),
            TurnFailure.PeerForbidden => new("coturn refuses to relay to this address (denied-peer-ip, or a loopback address). That is well unless the media server is in the same range.", "sudo grep -nE '^(denied|allowed)-peer-ip' /etc/turnserver.conf"),
            TurnFailure.NoEcho => new("Open the range of relay ports of coturn (UDP 49152 to 65535 unless min-port and max-port say otherwise) from outside, and set external-ip when it is behind NAT.", "sudo grep -nE '^(min-port|max-port|external-ip)' /etc/turnserver.conf"),
            _ => throw new System.Diagnostics.UnreachableException(failure.ToString()),
        };
    }

    /// <summary>How the checks of both kinds of servers can end before there is a server to ask.</summary>
    public static class Common
    {
        public const string NoAdminToken = "no-admin-token";
        public const string AdminTokenRefused = "admin-token-refused";
        public const string ListUnreadable = "ice-servers-unreadable";
        public const string ListFaulty = "ice-servers-faulty";
        public const string CallsV2 = "calls-v2";

        public static IReadOnlyList<Reason> All { get; } =
        [
            new(
                NoAdminToken,
                Outcome.Skipped,
                "Not checked: the bot has no administrator's token, and the servers are in the plugin's settings.",
                "{seen}",
                new NextStep("To have them checked, give CallsBot an administrator's token (Mattermost:AdminToken).")),
            new(
                AdminTokenRefused,
                Outcome.Skipped,
                "Not checked: the server does not accept the bot's administrator's token.",
                "{seen}",
                new NextStep("Make a new token for a system administrator, and give it to CallsBot (Mattermost:AdminToken).")),
            new(
                ListUnreadable,
                Outcome.Inconclusive,
                "The list of STUN and TURN servers could not be read.",
                "{seen}",
                new NextStep("See whether the server and the plugin answer CallsBot at all; its log has the failed request.")),
            new(
                ListFaulty,
                Outcome.Fail,
                "The list of STUN and TURN servers is faulty, so no client can use it.",
                "{seen}",
                new NextStep("Correct it in System Console > Plugins > Calls > ICE Servers Configurations: [{\"urls\":[\"stun:stun.global.calls.mattermost.com:3478\"]}].")),
            new(
                CallsV2,
                Outcome.Skipped,
                "This installation uses version 2 of Calls, whose servers LiveKit itself names to clients.",
                "The Calls plugin uses LiveKit; its own list of STUN and TURN servers has no effect.",
                new NextStep("Look at rtc and turn in LiveKit's configuration.")),
        ];
    }
}
