using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace CallsBot.Analysis.Logs;

/// <summary>Finds any of many ASCII texts in bytes, in any case.</summary>
/// <remarks>
/// Each text is stood for by four bytes of it, its anchor, which several texts may share; anchors that are rare in the bytes to be
/// searched are taken, so that few places are looked at closely. Anchors are found by the Teddy method (Hyperscan, 2019): sixteen
/// or thirty-two places at once, by looking up both halves of each byte in tables of eight groups. Immutable; any thread may use it.
/// </remarks>
internal sealed class LiteralSearch
{
    /// <summary>The shortest text that can be searched for.</summary>
    public const int Shortest = AnchorLength;

    private const int AnchorLength = 4;
    private const int Groups = 8;
    private const uint Fold = 0x20202020;

    // What one more anchor costs, as a number of places in a sample of 64 KiB: each makes the tables less choosy.
    private const double AnchorCost = 12;

    private readonly byte[][] _literals;
    private readonly Anchor[] _anchors;
    private readonly (uint Key, int Anchor)[] _slots;
    private readonly int _shift;

    // For each of the four bytes of an anchor: the groups that take a byte, by its low and by its high half, and by the whole byte.
    private readonly byte[][] _low = Tables(16);
    private readonly byte[][] _high = Tables(16);
    private readonly byte[][] _whole = Tables(256);

