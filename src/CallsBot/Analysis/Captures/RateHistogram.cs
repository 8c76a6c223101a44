namespace CallsBot.Analysis.Captures;

/// <summary>Packets over time in a fixed number of slots: they grow wider as the time grows longer.</summary>
internal sealed class RateHistogram
{
    private const int Slots = 2_048;

    private readonly int[] _toServer = new int[Slots];
    private readonly int[] _fromServer = new int[Slots];
    private long _start;
    private int _used;

    /// <summary>Of one slot, in nanoseconds.</summary>
    public long Width { get; private set; } = 100_000_000;

    /// <summary>When the first slot begins, in nanoseconds.</summary>
    public long Start => _start;

    public ReadOnlySpan<int> ToServer => _toServer.AsSpan(0, _used);

    public ReadOnlySpan<int> FromServer => _fromServer.AsSpan(0, _used);

    public void Add(long now, bool toServer)
    {
        if (_used == 0)
        {
            _start = now;
        }

        // Clocks are set back now and then.
        var since = now <= _start ? 0UL : (ulong)now - (ulong)_start;
        while (since / (ulong)Width >= Slots)
        {
            Widen();
        }

        var slot = (int)(since / (ulong)Width);
        _used = Math.Max(_used, slot + 1);
        (toServer ? _toServer : _fromServer)[slot]++;
    }

    private void Widen()
    {
        foreach (var counts in new[] { _toServer, _fromServer })
        {
            for (var i = 0; i < Slots / 2; i++)
            {
                counts[i] = counts[2 * i] + counts[(2 * i) + 1];
            }

            Array.Clear(counts, Slots / 2, Slots / 2);
        }

        Width *= 2;
        _used = (_used + 1) / 2;
    }
}
