using System.Globalization;
using CallsBot.Probes;

namespace CallsBot.Checks.Rtcd;

/// <summary>Does every address of RTCD speak TLS as the URL says, with a certificate that holds for a while?</summary>
internal sealed class RtcdTlsCheck(RtcdSurvey survey, TimeProvider time) : ICheck
{
    /// <summary>
    /// Automatic renewal starts a month ahead (certbot, renew_before_expiry): with two weeks left it does not work, or RTCD
    /// has not been restarted since.
    /// </summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The connection to the call server is encrypted, with a certificate that is in order.", "{seen}.");

    private static readonly Reason Plain = new(
        "no-tls",
        Outcome.Pass,
        "The call server is addressed without TLS, so there is no certificate to check.",
        "The URL {source} begins with http. What the Calls plugin and RTCD tell each other, credentials included, passes unencrypted: keep the API port inside.");

    private static readonly Reason ExpiresSoon = new(
        "certificate-expires-soon",
        Outcome.Warn,
        "The call server's certificate expires soon.",
        "{seen}.",
        new NextStep(
            "On the RTCD server, see until when the file is good (cert_file under api.http.tls in RTCD's configuration). If longer than what is served, RTCD only needs a restart: it reads the file when it starts.",
            "openssl x509 -noout -enddate -in /path/to/cert_file"),
        new NextStep("Else renew the certificate, then restart RTCD when no call is running.", "sudo systemctl restart rtcd"));

    private static readonly Reason SomeAddressesFail = new(
        RtcdVersionReasons.SomeAddressesFail,
        Outcome.Warn,
        "No secure connection can be made to some of the call server's addresses.",
        "{seen}. The Calls plugin makes a connection to each IPv4 address of {host} and does not start while one of them fails. These failed: {failed}.",
        new NextStep("Give these servers the same certificate as the others, or take them out of the name service.", "getent ahostsv4 '{host}'"));

    public string Id => "rtcd-tls";

    public string Title => "RTCD TLS";

    public CheckGroup Group => CheckGroup.Rtcd;

    public string Activity => "Looking at RTCD's certificate";

    public IReadOnlyList<string> Covers { get; } = ["D1"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(
    [
        Plain,
        ExpiresSoon,
        SomeAddressesFail,
        AddressFindings.NotAsked,
        .. new[]
        {
            RtcdVersionReasons.TlsFailed, RtcdVersionReasons.TlsOnPlainPort, RtcdVersionReasons.PlainOnTlsPort,
            RtcdVersionReasons.CertificateUntrusted, RtcdVersionReasons.CertificateExpired, RtcdVersionReasons.CertificateNameMismatch,
            RtcdVersionReasons.ResponseTimeout, RtcdVersionReasons.ConnectionReset, RtcdVersionReasons.Unreachable,
        }.Select(code => RtcdVersionReasons.All[code]),
    ]);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-tcp"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        if (await survey.AskAsync(cancellationToken) is not { Resolved.Problem: null } replies)
        {
            return where.Nothing(Id);
        }

        var isTls = replies.Target.IsTls;
        var findings = new AddressFindings(where, [.. replies.Replies.Select(reply => isTls ? Judge(reply) : JudgePlain(reply))]);
        var certificates = replies.Replies
            .Where(reply => reply.Certificate is not null)
            .Select(reply => new Evidence($"Certificate at {reply.Address}", reply.Certificate!.ToString()));
        return findings.ToResult(Id, isTls ? Passed : Plain, SomeAddressesFail, evidence: certificates);
    }

    private static AtAddress JudgePlain(HttpReply reply) => reply switch
    {
        { ConnectDuration: null } => AtAddress.From(reply, AddressFindings.NotAsked),
        { Failure: HttpFailure.PlainOnTlsPort } => AtAddress.From(reply, RtcdVersionReasons.All[RtcdVersionReasons.PlainOnTlsPort]),
        _ => AtAddress.From(reply, Plain) with { Seen = "no TLS" },
    };

    private AtAddress Judge(HttpReply reply) => reply switch
    {
        { ConnectDuration: null } => AtAddress.From(reply, AddressFindings.NotAsked),
        { Certificate: { IsGood: true } certificate } => JudgeGood(reply, certificate),
        _ => AtAddress.From(reply, RtcdVersionReasons.All[RtcdVersionReasons.CodeOf(reply.Failure ?? HttpFailure.TlsFailed)]),
    };

    private AtAddress JudgeGood(HttpReply reply, CertificateSeen certificate)
    {
        var left = certificate.ValidUntil - time.GetUtcNow();
        var seen = string.Create(
            CultureInfo.InvariantCulture,
            $"{reply.Tls?.ToString() ?? "TLS"}; the certificate is good until {certificate.ValidUntil:yyyy-MM-dd HH:mm} UTC, {left.TotalDays:0} days");
        return AtAddress.From(reply, left < Soon ? ExpiresSoon : Passed) with { Seen = seen };
    }
}
