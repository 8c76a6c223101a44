using System.Diagnostics;
using System.Globalization;
using CallsBot.Checks.Media;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Checks.Rtcd;

/// <summary>Does RTCD's WebSocket open, and does RTCD greet on it?</summary>
internal sealed class RtcdSocketCheck(RtcdSurvey survey, MediaSurvey media) : ICheck
{
    private static readonly NextStep AskWithoutProxy = new(
        "On the RTCD server, ask it without the network between. \"HTTP/1.1 101\" is what is wanted; 200 means that RTCD refuses the credentials.",
        "curl -gsSik -m 5 --http1.1 -u CLIENT_ID:KEY -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: Y2FsbHNib3RjYWxsc2JvdA==' '{scheme}://localhost:{port}/ws' | head -5");

    private static readonly NextStep AskFromHere = new(
        "Ask the same from a Mattermost server: if only that differs, something between is at fault.",
        "curl -gsSi -m 5 --http1.1 -u CLIENT_ID:KEY -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: Y2FsbHNib3RjYWxsc2JvdA==' '{url}/ws' | head -5");

    private static readonly NextStep GoDirectly = new(
        "Point the RTCD Service URL (System Console > Plugins > Calls) straight at RTCD's API port, past any proxy or load balancer. If a proxy has to stay, let it pass WebSockets on; in NGINX, in the location:",
        "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\"; proxy_read_timeout 60s;");

    private static readonly NextStep ReadLog = new(
        "On the RTCD server, read the last lines of its log.", "sudo journalctl -u rtcd -n 100 --no-pager | grep -i 'ws:\\|service:'");

    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The connection that sets calls up opens, and the call server answers on it.", "{seen}.");

    private static readonly Reason CredentialsRefused = new(
        "socket-credentials-refused",
        Outcome.Fail,
        "The call server refuses the credentials when the connection that sets calls up is opened.",
        "{seen}. RTCD refuses a WebSocket by answering 200 without an upgrade. A proxy that answers in its place looks the same.",
        AskWithoutProxy,
        ReadLog);

    private static readonly Reason UpgradeStripped = new(
        "upgrade-stripped",
        Outcome.Fail,
        "A proxy in front of the call server does not let WebSockets through.",
        "{seen}. RTCD answers so when the headers that ask for the upgrade are missing: something between took them out. The Calls plugin gets the same, and no call can be set up.",
        AskWithoutProxy,
        GoDirectly);

    private static readonly Reason WrongPath = new(
        "socket-not-found",
        Outcome.Fail,
        "There is no WebSocket at the call server's address.",
        "{seen}. RTCD's is always at /ws. A proxy that passes only some paths on, or another service, answers so.",
        AskWithoutProxy,
        GoDirectly);

    private static readonly Reason Forbidden = new(
        "socket-forbidden",
        Outcome.Fail,
        "The connection that sets calls up is forbidden, by a proxy or a firewall.",
        "{seen}. RTCD itself forbids only requests that come from another site's page, and this one names no page.",
        AskWithoutProxy,
        GoDirectly);

    private static readonly Reason ProxyError = new(
        "socket-proxy-error",
        Outcome.Fail,
        "A proxy in front of the call server cannot reach it for WebSockets.",
        "{seen}. The question for the version got through a moment before.",
        AskWithoutProxy,
        GoDirectly);

    private static readonly Reason NotUpgraded = new(
        "not-upgraded",
        Outcome.Fail,
        "Something other than the call server answers where the connection that sets calls up should open.",
        "{seen}. RTCD answers 101, 200 or 400.",
        AskWithoutProxy,
        GoDirectly);

    private static readonly Reason Unanswered = new(
        "socket-unanswered",
        Outcome.Fail,
        "The connection that sets calls up does not open, though the call server answers other questions.",
        "{seen}. A proxy that does not know WebSockets, or a firewall that inspects traffic, does this.",
        AskWithoutProxy,
        AskFromHere,
        ReadLog);

