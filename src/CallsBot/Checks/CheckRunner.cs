namespace CallsBot.Checks;

/// <summary>
/// Runs single checks for conversations, each within a deadline, so that a caller always gets a result. Safe to call from
/// many threads.
/// </summary>
/// <remarks>
/// A check runs at most once in <see cref="Sharing"/>: whoever asks meanwhile waits for the same run or gets its result.
/// Many people press the button during one outage, and each run sends packets to the server that is down. A run belongs
/// to the runner, not to a caller: a caller that gives up leaves the others their result.
/// </remarks>
internal sealed class CheckRunner(
    CheckCatalog catalog, TimeProvider time, ILogger<CheckRunner> logger, TimeSpan? deadline = null) : IDisposable
{
    /// <summary>Counted from the start of a run, so that someone who mends something soon gets a fresh answer.</summary>
    public static readonly TimeSpan Sharing = TimeSpan.FromSeconds(2);

    /// <summary>For this long, different checks share what they learn.</summary>
    public static readonly TimeSpan ScopeSharing = TimeSpan.FromSeconds(5);

    private readonly CheckSchedule _schedule = new(time, logger);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Run> _runs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private SharedScope? _scope;

    /// <summary>For one run, from its start to its result.</summary>
    public TimeSpan Deadline { get; } = deadline ?? TimeSpan.FromSeconds(10);

    /// <param name="id">A check in the catalogue; another is a bug and throws <see cref="ArgumentException"/>.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the run.</param>
    public Task<CheckResult> RunAsync(string id, CancellationToken cancellationToken)
    {
        if (!catalog.TryGet(id, out _))
        {
            throw new ArgumentException($"There is no check '{id}'.", nameof(id));
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (!_runs.TryGetValue(id, out var run)
                || (run.Result.IsCompleted && time.GetElapsedTime(run.Started) >= Sharing))
            {
                // Task.Run: making the checks must hold up neither the lock nor the caller.
                run = new Run(time.GetTimestamp(), Task.Run(() => RunAsync(id), CancellationToken.None));
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

    private async Task<CheckResult> RunAsync(string id)
    {
        var shared = Enter(id);
        try
        {
            var ends = await _schedule.RunAsync(shared.Scope.Checks, [id], Deadline, ended: null, _stopping.Token);
            _stopping.Token.ThrowIfCancellationRequested();
            return ends.Single(end => end.Check.Id == id).Result;
        }
        finally
        {
            await LeaveAsync(shared);
        }
    }

    // A walk that meets several checks in a row has them share what they all build on. Who asks the same again wants a fresh answer.
    private SharedScope Enter(string id)
    {
        lock (_lock)
        {
            if (_scope is null || time.GetElapsedTime(_scope.Opened) >= ScopeSharing || _scope.Ran.Contains(id))
            {
                _scope = new SharedScope(catalog.Open(), time.GetTimestamp());
            }

            _scope.Ran.Add(id);
            _scope.Users++;
            return _scope;
        }
    }

    /// <summary>Closes what the checks hold open, unless somebody still uses it or soon may.</summary>
    private async Task LeaveAsync(SharedScope shared)
    {
        var age = time.GetElapsedTime(shared.Opened);
        bool closes;
        lock (_lock)
        {
            if (--shared.Users > 0)
            {
                return;
            }

            closes = shared != _scope || age >= ScopeSharing || _stopping.IsCancellationRequested;
            if (closes)
            {
                _scope = shared == _scope ? null : _scope;
                shared.Users = int.MinValue;
            }
        }

        if (closes)
        {
            await shared.Scope.DisposeAsync();
        }
        else
        {
            _ = CloseLaterAsync(shared, ScopeSharing - age);
        }
    }

    private async Task CloseLaterAsync(SharedScope shared, TimeSpan wait)
    {
        await Task.Delay(wait, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            if (shared.Users != 0)
            {
                return;
            }

            _scope = shared == _scope ? null : _scope;
            shared.Users = int.MinValue;
        }

        await shared.Scope.DisposeAsync();
    }

    private sealed class SharedScope(CheckScope scope, long opened)
    {
        public CheckScope Scope { get; } = scope;

        public long Opened { get; } = opened;

        /// <summary>The checks that were run in it.</summary>
        public HashSet<string> Ran { get; } = new(StringComparer.Ordinal);

        /// <summary>How many runs use it; negative once it is closed.</summary>
        public int Users { get; set; }
    }

    private sealed record Run(long Started, Task<CheckResult> Result);
}
