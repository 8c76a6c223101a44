using System.Diagnostics.CodeAnalysis;

namespace CallsBot.Checks;

/// <summary>Every check there is, by id.</summary>
internal sealed class CheckCatalog
{
    private readonly Dictionary<string, ICheck> _checks;

    public CheckCatalog(IEnumerable<ICheck> checks)
    {
        _checks = checks.ToDictionary(check => check.Id, StringComparer.Ordinal);
    }

    public IReadOnlyCollection<ICheck> All => _checks.Values;

    public bool TryGet(string id, [NotNullWhen(true)] out ICheck? check) => _checks.TryGetValue(id, out check);
}
