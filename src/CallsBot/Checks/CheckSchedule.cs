using System.Globalization;

namespace CallsBot.Checks;

/// <summary>
/// Runs checks at the same time, each as soon as those it needs have ended, all within one deadline. Every check gets a
/// result: one that breaks or is late is inconclusive, one that cannot tell anything is skipped.
/// </summary>
internal sealed partial class CheckSchedule(TimeProvider time, ILogger logger)
{
    public const string CheckFailed = "check-failed";
    public const string NeedNotMet = "need-not-met";
    public const string Cancelled = "cancelled";

    /// <summary>A check that could not be run to its end. Any check can end so.</summary>
    public static Reason CheckFailedReason { get; } = new(
        CheckFailed,
        Outcome.Inconclusive,
        "The check itself failed, so it tells nothing.",
        "{fault}",
        new NextStep("Look for the check's name in CallsBot's log."));

    /// <param name="checks">What can be run; every check that one of them needs is among them.</param>
    /// <param name="wanted">Ids of the checks to run, with what they need; null for all.</param>
    /// <param name="deadline">For all of them together.</param>
    /// <param name="ended">Told of each end as it comes, on any thread, one at a time. Must not throw.</param>
    /// <param name="cancellationToken">Ends the run: what has not ended by then is skipped.</param>
    /// <returns>An end for each check that was wanted or needed, in the order of <paramref name="checks"/>.</returns>
    public async Task<IReadOnlyList<CheckEnd>> RunAsync(
        IReadOnlyList<ICheck> checks,
        IReadOnlyCollection<string>? wanted,
        TimeSpan deadline,
        Action<CheckEnd>? ended,
        CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var run = new Run(Closure(checks, wanted), deadline, ended, limit.Token, either.Token, cancellationToken);
        return await Task.WhenAll(run.Checks.Values.Select(check => EndOf(check, run)));
    }

    private static Dictionary<string, ICheck> Closure(IReadOnlyList<ICheck> checks, IReadOnlyCollection<string>? wanted)
    {
        var byId = checks.ToDictionary(check => check.Id, StringComparer.Ordinal);
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(wanted ?? byId.Keys);
        while (open.TryPop(out var id))
        {
            if (chosen.Add(id))
            {
                foreach (var need in byId[id].Needs)
                {
                    open.Push(need);
                }
            }
        }

        return checks.Where(check => chosen.Contains(check.Id)).ToDictionary(check => check.Id, StringComparer.Ordinal);
    }

    private Task<CheckEnd> EndOf(ICheck check, Run run)
    {
        lock (run.Ends)
        {
            if (!run.Ends.TryGetValue(check.Id, out var end))
            {
                var needs = check.Needs.Select(id => EndOf(run.Checks[id], run)).ToList();

                // Task.Run: a check that blocks before its first await must hold up no other.
                end = Task.Run(() => RunAsync(check, needs, run), CancellationToken.None);
                run.Ends[check.Id] = end;
            }

            return end;
        }
    }

    private async Task<CheckEnd> RunAsync(ICheck check, List<Task<CheckEnd>> needs, Run run)
    {
        var unmet = (await Task.WhenAll(needs)).FirstOrDefault(need => need.Result.Outcome is not (Outcome.Pass or Outcome.Warn));
        var started = time.GetTimestamp();
        var result = unmet is not null
            ? Skipped(check, NeedNotMet, $"Not run, because of what it builds on: {unmet.Check.Title}.")
            : await RunAsync(check, run);
        var end = new CheckEnd(check, result, time.GetElapsedTime(started), unmet?.Check.Id);
        LogResult(check.Id, result.Outcome, result.ReasonCode, end.Duration);
        lock (run.Telling)
        {
            run.Ended?.Invoke(end);
        }

        return end;
    }

    private async Task<CheckResult> RunAsync(ICheck check, Run run)
    {
        try
        {
            // WaitAsync: a check that ignores its token is left behind, so that the deadline holds.
            return await check.RunAsync(run.Either).WaitAsync(run.Either);
        }
        catch (OperationCanceledException) when (run.Cancelled.IsCancellationRequested)
        {
            return Skipped(check, Cancelled, "Not run to its end, because the run was cancelled.");
        }
        catch (OperationCanceledException) when (run.Limit.IsCancellationRequested)
        {
            LogDeadline(check.Id, run.Deadline);
            var seconds = string.Create(CultureInfo.InvariantCulture, $"{run.Deadline.TotalSeconds:0.###} seconds");
            return Broken(check, $"The check took longer than {seconds}, so it tells nothing.", $"No result within {seconds}; the run was ended.");
        }
        catch (Exception ex)
        {
            LogFailure(ex, check.Id);
            return Broken(check, CheckFailedReason.Summary, $"{ex.GetType().Name}: see the log.");
        }
    }

    private static CheckResult Broken(ICheck check, string summary, string fault) =>
        (CheckFailedReason with { Summary = summary })
            .ToResult(check.Id, new Dictionary<string, string> { ["fault"] = fault }, [new Evidence("Check", fault)]);

    private static CheckResult Skipped(ICheck check, string code, string summary) =>
        new(check.Id, Outcome.Skipped, code, summary, Detail: null, [], Vantage.Bot, []);

    [LoggerMessage(LogLevel.Error, "Check {CheckId} failed.")]
    private partial void LogFailure(Exception exception, string checkId);

    [LoggerMessage(LogLevel.Warning, "Check {CheckId} was ended after {Deadline}.")]
    private partial void LogDeadline(string checkId, TimeSpan deadline);

    [LoggerMessage(LogLevel.Information, "Check {CheckId} ended in {Outcome} ({ReasonCode}) after {Duration}.")]
    private partial void LogResult(string checkId, Outcome outcome, string? reasonCode, TimeSpan duration);

    private sealed record Run(
        Dictionary<string, ICheck> Checks,
        TimeSpan Deadline,
        Action<CheckEnd>? Ended,
        CancellationToken Limit,
        CancellationToken Either,
        CancellationToken Cancelled)
    {
        public Dictionary<string, Task<CheckEnd>> Ends { get; } = new(StringComparer.Ordinal);

        public Lock Telling { get; } = new();
    }
}

/// <summary>How a check ended in a run.</summary>
/// <param name="Check">The check.</param>
/// <param name="Result">What it found.</param>
/// <param name="Duration">From when it could start to its end.</param>
/// <param name="UnmetNeed">The check that kept it from being run; null when it was run.</param>
internal sealed record CheckEnd(ICheck Check, CheckResult Result, TimeSpan Duration, string? UnmetNeed);
