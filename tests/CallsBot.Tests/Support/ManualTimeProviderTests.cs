namespace CallsBot.Tests.Support;

public sealed class ManualTimeProviderTests
{
    [Fact]
    public void Timers_fire_in_the_order_in_which_they_are_due_and_see_their_own_time()
    {
        var time = new ManualTimeProvider();
        var start = time.GetUtcNow();
        var fired = new List<(string Name, TimeSpan At)>();
        void Note(object? name) => fired.Add(((string)name!, time.GetUtcNow() - start));

        using var late = time.CreateTimer(Note, "late", TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var early = time.CreateTimer(Note, "early", TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        using var stopped = time.CreateTimer(Note, "stopped", TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        time.Advance(TimeSpan.FromSeconds(5));

        fired.ShouldBe([("early", TimeSpan.FromSeconds(1)), ("late", TimeSpan.FromSeconds(3))]);
        (time.GetUtcNow() - start).ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_periodic_timer_fires_once_a_period()
    {
        var time = new ManualTimeProvider();
        var count = 0;

        using var timer = time.CreateTimer(_ => count++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(6));

        count.ShouldBe(3);
    }

    [Fact]
    public void Elapsed_time_is_read_through_the_odd_frequency()
    {
        var time = new ManualTimeProvider();
        var before = time.GetTimestamp();

        time.Advance(TimeSpan.FromHours(100));

        time.GetElapsedTime(before).ShouldBe(TimeSpan.FromHours(100));
    }

    [Fact]
    public async Task A_delay_and_a_time_limit_end_when_the_clock_is_moved()
    {
        var time = new ManualTimeProvider();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), time);
        var delay = Task.Delay(TimeSpan.FromSeconds(10), time, limit.Token);

        (await time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(10))).ShouldBe(TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(10));
        await delay.WaitAsync(TimeSpan.FromSeconds(5));
        limit.IsCancellationRequested.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(10));

        limit.IsCancellationRequested.ShouldBeTrue();
    }
}
