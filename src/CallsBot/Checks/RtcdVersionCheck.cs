using System.Globalization;
using System.Net.Sockets;
using CallsBot.Checks.Rtcd;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Checks;

/// <summary>Does RTCD's HTTP API answer, and is it new enough for the Calls plugin?</summary>
internal sealed class RtcdVersionCheck(RtcdSurvey survey) : ICheck
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

    public IReadOnlyList<string> ExplainedBy { get; } = ["rtcd-target", "rtcd-dns", "rtcd-tcp", "rtcd-tls"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        return await survey.AskAsync(cancellationToken) is { } replies ? Judge(replies, where) : where.ToResult(Id);
    }

    private CheckResult Judge(RtcdVersionReplies replies, RtcdWhere where)
    {
        // The plugin uses IPv4 only, and refuses to start when a single address is too old: of the IPv4 addresses the
        // oldest counts, and what IPv6 says stays in the evidence (mattermost-plugin-calls v1.12.2, server/rtcd.go, resolveURL).
        var counted = replies.Replies.Where(r => r.Address is { AddressFamily: AddressFamily.InterNetwork }).ToList();
        var hasIPv4 = counted.Count > 0;
        counted = hasIPv4 ? counted : [.. replies.Replies];
        var deciding = counted.Where(r => r.Value is not null).MinBy(AgeOf) ?? counted.MaxBy(r => r.Failure)!;
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
        var words = where.Words();
        words["seen"] = Seen(target, deciding);
        words["failed"] = string.Join("; ", failed.Select(r => Seen(target, r)));
        words["version"] = SafeText.From(deciding.Value?.BuildVersion ?? "", 40);
        words["minimum"] = CallsPlugin.MinimumRtcdVersion;
        return reason.ToResult(Id, words, [.. EvidenceOf(replies, deciding, where.Source)]) with
        {
            Subjects = [.. replies.ByAddress.Select(pair => SubjectOf(pair.Reply, counted))],
            Inventory = [.. InventoryOf(replies)],
        };
    }

    private static Age AgeOf(HttpReply<RtcdVersion> reply)
    {
        if (!RtcdSemver.TryParse(reply.Value?.BuildVersion, out var version))
        {
            return Age.Unknown;
        }

        return version < Minimum ? Age.TooOld : Age.NewEnough;
    }

    private static IEnumerable<Evidence> EvidenceOf(RtcdVersionReplies replies, HttpReply<RtcdVersion> deciding, string source)
    {
        yield return new Evidence("URL", $"{replies.Target} {source}");
        foreach (var reply in replies.Replies)
        {
            var result = reply.Failure is { } failure ? RtcdVersionReasons.CodeOf(failure) : "answered";
            yield return new Evidence(
                reply.Address is null ? "Name service" : $"Address {reply.Address}",
                string.Create(CultureInfo.InvariantCulture, $"{result}, {reply.Duration.TotalMilliseconds:0} ms: {reply.Seen}"));
        }

        if (deciding.Value is { } version)
        {
            yield return new Evidence("Version", SafeText.From(version.BuildVersion, 40) is { Length: > 0 } text ? text : "(empty)");
            yield return new Evidence(
                "Build", SafeText.From($"{version.BuildHash} {version.BuildDate} {version.GoVersion} {version.GoOS} {version.GoArch}"));
        }

        if (deciding.Status is { } status)
        {
            yield return new Evidence("HTTP status", status.ToString(CultureInfo.InvariantCulture));
        }

        if (deciding.Value is null && deciding.BodyStart is { } body)
        {
            yield return new Evidence("Body", body.Length > 0 ? body : "(empty)");
        }

        if (deciding.Certificate is { } certificate)
        {
            yield return new Evidence("Certificate", certificate.ToString());
        }
    }

    /// <summary>"rtcd.example.com:8045 (10.0.0.5): connection refused".</summary>
    private static string Seen(ProbeTarget target, HttpReply<RtcdVersion> reply) =>
        reply.Address is null ? reply.Seen
        : target.Address is not null ? $"{target.Authority}: {reply.Seen}"
        : $"{target.Authority} ({reply.Address}): {reply.Seen}";

    private static SubjectResult SubjectOf(HttpReply<RtcdVersion> reply, List<HttpReply<RtcdVersion>> counted)
    {
        var code = reply.Failure is { } failure ? RtcdVersionReasons.CodeOf(failure)
            : AgeOf(reply) switch
            {
                Age.TooOld => RtcdVersionReasons.VersionTooOld,
                Age.Unknown => RtcdVersionReasons.VersionUnknown,
                _ => null,
            };
        var outcome = code is null ? Outcome.Pass : RtcdVersionReasons.All[code].Outcome;
        return outcome == Outcome.Fail && !counted.Contains(reply)
            ? new SubjectResult(reply.Address!.ToString(), Outcome.Warn, code, $"{reply.Seen}; the Calls plugin uses the IPv4 addresses only") { Duration = reply.Duration }
            : new SubjectResult(reply.Address!.ToString(), outcome, code, reply.Seen) { Duration = reply.Duration };
    }

    private static IEnumerable<Evidence> InventoryOf(RtcdVersionReplies replies)
    {
        var versions = replies.Replies
            .Select(reply => SafeText.From(reply.Value?.BuildVersion ?? "", 40))
            .Where(version => version.Length > 0)
            .Distinct()
            .ToList();
        if (versions.Count > 0)
        {
            yield return new Evidence("RTCD version", string.Join(", ", versions));
        }
    }
}
