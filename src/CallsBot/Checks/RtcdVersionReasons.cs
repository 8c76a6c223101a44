using System.Collections.Frozen;
using CallsBot.Probes;

namespace CallsBot.Checks;

/// <summary>
/// Every way in which <see cref="RtcdVersionCheck"/> can end, with its words. Placeholders: <c>{url}</c>, <c>{scheme}</c>,
/// <c>{host}</c>, <c>{port}</c>, <c>{authority}</c> (host and port), <c>{seen}</c> (address and what was seen there),
/// <c>{failed}</c> (the same for every address that failed), <c>{source}</c> (where the URL was found), <c>{fault}</c>
/// (what is wrong with the URL, or why there is none), <c>{version}</c>, <c>{minimum}</c>.
/// </summary>
internal static class RtcdVersionReasons
{
    public const string VersionUnknown = "version-unknown";

    /// <summary>Some IPv4 addresses answer and some do not: the plugin runs until it is restarted, then it does not start.</summary>
    public const string SomeAddressesFail = "some-addresses-fail";

    /// <summary>RTCD answers over IPv6, which the plugin does not use.</summary>
    public const string NoIPv4Address = "no-ipv4-address";

    public const string NameNotFound = "name-not-found";
    public const string ConnectionRefused = "connection-refused";
    public const string ConnectTimeout = "connect-timeout";
    public const string ResponseTimeout = "response-timeout";
    public const string Unreachable = "unreachable";
    public const string ConnectionReset = "connection-reset";
    public const string TlsOnPlainPort = "tls-on-plain-port";
    public const string PlainOnTlsPort = "plain-on-tls-port";
    public const string CertificateUntrusted = "certificate-untrusted";
    public const string CertificateExpired = "certificate-expired";
    public const string CertificateNameMismatch = "certificate-name-mismatch";
    public const string TlsFailed = "tls-failed";
    public const string HtmlResponse = "html-response";
    public const string NotJson = "not-json";
    public const string UnexpectedJson = "unexpected-json";
    public const string HttpStatus = "http-status";
    public const string Redirected = "redirected";
    public const string VersionTooOld = "version-too-old";
    public const string AddressRefused = "address-refused";
    public const string UrlInvalid = "url-invalid";
    public const string ResponseTooLarge = "response-too-large";
    public const string NoRtcdUrl = "no-rtcd-url";

    /// <summary>The plugin has a URL of an RTCD and does not use it, for lack of a licence.</summary>
    public const string NotInUse = "no-licence-for-rtcd";

    /// <summary>The Calls plugin is of version 2 or newer on every node; its call server is LiveKit.</summary>
    public const string CallsV2 = "calls-v2";

    private static readonly NextStep AskFromMattermost = new(
        "Ask the same from a Mattermost server, which may have a different way there. JSON means that only CallsBot is cut off.",
        "curl -gsS -m 5 '{url}/version'");

    private static readonly NextStep IsItRunning = new(
        "On the RTCD server, see whether the service runs, and start it if not. In a container: docker ps, kubectl get pods.", "systemctl status rtcd --no-pager");

    private static readonly NextStep WhoListens = new(
        "On the RTCD server, see which program listens on the port. The setting is api.http.listen_address in RTCD's configuration.",
        "sudo ss -ltnp 'sport = :{port}'");

    private static readonly NextStep ReadLog = new(
        "Read the last lines of RTCD's log.", "sudo journalctl -u rtcd -n 100 --no-pager");

    private static readonly NextStep ShowCertificate = new(
        "Look at the certificate that is served.",
        "openssl s_client -connect '{authority}' -servername '{host}' </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName");

    private static readonly NextStep ReloadCertificate = new(
        "RTCD reads its certificate only when it starts. Restart it when no call is running.",
        "sudo systemctl restart rtcd");

    private static readonly NextStep RestartPlugin = new(
        "The plugin reads the URL only when it starts. Restart it when no call is running.",
        $"mmctl plugin disable {CallsPlugin.Id} && sleep 5 && mmctl plugin enable {CallsPlugin.Id}");

    private static readonly NextStep StartPlugin = new(
        "The plugin does not start again by itself. Restart it when no call is running.", RestartPlugin.Command);

    private static readonly NextStep WhatAnswers = new(
        "Look at the whole answer, headers included: they often name the proxy.", "curl -gsSi -m 5 '{url}/version'");