    /// <param name="literals">ASCII, at least <see cref="Shortest"/> characters each, without line ends.</param>
    /// <param name="sample">What the bytes to be searched look like; only the speed depends on it.</param>
    public LiteralSearch(IReadOnlyList<string> literals, ReadOnlySpan<byte> sample)
    {
        _literals = [.. literals.Select(literal => Encoding.ASCII.GetBytes(literal.ToLowerInvariant()))];
        var faulty = Array.FindIndex(_literals, literal => literal.Length < AnchorLength);
        if (faulty >= 0)
        {
            throw new ArgumentException($"'{literals[faulty]}' is shorter than {AnchorLength} characters.", nameof(literals));
        }

        _anchors = Choose(_literals, sample);
        MostAtOnePlace = _anchors.Length == 0 ? 0 : _anchors.Max(anchor => anchor.Users.Length);
        var bits = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Max(_anchors.Length * 8, 16)));
        _shift = 32 - bits;
        _slots = new (uint, int)[1 << bits];
        for (var i = 0; i < _anchors.Length; i++)
        {
            var slot = Slot(_anchors[i].Key);
            while (_slots[slot].Key != 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = (_anchors[i].Key, i);
        }

        FillTables(Grouped(_anchors, sample));
    }

    /// <summary>How a search goes through the bytes.</summary>
    internal enum Width
    {
        Scalar,
        Vector128,
        Vector256,
    }

    /// <summary>The fastest one of this processor.</summary>
    public static Width Best { get; } =
        Avx2.IsSupported ? Width.Vector256 : Ssse3.IsSupported || AdvSimd.Arm64.IsSupported ? Width.Vector128 : Width.Scalar;

    /// <summary>The most texts that are found at one place: room for so many must be left in the array of hits.</summary>
    public int MostAtOnePlace { get; }

    /// <summary>How many anchors stand for the texts.</summary>
    public int Anchors => _anchors.Length;

    /// <summary>Finds the texts from a place on, in the order of their anchors: line by line, where the texts hold no line end.</summary>
    /// <param name="text">All bytes.</param>
    /// <param name="from">Where to begin: 0, or what the last call returned.</param>
    /// <param name="hits">Takes what is found; at least <see cref="MostAtOnePlace"/> long.</param>
    /// <param name="count">How many were found.</param>
    /// <param name="width">How; for tests. One that the processor does not have is replaced.</param>
    /// <returns>Where to go on; the length of the text at its end.</returns>
    public int Search(ReadOnlySpan<byte> text, int from, Span<Hit> hits, out int count, Width? width = null)
    {
        count = 0;
        if (_anchors.Length == 0)
        {
            return text.Length;
        }

        var use = (Width)Math.Min((int)(width ?? Best), (int)Best);
        var at = use switch
        {
            Width.Vector256 => Search256(text, from, hits, ref count),
            Width.Vector128 => Search128(text, from, hits, ref count),
            _ => from,
        };
        return SearchScalar(text, at, hits, ref count);
    }

    private int Search256(ReadOnlySpan<byte> text, int from, Span<Hit> hits, ref int count)
    {
        var most = hits.Length - MostAtOnePlace;
        var (low0, low1, low2, low3) = (Twice(_low[0]), Twice(_low[1]), Twice(_low[2]), Twice(_low[3]));
        var (high0, high1, high2, high3) = (Twice(_high[0]), Twice(_high[1]), Twice(_high[2]), Twice(_high[3]));
        var half = Vector256.Create((byte)0x0F);
        ref var start = ref MemoryMarshal.GetReference(text);
        var last = text.Length - Vector256<byte>.Count - AnchorLength;
        var at = from;
        for (; at <= last; at += Vector256<byte>.Count)
        {
            var groups =
                Groups256(Vector256.LoadUnsafe(ref start, (nuint)at), low0, high0, half)
                & Groups256(Vector256.LoadUnsafe(ref start, (nuint)at + 1), low1, high1, half)
                & Groups256(Vector256.LoadUnsafe(ref start, (nuint)at + 2), low2, high2, half)
                & Groups256(Vector256.LoadUnsafe(ref start, (nuint)at + 3), low3, high3, half);
            if (groups == Vector256<byte>.Zero)
            {
                continue;
            }

            for (var places = ~Vector256.Equals(groups, Vector256<byte>.Zero).ExtractMostSignificantBits(); places != 0; places &= places - 1)
            {
                var place = at + BitOperations.TrailingZeroCount(places);
                if (count > most)
                {
                    return place;
                }

                LookAt(text, place, hits, ref count);
            }
        }

        return at;
    }

    private int Search128(ReadOnlySpan<byte> text, int from, Span<Hit> hits, ref int count)
    {
        var most = hits.Length - MostAtOnePlace;
        var (low0, low1, low2, low3) = (Once(_low[0]), Once(_low[1]), Once(_low[2]), Once(_low[3]));
        var (high0, high1, high2, high3) = (Once(_high[0]), Once(_high[1]), Once(_high[2]), Once(_high[3]));
        ref var start = ref MemoryMarshal.GetReference(text);
        var last = text.Length - Vector128<byte>.Count - AnchorLength;
        var at = from;
        for (; at <= last; at += Vector128<byte>.Count)
        {
            var groups =
                Groups128(Vector128.LoadUnsafe(ref start, (nuint)at), low0, high0)
                & Groups128(Vector128.LoadUnsafe(ref start, (nuint)at + 1), low1, high1)
                & Groups128(Vector128.LoadUnsafe(ref start, (nuint)at + 2), low2, high2)
                & Groups128(Vector128.LoadUnsafe(ref start, (nuint)at + 3), low3, high3);
            if (groups == Vector128<byte>.Zero)
            {
                continue;
            }

            for (var places = ~Vector128.Equals(groups, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF; places != 0; places &= places - 1)
            {
                var place = at + BitOperations.TrailingZeroCount(places);
                if (count > most)
                {
                    return place;
                }

                LookAt(text, place, hits, ref count);
            }
        }

        return at;
    }

    /// <summary>Stops at once where the others stopped because the hits were full.</summary>
    private int SearchScalar(ReadOnlySpan<byte> text, int from, Span<Hit> hits, ref int count)
    {
        var most = hits.Length - MostAtOnePlace;
        var (first, second, third, fourth) = (_whole[0], _whole[1], _whole[2], _whole[3]);
        for (var at = from; at <= text.Length - AnchorLength; at++)
        {
            if (count > most)
            {
                return at;
            }

            if ((first[text[at]] & second[text[at + 1]] & third[text[at + 2]] & fourth[text[at + 3]]) != 0)
            {
                LookAt(text, at, hits, ref count);
            }
        }

        return text.Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LookAt(ReadOnlySpan<byte> text, int place, Span<Hit> hits, ref int count)
    {
        var key = BitConverter.ToUInt32(text[place..]) | Fold;
        var slot = Slot(key);
        while (_slots[slot].Key is not 0 and var taken)
        {
            if (taken == key)
            {
                foreach (var (literal, offset) in _anchors[_slots[slot].Anchor].Users)
                {
                    var wanted = _literals[literal];
                    var begin = place - offset;
                    if (begin >= 0 && wanted.Length <= text.Length - begin && Ascii.EqualsIgnoreCase(text.Slice(begin, wanted.Length), wanted))
                    {
                        hits[count++] = new Hit(begin, literal);
                    }
                }

                return;
            }

            slot = (slot + 1) & (_slots.Length - 1);
        }
    }

    private int Slot(uint key) => (int)((key * 0x9E3779B1) >> _shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Groups256(Vector256<byte> bytes, Vector256<byte> low, Vector256<byte> high, Vector256<byte> half) =>
        Avx2.Shuffle(low, bytes & half) & Avx2.Shuffle(high, (bytes.AsUInt16() >> 4).AsByte() & half);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Groups128(Vector128<byte> bytes, Vector128<byte> low, Vector128<byte> high) =>
        Vector128.ShuffleNative(low, bytes & Vector128.Create((byte)0x0F)) & Vector128.ShuffleNative(high, bytes >> 4);

    private static Vector128<byte> Once(byte[] table) => Vector128.Create(table);

    private static Vector256<byte> Twice(byte[] table) => Vector256.Create(Vector128.Create(table), Vector128.Create(table));

    private static byte[][] Tables(int size) => [new byte[size], new byte[size], new byte[size], new byte[size]];

    private void FillTables(List<List<Anchor>> groups)
    {
        for (var group = 0; group < groups.Count; group++)
        {
            foreach (var anchor in groups[group])
            {
                // Of every user's own bytes: the key takes [ for { and @ for `, which a text does not.
                foreach (var (literal, offset) in anchor.Users)
                {
                    for (var i = 0; i < AnchorLength; i++)
                    {
                        var value = _literals[literal][offset + i];
                        Add(i, value, group);
                        Add(i, (byte)char.ToUpperInvariant((char)value), group);
                    }
                }
            }
        }

        for (var i = 0; i < AnchorLength; i++)
        {
            for (var value = 0; value < 256; value++)
            {
                _whole[i][value] = (byte)(_low[i][value & 15] & _high[i][value >> 4]);
            }
        }
    }

    private void Add(int index, byte value, int group)
    {
        _low[index][value & 15] |= (byte)(1 << group);
        _high[index][value >> 4] |= (byte)(1 << group);
    }

    /// <summary>Few and rare anchors, so that each text holds one: always the one that serves most texts at the least cost.</summary>
    private static Anchor[] Choose(byte[][] literals, ReadOnlySpan<byte> sample)
    {
        var places = new Dictionary<uint, List<(int Literal, int Offset)>>();
        for (var literal = 0; literal < literals.Length; literal++)
        {
            for (var offset = 0; offset <= literals[literal].Length - AnchorLength; offset++)
            {
                var key = BitConverter.ToUInt32(literals[literal], offset) | Fold;
                if (!places.TryGetValue(key, out var users))
                {
                    places[key] = users = [];
                }

                // A text that holds it twice needs it once.
                if (users.Count == 0 || users[^1].Literal != literal)
                {
                    users.Add((literal, offset));
                }
            }
        }

        var seen = new Dictionary<uint, int>();
        for (var at = 0; at <= sample.Length - AnchorLength; at++)
        {
            var key = BitConverter.ToUInt32(sample[at..]) | Fold;
            if (places.ContainsKey(key))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(seen, key, out _)++;
            }
        }

        var scale = 65_536.0 / Math.Max(sample.Length, 4_096);
        var chosen = new List<Anchor>();
        var open = new HashSet<int>(Enumerable.Range(0, literals.Length));
        while (open.Count > 0)
        {
            var (bestKey, bestWorth) = (0u, -1.0);
            foreach (var (key, users) in places)
            {
                var served = users.Count(user => open.Contains(user.Literal));
                var worth = served / (AnchorCost + (seen.GetValueOrDefault(key) * scale * (1 + (served * 0.25))));
                if (worth > bestWorth || (worth == bestWorth && key < bestKey))
                {
                    (bestKey, bestWorth) = (key, worth);
                }
            }

            var mine = places[bestKey].Where(user => open.Contains(user.Literal)).ToArray();
            var (first, offset) = mine[0];
            chosen.Add(new Anchor(bestKey, literals[first].AsSpan(offset, AnchorLength).ToArray(), mine));
            open.ExceptWith(mine.Select(user => user.Literal));
        }

        return [.. chosen];
    }

    /// <summary>At most eight groups, of anchors that look alike: what a group takes by mistake is to be rare.</summary>
    private static List<List<Anchor>> Grouped(Anchor[] anchors, ReadOnlySpan<byte> sample)
    {
        var share = new double[256];
        foreach (var value in sample)
        {
            share[value]++;
        }

        for (var value = 0; value < 256; value++)
        {
            // Lower-case letters are likely whatever the sample holds.
            share[value] = ((share[value] / Math.Max(sample.Length, 1)) + (value is >= 'a' and <= 'z' ? 0.01 : 0.0005)) / 1.4;
        }

        var groups = anchors.Select(anchor => new List<Anchor> { anchor }).ToList();
        while (groups.Count > Groups)
        {
            var (best, bestA, bestB) = (double.MaxValue, 0, 1);
            var single = groups.Select(group => Mistakes(group, [], share)).ToArray();
            for (var a = 0; a < groups.Count; a++)
            {
                for (var b = a + 1; b < groups.Count; b++)
                {
                    var more = Mistakes(groups[a], groups[b], share) - single[a] - single[b];
                    if (more < best)
                    {
                        (best, bestA, bestB) = (more, a, b);
                    }
                }
            }

            groups[bestA].AddRange(groups[bestB]);
            groups.RemoveAt(bestB);
        }

        return groups;
    }

    /// <summary>How often a place is taken by the tables of two groups made one.</summary>
    private static double Mistakes(List<Anchor> group, List<Anchor> other, double[] share)
    {
        var all = 1.0;
        for (var i = 0; i < AnchorLength; i++)
        {
            var (low, high) = (0, 0);
            foreach (var list in (ReadOnlySpan<List<Anchor>>)[group, other])
            {
                foreach (var anchor in list)
                {
                    var value = anchor.Text[i];
                    low |= 1 << (value & 15);
                    high |= 1 << (value >> 4);
                    high |= 1 << (char.ToUpperInvariant((char)value) >> 4);
                }
            }

            var taken = 0.0;
            for (var highs = high; highs != 0; highs &= highs - 1)
            {
                var row = BitOperations.TrailingZeroCount(highs) << 4;
                for (var lows = low; lows != 0; lows &= lows - 1)
                {
                    taken += share[row | BitOperations.TrailingZeroCount(lows)];
                }
            }

            all *= taken;
        }

        return all;
    }

    /// <param name="At">Where the text begins.</param>
    /// <param name="Literal">Its index in the list that was given.</param>
    internal readonly record struct Hit(int At, int Literal);

    private sealed record Anchor(uint Key, byte[] Text, (int Literal, int Offset)[] Users);
}
