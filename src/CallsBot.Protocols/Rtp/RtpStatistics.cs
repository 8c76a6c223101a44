namespace CallsBot.Protocols.Rtp;

/// <summary>How the clock of a stream's timestamps became known.</summary>
public enum ClockSource
{
    /// <summary>The payload type has a fixed one (RFC 3551 §6).</summary>
    PayloadType,

    /// <summary>The timestamps go on at about that pace.</summary>
    Pace,

    /// <summary>Too little was seen: 90,000 is taken where several packets have one timestamp, as with pictures, else 48,000.</summary>
    Guess,
}

/// <summary>
/// Loss, order, jitter and gaps of one stream, from the packets of one SSRC in one direction as they came by (RFC 3550
/// §6.4.1, A.1, A.3 and A.8).
/// </summary>
public sealed class RtpStatistics
{
    /// <summary>RFC 3550 A.1: a larger leap forward is a new beginning.</summary>
    private const int MaxDropout = 3_000;

    /// <summary>Packets that are this far behind are a new beginning, not late ones (RFC 3550 A.1 has 100).</summary>
    private const int MaxMisorder = 1_024;

    private static readonly int[] Clocks = [8_000, 16_000, 48_000, 90_000];

    private readonly ulong[] _window = new ulong[MaxMisorder / 64];
    private readonly double[] _jitter = new double[Clocks.Length];
    private readonly double[] _jitterSum = new double[Clocks.Length];
    private readonly double[] _jitterMost = new double[Clocks.Length];
    private long _base;
    private long _highest;
    private long _expectedBefore;
    private int _strangers;
    private ushort _nextStranger;
    private uint _lastTimestamp;
    private long _lastArrival;
    private long _firstMedia;
    private long _media;
    private long _mediaAt;
    private long _measured;

    public byte PayloadType { get; private set; }

    /// <summary>Packets, each sequence number once.</summary>
    public long Packets { get; private set; }

    /// <summary>Packets that came again.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Packets that came after one that follows them.</summary>
    public long Reordered { get; private set; }

    /// <summary>Packets by their sequence numbers, missing ones counted.</summary>
    public long Expected => Packets == 0 ? 0 : _expectedBefore + _highest - _base + 1;

    /// <summary>Packets that did not come.</summary>
    public long Lost => Math.Max(0, Expected - Packets);

    /// <summary>0 to 1.</summary>
    public double Loss => Expected == 0 ? 0 : (double)Lost / Expected;

    /// <summary>Times that sequence numbers began anew.</summary>
    public int Restarts { get; private set; }

    /// <summary>Payloads with RTP headers, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>In nanoseconds.</summary>
    public long FirstAt { get; private set; }

    /// <summary>In nanoseconds.</summary>
    public long LastAt { get; private set; }

    /// <summary>The longest time without a packet, in nanoseconds. A sender may have been silent.</summary>
    public long LongestGap { get; private set; }

    public long LongestGapAt { get; private set; }

    /// <summary>The longest time without a packet in which some were lost, in nanoseconds, and how many were.</summary>
    public long LongestOutage { get; private set; }

    public long OutageLost { get; private set; }

    public long OutageAt { get; private set; }

    /// <summary>Different timestamps: fewer than packets where several make one picture.</summary>
    public long Timestamps { get; private set; }

    /// <summary>Bits a second; 0 for less than two packets.</summary>
    public double BitRate => LastAt > FirstAt ? Bytes * 8e9 / (LastAt - FirstAt) : 0;

    public double MeanPacketBytes => Packets == 0 ? 0 : (double)Bytes / (Packets + Duplicates);

    /// <summary>Hertz.</summary>
    public (int Rate, ClockSource Source) Clock
    {
        get
        {
            if (FixedClock(PayloadType) is { } known)
            {
                return (known, ClockSource.PayloadType);
            }

            var seconds = (_mediaAt - FirstAt) / 1e9;
            if (seconds >= 0.5 && _media - _firstMedia > 0)
            {
                var pace = (_media - _firstMedia) / seconds;
                var nearest = Clocks.MinBy(clock => Math.Abs(Math.Log(pace / clock)));
                if (Math.Abs(Math.Log(pace / nearest)) < 0.2)
                {
                    return (nearest, ClockSource.Pace);
                }
            }

            // A picture comes in several packets of one timestamp.
            return (Timestamps * 4 < Packets * 3 ? 90_000 : 48_000, ClockSource.Guess);
        }
    }

    /// <summary>Mean of the interarrival jitter after each packet.</summary>
    public TimeSpan MeanJitter => _measured == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(_jitterSum[ClockIndex] / _measured);

