using CallsBot.Analysis;
using CallsBot.Analysis.Captures;
using CallsBot.Protocols.Pcap;

namespace CallsBot.Tests.Analysis.Captures;

public sealed class CaptureReaderTests
{
    private static readonly byte[] Packet = CaptureBytes.Udp4([1, 2, 3, 4]);

    [Theory]
    [InlineData(false, false, 7_000_000_009_000)]
    [InlineData(true, false, 7_000_000_009_000)]
    [InlineData(false, true, 7_000_000_000_009)]
    [InlineData(true, true, 7_000_000_000_009)]
    public async Task Both_byte_orders_and_resolutions_of_pcap_give_the_same_packet(bool bigEndian, bool nanoseconds, long expected)
    {
        var (packets, reader) = await ReadAsync(new CaptureBytes(bigEndian).FileHeader(101, nanoseconds).Record(7_000, 9, Packet).ToArray());

        packets.ShouldHaveSingleItem().Nanoseconds.ShouldBe(expected);
        packets[0].Bytes.ToArray().ShouldBe(Packet);
        reader.Trouble.ShouldBeNull();
    }

    [Fact]
    public async Task Sections_with_other_byte_orders_interfaces_and_resolutions_follow_one_another()
    {
        byte[] file =
        [
            .. new CaptureBytes().Section().Interface(1).Interface(101, 9, 0, 1, 0, 9, 0, 0, 0).Block(0x0BAD, [1, 2, 3])
                .Enhanced(1, 5_000_000_001, Packet).Enhanced(0, 5_000_001, CaptureBytes.Ethernet(Packet)).ToArray(),

            // Two to the minus ten of a second.
            .. new CaptureBytes(bigEndian: true).Section().Interface(101, 0, 9, 0, 1, 0x8A, 0, 0, 0).Enhanced(0, 2_048, Packet)
                .Block(3, [.. new CaptureBytes(bigEndian: true).U32((uint)Packet.Length).ToArray(), .. Packet]).ToArray(),
        ];

        var (packets, reader) = await ReadAsync(file);

        reader.Trouble.ShouldBeNull();
        packets.Select(packet => packet.Nanoseconds).ShouldBe([5_000_000_001, 5_000_001_000, 2_000_000_000, 2_000_000_000]);
        packets.Select(packet => packet.LinkType).ShouldBe([101, 1, 101, 101]);
    }

    [Fact]
    public async Task A_cut_file_gives_what_is_before_the_cut_and_says_where_it_ends()
    {
        var file = new CaptureBytes().FileHeader(101).Record(1, 0, Packet).Record(2, 0, Packet).ToArray();

        var (packets, reader) = await ReadAsync(file[..^5]);

        packets.ShouldHaveSingleItem();
        reader.Trouble.ShouldNotBeNull().ShouldContain("43 of 48");
    }

    [Fact]
    public async Task A_packet_of_impossible_length_ends_the_reading_and_keeps_what_came_before()
    {
        var (packets, reader) = await ReadAsync(new CaptureBytes().FileHeader(101).Record(1, 0, Packet).U32(1).U32(1).U32(uint.MaxValue).U32(9).ToArray());

        packets.ShouldHaveSingleItem();
        reader.Trouble.ShouldNotBeNull().ShouldContain("byte 72");
    }

    public static TheoryData<int, byte[]> Links => new()
    {
        { 1, CaptureBytes.Ethernet(Packet) },
        { 1, CaptureBytes.Ethernet(Packet, 0x81, 0, 0, 5) },
        { 1, CaptureBytes.Ethernet(Packet, 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6) },
        { 1, CaptureBytes.Ethernet(CaptureBytes.Udp6([1, 2, 3, 4])) },
        { 113, [0, 4, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, .. Packet] },
        { 276, [8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 0, 0, 0, 0, 0, 0, 0, 0, .. Packet] },
        { 0, [2, 0, 0, 0, .. Packet] },
        { 108, [0, 0, 0, 2, .. Packet] },
        { 101, Packet },
        { 12, Packet },
        { 14, Packet },
        { 228, Packet },
        { 229, CaptureBytes.Udp6([1, 2, 3, 4]) },
    };

