using CallsBot.Analysis;
using CallsBot.Analysis.Captures;

namespace CallsBot.Tests.Analysis.Captures;

/// <summary>Bytes of strangers: whatever a capture holds, reading it ends and does not throw.</summary>
public sealed class CaptureFuzzTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    private static readonly int Rounds = Environment.GetEnvironmentVariable("CALLSBOT_SOAK") == "1" ? 200 : 1;

    private static readonly IReadOnlyList<byte[]> Seeds =
        [.. Corpus.All.Where(entry => entry.Folder == "captures").SelectMany(entry => entry.Paths).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    [Fact]
    public async Task Changed_captures_are_read_without_an_exception()
    {
        Seeds.ShouldNotBeEmpty();
        var random = new Random(20_260_101);
        for (var i = 0; i < 100 * Rounds; i++)
        {
            var bytes = (byte[])Seeds[i % Seeds.Count].Clone();
            for (var changes = random.Next(1, 40); changes > 0; changes--)
            {
                // Mostly in the headers, where lengths are.
                bytes[random.Next(2) == 0 ? random.Next(Math.Min(bytes.Length, 400)) : random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            await AnalyseAsync(random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
        }
    }

    [Fact]
    public async Task Random_packets_behind_a_right_header_are_read_without_an_exception()
    {
        var random = new Random(20_260_102);
        int[] links = [0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 127];
        for (var i = 0; i < 40 * Rounds; i++)
        {
            var capture = new CaptureBytes(random.Next(2) == 0).FileHeader(links[i % links.Length], random.Next(2) == 0);
            for (var packets = 0; packets < 60; packets++)
            {
                var packet = new byte[random.Next(200)];
                random.NextBytes(packet);
                capture.Record((uint)random.Next(), (uint)random.Next(), Plausible(packet, random), random.Next(400));
            }

            await AnalyseAsync(capture.ToArray());
        }
    }

    [Fact]
    public async Task Changed_blocks_are_read_without_an_exception()
    {
        var random = new Random(20_260_103);
        for (var i = 0; i < 100 * Rounds; i++)
        {
            var big = random.Next(2) == 0;
            var capture = new CaptureBytes(big).Section().Interface(101, 9, 0, 1, 0, (byte)random.Next(256), 0, 0, 0);
            for (var blocks = 0; blocks < 20; blocks++)
            {
                var body = new byte[random.Next(120)];
                random.NextBytes(body);
                capture.Block((uint)random.Next(8), random.Next(2) == 0 ? body : [.. new byte[12], .. new CaptureBytes(big).U32((uint)body.Length).U32((uint)body.Length).ToArray(), .. Plausible(body, random)]);
            }

            await AnalyseAsync(capture.ToArray());
        }
    }

    /// <summary>Often enough like IP, UDP and what calls send to get beyond the first look.</summary>
    private static byte[] Plausible(byte[] packet, Random random)
    {
        if (packet.Length < 60 || random.Next(4) == 0)
        {
            return packet;
        }

        packet[0] = random.Next(3) == 0 ? (byte)0x60 : (byte)0x45;
        (packet[9], packet[6]) = (new byte[] { 17, 6, 1, 58 }[random.Next(4)], packet[0] == 0x60 ? new byte[] { 17, 44, 0, 6, 58 }[random.Next(5)] : (byte)random.Next(64));
        var udp = packet[0] == 0x60 ? 40 : 20;
        (packet[udp + 2], packet[udp + 3]) = (0x20, 0xfb);
        packet[udp + 8] = new byte[] { 0, 1, 22, 64, 128, 144 }[random.Next(6)];
        if (random.Next(2) == 0 && packet.Length > udp + 40)
        {
            new byte[] { 0x21, 0x12, 0xa4, 0x42 }.CopyTo(packet, udp + 12);
        }

        return packet;
    }

    private static async Task AnalyseAsync(byte[] bytes)
    {
        // Past the reader of evidence, which catches what analysers throw.
        var analyser = new CaptureAnalyser(FindingCatalog.Shipped);
        var reading = await analyser.ReadAsync(new Piece("capture.pcap", PieceKind.Capture), new MemoryStream(bytes), CancellationToken.None).WaitAsync(Bound);
        foreach (var finding in reading.Findings)
        {
            foreach (var (_, text) in finding.Type.Texts())
            {
                finding.Fill(text);
            }
        }
    }
}
