using System.IO.Compression;
using System.Text;

namespace CallsBot.Protocols.Pprof;

/// <summary>
/// A profile as Go programs write it (github.com/google/pprof, proto/profile.proto): where a program spent time or memory,
/// as stacks of functions with a value for each kind of sample.
/// </summary>
public sealed class PprofProfile
{
    /// <summary>After unpacking. Profiles of busy servers have a few hundred kilobytes.</summary>
    public const int LargestSize = 64 * 1024 * 1024;

    private const int MostEntries = 1_000_000;

    /// <summary>Of all samples and locations together.</summary>
    private const int MostNumbers = 4_000_000;

    private readonly Dictionary<ulong, PprofFrame[]> _locations = [];

    private PprofProfile()
    {
    }

    /// <summary>Such as ("samples", "count") and ("cpu", "nanoseconds"): what the values of a sample are.</summary>
    public IReadOnlyList<PprofValueType> SampleTypes { get; private set; } = [];

    public IReadOnlyList<PprofSample> Samples { get; private set; } = [];

    /// <summary>The place of the kind that is meant when nobody says which.</summary>
    public int DefaultSampleType { get; private set; }

    /// <summary>When it was recorded; null when that is not in it.</summary>
    public DateTimeOffset? RecordedAt { get; private set; }

    /// <summary>For how long; zero for a snapshot.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>The program's file, as the machine that recorded it has it; empty when that is not in it.</summary>
    public string Program { get; private set; } = "";

    /// <summary>The functions of a sample, from the innermost to the outermost; what is inlined comes before where it is inlined.</summary>
    public IEnumerable<PprofFrame> StackOf(PprofSample sample)
    {
        foreach (var location in sample.Locations)
        {
            foreach (var frame in _locations.GetValueOrDefault(location, []))
            {
                yield return frame;
            }
        }
    }

    /// <summary>Whether the beginning of a file can be a profile that is not packed.</summary>
    /// <param name="head">Its first bytes.</param>
    /// <param name="isWhole">Whether nothing follows.</param>
    public static bool IsLikely(ReadOnlySpan<byte> head, bool isWhole)
    {
        var reader = new ProtobufReader(head);
        var (fields, telling) = (0, 0);
        while (reader.TryReadField(out var field))
        {
            if (!IsKnown(field.Number, field.IsBytes))
            {
                return false;
            }

            fields++;
            telling += field.Number is 2 or 4 or 5 or 6 ? 1 : 0;
        }

        return (isWhole ? reader.IsAtEnd : true) && (fields >= 20 || (isWhole && fields >= 4)) && telling > 0;
    }

    /// <param name="content">The file, packed with gzip or not.</param>
    /// <exception cref="InvalidDataException">It is no profile, or is cut off, or too large; the message says which.</exception>
    public static PprofProfile Read(ReadOnlyMemory<byte> content)
    {
        var bytes = content.Span is [0x1F, 0x8B, ..] ? Unpacked(content) : content;
        return bytes.Length <= LargestSize ? Decoded(bytes.Span) : throw new InvalidDataException("The profile is larger than 64 MiB.");
    }

