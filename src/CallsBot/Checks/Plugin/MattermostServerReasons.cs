using System.Collections.Frozen;

namespace CallsBot.Checks.Plugin;

/// <summary>
/// Every way in which <see cref="MattermostServerCheck"/> can end, with its words. Placeholders: <c>{server}</c>,
/// <c>{host}</c>, <c>{authority}</c> (host and port), <c>{seen}</c>, <c>{site}</c> (the Site URL), <c>{date}</c>.
/// </summary>
internal static class MattermostServerReasons
{
    public const string NoServer = "no-server-address";
    public const string NameNotFound = "name-not-found";
    public const string Unreachable = "server-unreachable";
    public const string TlsFailed = "tls-failed";
    public const string CertificateRefused = "certificate-refused";
    public const string NotMattermost = "not-mattermost";
    public const string Unhealthy = "server-unhealthy";
    public const string SiteUrlMissing = "site-url-missing";
    public const string SiteUrlNotHttps = "site-url-not-https";
    public const string SomeAddressesFail = "some-addresses-fail";
    public const string CertificateExpiresSoon = "certificate-expires-soon";

    private static readonly NextStep Ask = new("Ask it from the machine that CallsBot runs on.", "curl -gsSi -m 5 '{server}/api/v4/system/ping'");

    private static readonly NextStep Address = new("Mattermost:Server in CallsBot's settings has to be the address at which the bot reaches the server.");

    private static readonly NextStep ShowCertificate = new(
        "Look at the certificate that is served.",
        "openssl s_client -connect '{authority}' -servername '{host}' </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName");

    private static readonly NextStep SetSiteUrl = new(
        "Set it in System Console > Environment > Web Server > Site URL to the address that people open, with https.",
        "mmctl config set ServiceSettings.SiteURL https://chat.example.com");

    public static Reason Passed { get; } = new(
        Code: null,
        Outcome.Pass,
        "The Mattermost server answers.",
        "{server}: {seen}. Site URL: {site}.");

    public static FrozenDictionary<string, Reason> All { get; } = new Reason[]
    {
        new(
            NoServer,
            Outcome.Skipped,
            "Not checked: the address of the Mattermost server is not known to the bot.",
            "{seen}",
            new NextStep("Set Mattermost:Server in CallsBot's settings. Nothing else is needed for this check.")),
        new(
            NameNotFound,
            Outcome.Fail,
            "The name of the Mattermost server does not resolve.",
            "{seen}",
            new NextStep("Look the name up.", "getent ahosts '{host}'"),
            Address),
        new(
            Unreachable,
            Outcome.Fail,
            "The Mattermost server does not answer the bot.",
            "{seen}",
            Ask,
            Address),
        new(
            TlsFailed,
            Outcome.Fail,
            "No secure connection to the Mattermost server can be agreed on.",
            "{seen}",
            new NextStep("See how the handshake goes.", "openssl s_client -connect '{authority}' -servername '{host}' -brief </dev/null"),
            Address),
        new(
            CertificateRefused,
            Outcome.Fail,
            "The Mattermost server's certificate is not good: browsers warn of it or refuse the page.",
            "{seen}",
            ShowCertificate,
            new NextStep("Renew it, serve the whole chain, or add its authority to the trusted ones of this machine.")),
        new(
            NotMattermost,
            Outcome.Fail,
            "Something answers at the Mattermost server's address, but not as Mattermost does.",
            "{seen}",
            Ask,
            Address),
        new(
            Unhealthy,
            Outcome.Fail,
            "The Mattermost server answers, and says that a part of it does not work.",
            "{seen}",
            new NextStep("See which part.", "curl -gsS -m 5 '{server}/api/v4/system/ping?get_server_status=true'"),
            new NextStep("Read its log.", "mmctl logs --number 200")),
        new(
            SiteUrlMissing,
            Outcome.Fail,
            "The Mattermost server has no Site URL.",
            "ServiceSettings.SiteURL is empty. Links, the desktop app and recordings of calls do not work without it.",
            SetSiteUrl),
        new(
            SiteUrlNotHttps,
            Outcome.Fail,
            "People open Mattermost without https, so their browsers give it no microphone.",
            "The Site URL is {site}. Browsers give the microphone, the camera and the screen to pages with https or on localhost alone.",
            new NextStep("Serve Mattermost over https: a certificate in System Console > Environment > Web Server, or a proxy in front that passes WebSockets on."),
            SetSiteUrl),
        new(
            SomeAddressesFail,
            Outcome.Warn,
            "The Mattermost server answers, but not at every one of its addresses.",
            "{seen}",
            new NextStep("See which addresses the name has. Take those that fail out of the name service, or mend what is behind them.", "getent ahosts '{host}'")),
        new(
            CertificateExpiresSoon,
            Outcome.Warn,
            "The Mattermost server's certificate expires within two weeks.",
            "The certificate of {server} is valid until {date}.",
            ShowCertificate,
            new NextStep("Renew it.")),
        CheckSchedule.CheckFailedReason,
    }.ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);
}
