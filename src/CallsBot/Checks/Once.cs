namespace CallsBot.Checks;

/// <summary>
/// A question that several checks of a run need answered: asked by whoever comes first, answered to all alike. Kept in a
/// service of the run's scope.
/// </summary>
/// <param name="ask">Asks, with the token of the first to come. Runs may share a scope: when that token ends the asking, the next asks anew.</param>
internal sealed class Once<T>(Func<CancellationToken, Task<T>> ask)
{
    private readonly Lock _lock = new();
    private Asking? _asking;

    public async Task<T> GetAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var asking = Ask(cancellationToken);
            try
            {
                return await asking.Answer.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (asking.IsGivenUp && !cancellationToken.IsCancellationRequested)
            {
                // Another run's time was up, not this one's.
            }
        }
    }

    private Asking Ask(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_asking is null or { IsGivenUp: true })
            {
                // Task.Run: asking must not go on under the lock.
                _asking = new Asking(Task.Run(() => ask(cancellationToken), CancellationToken.None), cancellationToken);
            }

            return _asking;
        }
    }

    private sealed record Asking(Task<T> Answer, CancellationToken Asker)
    {
        public bool IsGivenUp => Answer.IsCanceled && Asker.IsCancellationRequested;
    }
}