    private static readonly Reason NoTls = new(
        "socket-tls-failed",
        Outcome.Fail,
        "No secure connection can be made to set calls up, though one could a moment ago.",
        "{seen}. Servers with different certificates behind one address do this.",
        new NextStep("Look at the certificate that is served, a few times.", "for i in 1 2 3 4 5; do openssl s_client -connect '{authority}' -servername '{host}' </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -enddate; done"));

    private static readonly Reason NoHello = new(
        "no-hello",
        Outcome.Fail,
        "The connection that sets calls up opens, and then nothing comes over it.",
        "{seen}. RTCD greets at once: something between holds back what it sends, or it hangs.",
        ReadLog,
        AskFromHere,
        GoDirectly);

    private static readonly Reason ClosedAtOnce = new(
        "closed-at-once",
        Outcome.Fail,
        "The connection that sets calls up opens and is closed at once.",
        "{seen}.",
        ReadLog,
        AskWithoutProxy,
        GoDirectly);

    private static readonly Reason SomeAddressesFail = new(
        RtcdVersionReasons.SomeAddressesFail,
        Outcome.Warn,
        "The connection that sets calls up opens, but not at every one of the call server's addresses.",
        "{seen}. These failed: {failed}. The Calls plugin connects to each IPv4 address of {host} and does not start while one fails.",
        AskFromHere,
        ReadLog);

    public string Id => "rtcd-socket";

    public string Title => "RTCD WebSocket";

    public CheckGroup Group => CheckGroup.Rtcd;

    public string Activity => "Opening RTCD's WebSocket";

    public IReadOnlyList<string> Covers { get; } = ["A3.1", "A3.2", "H3.1"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(
        CredentialsRefused, UpgradeStripped, WrongPath, Forbidden, ProxyError, NotUpgraded, Unanswered, NoTls, NoHello, ClosedAtOnce, SomeAddressesFail, AddressFindings.NotAsked);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-credentials"];

    public IReadOnlyList<string> ExplainedBy { get; } = ["rtcd-version"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        var sockets = await media.OpenAsync(cancellationToken);
        return sockets.Count == 0
            ? where.Nothing(Id)
            : new AddressFindings(where, [.. sockets.Select(Judge)]).ToResult(Id, Passed, SomeAddressesFail);
    }

    private static AtAddress Judge(SocketAtAddress at)
    {
        var opening = at.Opening;
        if (opening.Failure is not { } failure)
        {
            return new AtAddress(at.Address, Passed, string.Create(
                CultureInfo.InvariantCulture,
                $"upgraded after {opening.Upgrade?.TotalMilliseconds:0.#} ms, greeted {opening.Hello?.TotalMilliseconds:0.#} ms later"))
            {
                Duration = opening.Upgrade,
            };
        }

        var status = opening.Status is { } code ? string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)code} instead of an upgrade") : null;
        var detail = SafeText.From(opening.Detail ?? "").TrimEnd('.');
        return new AtAddress(at.Address, ReasonOf(failure), failure switch
        {
            RtcdSocketFailure.Timeout => "no answer to the request for a WebSocket within the time for it",
            RtcdSocketFailure.NoHello => "upgraded, and then silent",
            RtcdSocketFailure.ClosedBeforeHello => detail.Length > 0 ? $"upgraded, and then: {detail}" : "upgraded, and then closed",
            _ => status ?? detail,
        });
    }

    private static Reason ReasonOf(RtcdSocketFailure failure) => failure switch
    {
        RtcdSocketFailure.ConnectionRefused or RtcdSocketFailure.ConnectionFailed or RtcdSocketFailure.Timeout => Unanswered,
        RtcdSocketFailure.Tls => NoTls,
        RtcdSocketFailure.CredentialsRefused => CredentialsRefused,
        RtcdSocketFailure.NotFound => WrongPath,
        RtcdSocketFailure.UpgradeStripped => UpgradeStripped,
        RtcdSocketFailure.Forbidden => Forbidden,
        RtcdSocketFailure.ProxyError => ProxyError,
        RtcdSocketFailure.UnexpectedAnswer => NotUpgraded,
        RtcdSocketFailure.NoHello => NoHello,
        RtcdSocketFailure.ClosedBeforeHello => ClosedAtOnce,
        _ => throw new UnreachableException(failure.ToString()),
    };
}
