using System.Globalization;

namespace CallsBot.Analysis;

/// <summary>How much may still be read in a run, and why no more. Not for use by several threads.</summary>
internal sealed class ReadingBudget(AnalysisLimits limits)
{
    /// <summary>A small file may pack as well as it likes.</summary>
    private const long FreeBytes = 32 * 1024 * 1024;

    private long _all;
    private long _unpacked;
    private long _packed;
    private long? _length;
    private int _pieces;
    private string? _spentForAll;
    private string? _spentForSource;
    private bool _told;

    public CancellationToken Stop => limits.Stop;

    public bool IsSpent => Spent is not null;

    public bool IsSpentForAll => StoppedOr(_spentForAll) is not null;

    /// <summary>Why nothing more is read, as a sentence; null while there is something left.</summary>
    public string? Spent => StoppedOr(_spentForAll ?? _spentForSource);

    /// <summary>The same, the first time that it is asked for: one place says it.</summary>
    public string? TellOnce()
    {
        if (_told)
        {
            return null;
        }

        _told = true;
        return Spent;
    }

    /// <param name="length">How long it is; null when that is not known.</param>
    public void BeginSource(long? length)
    {
        (_unpacked, _packed, _length) = (0, 0, length);
        if (_spentForSource is not null)
        {
            (_spentForSource, _told) = (null, false);
        }
    }

    public void CountPiece()
    {
        if (++_pieces >= limits.MostPieces)
        {
            _spentForAll ??= string.Create(CultureInfo.InvariantCulture, $"More than {limits.MostPieces:#,0} files are not read in one run: hand in fewer.");
        }
    }

    public void Count(int bytes, bool isUnpacked)
    {
        _all += bytes;
        if (isUnpacked)
        {
            _unpacked += bytes;
        }
        else
        {
            _packed += bytes;
        }

        if (_all > limits.MostBytes)
        {
            _spentForAll ??= string.Create(CultureInfo.InvariantCulture, $"More than {limits.MostBytes / (1024.0 * 1024 * 1024):0.#} GiB are not read in one run: hand in less.");
        }
        else if (_unpacked > FreeBytes && _unpacked / limits.LargestRatio > Math.Max(_length ?? 0, _packed))
        {
            _spentForSource ??= string.Create(
                CultureInfo.InvariantCulture,
                $"It unpacks to more than {limits.LargestRatio} times its size, as no log does, so the reading ended there: hand in the file that matters, unpacked.");
        }
    }

    private string? StoppedOr(string? spent) =>
        limits.Stop.IsCancellationRequested ? "The reading was stopped before its end: allow more time, or hand in less." : spent;
}