    private static ReadOnlyMemory<byte> Unpacked(ReadOnlyMemory<byte> content)
    {
        using var gzip = new GZipStream(new MemoryStream(content.ToArray(), writable: false), CompressionMode.Decompress);
        var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = gzip.Read(buffer)) > 0)
        {
            whole.Write(buffer, 0, read);
            if (whole.Length > LargestSize)
            {
                throw new InvalidDataException("The profile is larger than 64 MiB.");
            }
        }

        return whole.ToArray();
    }

    private static bool IsKnown(int number, bool isBytes) => number switch
    {
        1 or 2 or 3 or 4 or 5 or 6 or 11 => isBytes,
        7 or 8 or 9 or 10 or 12 or 14 or 15 => !isBytes,
        13 => true,
        _ => false,
    };

    private static PprofProfile Decoded(ReadOnlySpan<byte> bytes)
    {
        var profile = new PprofProfile();
        var (types, samples, texts) = (new List<(long Type, long Unit)>(), new List<PprofSample>(), new List<string>());
        var (locations, functions, mappings) = (new List<RawLocation>(), new Dictionary<ulong, long>(), new List<long>());
        long defaultType = 0;
        var (entries, left) = (0, MostNumbers);
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field))
        {
            if (++entries > MostEntries)
            {
                throw new InvalidDataException("The profile has more than a million entries.");
            }

            switch (field.Number)
            {
                case 1:
                    types.Add(ValueTypeOf(reader.BytesOf(field)));
                    break;
                case 2:
                    samples.Add(SampleOf(reader.BytesOf(field), ref left));
                    break;
                case 3:
                    mappings.Add(MappingOf(reader.BytesOf(field)));
                    break;
                case 4:
                    locations.Add(LocationOf(reader.BytesOf(field), ref left));
                    break;
                case 5:
                    var (id, name) = FunctionOf(reader.BytesOf(field));
                    functions[id] = name;
                    break;
                case 6:
                    texts.Add(Encoding.UTF8.GetString(reader.BytesOf(field)));
                    break;
                case 9:
                    profile.RecordedAt = field.Value is > 0 and < long.MaxValue ? DateTimeOffset.UnixEpoch.AddTicks((long)field.Value / 100) : null;
                    break;
                case 10:
                    profile.Duration = field.Value < long.MaxValue ? TimeSpan.FromTicks((long)field.Value / 100) : TimeSpan.Zero;
                    break;
                case 14:
                    defaultType = (long)field.Value;
                    break;
            }

            if (left < 0)
            {
                throw new InvalidDataException("The profile has more than four million numbers.");
            }
        }

        if (!reader.IsAtEnd || types.Count == 0 || texts is not ["", ..])
        {
            throw new InvalidDataException("It is no profile, or it is cut off.");
        }

        string Text(long index) => index >= 0 && index < texts.Count ? texts[(int)index] : "";
        profile.SampleTypes = [.. types.Select(type => new PprofValueType(Text(type.Type), Text(type.Unit)))];
        profile.DefaultSampleType = types.FindIndex(type => defaultType > 0 && type.Type == defaultType) is >= 0 and var index ? index : types.Count - 1;
        profile.Samples = samples;
        profile.Program = mappings.Count > 0 ? Text(mappings[0]) : "";
        foreach (var location in locations)
        {
            profile._locations[location.Id] = location.Functions.Count == 0
                ? [new PprofFrame($"0x{location.Address:x}")]
                : [.. location.Functions.Select(function => new PprofFrame(Text(functions.GetValueOrDefault(function, -1)) is { Length: > 0 } name ? name : $"0x{location.Address:x}"))];
        }

        return profile;
    }

    private static (long Type, long Unit) ValueTypeOf(ReadOnlySpan<byte> bytes)
    {
        var (type, unit) = (0L, 0L);
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field))
        {
            (type, unit) = field.Number switch { 1 => ((long)field.Value, unit), 2 => (type, (long)field.Value), _ => (type, unit) };
        }

        return (type, unit);
    }

    private static PprofSample SampleOf(ReadOnlySpan<byte> bytes, ref int left)
    {
        var (locations, values) = (new List<ulong>(), new List<ulong>());
        var reader = new ProtobufReader(bytes);
        while (left >= 0 && reader.TryReadField(out var field))
        {
            if (field.Number is 1 or 2)
            {
                reader.AppendNumbers(field, field.Number == 1 ? locations : values, ref left);
            }
        }

        return new PprofSample(locations, [.. values.Select(value => (long)value)]);
    }

    private static long MappingOf(ReadOnlySpan<byte> bytes)
    {
        long name = 0;
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field))
        {
            name = field.Number == 5 ? (long)field.Value : name;
        }

        return name;
    }

    private static RawLocation LocationOf(ReadOnlySpan<byte> bytes, ref int left)
    {
        var (id, address, functions) = (0UL, 0UL, new List<ulong>());
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field))
        {
            switch (field.Number)
            {
                case 1:
                    id = field.Value;
                    break;
                case 3:
                    address = field.Value;
                    break;
                case 4:
                    var line = new ProtobufReader(reader.BytesOf(field));
                    while (line.TryReadField(out var part))
                    {
                        if (part.Number == 1 && --left >= 0)
                        {
                            functions.Add(part.Value);
                        }
                    }

                    break;
            }
        }

        return new RawLocation(id, address, functions);
    }

    private static (ulong Id, long Name) FunctionOf(ReadOnlySpan<byte> bytes)
    {
        var (id, name) = (0UL, 0L);
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field))
        {
            (id, name) = field.Number switch { 1 => (field.Value, name), 2 => (id, (long)field.Value), _ => (id, name) };
        }

        return (id, name);
    }

    private sealed record RawLocation(ulong Id, ulong Address, List<ulong> Functions);
}

/// <param name="Type">Such as "cpu".</param>
/// <param name="Unit">Such as "nanoseconds".</param>
public sealed record PprofValueType(string Type, string Unit);

/// <param name="Function">Its name with the package; the address when the profile has no name for it.</param>
public readonly record struct PprofFrame(string Function);

/// <param name="Locations">Ids, from the innermost to the outermost.</param>
/// <param name="Values">One for each of <see cref="PprofProfile.SampleTypes"/>.</param>
public sealed record PprofSample(IReadOnlyList<ulong> Locations, IReadOnlyList<long> Values)
{
    /// <summary>Zero where the profile has none.</summary>
    public long ValueOf(int type) => type >= 0 && type < Values.Count ? Values[type] : 0;
}
