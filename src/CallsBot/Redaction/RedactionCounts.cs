namespace CallsBot.Redaction;

/// <summary>How many things of each class were replaced. Holds nothing of what they were.</summary>
internal sealed class RedactionCounts
{
    private readonly long[] _counts = new long[RedactionClasses.Count];

    public long Total => _counts.Sum();

    public long this[RedactionClass kind] => _counts[(int)kind];

    /// <summary>The classes that occurred, in the order of <see cref="RedactionClass"/>.</summary>
    public IEnumerable<(RedactionClass Class, long Count)> Found =>
        _counts.Index().Where(entry => entry.Item > 0).Select(entry => ((RedactionClass)entry.Index, entry.Item));

    public void Add(RedactionClass kind, long count = 1) => _counts[(int)kind] += count;

    public void Add(RedactionCounts other)
    {
        foreach (var (kind, count) in other.Found)
        {
            Add(kind, count);
        }
    }
}
