using CallsBot.Checks;
using CallsBot.Tests.Support;
using Microsoft.Extensions.Logging;

namespace CallsBot.Tests.Checks;

public sealed class CheckScheduleTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly ManualTimeProvider _time = new();
    private readonly LogLines<CheckSchedule> _log = new();

    [Theory]
    [InlineData(nameof(Outcome.Pass), true)]
    [InlineData(nameof(Outcome.Warn), true)]
    [InlineData(nameof(Outcome.Fail), false)]
    [InlineData(nameof(Outcome.Inconclusive), false)]
    [InlineData(nameof(Outcome.Skipped), false)]
    public async Task A_check_runs_when_what_it_needs_ended_in_pass_or_warn_alone(string outcome, bool runs)
    {
        var needed = Check("needed", Enum.Parse<Outcome>(outcome));
        var check = Check("check", Outcome.Pass, "needed");

        var ends = await RunAsync([check, needed]);

        check.Runs.ShouldBe(runs ? 1 : 0);
        var end = ends.Single(one => one.Check == check);
        (end.Result.Outcome, end.UnmetNeed).ShouldBe(runs ? (Outcome.Pass, null) : (Outcome.Skipped, "needed"));
        if (!runs)
        {
            end.Result.ReasonCode.ShouldBe(CheckSchedule.NeedNotMet);
            end.Result.Summary.ShouldContain(needed.Title);
        }
    }

    [Fact]
    public async Task What_is_skipped_for_a_need_keeps_what_needs_it_from_running_too()
    {
        var last = Check("last", Outcome.Pass, "middle");

        var ends = await RunAsync([Check("first", Outcome.Fail), Check("middle", Outcome.Pass, "first"), last]);

        last.Runs.ShouldBe(0);
        ends.Select(end => end.UnmetNeed).ShouldBe([null, "first", "middle"]);
    }

    [Fact]
    public async Task A_check_that_two_others_need_runs_once()
    {
        var shared = Check("shared", Outcome.Pass);

        await RunAsync([shared, Check("a", Outcome.Pass, "shared"), Check("b", Outcome.Pass, "shared")]);

        shared.Runs.ShouldBe(1);
    }

    [Fact]
    public async Task Only_what_is_wanted_and_what_it_needs_runs()
    {
        var ends = await RunAsync(
            [Check("a", Outcome.Pass), Check("b", Outcome.Pass, "a"), Check("c", Outcome.Pass)], wanted: ["b"]);

        ends.Select(end => end.Check.Id).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Checks_that_do_not_need_each_other_run_at_the_same_time()
    {
        var both = new Barrier(2);
        ICheck Meeting(string id) => new StubCheck(id, (_, token) =>
        {
            both.SignalAndWait(token);
            return Task.FromResult(StubCheck.Passed("met"));
        });

        var ends = await RunAsync([Meeting("a"), Meeting("b")]);

        ends.ShouldAllBe(end => end.Result.Outcome == Outcome.Pass);
    }

    [Fact]
    public async Task The_deadline_is_for_all_together_and_leaves_what_had_ended()
    {
        var slow = new StubCheck("slow", async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return StubCheck.Passed("never");
        });
        var running = RunAsync([Check("quick", Outcome.Pass), slow, Check("after", Outcome.Pass, "slow")]);
        await _time.WaitForTimerAsync(due => due == Deadline);

        _time.Advance(Deadline);

        var ends = await running;
        ends.Select(end => end.Result.Outcome).ShouldBe([Outcome.Pass, Outcome.Inconclusive, Outcome.Skipped]);
        ends[1].Result.Summary.ShouldContain("5 seconds");
        _log.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains("slow"));
    }

    [Fact]
    public async Task A_cancelled_run_keeps_what_had_ended_and_skips_the_rest()
    {
        using var cancel = new CancellationTokenSource();
        var quickEnded = new TaskCompletionSource();
        var slow = new StubCheck("slow", async (_, token) =>
        {
            await quickEnded.Task.WaitAsync(Bound, token);
            await cancel.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return StubCheck.Passed("never");
        });

        var ends = await new CheckSchedule(_time, _log).RunAsync(
            [Check("quick", Outcome.Pass), slow],
            wanted: null,
            Deadline,
            end => quickEnded.TrySetResult(),
            cancel.Token).WaitAsync(Bound);

        ends.Select(end => (end.Result.Outcome, end.Result.ReasonCode)).ShouldBe([(Outcome.Pass, null), (Outcome.Skipped, CheckSchedule.Cancelled)]);
    }

    [Fact]
    public async Task A_check_that_throws_is_inconclusive_and_the_others_end_as_they_would()
    {
        var bad = new StubCheck("bad", (_, _) => throw new InvalidOperationException("S3CRET"));

        var ends = await RunAsync([bad, Check("good", Outcome.Warn)]);

        ends.Select(end => end.Result.Outcome).ShouldBe([Outcome.Inconclusive, Outcome.Warn]);
        ends[0].Result.ReasonCode.ShouldBe(CheckSchedule.CheckFailed);
        $"{ends[0].Result} {string.Join(' ', ends[0].Result.Evidence)}".ShouldNotContain("S3CRET");
    }

    [Fact]
    public async Task Every_end_is_told_as_it_comes_and_none_twice()
    {
        var told = new List<string>();

        await new CheckSchedule(_time, _log).RunAsync(
            [Check("a", Outcome.Fail), Check("b", Outcome.Pass, "a"), Check("c", Outcome.Pass)],
            wanted: null,
            Deadline,
            end => told.Add(end.Check.Id),
            CancellationToken.None).WaitAsync(Bound);

        told.ShouldBe(["a", "b", "c"], ignoreOrder: true);
        told.IndexOf("a").ShouldBeLessThan(told.IndexOf("b"));
    }

    private Task<IReadOnlyList<CheckEnd>> RunAsync(IReadOnlyList<ICheck> checks, IReadOnlyCollection<string>? wanted = null) =>
        new CheckSchedule(_time, _log).RunAsync(checks, wanted, Deadline, ended: null, CancellationToken.None).WaitAsync(Bound);

    private static StubCheck Check(string id, Outcome outcome, params string[] needs) => new(
        id,
        (_, _) => Task.FromResult(StubCheck.Passed("stub") with { CheckId = id, Outcome = outcome, ReasonCode = outcome == Outcome.Pass ? null : "stub" }))
    {
        Needs = needs,
    };
}