    [Theory]
    [MemberData(nameof(Links))]
    public void The_same_datagram_is_found_on_every_link(int link, byte[] bytes)
    {
        var trace = new CaptureTrace();

        trace.Add(new CapturedPacket(0, link, bytes, bytes.Length, CaptureDirection.Unknown));

        var flow = trace.Flows.All.ShouldHaveSingleItem();
        flow.Server.Port.ShouldBe((ushort)8443);
        flow.Client.Port.ShouldBe((ushort)40_000);
        if (link is 113 or 276)
        {
            flow.Client.Leaving.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_datagram_in_fragments_counts_once_and_whole_in_any_order(bool backwards)
    {
        var trace = new CaptureTrace();
        var fragments = CaptureBytes.Fragments(CaptureBytes.Udp4(new byte[3_000]), 1_480).ToList();
        fragments.Count.ShouldBe(3);
        if (backwards)
        {
            fragments.Reverse();
        }

        foreach (var fragment in fragments)
        {
            trace.Add(new CapturedPacket(0, 101, fragment, fragment.Length, CaptureDirection.Unknown));
        }

        trace.Complete();
        trace.Flows.All.ShouldHaveSingleItem().Packets.ShouldBe(1);
        trace.UnfinishedPackets.ShouldBe(0);
    }

    [Fact]
    public void Fragments_whose_rest_never_comes_are_counted_and_forgotten()
    {
        var trace = new CaptureTrace();
        var first = CaptureBytes.Fragments(CaptureBytes.Udp4(new byte[3_000]), 1_480).First();

        trace.Add(new CapturedPacket(0, 101, first, first.Length, CaptureDirection.Unknown));
        trace.Add(new CapturedPacket(60_000_000_000, 101, Packet, Packet.Length, CaptureDirection.Unknown));
        trace.Complete();

        trace.UnfinishedPackets.ShouldBe(1);
    }

    [Fact]
    public void More_flows_than_fit_are_forgotten_the_uninteresting_and_oldest_first()
    {
        var table = new FlowTable(most: 100);
        var call = table.Of(1, 40_000, 2, 8443, 17, out var side);
        call.Sides[side].Count(0, 100, 64, CaptureDirection.Unknown);
        for (var i = 0; i < 1_000; i++)
        {
            var other = table.Of((UInt128)(uint)i + 10, 53, 3, 50_000, 17, out side);
            other.Sides[side].Count(i, 100, 64, CaptureDirection.Unknown);
        }

        table.All.Count.ShouldBeLessThanOrEqualTo(100);
        table.Forgotten.ShouldBeGreaterThan(800);
        table.All.ShouldContain(call);
    }

    [Fact]
    public void Captures_are_recognised_and_other_files_are_not()
    {
        var shape = new CaptureAnalyser(FindingCatalog.Shipped).Shapes.ShouldHaveSingleItem();
        int Sureness(byte[] bytes) => shape.Recognise(new Head(bytes, isWhole: true));

        Sureness(new CaptureBytes().FileHeader(1).ToArray()).ShouldBeGreaterThanOrEqualTo(90);
        Sureness(new CaptureBytes(bigEndian: true).Section().ToArray()).ShouldBeGreaterThanOrEqualTo(90);
        Sureness("PK\u0003\u0004 a zip file"u8.ToArray()).ShouldBe(0);
        Sureness("12:00:01.000 IP 192.0.2.1.40000 > 198.51.100.9.8443: UDP"u8.ToArray()).ShouldBe(0);
        Sureness([]).ShouldBe(0);
    }

    private static async Task<(List<CapturedPacket> Packets, CaptureReader Reader)> ReadAsync(byte[] file)
    {
        var reader = new CaptureReader(new MemoryStream(file));
        var packets = new List<CapturedPacket>();
        while (await reader.ReadAsync(CancellationToken.None))
        {
            packets.Add(reader.Current with { Bytes = reader.Current.Bytes.ToArray() });
        }

        return (packets, reader);
    }
}
