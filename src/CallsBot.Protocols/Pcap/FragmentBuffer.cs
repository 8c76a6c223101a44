namespace CallsBot.Protocols.Pcap;

/// <summary>Puts the fragments of IP packets together (RFC 791 §3.2, RFC 8200 §4.5), a bounded number of them at a time.</summary>
/// <param name="unfinished">Told of each packet whose rest did not come in time, or that was given up for lack of room.</param>
public sealed class FragmentBuffer(Action<UnfinishedPacket> unfinished)
{
    /// <summary>How long a packet waits for its rest: what Linux allows.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private const int MostOpen = 128;
    private const int MostPieces = 64;
    private const int LongestPacket = 65_535;

    private readonly Dictionary<Key, Open> _open = [];
    private long _nextSweep = long.MinValue;

    /// <summary>Fragments that came in all.</summary>
    public long Fragments { get; private set; }

    /// <param name="ip">The header of a fragment.</param>
    /// <param name="payload">What was captured of its payload.</param>
    /// <param name="now">In nanoseconds.</param>
    /// <returns>The whole payload, when this was the last piece of it; else null. Cut captures leave zeros in it.</returns>
    public ReadOnlyMemory<byte>? Add(in IpPacket ip, ReadOnlySpan<byte> payload, long now)
    {
        Fragments++;
        Sweep(now);
        var key = new Key(ip.Source, ip.Destination, ip.FragmentId, ip.Protocol);
        if (!_open.TryGetValue(key, out var open))
        {
            if (_open.Count >= MostOpen)
            {
                GiveUp(_open.MinBy(entry => entry.Value.Since).Key);
            }

            _open[key] = open = new Open(now);
        }

        if (ip.FragmentOffset + ip.PayloadLength > LongestPacket || open.Pieces.Count >= MostPieces)
        {
            GiveUp(key);
            return null;
        }

        open.Put(ip, payload);
        if (!open.IsWhole)
        {
            return null;
        }

        _open.Remove(key);
        return open.Bytes.AsMemory(0, open.Total);
    }

    /// <summary>Gives up what waits since before some time.</summary>
    public void Flush(long before)
    {
        foreach (var key in _open.Where(entry => entry.Value.Since < before).Select(entry => entry.Key).ToList())
        {
            GiveUp(key);
        }
    }

    private void Sweep(long now)
    {
        if (now >= _nextSweep)
        {
            var wait = (long)LongestWait.TotalMilliseconds * 1_000_000;
            Flush(now < long.MinValue + wait ? long.MinValue : now - wait);
            _nextSweep = now > long.MaxValue - 1_000_000_000 ? long.MaxValue : now + 1_000_000_000;
        }
    }

    private void GiveUp(Key key)
    {
        if (_open.Remove(key, out var open))
        {
            unfinished(new UnfinishedPacket(key.Source, key.Destination, key.Protocol, open.Start, open.Since));
        }
    }

    private readonly record struct Key(UInt128 Source, UInt128 Destination, uint Id, byte Protocol);

    private sealed class Open(long since)
    {
        public long Since => since;

        public List<(int From, int To)> Pieces { get; } = [];

        public byte[] Bytes { get; private set; } = new byte[2048];

        public int Total { get; private set; } = -1;

        /// <summary>The first eight bytes, with the ports; empty when that piece is missing.</summary>
        public ReadOnlyMemory<byte> Start => Pieces.Exists(piece => piece is { From: 0, To: >= 8 }) ? Bytes.AsMemory(0, 8) : default;

        public bool IsWhole
        {
            get
            {
                if (Total < 0)
                {
                    return false;
                }

                var reached = 0;
                foreach (var (from, to) in Pieces.OrderBy(piece => piece.From))
                {
                    if (from > reached)
                    {
                        return false;
                    }

                    reached = Math.Max(reached, to);
                }

                return reached >= Total;
            }
        }

        public void Put(in IpPacket ip, ReadOnlySpan<byte> payload)
        {
            var end = ip.FragmentOffset + ip.PayloadLength;
            if (end > Bytes.Length)
            {
                var grown = new byte[Math.Min(Math.Max(end, Bytes.Length * 2), LongestPacket)];
                Bytes.CopyTo(grown, 0);
                Bytes = grown;
            }

            payload.CopyTo(Bytes.AsSpan(ip.FragmentOffset));
            Pieces.Add((ip.FragmentOffset, end));
            if (!ip.MoreFragments)
            {
                Total = end;
            }
        }
    }
}

/// <summary>A packet of which some fragments were seen, and not all.</summary>
/// <param name="Start">The first eight bytes of its payload, with the ports; empty when the first fragment is missing.</param>
/// <param name="Since">When its first fragment was seen, in nanoseconds.</param>
public sealed record UnfinishedPacket(UInt128 Source, UInt128 Destination, byte Protocol, ReadOnlyMemory<byte> Start, long Since);
