using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using CallsBot.Analysis;
using CallsBot.Analysis.Captures;

namespace CallsBot.Benchmarks;

/// <summary>How fast a large capture is read and judged, and in how much memory, beside tools that read less out of it.</summary>
internal static class CapturesBenchmark
{
    private const long CaptureBytes = 1_000_000_000;
    private const int Callers = 200;
    private const int Rounds = 3;
    private const double BudgetMebibytes = 64;

    private static readonly Quantity MegabytesASecond = new("{0:0} MB/s", LessIsBetter: false);

    public static async Task<Findings> RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var file = Path.GetTempFileName();
        try
        {
            var packets = await WriteAsync(file, cancellationToken);
            var (mine, copy, conversations) = (new List<double>(), new List<double>(), new List<double>());
            var (memory, tshark) = (0.0, 0.0);
            var lost = "";
            for (var round = 0; round < Rounds; round++)
            {
                var from = time.GetTimestamp();
                (memory, lost) = await ReadAsync(file, cancellationToken);
                mine.Add(Speed(time, from));
                from = time.GetTimestamp();
                await RunAsync(["tcpdump", "-r", file, "-w", "/dev/null"], cancellationToken);
                copy.Add(Speed(time, from));
                if (round == 0)
                {
                    from = time.GetTimestamp();
                    tshark = await RunAsync(["tshark", "-q", "-r", file, "-z", "conv,udp"], cancellationToken);
                    conversations.Add(Speed(time, from));
                }
            }

            var speed = new Samples(mine);
            return new Findings(
                "captures",
                "`tcpdump -r FILE -w /dev/null`, which copies the packets and looks at none; and `tshark -q -z conv,udp`, which counts the flows, once. By the clock, from the page cache.",
                [
                    new Row("capture, beside tcpdump's copy", MegabytesASecond, speed.Median, new Samples(copy).Median),
                    new Row("capture, beside tshark's flows", MegabytesASecond, speed.Median, conversations[0]),
                    new Row("capture, managed memory grown, beside all of tshark's", Quantity.Mebibytes, memory, tshark, BudgetMebibytes),
                ],
                [
                    string.Create(CultureInfo.InvariantCulture, $"{CaptureBytes / 1e6:0} MB, {packets:#,0} packets of {Callers} callers; {Rounds} rounds, {speed.Min:0} to {speed.Max:0} MB/s. One in a hundred packets of one caller is missing in the file; read: {lost}."),
                ]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double Speed(TimeProvider time, long from) => CaptureBytes / time.GetElapsedTime(from).TotalSeconds / 1e6;

    private static async Task<(double Mebibytes, string Lost)> ReadAsync(string file, CancellationToken cancellationToken)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var content = new SampledStream(File.OpenRead(file));
        var reading = await new CaptureAnalyser(FindingCatalog.Shipped).ReadAsync(new Piece("capture.pcap", PieceKind.Capture), content, cancellationToken);
        return ((content.Most - before) / 1024.0 / 1024, reading.Tables[^1].Rows.Select(row => row[4]).FirstOrDefault(lost => !lost.StartsWith("0 ", StringComparison.Ordinal)) ?? "nothing lost");
    }

    /// <returns>The most memory that the process had, in mebibytes.</returns>
    private static async Task<double> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        var most = 0L;
        while (!process.HasExited)
        {
            process.Refresh();
            most = Math.Max(most, process.PeakWorkingSet64);
            await Task.WhenAny(said, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken));
            if (said.IsCompleted)
            {
                await process.WaitForExitAsync(cancellationToken);
            }
        }

        return most / 1024.0 / 1024;
    }

    /// <summary>Voice of many callers to one server and back, 50 packets a second each, as it is on Ethernet.</summary>
    private static async Task<long> WriteAsync(string file, CancellationToken cancellationToken)
    {
        var packets = 0L;
        await using var output = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1024 * 1024, useAsync: true);
        var header = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B2C3D4);
        (header[4], header[6], header[20]) = (2, 4, 1);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), 262_144);
        await output.WriteAsync(header, cancellationToken);
        var written = (long)header.Length;
        for (var sequence = 0; written < CaptureBytes; sequence++)
        {
            for (var caller = 0; caller < Callers && written < CaptureBytes; caller++)
            {
                for (var direction = 0; direction < 2; direction++)
                {
                    if (caller == 7 && sequence % 100 == 50)
                    {
                        continue;
                    }

                    // Sound mostly, and pictures of every tenth caller.
                    var record = Record(caller, direction, sequence, caller % 10 == 0 ? 1_100 : 120);
                    await output.WriteAsync(record, cancellationToken);
                    written += record.Length;
                    packets++;
                }
            }
        }

        return packets;
    }

    private static byte[] Record(int caller, int direction, int sequence, int payload)
    {
        var bytes = new byte[16 + 14 + 20 + 8 + payload];
        var micros = ((long)sequence * 20_000) + (caller * 50);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 1_767_225_600 + (uint)(micros / 1_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), (uint)(micros % 1_000_000));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), bytes.Length - 16);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), bytes.Length - 16);
        var ip = bytes.AsSpan(30);
        bytes[28] = 8;
        (ip[0], ip[8], ip[9]) = (0x45, 64, 17);
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(28 + payload));
        var (source, destination) = (direction == 0 ? 12 : 16, direction == 0 ? 16 : 12);
        new byte[] { 192, 0, 2, (byte)caller }.CopyTo(ip[source..]);
        new byte[] { 198, 51, 100, 9 }.CopyTo(ip[destination..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[20..], (ushort)(direction == 0 ? 50_000 + caller : 8443));
        BinaryPrimitives.WriteUInt16BigEndian(ip[22..], (ushort)(direction == 0 ? 8443 : 50_000 + caller));
        BinaryPrimitives.WriteUInt16BigEndian(ip[24..], (ushort)(8 + payload));
        var rtp = ip[28..];
        (rtp[0], rtp[1]) = (0x80, 111);
        BinaryPrimitives.WriteUInt16BigEndian(rtp[2..], (ushort)sequence);
        BinaryPrimitives.WriteUInt32BigEndian(rtp[4..], (uint)sequence * 960);
        BinaryPrimitives.WriteUInt32BigEndian(rtp[8..], (uint)((caller * 2) + direction + 1));
        return bytes;
    }

    /// <summary>Looks at the memory in use every hundred reads.</summary>
    private sealed class SampledStream(Stream inner) : ReadOnlyStream
    {
        private int _reads;

        public long Most { get; private set; }

        public override int Read(Span<byte> buffer) => inner.Read(buffer);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_reads++ % 100 == 0)
            {
                Most = Math.Max(Most, GC.GetTotalMemory(forceFullCollection: false));
            }

            return inner.ReadAsync(buffer, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