    private static readonly NextStep GoDirectly = new(
        "Point the RTCD Service URL (System Console > Plugins > Calls) straight at RTCD's API port, past any proxy or load balancer.");

    public static Reason Passed { get; } = new(
        Code: null,
        Outcome.Pass,
        "The call server answers, and its version is new enough.",
        "{seen}; the Calls plugin needs {minimum} or newer.");

    public static FrozenDictionary<string, Reason> All { get; } = new Reason[]
    {
        new(
            VersionUnknown,
            Outcome.Warn,
            "The call server answers, but does not say which release it is, so its age cannot be judged.",
            "{url} gives its version as \"{version}\". The Calls plugin lets builds without a version, \"master\" and \"dev…\" pass, and refuses any other text that is no release number. It needs {minimum} or newer.",
            new NextStep("Look at the whole answer. Install a release of RTCD, or make sure that your own build is newer than {minimum}.", "curl -gsS -m 5 '{url}/version'")),
        new(
            SomeAddressesFail,
            Outcome.Warn,
            "The call server answers, but not at every one of its addresses.",
            "{seen}; the Calls plugin needs {minimum} or newer. It makes a connection to each IPv4 address of {host} and does not start while one of them fails. These did not answer: {failed}.",
            new NextStep("See which addresses the name has. Take those that fail out of the name service, or mend the servers behind them.", "getent ahostsv4 '{host}'"),
            StartPlugin),
        new(
            NoIPv4Address,
            Outcome.Warn,
            "The call server answers, but the Calls plugin may not find it.",
            "{seen}, over IPv6. {host} has no IPv4 address, and the Calls plugin uses those only.",
            new NextStep("Give the name an IPv4 address, and check on a Mattermost server that it has one.", "getent ahostsv4 '{host}'"),
            StartPlugin),
        new(
            NameNotFound,
            Outcome.Fail,
            "The name of the call server does not resolve.",
            "The name service has no address for {host} ({source}): {seen}",
            new NextStep("On a Mattermost server, look the name up. The Calls plugin uses IPv4 addresses only.", "getent ahostsv4 '{host}'"),
            new NextStep("If the name is wrong, correct the RTCD Service URL in System Console > Plugins > Calls."),
            RestartPlugin),
        new(
            ConnectionRefused,
            Outcome.Fail,
            "The call server's machine answers, but nothing listens on its API port.",
            "{seen}: RTCD is not running, listens on another port or address, or a firewall rejects the connection.",
            IsItRunning,
            WhoListens,
            ReadLog,
            AskFromMattermost),
        new(
            ConnectTimeout,
            Outcome.Fail,
            "The call server does not answer connection requests: a firewall drops them, or the machine is down.",
            "{seen}.",
            new NextStep("From a Mattermost server, try the port.", "nc -vz -w 3 '{host}' {port}"),
            new NextStep("On the RTCD server, look for the port in the firewall's rules. Allow TCP {port} from the Mattermost servers only.", "sudo nft list ruleset | grep -nw {port}"),
            new NextStep("In a cloud, allow inbound TCP {port} from the Mattermost servers in the security group of the RTCD server."),
            WhoListens),
        new(
            ResponseTimeout,
            Outcome.Fail,
            "The call server accepts the connection but does not answer in time.",
            "{seen}. Either RTCD hangs or is overloaded, or something between takes connections on its behalf, or this is RTCD's media port (8443 by default), which accepts connections and waits: the API port is 8045 by default.",
            IsItRunning,
            new NextStep("On the RTCD server, ask it without the network between.", "curl -gsSk -m 5 '{scheme}://localhost:{port}/version'"),
            new NextStep("On the RTCD server, look at the load.", "top -b -n 1 | head -15"),
            ReadLog),
        new(
            Unreachable,
            Outcome.Fail,
            "There is no network path to the call server.",
            "{seen}.",
            new NextStep("From the machine that CallsBot runs on and from a Mattermost server, look at the route.", "ip route get \"$(getent ahostsv4 '{host}' | awk 'NR==1 {print $1}')\""),
            new NextStep("From the same machines, try the port.", "nc -vz -w 3 '{host}' {port}")),
        new(
            ConnectionReset,
            Outcome.Fail,
            "The call server's port accepts the connection and then drops it.",
            "{seen}. A firewall that inspects traffic, a load balancer without a healthy server, or another program on the port does this.",
            WhoListens,
            new NextStep("On the RTCD server, ask it without the network between.", "curl -gsSk -m 5 '{scheme}://localhost:{port}/version'"),
            ReadLog,
            AskFromMattermost),
        new(
            TlsOnPlainPort,
            Outcome.Fail,
            "The call server is addressed with https, but does not speak TLS there.",
            "{seen}.",
            new NextStep("See whether it answers without TLS.", "curl -gsS -m 5 'http://{authority}/version'"),
            new NextStep("If it does, either change https to http in the RTCD Service URL (System Console > Plugins > Calls), or set api.http.tls.enable, cert_file and cert_key in RTCD's configuration and restart RTCD."),
            RestartPlugin),
        new(
            PlainOnTlsPort,
            Outcome.Fail,
            "The call server is addressed with http, but expects https.",
            "{seen}.",
            new NextStep("See whether it answers over TLS.", "curl -gsS -m 5 'https://{authority}/version'"),
            new NextStep("If it does, change http to https in the RTCD Service URL (System Console > Plugins > Calls)."),
            RestartPlugin),
        new(
            CertificateUntrusted,
            Outcome.Fail,
            "The call server's certificate is not trusted.",
            "{seen}. It is self-signed, comes from an authority that this machine does not know, or is served without its intermediate certificates. Mattermost may trust other authorities than this machine does.",
            ShowCertificate,
            AskFromMattermost,
            new NextStep("Serve the whole chain in RTCD's cert_file, or add the authority to the trusted ones of the Mattermost servers and of CallsBot."),
            ReloadCertificate),
        new(
            CertificateExpired,
            Outcome.Fail,
            "The call server's certificate has expired or is not valid yet.",
            "{seen}.",
            ShowCertificate,
            new NextStep("If the dates are right, compare the clocks of this machine and of the RTCD server.", "timedatectl status"),
            new NextStep("Renew the certificate: cert_file and cert_key under api.http.tls in RTCD's configuration."),
            ReloadCertificate),
        new(
            CertificateNameMismatch,
            Outcome.Fail,
            "The call server's certificate is for another name.",
            "{seen}. The URL says {host}.",
            ShowCertificate,
            new NextStep("Use a name from the certificate in the RTCD Service URL, or have {host} added to the certificate."),
            ReloadCertificate),
        new(
            TlsFailed,
            Outcome.Fail,
            "No secure connection to the call server can be agreed on.",
            "{seen}. RTCD speaks TLS 1.2 and newer; the port may not speak TLS at all, or a middlebox interferes.",
            new NextStep("See how the handshake goes.", "openssl s_client -connect '{authority}' -servername '{host}' -brief </dev/null"),
            new NextStep("See whether it answers without TLS.", "curl -gsS -m 5 'http://{authority}/version'"),
            ReadLog),
        new(
            HtmlResponse,
            Outcome.Fail,
            "A web page answers in the call server's place: a proxy, a load balancer or a login page.",
            "{seen}. RTCD never sends HTML.",
            WhatAnswers,
            GoDirectly,
            RestartPlugin),
        new(
            NotJson,
            Outcome.Fail,
            "Something answers at the call server's address, but it is not the call server.",
            "{seen}.",
            WhatAnswers,
            WhoListens,
            GoDirectly),
        new(
            UnexpectedJson,
            Outcome.Fail,
            "Something answers at the call server's address, but it is another service.",
            "{seen}.",
            WhatAnswers,
            WhoListens,
            GoDirectly),
        new(
            HttpStatus,
            Outcome.Fail,
            "The call server's address answers with an error.",
            "{seen}. RTCD answers 200 to this question, without credentials. 404 is another service, or a path in between; 401 and 403 are a proxy; 502, 503 and 504 are a proxy that cannot reach RTCD.",
            WhatAnswers,
            IsItRunning,
            GoDirectly),
        new(
            Redirected,
            Outcome.Fail,
            "The call server's address sends callers elsewhere, which the call server itself never does.",
            "{seen}. The redirect was not followed.",
            WhatAnswers,
            GoDirectly,
            RestartPlugin),
        new(
            VersionTooOld,
            Outcome.Fail,
            "The call server is too old for the Calls plugin.",
            "{seen}; the Calls plugin needs {minimum} or newer and does not start with an older one.",
            new NextStep("Upgrade RTCD, one server at a time, when no call is running on it."),
            new NextStep("Confirm the new version.", "curl -gsS -m 5 '{url}/version'"),
            new NextStep("The plugin checks the version when it starts. Restart it when no call is running.", RestartPlugin.Command)),
        new(
            AddressRefused,
            Outcome.Fail,
            "The call server's name leads to an address where no call server can be, so nothing was sent.",
            "{host} ({source}): {seen}.",
            new NextStep("See which addresses the name has.", "getent ahosts '{host}'"),
            new NextStep("If RTCD runs on the same machine as CallsBot, write localhost or 127.0.0.1 into Rtcd:ServiceUrl.")),
        new(
            UrlInvalid,
            Outcome.Fail,
            "The configured address of the call server cannot be used.",
            "The URL ({source}) {fault}.",
            new NextStep("Write it as http://name:8045 or https://name:8045, with credentials before the name if you use them, in System Console > Plugins > Calls > RTCD Service URL."),
            RestartPlugin),
        new(
            ResponseTooLarge,
            Outcome.Inconclusive,
            "Something answers at the call server's address with far more than a version.",
            "{seen}.",
            WhatAnswers,
            WhoListens),
        new(
            NoRtcdUrl,
            Outcome.Skipped,
            "No separate call server is configured, or its address is not known to the bot.",
            "{fault}",
            new NextStep("If calls go through RTCD, set Rtcd:ServiceUrl in CallsBot's settings, or give CallsBot an administrator's token so that it can read the plugin's setting."),
            new NextStep("See whether the plugin's environment overrides its setting: on a Mattermost server, look for MM_CALLS_RTCD_SERVICE_URL.", "tr '\\0' '\\n' </proc/\"$(pgrep -xo mattermost)\"/environ | grep -o '^MM_CALLS_RTCD[A-Z_]*'")),
        new(
            NotInUse,
            Outcome.Skipped,
            "A separate call server is configured, but calls do not go through it.",
            "The URL {source} is set, and the Calls plugin does not use it: that takes an Enterprise licence. Calls run inside Mattermost.",
            new NextStep("See what the check of the licence says. With a licence for it, restart the plugin when no call is running.", RestartPlugin.Command),
            new NextStep("To look at that RTCD all the same, name it.", "callsbot doctor --rtcd http://RTCD:8045")),
        new(
            CallsV2,
            Outcome.Skipped,
            "This installation uses a newer version of Calls, which has no such call server.",
            "The Calls plugin is version 2 or newer and uses LiveKit instead of RTCD.",
            new NextStep("See the plugin's version.", "mmctl plugin list"),
            new NextStep("Look at the LiveKit server's own address, ports and log.")),
        CheckSchedule.CheckFailedReason,
    }.ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);

    public static string CodeOf(HttpFailure failure) => failure switch
    {
        HttpFailure.NameNotFound => NameNotFound,
        HttpFailure.AddressRefused => AddressRefused,
        HttpFailure.Unreachable => Unreachable,
        HttpFailure.ConnectTimeout => ConnectTimeout,
        HttpFailure.ConnectionRefused => ConnectionRefused,
        HttpFailure.ConnectionReset => ConnectionReset,
        HttpFailure.ResponseTimeout => ResponseTimeout,
        HttpFailure.TlsFailed => TlsFailed,
        HttpFailure.TlsOnPlainPort => TlsOnPlainPort,
        HttpFailure.PlainOnTlsPort => PlainOnTlsPort,
        HttpFailure.CertificateUntrusted => CertificateUntrusted,
        HttpFailure.CertificateNameMismatch => CertificateNameMismatch,
        HttpFailure.CertificateExpired => CertificateExpired,
        HttpFailure.Redirected => Redirected,
        HttpFailure.HtmlResponse => HtmlResponse,
        HttpFailure.HttpStatus => HttpStatus,
        HttpFailure.ResponseTooLarge => ResponseTooLarge,
        HttpFailure.NotJson => NotJson,
        HttpFailure.UnexpectedJson => UnexpectedJson,
        _ => throw new System.Diagnostics.UnreachableException(failure.ToString()),
    };
}
