using System.Collections.Frozen;
using System.Globalization;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Checks.Offloader;

/// <summary>Does calls-offloader answer, and is it new enough for the Calls plugin?</summary>
internal sealed class OffloaderVersionCheck(OffloaderService offloader) : ICheck
{
    public const string TooOld = "version-too-old";
    public const string VersionUnknown = "version-unknown";
    public const string SomeAddressesFail = "some-addresses-fail";
    public const string IsRtcd = "address-is-rtcd";
    public const string NoOffloader = "no-offloader";

    /// <summary>mattermost-plugin-calls, plugin.json, min_offloader_version, since v1.5.0.</summary>
    private const string MinimumText = "v0.9.0";

    private static readonly RtcdSemver Minimum =
        RtcdSemver.TryParse(MinimumText, out var version) ? version : throw new InvalidOperationException($"{MinimumText} is no version.");

    private static readonly Reason Passed = new(
        Code: null,
        Outcome.Pass,
        "The job service answers, and its version is new enough.",
        "{seen}; the Calls plugin needs {minimum} or newer.");

    private static readonly FrozenDictionary<string, Reason> Reasons = ((Reason[])
    [
        new(
            TooOld,
            Outcome.Fail,
            "The job service is too old for the Calls plugin.",
            "{seen}; the Calls plugin needs {minimum} or newer (since 1.5), and starts no recording with an older one.",
            new NextStep("Upgrade calls-offloader, then restart the plugin when no call is running: it checks the version only when it starts.", $"mmctl plugin disable {CallsPlugin.Id} && sleep 5 && mmctl plugin enable {CallsPlugin.Id}")),
        new(
            VersionUnknown,
            Outcome.Warn,
            "The job service answers, but does not say which release it is, so its age cannot be judged.",
            "{seen}. The Calls plugin lets builds without a version, \"master\" and \"dev…\" pass.",
            new NextStep("Install a release of calls-offloader, or make sure that your own build is newer than {minimum}.")),
        new(
            SomeAddressesFail,
            Outcome.Warn,
            "The job service answers, but not at every one of its addresses.",
            "{seen}.",
            new NextStep("See which addresses the name has. Take those that fail out of the name service, or mend what is behind them.", "getent ahosts '{host}'")),
        new(
            IsRtcd,
            Outcome.Fail,
            "The address of the job service is that of a call server (RTCD).",
            "{seen}, with the operating system in the answer, which RTCD tells and calls-offloader does not.",
            new NextStep("Correct the address in System Console > Plugins > Calls > Job service URL; calls-offloader listens on 4545 unless told otherwise."))
        { IsInferred = true },
        new(
            NoOffloader,
            Outcome.Skipped,
            "No job service is known, so its version cannot be asked for.",
            "{seen}",
            new NextStep("Set Offloader:ServiceUrl in CallsBot's settings.")),
        .. OffloaderReasons.Unanswered,
        CheckSchedule.CheckFailedReason,
    ]).ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);

    public string Id => "offloader-version";

    public string Title => "Job service version";

    public CheckGroup Group => CheckGroup.Offloader;

    public string Activity => "Asking the job service for its version";

    public IReadOnlyList<string> Covers { get; } = ["L0", "T7", "1.6.6", "3.2.1", "3.2.2"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        Reasons.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public IReadOnlyList<string> Needs { get; } = ["offloader-target"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var place = await offloader.FindAsync(cancellationToken);
        if (place.Url is not { } url)
        {
            return Reasons[NoOffloader].ToResult(Id, Words(null, place.Source), []);
        }

        return Judge(url, await offloader.VersionsAsync(cancellationToken));
    }

    private CheckResult Judge(OffloaderUrl url, IReadOnlyList<HttpReply<RtcdVersion>> replies)
    {
        var answered = replies.Where(reply => reply.Value is not null).ToList();
        var failed = replies.Where(reply => reply.Failure is not null).ToList();
        var oldest = answered.MinBy(reply => RtcdSemver.TryParse(reply.Value!.BuildVersion, out var version) ? version : null);
        var known = RtcdSemver.TryParse(oldest?.Value?.BuildVersion, out var parsed);
        var reason = oldest is null
            ? Reasons[OffloaderReasons.CodeOf(replies.Max(reply => reply.Failure)!.Value)]
            : (oldest.Value!.GoOS.Length, known) switch
            {
                ( > 0, _) => Reasons[IsRtcd],
                (_, true) when parsed! < Minimum => Reasons[TooOld],
                _ when failed.Count > 0 => Reasons[SomeAddressesFail],
                (_, false) => Reasons[VersionUnknown],
                _ => Passed,
            };
        var deciding = oldest is null ? failed.MaxBy(reply => reply.Failure)! : oldest;
        var seen = reason.Code == SomeAddressesFail ? string.Join("; ", failed.Select(reply => Seen(url, reply))) : Seen(url, deciding);
        var result = reason.ToResult(Id, Words(url, seen), [.. replies.Select(reply => EvidenceOf(url, reply))]);
        return result with
        {
            Subjects = replies.Count > 1 ? [.. replies.Select(Subject)] : [],
            Inventory = oldest is { Value.BuildVersion: { Length: > 0 } version } ? [new Evidence("calls-offloader", SafeText.From(version, 40))] : [],
        };
    }

    private static SubjectResult Subject(HttpReply<RtcdVersion> reply) => new(
        reply.Address?.ToString() ?? "name service",
        reply.Failure is null ? Outcome.Pass : Outcome.Fail,
        reply.Failure is { } failure ? OffloaderReasons.CodeOf(failure) : null,
        reply.Seen)
    { Duration = reply.Duration };

    private static Evidence EvidenceOf(OffloaderUrl url, HttpReply<RtcdVersion> reply) => new(
        reply.Address is null ? "Name service" : $"Address {reply.Address}",
        string.Create(CultureInfo.InvariantCulture, $"{url}: {reply.Seen}, {reply.Duration.TotalMilliseconds:0} ms{(reply.Certificate is null ? "" : $", certificate {reply.Certificate}")}"));

    private static string Seen(OffloaderUrl url, HttpReply<RtcdVersion> reply) =>
        reply.Address is null ? reply.Seen
        : url.Target.Address is not null ? $"{url.Target.Authority}: {reply.Seen}"
        : $"{url.Target.Authority} ({reply.Address}): {reply.Seen}";

    private static Dictionary<string, string> Words(OffloaderUrl? url, string seen) => new()
    {
        ["url"] = url?.ToString() ?? "",
        ["host"] = url?.Target.Host ?? "",
        ["port"] = url?.Target.Port.ToString(CultureInfo.InvariantCulture) ?? "",
        ["seen"] = seen,
        ["minimum"] = MinimumText,
    };
}
