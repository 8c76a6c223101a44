namespace CallsBot.Checks;

/// <summary>
/// A question that several checks of a run need answered: asked by whoever comes first, answered to all alike. Kept in a
/// service of the run's scope.
/// </summary>
/// <param name="ask">Asks. Gets the token of the first to come; all checks of a run have the same one.</param>
internal sealed class Once<T>(Func<CancellationToken, Task<T>> ask)
{
    private readonly Lock _lock = new();
    private Task<T>? _answer;

    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Task.Run: asking must not go on under the lock.
            _answer ??= Task.Run(() => ask(cancellationToken), CancellationToken.None);
            return _answer.WaitAsync(cancellationToken);
        }
    }
}
