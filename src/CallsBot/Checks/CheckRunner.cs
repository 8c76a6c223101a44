using System.Globalization;

namespace CallsBot.Checks;

/// <summary>
/// Runs checks, each within a deadline, so that a caller always gets a result. Safe to call from many threads.
/// </summary>
/// <remarks>
/// A check runs at most once in <see cref="Sharing"/>: whoever asks meanwhile waits for the same run or gets its result.
/// Many people press the button during one outage, and each run sends packets to the server that is down. A run belongs
/// to the runner, not to a caller: a caller that gives up leaves the others their result.
/// </remarks>
internal sealed partial class CheckRunner(
    CheckCatalog catalog, TimeProvider time, ILogger<CheckRunner> logger, TimeSpan? deadline = null) : IDisposable
{
    public const string CheckFailed = "check-failed";

    /// <summary>Counted from the start of a run, so that someone who mends something soon gets a fresh answer.</summary>
    public static readonly TimeSpan Sharing = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Run> _runs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>A check that could not be run to its end. Any check can end so.</summary>
    public static Reason CheckFailedReason { get; } = new(
        CheckFailed,
        Outcome.Inconclusive,
        "The check itself failed, so it tells nothing.",
        "{fault}",
        new NextStep("Look for the check's name in CallsBot's log."));

    /// <summary>For one run, from its start to its result.</summary>
    public TimeSpan Deadline { get; } = deadline ?? TimeSpan.FromSeconds(10);

    /// <param name="id">A check in the catalogue; another is a bug and throws <see cref="ArgumentException"/>.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the run.</param>
    public Task<CheckResult> RunAsync(string id, CancellationToken cancellationToken)
    {
        if (!catalog.TryGet(id, out var check))
        {
            throw new ArgumentException($"There is no check '{id}'.", nameof(id));
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (!_runs.TryGetValue(id, out var run)
                || (run.Result.IsCompleted && time.GetElapsedTime(run.Started) >= Sharing))
            {
                // Task.Run: a check that blocks before its first await must hold up neither the lock nor the caller.
                run = new Run(time.GetTimestamp(), Task.Run(() => RunAsync(check, _stopping.Token), CancellationToken.None));
                _runs[id] = run;
            }

            return run.Result.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends every run. Their callers see <see cref="OperationCanceledException"/>.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_stopping.IsCancellationRequested)
            {
                // Not disposed: runs that are ending still hold its token, and it has no timer to free.
                _stopping.Cancel();
            }
        }
    }

    private async Task<CheckResult> RunAsync(ICheck check, CancellationToken stopping)
    {
        var started = time.GetTimestamp();
        using var limit = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        CheckResult result;
        try
        {
            // WaitAsync: a check that ignores its token is left behind, so that the deadline holds.
            result = await check.RunAsync(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            LogDeadline(check.Id, Deadline);
            result = Failed(check, Late(), $"No result within {Seconds}; the run was ended.");
        }
        catch (Exception ex)
        {
            LogFailure(ex, check.Id);
            result = Failed(check, CheckFailedReason.Summary, $"{ex.GetType().Name}: see the log.");
        }

        LogResult(check.Id, result.Outcome, result.ReasonCode, time.GetElapsedTime(started));
        return result;
    }

    private string Seconds => string.Create(CultureInfo.InvariantCulture, $"{Deadline.TotalSeconds:0.###} seconds");

    private string Late() => $"The check took longer than {Seconds}, so it tells nothing.";

    private static CheckResult Failed(ICheck check, string summary, string fault) =>
        (CheckFailedReason with { Summary = summary })
            .ToResult(check.Id, new Dictionary<string, string> { ["fault"] = fault }, [new Evidence("Check", fault)]);

    [LoggerMessage(LogLevel.Error, "Check {CheckId} failed.")]
    private partial void LogFailure(Exception exception, string checkId);

    [LoggerMessage(LogLevel.Warning, "Check {CheckId} was ended after {Deadline}.")]
    private partial void LogDeadline(string checkId, TimeSpan deadline);

    [LoggerMessage(LogLevel.Information, "Check {CheckId} ended in {Outcome} ({ReasonCode}) after {Duration}.")]
    private partial void LogResult(string checkId, Outcome outcome, string? reasonCode, TimeSpan duration);

    private sealed record Run(long Started, Task<CheckResult> Result);
}
