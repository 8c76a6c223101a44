using System.Buffers.Binary;
using CallsBot.Analysis;
using CallsBot.Analysis.Captures;

namespace CallsBot.Tests.Analysis.Captures;

public sealed class CaptureJudgeTests
{
    private const byte Syn = 2;
    private const byte ResetAndAck = 0x14;

    [Fact]
    public async Task Two_ports_that_refuse_are_two_findings_and_two_callers_at_one_port_are_one()
    {
        var capture = new CaptureBytes().FileHeader(101);
        var at = 0u;
        foreach (var (client, server) in new[] { (40_000, 8443), (40_001, 8045), (40_002, 8443) })
        {
            capture.Record(7_000, at++, Tcp4(client, server, Syn, isAnswer: false)).Record(7_000, at++, Tcp4(client, server, ResetAndAck, isAnswer: true));
        }

        var reading = await new CaptureAnalyser(FindingCatalog.Shipped).ReadAsync(
            new Piece("a.pcap", PieceKind.Capture), new MemoryStream(capture.ToArray()), CancellationToken.None);

        reading.Findings.Where(finding => finding.Id == "capture-tcp-refused").Select(finding => (finding.Words["port"], finding.Count))
            .ShouldBe([("8443", 2L), ("8045", 1L)], ignoreOrder: true);
    }

    private static byte[] Tcp4(int client, int server, byte flags, bool isAnswer)
    {
        var packet = new byte[40];
        (packet[0], packet[3], packet[8], packet[9]) = (0x45, 40, 64, 6);
        byte[] caller = [192, 0, 2, 1], rtcd = [198, 51, 100, 9];
        (isAnswer ? rtcd : caller).CopyTo(packet, 12);
        (isAnswer ? caller : rtcd).CopyTo(packet, 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), (ushort)(isAnswer ? server : client));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), (ushort)(isAnswer ? client : server));
        packet[isAnswer ? 31 : 27] = 1;
        (packet[32], packet[33]) = (0x50, flags);
        return packet;
    }
}
