using System.Buffers.Binary;
using System.IO.Compression;
using CallsBot.Analysis.Captures;

namespace CallsBot.Tests.Analysis.Captures;

public sealed class PacketRateChartTests
{
    [Fact]
    public void The_picture_is_a_png_with_both_lines_and_a_caption_that_says_what_is_on_it()
    {
        var rates = new RateHistogram();
        for (var i = 0; i < 60 * 50; i++)
        {
            rates.Add(i * 20_000_000L, toServer: true);
            if (i is < 1_000 or > 1_500)
            {
                rates.Add(i * 20_000_000L, toServer: false);
                rates.Add(i * 20_000_000L, toServer: false);
            }
        }

        var picture = PacketRateChart.Of(rates).ShouldNotBeNull();

        picture.Caption.ShouldContain("To the server (solid, dark): 3000 packets");
        picture.Caption.ShouldContain("100 at most");
        var png = picture.Png.Span;
        png[..8].ToArray().ShouldBe([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
        (BinaryPrimitives.ReadInt32BigEndian(png[16..]), BinaryPrimitives.ReadInt32BigEndian(png[20..])).ShouldBe((800, 300));
        var pixels = Pixels(png);
        pixels.Count(pixel => pixel == 3).ShouldBeGreaterThan(1_000);
        pixels.Count(pixel => pixel == 4).ShouldBeGreaterThan(500);
        if (Environment.GetEnvironmentVariable("CALLSBOT_KEEP_CAPTURES") is { } folder)
        {
            File.WriteAllBytes(Path.Combine(folder, "chart.png"), png);
        }
    }

    [Fact]
    public void Long_captures_fit_into_the_same_slots_and_lose_no_packet()
    {
        var rates = new RateHistogram();
        for (var i = 0; i < 10_000; i++)
        {
            rates.Add(i * 3_600_000_000_000L, toServer: true);
        }

        rates.Add(long.MaxValue, toServer: false);
        rates.Add(long.MinValue, toServer: false);

        var sum = 0;
        foreach (var count in rates.ToServer)
        {
            sum += count;
        }

        sum.ShouldBe(10_000);
        PacketRateChart.Of(rates).ShouldNotBeNull();
    }

    [Fact]
    public void Without_packets_of_calls_there_is_no_picture() => PacketRateChart.Of(new RateHistogram()).ShouldBeNull();

    private static byte[] Pixels(ReadOnlySpan<byte> png)
    {
        var at = 8;
        while (!png.Slice(at + 4, 4).SequenceEqual("IDAT"u8))
        {
            at += 12 + BinaryPrimitives.ReadInt32BigEndian(png[at..]);
        }

        using var zlib = new ZLibStream(new MemoryStream(png.Slice(at + 8, BinaryPrimitives.ReadInt32BigEndian(png[at..])).ToArray()), CompressionMode.Decompress);
        using var raw = new MemoryStream();
        zlib.CopyTo(raw);
        raw.Length.ShouldBe(300 * 801);
        return raw.ToArray();
    }
}
