namespace CallsBot.Reports;

/// <summary>The report of the last diagnosis of the configured installation since the start; null before. Safe for several threads.</summary>
internal sealed class LatestReport
{
    private Report? _value;

    public Report? Value
    {
        get => Volatile.Read(ref _value);
        set => Volatile.Write(ref _value, value);
    }
}
