namespace CallsBot.Benchmarks;

/// <summary>Measured values. Percentiles are exact: every value is kept, and they are sorted.</summary>
internal sealed class Samples
{
    private readonly double[] _sorted;

    public Samples(IEnumerable<double> values)
    {
        _sorted = [.. values.Order()];
        if (_sorted.Length == 0)
        {
            throw new ArgumentException("Nothing was measured.", nameof(values));
        }
    }

    public int Count => _sorted.Length;

    public double Min => _sorted[0];

    public double Max => _sorted[^1];

    public double Median => Percentile(50);

    /// <summary>The smallest value that at least <paramref name="percent"/> of a hundred values do not exceed (nearest rank).</summary>
    public double Percentile(double percent) =>
        _sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * _sorted.Length) - 1, 0, _sorted.Length - 1)];

    public static Samples Together(IEnumerable<Samples> parts) => new(parts.SelectMany(part => part._sorted));
}
