using System.IO.Compression;
using CallsBot.Analysis.Profiles;
using CallsBot.Protocols.Pprof;

namespace CallsBot.Tests.Analysis;

/// <summary>Profiles of a real RTCD, against what <c>go tool pprof</c> says of them.</summary>
public sealed class ProfileTests
{
    [Theory]
    [InlineData("rtcd-logins")]
    [InlineData("rtcd-heap")]
    public void The_table_is_that_of_go_tool_pprof(string name)
    {
        var profile = Read(name);
        var expected = File.ReadLines(PathOf($"{name}.top.txt")).SkipWhile(line => !line.Contains("flat%", StringComparison.Ordinal)).Skip(1)
            .Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(
                cells => cells[5].Replace(" (inline)", "", StringComparison.Ordinal).Replace(" (partial-inline)", "", StringComparison.Ordinal),
                cells => (Flat: Share(cells[1]), Cumulative: Share(cells[4])),
                StringComparer.Ordinal);

        var top = ProfileTop.Of(profile, profile.DefaultSampleType);

        expected.Count.ShouldBeGreaterThan(30);
        foreach (var (function, (flat, cumulative)) in expected)
        {
            var found = top.ByCumulative.SingleOrDefault(one => one.Name == function).ShouldNotBeNull(function);
            (100d * found.Flat / top.Total).ShouldBe(flat, 0.006, function);
            (100d * found.Cumulative / top.Total).ShouldBe(cumulative, 0.006, function);
        }

        top.ByCumulative.Select(function => function.Name).ShouldBe(expected.Keys, ignoreOrder: true);

        static double Share(string cell) => double.Parse(cell.TrimEnd('%'), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void The_figures_of_a_profile_are_those_of_go_tool_pprof()
    {
        var profile = Read("rtcd-logins");

        profile.SampleTypes.ShouldBe([new PprofValueType("samples", "count"), new PprofValueType("cpu", "nanoseconds")]);
        profile.DefaultSampleType.ShouldBe(1);
        ProfileTop.Of(profile, 1).Total.ShouldBe(1_820_000_000);
        profile.Duration.TotalSeconds.ShouldBe(5.14, 0.005);
        profile.Program.ShouldEndWith("/rtcd");
    }

    [Fact]
    public async Task A_packed_profile_is_read_and_its_table_shown()
    {
        var report = await Corpus.AnalyseAsync([PathOf("rtcd-logins.pb.gz")]);

        var reading = report.Pieces.ShouldHaveSingleItem().Reading;
        reading.Tables[0].Rows[0].ShouldBe(["97.25%", "1.77s", "checking the keys of logins"]);
        reading.Tables[1].Rows[0].ShouldBe(["920ms", "50.55%", "1.74s", "95.6%", "golang.org/x/crypto/blowfish.encryptBlock"]);
        report.First.ShouldNotBeNull().Words["share"].ShouldBe("97");
    }

    [Fact]
    public void Cut_and_mutated_profiles_end_in_words()
    {
        var random = new Random(4_711);
        byte[][] seeds = [.. new[] { "rtcd-logins", "rtcd-idle", "rtcd-heap" }.Select(name => Unpack(File.ReadAllBytes(PathOf($"{name}.pb.gz"))))];
        var count = Environment.GetEnvironmentVariable("CALLSBOT_SOAK") == "1" ? 500 * 200 : 500;
        for (var round = 0; round < count; round++)
        {
            var bytes = (byte[])seeds[round % seeds.Length].Clone();
            for (var change = random.Next(8); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            bytes = bytes[..random.Next(bytes.Length + 1)];
            try
            {
                var profile = PprofProfile.Read(bytes);
                ProfileTop.Of(profile, profile.DefaultSampleType);
                WorkFamilies.Of(profile, profile.DefaultSampleType);
            }
            catch (InvalidDataException)
            {
                // That is how it says so.
            }

            PprofProfile.IsLikely(bytes, isWhole: true);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void More_numbers_than_any_profile_has_are_refused_in_however_many_samples(int samples)
    {
        const int Most = 4_000_000;

        Should.NotThrow(() => PprofProfile.Read(OfNumbers(samples, Most / samples)));
        Should.Throw<InvalidDataException>(() => PprofProfile.Read(OfNumbers(samples, (Most / samples) + 1))).Message.ShouldContain("numbers");

        // A sample type, the empty text, and samples with values that are packed.
        static byte[] OfNumbers(int samples, int each)
        {
            byte[] values = [0x12, .. Varint(each), .. new byte[each]];
            byte[] sample = [0x12, .. Varint(values.Length), .. values];
            return [0x0A, 0, 0x32, 0, .. Enumerable.Repeat(sample, samples).SelectMany(bytes => bytes)];
        }

        static IEnumerable<byte> Varint(int value)
        {
            for (; value >= 0x80; value >>= 7)
            {
                yield return (byte)(value | 0x80);
            }

            yield return (byte)value;
        }
    }

    private static PprofProfile Read(string name) => PprofProfile.Read(File.ReadAllBytes(PathOf($"{name}.pb.gz")));

    private static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        var whole = new MemoryStream();
        gzip.CopyTo(whole);
        return whole.ToArray();
    }

    private static string PathOf(string file) => Path.Combine(Corpus.Folder, "profiles", file);
}
