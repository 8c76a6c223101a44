using CallsBot.Checks;
using CallsBot.Tests.Support;
using Microsoft.Extensions.Logging;

namespace CallsBot.Tests.Checks;

public sealed class CheckRunnerTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _time = new();
    private readonly LogLines<CheckRunner> _log = new();
    private readonly List<CheckRunner> _runners = [];

    [Fact]
    public async Task A_result_is_handed_on_unchanged()
    {
        var result = StubCheck.Passed("fine");
        var runner = RunnerOf(new StubCheck("a", (_, _) => Task.FromResult(result)));

        (await runner.RunAsync("a", CancellationToken.None).WaitAsync(Bound)).ShouldBeSameAs(result);
    }

    [Fact]
    public void A_check_that_is_not_in_the_catalogue_is_a_bug()
    {
        Should.Throw<ArgumentException>(() => RunnerOf().RunAsync("no-such-check", CancellationToken.None))
            .Message.ShouldContain("no-such-check");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_exception_in_a_check_is_inconclusive_and_logged_and_shown_to_nobody(bool synchronous)
    {
        var runner = RunnerOf(new StubCheck("a", async (_, _) =>
        {
            if (!synchronous)
            {
                await Task.Yield();
            }

            throw new InvalidOperationException("http://clientA:S3CRET@rtcd:8045 broke");
        }));

        var result = await runner.RunAsync("a", CancellationToken.None).WaitAsync(Bound);

        (result.CheckId, result.Outcome, result.ReasonCode).ShouldBe(("a", Outcome.Inconclusive, "check-failed"));
        $"{result} {result.Detail} {string.Join(' ', result.Evidence)}".ShouldNotContain("S3CRET");
        var line = _log.Lines.Single(l => l.Level == LogLevel.Error);
        line.Exception.ShouldBeOfType<InvalidOperationException>();
        line.Text.ShouldContain("a");
    }

    [Fact]
    public async Task Other_checks_run_after_one_has_thrown()
    {
        var runner = RunnerOf(
            new StubCheck("bad", (_, _) => throw new InvalidOperationException()),
            new StubCheck("good", (_, _) => Task.FromResult(StubCheck.Passed("fine"))));

        await runner.RunAsync("bad", CancellationToken.None).WaitAsync(Bound);

        (await runner.RunAsync("good", CancellationToken.None).WaitAsync(Bound)).Outcome.ShouldBe(Outcome.Pass);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_check_that_is_not_done_at_the_deadline_is_inconclusive_whether_it_heeds_its_token_or_not(bool heeds)
    {
        var runner = RunnerOf(new StubCheck("slow", async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, heeds ? token : CancellationToken.None);
            return StubCheck.Passed("never");
        }));

        var running = runner.RunAsync("slow", CancellationToken.None);
        await _time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(9.999));
        running.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.001));

        var result = await running.WaitAsync(Bound);
        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Inconclusive, "check-failed"));
        result.Summary.ShouldContain("longer than 10 seconds");
        _log.Lines.ShouldContain(l => l.Level == LogLevel.Warning && l.Text.Contains("slow", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure_of_the_check()
    {
        var runner = RunnerOf(new StubCheck("a", (_, _) => throw new OperationCanceledException("mine")));

        var result = await runner.RunAsync("a", CancellationToken.None).WaitAsync(Bound);

        result.ReasonCode.ShouldBe("check-failed");
        _log.Lines.ShouldContain(l => l.Level == LogLevel.Error);
    }

    [Fact]
    public async Task A_check_that_blocks_before_its_first_await_does_not_hold_up_the_caller()
    {
        using var gate = new ManualResetEventSlim();
        var runner = RunnerOf(new StubCheck("blocks", (_, token) =>
        {
            gate.Wait(Bound, token);
            return Task.FromResult(StubCheck.Passed("fine"));
        }));

        var running = runner.RunAsync("blocks", CancellationToken.None);
        running.IsCompleted.ShouldBeFalse();
        gate.Set();

        (await running.WaitAsync(Bound)).Outcome.ShouldBe(Outcome.Pass);
    }

    [Fact]
    public async Task Callers_within_two_seconds_share_a_run_and_later_ones_get_a_fresh_one()
    {
        var check = new StubCheck("a", (run, _) => Task.FromResult(StubCheck.Passed($"run {run}")));
        var runner = RunnerOf(check);
        async Task<string> Ask() => (await runner.RunAsync("a", CancellationToken.None).WaitAsync(Bound)).Summary;

        (await Ask()).ShouldBe("run 1");
        _time.Advance(CheckRunner.Sharing - TimeSpan.FromMilliseconds(1));
        (await Ask()).ShouldBe("run 1");
        _time.Advance(TimeSpan.FromSeconds(0.001));
        (await Ask()).ShouldBe("run 2");

        check.Runs.ShouldBe(2);
    }

    [Fact]
    public async Task Checks_do_not_share_with_each_other()
    {
        var runner = RunnerOf(
            new StubCheck("a", (_, _) => Task.FromResult(StubCheck.Passed("of a"))),
            new StubCheck("b", (_, _) => Task.FromResult(StubCheck.Passed("of b"))));

        (await runner.RunAsync("a", CancellationToken.None).WaitAsync(Bound)).Summary.ShouldBe("of a");
        (await runner.RunAsync("b", CancellationToken.None).WaitAsync(Bound)).Summary.ShouldBe("of b");
    }

    [Fact]
    public async Task A_hundred_concurrent_callers_cause_one_run()
    {
        var done = new TaskCompletionSource<CheckResult>();
        var check = new StubCheck("a", (_, _) => done.Task);
        var runner = RunnerOf(check);

        var callers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => new[] { runner.RunAsync("a", CancellationToken.None) })));
        done.SetResult(StubCheck.Passed("fine"));
        var results = await Task.WhenAll(callers.Select(c => c[0])).WaitAsync(Bound);

        results.ShouldAllBe(r => r.Summary == "fine");
        check.Runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_released_and_the_others_keep_the_run()
    {
        var done = new TaskCompletionSource<CheckResult>();
        CancellationToken seen = default;
        var started = new TaskCompletionSource();
        var check = new StubCheck("a", (_, token) =>
        {
            seen = token;
            started.SetResult();
            return done.Task;
        });
        var runner = RunnerOf(check);
        using var impatient = new CancellationTokenSource();
        var first = runner.RunAsync("a", impatient.Token);
        var second = runner.RunAsync("a", CancellationToken.None);
        await started.Task.WaitAsync(Bound);

        await impatient.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(first.WaitAsync(Bound));
        seen.IsCancellationRequested.ShouldBeFalse();
        done.SetResult(StubCheck.Passed("fine"));
        (await second.WaitAsync(Bound)).Summary.ShouldBe("fine");
        (await runner.RunAsync("a", CancellationToken.None).WaitAsync(Bound)).Summary.ShouldBe("fine");
        check.Runs.ShouldBe(1);
    }

    [Fact]
    public async Task Disposing_ends_a_run_and_its_callers()
    {
        var started = new TaskCompletionSource();
        var runner = RunnerOf(new StubCheck("a", async (_, token) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return StubCheck.Passed("never");
        }));
        var running = runner.RunAsync("a", CancellationToken.None);
        await started.Task.WaitAsync(Bound);

        runner.Dispose();

        await Should.ThrowAsync<OperationCanceledException>(running.WaitAsync(Bound));
        Should.Throw<ObjectDisposedException>(() => runner.RunAsync("a", CancellationToken.None));
    }

    public void Dispose() => _runners.ForEach(r => r.Dispose());

    private CheckRunner RunnerOf(params ICheck[] checks)
    {
        var runner = new CheckRunner(new CheckCatalog(checks), _time, _log);
        _runners.Add(runner);
        return runner;
    }
}
