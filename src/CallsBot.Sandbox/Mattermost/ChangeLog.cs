namespace CallsBot.Sandbox.Mattermost;

/// <summary>Numbers what happens in the workspace, and wakes whoever waits for it. Thread-safe.</summary>
internal sealed class ChangeLog
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _next = NewSignal();

    public long Last { get; private set; }

    /// <summary>Completes at the next change. Take it before looking, so that nothing slips between.</summary>
    public Task Next
    {
        get
        {
            lock (_gate)
            {
                return _next.Task;
            }
        }
    }

    public long Add()
    {
        lock (_gate)
        {
            _next.TrySetResult();
            _next = NewSignal();
            return ++Last;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
