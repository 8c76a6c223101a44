using CallsBot.Checks;

namespace CallsBot.Tests.Checks;

public sealed class OnceTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Whoever_asks_later_is_answered_although_the_first_ran_out_of_time()
    {
        using var firstRun = new CancellationTokenSource();
        using var secondRun = new CancellationTokenSource();
        var asked = 0;
        var once = new Once<int>(async token =>
        {
            if (Interlocked.Increment(ref asked) == 1)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }

            return asked;
        });
        var first = once.GetAsync(firstRun.Token);
        var second = once.GetAsync(secondRun.Token);

        await firstRun.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(first.WaitAsync(Bound));
        (await second.WaitAsync(Bound)).ShouldBe(2);
        (await once.GetAsync(secondRun.Token).WaitAsync(Bound)).ShouldBe(2);
        asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_not_asked_again()
    {
        var asked = 0;
        var once = new Once<int>(_ => Interlocked.Increment(ref asked) > 0 ? throw new OperationCanceledException("mine") : Task.FromResult(0));

        await Should.ThrowAsync<OperationCanceledException>(once.GetAsync(CancellationToken.None).WaitAsync(Bound));
        await Should.ThrowAsync<OperationCanceledException>(once.GetAsync(CancellationToken.None).WaitAsync(Bound));

        asked.ShouldBe(1);
    }
}
