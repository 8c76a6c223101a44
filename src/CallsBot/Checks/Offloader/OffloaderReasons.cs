namespace CallsBot.Checks.Offloader;

/// <summary>
/// What can keep calls-offloader from answering, with its words, for every check that asks it over HTTP. Placeholders:
/// <c>{url}</c>, <c>{host}</c>, <c>{port}</c>, <c>{seen}</c>.
/// </summary>
internal static class OffloaderReasons
{
    public const string NameNotFound = "name-not-found";
    public const string AddressRefused = "address-refused";
    public const string ConnectionRefused = "connection-refused";
    public const string ConnectTimeout = "connect-timeout";
    public const string Unreachable = "unreachable";
    public const string NoAnswer = "no-answer";
    public const string TlsFailed = "tls-failed";
    public const string NotTheOffloader = "not-the-offloader";

    private static readonly NextStep IsItRunning = new("On the offloader's machine, see whether it runs.", "sudo systemctl status calls-offloader");

    private static readonly NextStep ReadLog = new("Read the last lines of its log.", "sudo journalctl -u calls-offloader -n 100 --no-pager");

    private static readonly NextStep AskFromMattermost = new("Ask from a Mattermost server, which has to reach it.", "curl -gsSi -m 5 '{url}/version'");

    private static readonly NextStep WhoListens = new("On the offloader's machine, see what listens on the port.", "sudo ss -ltnp 'sport = :{port}'");

    public static IReadOnlyList<Reason> Unanswered { get; } =
    [
        new(
            NameNotFound,
            Outcome.Fail,
            "The name of the job service does not resolve.",
            "{seen}",
            new NextStep("On a Mattermost server, look the name up.", "getent ahosts '{host}'")),
        new(
            AddressRefused,
            Outcome.Fail,
            "The job service's name leads to an address where no job service can be, so nothing was sent.",
            "{seen}.",
            new NextStep("See which addresses the name has.", "getent ahosts '{host}'")),
        new(
            ConnectionRefused,
            Outcome.Fail,
            "The job service's machine answers, but nothing listens on its port.",
            "{seen}: calls-offloader is not running, listens on another port, or a firewall rejects the connection.",
            IsItRunning,
            WhoListens,
            ReadLog),
        new(
            ConnectTimeout,
            Outcome.Fail,
            "The job service does not answer connection requests: a firewall drops them, or the machine is down.",
            "{seen}.",
            new NextStep("From a Mattermost server, try the port.", "nc -vz -w 3 '{host}' {port}"),
            new NextStep("Allow TCP {port} from the Mattermost servers in the firewall of the offloader's machine, and in the security group in a cloud."),
            WhoListens),
        new(
            Unreachable,
            Outcome.Fail,
            "There is no network path to the job service.",
            "{seen}.",
            new NextStep("From the machine that CallsBot runs on and from a Mattermost server, try the port.", "nc -vz -w 3 '{host}' {port}")),
        new(
            NoAnswer,
            Outcome.Fail,
            "The job service accepts the connection but does not answer.",
            "{seen}.",
            IsItRunning,
            ReadLog,
            AskFromMattermost),
        new(
            TlsFailed,
            Outcome.Fail,
            "No secure connection to the job service comes about.",
            "{seen}.",
            new NextStep("See how the handshake goes, and which certificate is served.", "openssl s_client -connect '{host}:{port}' -servername '{host}' -brief </dev/null"),
            new NextStep("Make http or https in the Job service URL agree with api.http.tls of calls-offloader, and serve the whole chain of a certificate that this machine and Mattermost trust.")),
        new(
            NotTheOffloader,
            Outcome.Fail,
            "Something answers at the job service's address, but it is not the job service.",
            "{seen}.",
            AskFromMattermost,
            new NextStep("Correct the address in System Console > Plugins > Calls > Job service URL; calls-offloader listens on 4545 unless told otherwise.")),
    ];

    public static string CodeOf(Probes.HttpFailure failure) => failure switch
    {
        Probes.HttpFailure.NameNotFound => NameNotFound,
        Probes.HttpFailure.AddressRefused => AddressRefused,
        Probes.HttpFailure.Unreachable => Unreachable,
        Probes.HttpFailure.ConnectTimeout => ConnectTimeout,
        Probes.HttpFailure.ConnectionRefused => ConnectionRefused,
        Probes.HttpFailure.ConnectionReset or Probes.HttpFailure.ResponseTimeout => NoAnswer,
        Probes.HttpFailure.TlsFailed or Probes.HttpFailure.TlsOnPlainPort or Probes.HttpFailure.PlainOnTlsPort
            or Probes.HttpFailure.CertificateUntrusted or Probes.HttpFailure.CertificateNameMismatch or Probes.HttpFailure.CertificateExpired => TlsFailed,
        Probes.HttpFailure.Redirected or Probes.HttpFailure.HtmlResponse or Probes.HttpFailure.HttpStatus
            or Probes.HttpFailure.ResponseTooLarge or Probes.HttpFailure.NotJson or Probes.HttpFailure.UnexpectedJson => NotTheOffloader,
        _ => throw new System.Diagnostics.UnreachableException(failure.ToString()),
    };
}
