using System.Reflection;
using System.Security.Cryptography;
using CallsBot.Checks;
using CallsBot.Probes;

namespace CallsBot.Reports;

/// <summary>Runs all checks, or some, once, and says what they come to. Safe to call from many threads.</summary>
internal sealed partial class Diagnosis(CheckCatalog catalog, TimeProvider time, ILogger<Diagnosis> logger)
{
    /// <summary>CallsBot's version, without the build's own additions.</summary>
    public static readonly string ProgramVersion =
        typeof(Diagnosis).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private readonly CheckSchedule _schedule = new(time, logger);

    /// <param name="request">What to look at. An id that is no check's is a bug and throws <see cref="ArgumentException"/>.</param>
    /// <param name="progress">Told of the state after each end, on any thread, one at a time. Must not throw.</param>
    /// <param name="cancellationToken">Ends the run: what has not ended by then is skipped, and the report says so.</param>
    public async Task<Report> RunAsync(
        DiagnosisRequest request, Action<DiagnosisProgress>? progress, CancellationToken cancellationToken)
    {
        if (request.Only?.FirstOrDefault(id => !catalog.TryGet(id, out _)) is { } unknown)
        {
            throw new ArgumentException($"There is no check '{unknown}'.", nameof(request));
        }

        var runId = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var startedAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        LogStart(runId);
        var state = new ProgressState(progress);
        List<string?> targets = [.. request.RtcdUrls];
        if (targets.Count == 0)
        {
            targets.Add(null);
        }

        var checks = await Task.WhenAll(targets.Select((url, index) => RunAsync(request, url, index, targets.Count, state, cancellationToken)));
        var all = checks.SelectMany(of => of).ToList();
        var report = new Report(
            runId,
            ProgramVersion,
            startedAt,
            time.GetElapsedTime(started),
            all,
            Verdict.Of(all),
            [.. all.SelectMany(check => check.Result.Inventory).Distinct()]);
        LogEnd(runId, report.Verdict.Outcome, report.Verdict.Root?.Result.CheckId, report.Verdict.Root?.Result.ReasonCode, report.Duration);
        return report;
    }

    /// <summary>Further RTCDs are reported only with what is about RTCD: the rest is the same installation.</summary>
    private async Task<IReadOnlyList<ReportedCheck>> RunAsync(
        DiagnosisRequest request, string? url, int index, int count, ProgressState state, CancellationToken cancellationToken)
    {
        await using var scope = catalog.Open(url);
        bool IsReported(ICheck check) => index == 0 || IsOfRtcd(check);
        var wanted = scope.Checks
            .Where(IsReported)
            .Where(check => request.Only is null ? !check.IsOnRequestOnly : request.Only.Contains(check.Id))
            .Select(check => check.Id)
            .ToList();
        var target = count == 1 || url is null ? null
            : ProbeTarget.TryParse(url, out var parsed, out _) ? parsed.ToString()
            : $"RTCD {index + 1}";
        state.Expect(wanted.Count);
        var ends = await _schedule.RunAsync(
            scope.Checks, wanted, request.Deadline, Tell, cancellationToken);
        return [.. ends.Where(end => IsReported(end.Check)).Select(end => Reported(end))];

        void Tell(CheckEnd end)
        {
            if (IsReported(end.Check))
            {
                state.Ended(Reported(end));
            }
        }

        ReportedCheck Reported(CheckEnd end) => ReportedCheck.From(end, IsOfRtcd(end.Check) ? target : null);
    }

    private static bool IsOfRtcd(ICheck check) => check.Group is CheckGroup.Rtcd or CheckGroup.Media;

    [LoggerMessage(LogLevel.Information, "Diagnosis {RunId} begins.")]
    private partial void LogStart(string runId);

    [LoggerMessage(LogLevel.Information, "Diagnosis {RunId} ended in {Outcome}; root cause {CheckId} ({ReasonCode}); took {Duration}.")]
    private partial void LogEnd(string runId, Outcome outcome, string? checkId, string? reasonCode, TimeSpan duration);

    private sealed class ProgressState(Action<DiagnosisProgress>? progress)
    {
        private readonly Lock _lock = new();
        private readonly List<ReportedCheck> _ended = [];
        private int _expected;

        public void Expect(int count)
        {
            lock (_lock)
            {
                _expected += count;
            }
        }

        public void Ended(ReportedCheck check)
        {
            lock (_lock)
            {
                _ended.Add(check);
                progress?.Invoke(new DiagnosisProgress([.. _ended], Math.Max(_expected, _ended.Count)));
            }
        }
    }
}

/// <summary>What a diagnosis is to look at.</summary>
internal sealed record DiagnosisRequest
{
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(10);

    /// <summary>RTCDs to look at instead of the configured one; may hold credentials. Empty for the configured one.</summary>
    public IReadOnlyList<string> RtcdUrls { get; init; } = [];

    /// <summary>Ids of the checks to run, besides those that they need; null for all.</summary>
    public IReadOnlyCollection<string>? Only { get; init; }

    /// <summary>For the whole run.</summary>
    public TimeSpan Deadline { get; init; } = DefaultDeadline;

    public override string ToString() => $"{RtcdUrls.Count} RTCDs named, {Only?.Count.ToString() ?? "all"} checks, within {Deadline}";
}

/// <param name="Ended">The checks that have ended, in that order.</param>
/// <param name="Expected">How many there will be.</param>
internal sealed record DiagnosisProgress(IReadOnlyList<ReportedCheck> Ended, int Expected);