    public TimeSpan MaxJitter => TimeSpan.FromSeconds(_jitterMost[ClockIndex]);

    private int ClockIndex => Array.IndexOf(Clocks, Clock.Rate) is >= 0 and var index ? index : 2;

    /// <param name="header">Of a packet of this stream.</param>
    /// <param name="nanoseconds">When it came.</param>
    /// <param name="bytes">Its length with the RTP header.</param>
    public void Add(in RtpHeader header, long nanoseconds, int bytes)
    {
        Bytes += bytes;
        PayloadType = header.PayloadType;
        if (Packets == 0)
        {
            Begin(header.Sequence);
            FirstAt = LastAt = _lastArrival = _mediaAt = nanoseconds;
            _lastTimestamp = header.Timestamp;
            _firstMedia = _media = header.Timestamp;
            Packets = Timestamps = 1;
            return;
        }

        var step = (short)(header.Sequence - (ushort)_highest);
        if (step is > MaxDropout or < -MaxMisorder)
        {
            // Two that follow one another are a sender that began anew; one alone is a stray.
            _strangers = _strangers > 0 && header.Sequence == _nextStranger ? _strangers + 1 : 1;
            _nextStranger = (ushort)(header.Sequence + 1);
            if (_strangers < 2)
            {
                return;
            }

            _expectedBefore += _highest - _base + 1;
            Restarts++;
            Begin(header.Sequence);
            Packets++;
            Arrive(header, nanoseconds, lost: 0, measured: false);
            return;
        }

        _strangers = 0;
        var sequence = _highest + step;
        if (step > 0)
        {
            for (var passed = _highest + 1; passed < sequence && passed <= _highest + MaxMisorder; passed++)
            {
                Mark(passed, false);
            }

            Mark(sequence, true);
            _highest = sequence;
            Packets++;
            Arrive(header, nanoseconds, step - 1, measured: true);
            return;
        }

        if (IsMarked(sequence))
        {
            Duplicates++;
            return;
        }

        Mark(sequence, true);
        _base = Math.Min(_base, sequence);
        Packets++;
        Reordered++;
        Arrive(header, nanoseconds, lost: 0, measured: true);
    }

    /// <returns>The clock of payload types that always have the same one; null for dynamic ones.</returns>
    private static int? FixedClock(byte payloadType) => payloadType switch
    {
        0 or 3 or 4 or 5 or 7 or 8 or 9 or 12 or 13 or 15 or 18 => 8_000,
        6 => 16_000,
        14 or 25 or 26 or 28 or 31 or 32 or 33 or 34 => 90_000,
        _ => null,
    };

    private void Begin(ushort sequence)
    {
        // High enough to count down from.
        _base = _highest = 65_536L + sequence;
        Array.Clear(_window);
        Mark(_highest, true);
        _strangers = 0;
    }

    private void Arrive(in RtpHeader header, long nanoseconds, int lost, bool measured)
    {
        var gap = nanoseconds - _lastArrival;
        if (gap > LongestGap)
        {
            (LongestGap, LongestGapAt) = (gap, _lastArrival);
        }

        if (lost > 0 && gap > LongestOutage)
        {
            (LongestOutage, OutageLost, OutageAt) = (gap, lost, _lastArrival);
        }

        var media = (int)(header.Timestamp - _lastTimestamp);
        if (measured)
        {
            Timestamps += media != 0 ? 1 : 0;
            _media += media;
            _mediaAt = nanoseconds;
            _measured++;
            for (var i = 0; i < Clocks.Length; i++)
            {
                // RFC 3550 A.8, in seconds.
                var difference = Math.Abs((gap / 1e9) - ((double)media / Clocks[i]));
                _jitter[i] += (difference - _jitter[i]) / 16;
                _jitterSum[i] += _jitter[i];
                _jitterMost[i] = Math.Max(_jitterMost[i], _jitter[i]);
            }
        }

        _lastTimestamp = header.Timestamp;
        _lastArrival = nanoseconds;
        LastAt = Math.Max(LastAt, nanoseconds);
    }

    private void Mark(long sequence, bool seen)
    {
        var bit = (int)(sequence % MaxMisorder);
        if (seen)
        {
            _window[bit / 64] |= 1UL << (bit % 64);
        }
        else
        {
            _window[bit / 64] &= ~(1UL << (bit % 64));
        }
    }

    private bool IsMarked(long sequence)
    {
        var bit = (int)(sequence % MaxMisorder);
        return (_window[bit / 64] & (1UL << (bit % 64))) != 0;
    }
}
