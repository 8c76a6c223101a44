using System.Diagnostics.CodeAnalysis;

namespace CallsBot.Checks;

/// <summary>Every check there is, by id, in the order in which a call uses what they look at.</summary>
internal sealed class CheckCatalog
{
    private readonly Dictionary<string, ICheck> _checks;
    private readonly IServiceScopeFactory? _scopes;

    /// <param name="scopes">Makes the checks of each run.</param>
    public CheckCatalog(IServiceScopeFactory scopes)
    {
        _scopes = scopes;

        // These only say what they are; the scope need not live on.
        using var scope = scopes.CreateScope();
        _checks = ById(scope.ServiceProvider.GetServices<ICheck>());
    }

    /// <param name="checks">Checks that keep nothing between runs.</param>
    public CheckCatalog(IEnumerable<ICheck> checks)
    {
        _checks = ById(checks);
    }

    public IReadOnlyCollection<ICheck> All => _checks.Values;

    /// <summary>Ids of the troubleshooting items and vendor checks that each check answers, by the check's id.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Covers =>
        All.ToDictionary(check => check.Id, check => check.Covers, StringComparer.Ordinal);

    public bool TryGet(string id, [NotNullWhen(true)] out ICheck? check) => _checks.TryGetValue(id, out check);

    /// <summary>Fresh checks for one run, which share what they learn.</summary>
    /// <param name="rtcdUrl">As in <see cref="CheckTarget.RtcdUrl"/>.</param>
    public CheckScope Open(string? rtcdUrl = null)
    {
        if (_scopes is null)
        {
            return new CheckScope([.. _checks.Values], null);
        }

        var scope = _scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CheckTarget>().RtcdUrl = rtcdUrl;
        return new CheckScope([.. scope.ServiceProvider.GetServices<ICheck>().OrderBy(check => check.Group)], scope);
    }

    private static Dictionary<string, ICheck> ById(IEnumerable<ICheck> checks) =>
        checks.OrderBy(check => check.Group).ToDictionary(check => check.Id, StringComparer.Ordinal);
}

/// <summary>The checks of one run. Disposing it closes what they hold open.</summary>
internal sealed class CheckScope(IReadOnlyList<ICheck> checks, IAsyncDisposable? scope) : IAsyncDisposable
{
    public IReadOnlyList<ICheck> Checks => checks;

    public ValueTask DisposeAsync() => scope?.DisposeAsync() ?? ValueTask.CompletedTask;
}
