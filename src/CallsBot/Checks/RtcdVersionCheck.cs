using System.Globalization;
using System.Net.Sockets;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Checks;

/// <summary>Does RTCD's HTTP API answer, and is it new enough for the Calls plugin?</summary>
internal sealed class RtcdVersionCheck(RtcdTargets targets, RtcdVersionProbe probe) : ICheck
{
    private static readonly RtcdSemver Minimum =
        RtcdSemver.TryParse(CallsPlugin.MinimumRtcdVersion, out var version)
            ? version
            : throw new InvalidOperationException($"{CallsPlugin.MinimumRtcdVersion} is no version.");

    private enum Age
    {
        TooOld,
        Unknown,
        NewEnough,
    }

    public string Id => "rtcd-version";

    public string Title => "RTCD version";

    public CheckGroup Group => CheckGroup.Rtcd;

    public string Activity => "Asking RTCD for its version";

    public IReadOnlyList<string> Covers { get; } = ["A1.2", "A3.1", "A4.2", "D1", "2B.2.1", "2B.2.2"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        RtcdVersionReasons.All.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var finding = targets.FindAsync(cancellationToken);
        var forCallsV2 = targets.AreForCallsV2Async(cancellationToken);
        await Task.WhenAll(finding, forCallsV2);
        if (await forCallsV2)
        {
            return Result(RtcdVersionReasons.CallsV2, [], []);
        }

        var url = await finding;
        if (url.Value is null)
        {
            return Result(RtcdVersionReasons.NoRtcdUrl, new() { ["fault"] = url.Source }, []);
        }

        if (!ProbeTarget.TryParse(url.Value, out var target, out var fault))
        {
            return Result(
                RtcdVersionReasons.UrlInvalid,
                new() { ["source"] = url.Source, ["fault"] = fault },
                [new Evidence("URL", $"{url.Source}; not shown, because a broken URL can hold a password anywhere")]);
        }

        return Judge(await probe.AskAsync(target, cancellationToken), url.Source);
    }

    private CheckResult Judge(RtcdVersionReplies replies, string source)
    {
        // The plugin uses IPv4 only, and refuses to start when a single address is too old: of the IPv4 addresses the
        // oldest counts, and what IPv6 says stays in the evidence (mattermost-plugin-calls v1.12.2, server/rtcd.go, resolveURL).
        var counted = replies.Replies.Where(r => r.Address is { AddressFamily: AddressFamily.InterNetwork }).ToList();
        var hasIPv4 = counted.Count > 0;
        counted = hasIPv4 ? counted : [.. replies.Replies];
        var deciding = counted.Where(r => r.Version is not null).MinBy(AgeOf) ?? counted.MaxBy(r => r.Failure)!;
        var failed = counted.Where(r => r.Failure is not null).ToList();
        var reason = deciding.Failure is { } failure
            ? RtcdVersionReasons.All[RtcdVersionReasons.CodeOf(failure)]
            : AgeOf(deciding) switch
            {
                Age.TooOld => RtcdVersionReasons.All[RtcdVersionReasons.VersionTooOld],
                _ when !hasIPv4 => RtcdVersionReasons.All[RtcdVersionReasons.NoIPv4Address],
                _ when failed.Count > 0 => RtcdVersionReasons.All[RtcdVersionReasons.SomeAddressesFail],
                Age.Unknown => RtcdVersionReasons.All[RtcdVersionReasons.VersionUnknown],
                _ => RtcdVersionReasons.Passed,
            };

        var target = replies.Target;
        var words = new Dictionary<string, string>
        {
            ["url"] = target.ToString(),
            ["scheme"] = target.Scheme,
            ["host"] = target.Host,
            ["port"] = target.Port.ToString(CultureInfo.InvariantCulture),
            ["authority"] = target.Authority,
            ["seen"] = Seen(target, deciding),
            ["failed"] = string.Join("; ", failed.Select(r => Seen(target, r))),
            ["source"] = source,
            ["version"] = SafeText.From(deciding.Version?.BuildVersion ?? "", 40),
            ["minimum"] = CallsPlugin.MinimumRtcdVersion,
        };
        return reason.ToResult(Id, words, [.. EvidenceOf(replies, deciding, source)]);
    }

    private static Age AgeOf(RtcdVersionReply reply)
    {
        if (!RtcdSemver.TryParse(reply.Version?.BuildVersion, out var version))
        {
            return Age.Unknown;
        }

        return version < Minimum ? Age.TooOld : Age.NewEnough;
    }

    private static IEnumerable<Evidence> EvidenceOf(RtcdVersionReplies replies, RtcdVersionReply deciding, string source)
    {
        yield return new Evidence("URL", $"{replies.Target} {source}");
        foreach (var reply in replies.Replies)
        {
            var result = reply.Failure is { } failure ? RtcdVersionReasons.CodeOf(failure) : "answered";
            yield return new Evidence(
                reply.Address is null ? "Name service" : $"Address {reply.Address}",
                string.Create(CultureInfo.InvariantCulture, $"{result}, {reply.Duration.TotalMilliseconds:0} ms: {reply.Seen}"));
        }

        if (deciding.Version is { } version)
        {
            yield return new Evidence("Version", SafeText.From(version.BuildVersion, 40) is { Length: > 0 } text ? text : "(empty)");
            yield return new Evidence(
                "Build", SafeText.From($"{version.BuildHash} {version.BuildDate} {version.GoVersion} {version.GoOS} {version.GoArch}"));
        }

        if (deciding.Status is { } status)
        {
            yield return new Evidence("HTTP status", status.ToString(CultureInfo.InvariantCulture));
        }

        if (deciding.Version is null && deciding.BodyStart is { } body)
        {
            yield return new Evidence("Body", body.Length > 0 ? body : "(empty)");
        }

        if (deciding.Certificate is { } certificate)
        {
            yield return new Evidence("Certificate", certificate.ToString());
        }
    }

    /// <summary>"rtcd.example.com:8045 (10.0.0.5): connection refused".</summary>
    private static string Seen(ProbeTarget target, RtcdVersionReply reply) =>
        reply.Address is null ? reply.Seen
        : target.Address is not null ? $"{target.Authority}: {reply.Seen}"
        : $"{target.Authority} ({reply.Address}): {reply.Seen}";

    private CheckResult Result(string code, Dictionary<string, string> words, IReadOnlyList<Evidence> evidence) =>
        RtcdVersionReasons.All[code].ToResult(Id, words, evidence);
}
