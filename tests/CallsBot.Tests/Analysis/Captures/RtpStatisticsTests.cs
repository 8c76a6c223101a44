using CallsBot.Protocols.Rtp;

namespace CallsBot.Tests.Analysis.Captures;

public sealed class RtpStatisticsTests
{
    [Fact]
    public void Missing_late_and_double_packets_are_told_apart_over_the_wrap()
    {
        // 65534 65535 0 1 (2 missing) 3 5 4(late) 4(double) 6
        var statistics = Of([65_534, 65_535, 0, 1, 3, 5, 4, 4, 6]);

        (statistics.Packets, statistics.Expected, statistics.Lost, statistics.Reordered, statistics.Duplicates).ShouldBe((8, 9, 1, 1, 1));
    }

    [Fact]
    public void A_sender_that_begins_anew_is_no_loss_and_a_stray_packet_neither()
    {
        var statistics = Of([.. Enumerable.Range(100, 20), 40_000, .. Enumerable.Range(120, 20), .. Enumerable.Range(30_000, 20)]);

        statistics.Restarts.ShouldBe(1);
        statistics.Lost.ShouldBe(0);
    }

    [Fact]
    public void Jitter_is_that_of_the_specification()
    {
        // Every second packet is 8 ms late: D is 8 ms each time, and J draws near to it by a sixteenth.
        var statistics = new RtpStatistics();
        for (var i = 0; i < 100; i++)
        {
            statistics.Add(new RtpHeader(0, false, (ushort)i, (uint)i * 160, 1), (i * 20_000_000L) + (i % 2 * 8_000_000L), 172);
        }

        var expected = 0.0;
        for (var i = 1; i < 100; i++)
        {
            expected += (8 - expected) / 16;
        }

        statistics.MaxJitter.TotalMilliseconds.ShouldBe(expected, tolerance: 0.001);
        statistics.Clock.ShouldBe((8_000, ClockSource.PayloadType));
    }

    [Theory]
    [InlineData(48_000)]
    [InlineData(90_000)]
    [InlineData(16_000)]
    public void The_clock_of_a_dynamic_payload_type_is_read_from_the_pace(int rate)
    {
        var statistics = new RtpStatistics();
        for (var i = 0; i < 100; i++)
        {
            statistics.Add(new RtpHeader(111, false, (ushort)i, (uint)(i * rate / 50), 1), i * 20_000_000L, 100);
        }

        statistics.Clock.ShouldBe((rate, ClockSource.Pace));
        statistics.MeanJitter.TotalMilliseconds.ShouldBe(0, tolerance: 0.001);
    }

    [Fact]
    public void A_pause_of_the_sender_is_a_gap_and_no_outage()
    {
        var statistics = new RtpStatistics();
        statistics.Add(new RtpHeader(111, false, 1, 0, 1), 0, 100);
        statistics.Add(new RtpHeader(111, false, 2, 480_000, 1), 10_000_000_000, 100);
        statistics.Add(new RtpHeader(111, false, 103, 576_000, 1), 12_000_000_000, 100);

        statistics.LongestGap.ShouldBe(10_000_000_000);
        (statistics.LongestOutage, statistics.OutageLost).ShouldBe((2_000_000_000, 100));
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(206, true)]
    [InlineData(111, false)]
    [InlineData(224, false)]
    public void Rtcp_is_told_by_its_second_byte(byte second, bool isRtcp) =>
        RtpHeader.IsRtcp([0x80, second, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]).ShouldBe(isRtcp);

    private static RtpStatistics Of(IEnumerable<int> sequences)
    {
        var statistics = new RtpStatistics();
        var at = 0L;
        foreach (var sequence in sequences)
        {
            statistics.Add(new RtpHeader(111, false, (ushort)sequence, 0, 1), at += 20_000_000, 100);
        }

        return statistics;
    }
}
