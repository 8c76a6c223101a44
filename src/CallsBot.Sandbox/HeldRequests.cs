namespace CallsBot.Sandbox;

/// <summary>Requests that wait for their answer until time is up, their caller gives up, or all of them are released.</summary>
internal sealed class HeldRequests(TimeProvider time)
{
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="limit"><see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <param name="aborted">The caller has gone.</param>
    public async Task HoldAsync(TimeSpan limit, CancellationToken aborted)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        await Task.WhenAny(Volatile.Read(ref _released).Task, Task.Delay(limit, time, over.Token));
        await over.CancelAsync();
    }

    public void Release() => Interlocked.Exchange(ref _released, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
