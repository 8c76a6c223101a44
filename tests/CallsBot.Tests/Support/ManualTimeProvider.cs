namespace CallsBot.Tests.Support;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire inside <see cref="Advance"/>, in the order in which they
/// are due, and see the time at which they are due.
/// </summary>
internal sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(Func<TimeSpan, bool> IsIt, TaskCompletionSource<TimeSpan> Seen)> _waiters = [];
    private TimeSpan _elapsed;

    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Four to a tick: code that mistakes timestamps for ticks or milliseconds is found out, and nothing is rounded.</summary>
    public override long TimestampFrequency => 4 * TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return start + _elapsed;
        }
    }

    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return 4 * _elapsed.Ticks;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        TimeSpan until;
        lock (_lock)
        {
            until = _elapsed + by;
        }

        while (NextDue(until) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>
    /// Completes, with the time left, once a timer is set that <paramref name="dueIn"/> accepts: then the code under test
    /// has come to its wait, and moving the clock ends it.
    /// </summary>
    public Task<TimeSpan> WaitForTimerAsync(Func<TimeSpan, bool> dueIn)
    {
        lock (_lock)
        {
            if (_timers.FirstOrDefault(t => dueIn(t.Due - _elapsed)) is { } set)
            {
                return Task.FromResult(set.Due - _elapsed);
            }

            var seen = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((dueIn, seen));
            return seen.Task.WaitAsync(TimeSpan.FromSeconds(10), System);
        }
    }

    private ManualTimer? NextDue(TimeSpan until)
    {
        lock (_lock)
        {
            if (_timers.MinBy(t => t.Due) is not { } next || next.Due > until)
            {
                _elapsed = until > _elapsed ? until : _elapsed;
                return null;
            }

            _elapsed = next.Due > _elapsed ? next.Due : _elapsed;
            _timers.Remove(next);
            if (next.Period > TimeSpan.Zero)
            {
                Set(next, _elapsed + next.Period);
            }

            return next;
        }
    }

    private void Set(ManualTimer timer, TimeSpan due)
    {
        timer.Due = due;
        _timers.Add(timer);
        foreach (var waiter in _waiters.Where(w => w.IsIt(due - _elapsed)).ToList())
        {
            _waiters.Remove(waiter);
            waiter.Seen.TrySetResult(due - _elapsed);
        }
    }

    private sealed class ManualTimer(ManualTimeProvider time, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                Period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    time.Set(this, time._elapsed + dueTime);
                }

                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
