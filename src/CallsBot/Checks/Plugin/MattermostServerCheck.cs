using System.Globalization;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Checks.Plugin;

/// <summary>Does the Mattermost server answer, and is it set up so that browsers can make calls on it?</summary>
internal sealed class MattermostServerCheck(Installation installation, MattermostPingProbe probe, TimeProvider time) : ICheck
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    public string Id => "mattermost-server";

    public string Title => "Mattermost server";

    public CheckGroup Group => CheckGroup.Mattermost;

    public string Activity => "Asking Mattermost whether it lives";

    public IReadOnlyList<string> Covers { get; } = ["N7", "B1.1"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        MattermostServerReasons.All.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        if (installation.Server is not { } server)
        {
            var nobody = (await installation.PingAsync(cancellationToken)).Seen;
            return MattermostServerReasons.All[MattermostServerReasons.NoServer].ToResult(Id, Words(null, nobody), []);
        }

        var ping = installation.PingAsync(cancellationToken);
        var client = installation.ClientConfigAsync(cancellationToken);
        var config = installation.ServerConfigAsync(cancellationToken);
        var probed = probe.AskAsync(server, cancellationToken);
        await Task.WhenAll(ping, client, config, probed);
        return Judge(server, await ping, (await client).Value, (await config).Value, await probed);
    }

    private CheckResult Judge(
        Uri server,
        Answer<SystemPing> ping,
        IReadOnlyDictionary<string, string>? client,
        ServerConfig? config,
        IReadOnlyList<HttpReply<SystemPing>> probed)
    {
        var site = config?.SiteUrl ?? client?.GetValueOrDefault("SiteURL");
        var certificate = probed.FirstOrDefault(reply => reply.Certificate is not null)?.Certificate;
        var failed = probed.Where(reply => reply.Failure is not null and not HttpFailure.AddressRefused).ToList();
        var version = client?.GetValueOrDefault("Version");
        var reason = ping.Value is null
            ? MattermostServerReasons.All[FailureOf(ping, probed)]
            : (ping.Value, site) switch
            {
                ({ Status: not "OK" } or { DatabaseStatus: not (null or "OK") } or { FilestoreStatus: not (null or "OK") }, _) =>
                    MattermostServerReasons.All[MattermostServerReasons.Unhealthy],
                (_, "") => MattermostServerReasons.All[MattermostServerReasons.SiteUrlMissing],
                _ when SiteUrls.IsInsecure(site) => MattermostServerReasons.All[MattermostServerReasons.SiteUrlNotHttps],
                _ when failed.Count > 0 && probed.Count > 1 => MattermostServerReasons.All[MattermostServerReasons.SomeAddressesFail],
                _ when certificate is not null && certificate.ValidUntil < time.GetUtcNow() + Soon =>
                    MattermostServerReasons.All[MattermostServerReasons.CertificateExpiresSoon],
                _ => MattermostServerReasons.Passed,
            };
        var seen = reason == MattermostServerReasons.Passed ? $"version {SafeText.From(version ?? "not told", 40)}"
            : failed.Count > 0 ? string.Join("; ", failed.Select(Seen))
            : ping.Value is { } said ? Parts(said)
            : ping.Seen;
        var result = reason.ToResult(Id, Words(server, seen, site, certificate), [.. Evidence(server, ping, version, site, probed, certificate)]);
        return result with
        {
            Subjects = probed.Count > 1 ? [.. probed.Select(Subject)] : [],
            Inventory = version is null ? [] : [new Evidence("Mattermost", SafeText.From(version, 40))],
        };
    }

    /// <summary>What the probe saw says more than that the client did not get through.</summary>
    private static string FailureOf(Answer<SystemPing> ping, IReadOnlyList<HttpReply<SystemPing>> probed)
    {
        // 500 is what the server itself says when its database or file store does not work.
        if (ping.Fault == AnswerFault.Unreachable && probed.Any(reply => reply.Value is not null))
        {
            return MattermostServerReasons.Unhealthy;
        }

        return probed.Max(reply => reply.Failure) switch
        {
            HttpFailure.NameNotFound => MattermostServerReasons.NameNotFound,
            HttpFailure.TlsFailed or HttpFailure.TlsOnPlainPort or HttpFailure.PlainOnTlsPort => MattermostServerReasons.TlsFailed,
            HttpFailure.CertificateUntrusted or HttpFailure.CertificateNameMismatch or HttpFailure.CertificateExpired =>
                MattermostServerReasons.CertificateRefused,
            HttpFailure.Redirected or HttpFailure.HtmlResponse or HttpFailure.HttpStatus or HttpFailure.ResponseTooLarge
                or HttpFailure.NotJson or HttpFailure.UnexpectedJson => MattermostServerReasons.NotMattermost,
            null when ping.Fault is AnswerFault.NotFound or AnswerFault.Refused => MattermostServerReasons.NotMattermost,
            _ => MattermostServerReasons.Unreachable,
        };
    }

    private static IEnumerable<Evidence> Evidence(
        Uri server,
        Answer<SystemPing> ping,
        string? version,
        string? site,
        IReadOnlyList<HttpReply<SystemPing>> probed,
        CertificateSeen? certificate)
    {
        yield return new Evidence("Server", Shown(server));
        yield return new Evidence("Ping", ping.Value is { } said ? Parts(said) : ping.Seen);
        yield return new Evidence("Version", SafeText.From(version ?? "not told", 40));
        yield return new Evidence("Site URL", site switch { null => "not told to anyone without a session", "" => "empty", _ => SafeText.From(site) });
        foreach (var reply in probed)
        {
            yield return new Evidence(
                reply.Address is null ? "Name service" : $"Address {reply.Address}",
                string.Create(CultureInfo.InvariantCulture, $"{reply.Duration.TotalMilliseconds:0} ms: {reply.Seen}"));
        }

        if (certificate is not null)
        {
            yield return new Evidence("Certificate", certificate.ToString());
        }
    }

    private static SubjectResult Subject(HttpReply<SystemPing> reply) => new(
        reply.Address?.ToString() ?? "name service",
        reply.Failure switch
        {
            null => Outcome.Pass,
            HttpFailure.AddressRefused => Outcome.Skipped,
            _ => Outcome.Fail,
        },
        reply.Failure is { } failure ? RtcdVersionReasons.CodeOf(failure) : null,
        reply.Seen)
    { Duration = reply.Duration };

    private static string Seen(HttpReply<SystemPing> reply) => reply.Address is null ? reply.Seen : $"{reply.Address}: {reply.Seen}";

    private static string Parts(SystemPing ping) =>
        $"status {SafeText.From(ping.Status, 40)}, database {SafeText.From(ping.DatabaseStatus ?? "not told", 40)}, file store {SafeText.From(ping.FilestoreStatus ?? "not told", 40)}";

    private static string Shown(Uri server) => SafeText.From(server.ToString().TrimEnd('/'));

    private static Dictionary<string, string> Words(Uri? server, string seen, string? site = null, CertificateSeen? certificate = null) => new()
    {
        ["server"] = server is null ? "" : Shown(server),
        ["host"] = server?.DnsSafeHost ?? "",
        ["authority"] = server is null ? "" : $"{server.Host}:{server.Port.ToString(CultureInfo.InvariantCulture)}",
        ["seen"] = seen,
        ["site"] = SafeText.From(site ?? "not told to anyone without a session"),
        ["date"] = certificate?.ValidUntil.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
    };
}
