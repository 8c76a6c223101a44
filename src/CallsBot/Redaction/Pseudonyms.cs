using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace CallsBot.Redaction;

/// <summary>
/// The names that stand for what was replaced: the same thing has the same name as long as this object lives.
/// Safe for several threads.
/// </summary>
/// <remarks>
/// Things are remembered by their HMAC, not as text. With a random key names are numbered in the order of appearance;
/// with a given key the numbers come from the HMAC, so that two runs with that key agree on them.
/// </remarks>
internal sealed class Pseudonyms
{
    /// <summary>Keeps an address that occurs in every line from costing an HMAC in every line.</summary>
    private const int MaxAddressesAtHand = 20_000;

    private const int GivenKeyNumbers = 1_000_000;

    private readonly Lock _gate = new();
    private readonly byte[] _key;
    private readonly bool _numbersFromKey;
    private readonly Dictionary<UInt128, string> _names = [];
    private readonly Dictionary<string, int> _highest = [];
    private readonly HashSet<(string Series, int Number)> _taken = [];
    private readonly Dictionary<string, string> _addresses = [];

    private Pseudonyms(byte[] key, bool numbersFromKey)
    {
        _key = key;
        _numbersFromKey = numbersFromKey;
    }

    public static Pseudonyms Random() => new(RandomNumberGenerator.GetBytes(32), numbersFromKey: false);

    /// <exception cref="ArgumentException">The key is shorter than 16 bytes.</exception>
    public static Pseudonyms WithKey(ReadOnlySpan<byte> key) => key.Length < 16
        ? throw new ArgumentException("A key for pseudonyms has 16 bytes or more.", nameof(key))
        : new(key.ToArray(), numbersFromKey: true);

    public string Secret(RedactionClass kind, ReadOnlySpan<char> value) => Name($"secret-{kind.Name()}", value, number => $"[secret-{kind.Name()}-{number}]");

    public string User(ReadOnlySpan<char> value) => Lowered("user", value, number => $"user-{number}");

    public string Mac(ReadOnlySpan<char> value) => Lowered("mac", value, number => $"mac-{number}");

    /// <summary>Names ending in <c>.local</c> keep that: whether a candidate is an mDNS name matters to the diagnosis.</summary>
    public string Host(ReadOnlySpan<char> value)
    {
        value = value.TrimEnd('.');
        return value.EndsWith(".local", StringComparison.OrdinalIgnoreCase)
            ? Lowered("host", value, number => $"host-{number}.local")
            : Lowered("host", value, number => $"host-{number}.example");
    }

    /// <summary>Keeps family, scope and whether two addresses share a network (/24, /64).</summary>
    public string Address(ReadOnlySpan<char> text, IPAddress address)
    {
        lock (_gate)
        {
            var known = _addresses.GetAlternateLookup<ReadOnlySpan<char>>();
            if (known.TryGetValue(text, out var name))
            {
                return name;
            }

            Span<byte> bytes = stackalloc byte[16];
            address.TryWriteBytes(bytes, out var length);
            var series = $"{(address.AddressFamily == AddressFamily.InterNetwork ? "ip4" : "ip6")}-{AddressScope.Of(address)}";
            Span<char> whole = stackalloc char[32];
            Convert.TryToHexStringLower(bytes[..length], whole, out var digits);
            var network = Name("net", $"{series}/{whole[..(length == 4 ? 6 : 16)]}", number => $"net-{number}");
            name = Name(series, whole[..digits], number => $"{series}-{number}.{network}");
            if (_addresses.Count >= MaxAddressesAtHand)
            {
                _addresses.Clear();
            }

            known[text] = name;
            return name;
        }
    }

    private string Lowered(string series, ReadOnlySpan<char> value, Func<string, string> name)
    {
        Span<char> lower = value.Length <= 256 ? stackalloc char[256] : new char[value.Length];
        return Name(series, lower[..value.ToLowerInvariant(lower)], name);
    }

    private string Name(string series, ReadOnlySpan<char> value, Func<string, string> name)
    {
        lock (_gate)
        {
            var mark = Mark(series, value);
            if (!_names.TryGetValue(mark, out var known))
            {
                known = name(Number(series, mark).ToString(CultureInfo.InvariantCulture));
                _names.Add(mark, known);
            }

            return known;
        }
    }

    private int Number(string series, UInt128 mark)
    {
        if (!_numbersFromKey)
        {
            return _highest[series] = _highest.GetValueOrDefault(series) + 1;
        }

        var number = (int)(mark % GivenKeyNumbers) + 1;
        while (!_taken.Add((series, number)))
        {
            number++;
        }

        return number;
    }

    private UInt128 Mark(string series, ReadOnlySpan<char> value)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var length = (series.Length + 1 + value.Length) * sizeof(char);
        Span<byte> input = length <= 1024 ? stackalloc byte[1024] : new byte[length];
        var text = MemoryMarshal.Cast<byte, char>(input[..length]);
        series.CopyTo(text);
        text[series.Length] = '\0';
        value.CopyTo(text[(series.Length + 1)..]);
        HMACSHA256.HashData(_key, input[..length], hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
