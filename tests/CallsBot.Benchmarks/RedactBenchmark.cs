using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using CallsBot.Redaction;
using CallsBot.Tickets;

namespace CallsBot.Benchmarks;

/// <summary>How fast one core redacts a log, what it allocates, and what a bundle of 100 MB costs.</summary>
/// <remarks>
/// The log is made of the clean and the planted lines that the tests use, most of them clean as in life. One thread; processor
/// time counts, so that what else runs on the machine does not.
/// </remarks>
internal static class RedactBenchmark
{
    private const int LogBytes = 20 * 1000 * 1000;
    private const int BundleBytes = 100 * 1000 * 1000;
    private const int Rounds = 5;
    private const int PieceSize = 64 * 1024;
    private const double BudgetMegabytesASecond = 60;
    private const double BudgetAllocated = 3;
    private const double BudgetBundleSeconds = 10;
    private const double BudgetBundleMebibytes = 64;

    private static readonly Quantity MegabytesASecond = new("{0:0.0} MB/s", LessIsBetter: false);
    private static readonly Quantity BytesAByte = new("{0:0.00} B/B", LessIsBetter: true);

    public static async Task<Findings> RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var log = Log();
        var (redact, copy, sed) = (new List<double>(), new List<double>(), new List<double>());
        var allocated = 0.0;
        for (var round = 0; round < Rounds + 2; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var mine = Measure(log, Redact);
            allocated = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / log.Length;
            var its = Measure(log, Copy);
            var tools = await SedAsync(log, time, cancellationToken);

            // The first two let the runtime settle on its best code.
            if (round >= 2)
            {
                redact.Add(mine);
                copy.Add(its);
                sed.Add(tools);
            }
        }

        var bundle = await BundleAsync(log, time, cancellationToken);
        var plain = await CopyBundleAsync(log, time, cancellationToken);
        var (speed, copied, sedded) = (new Samples(redact), new Samples(copy), new Samples(sed));
        return new Findings(
            "redact",
            "a loop that copies the same bytes line by line; for sed, `sed -E` with eight patterns over the same file, by the clock; for the bundle, the same zip without redaction.",
            [
                new Row("redaction, one core, median", MegabytesASecond, speed.Median, copied.Median, BudgetMegabytesASecond),
                new Row("redaction beside sed -E", MegabytesASecond, speed.Median, sedded.Median),
                new Row("redaction, allocated a byte", BytesAByte, allocated, 1, BudgetAllocated),
                new Row("bundle of 100 MB", Quantity.Seconds, bundle.Seconds, plain.Seconds, BudgetBundleSeconds, Sound: bundle.Sound),
                new Row("bundle of 100 MB, memory grown", Quantity.Mebibytes, bundle.Mebibytes, Math.Max(plain.Mebibytes, 0.1), BudgetBundleMebibytes),
            ],
            [
                string.Create(CultureInfo.InvariantCulture, $"{Rounds} rounds over {log.Length / 1e6:0} MB; spread {speed.Min:0.0} to {speed.Max:0.0} MB/s, copy {copied.Min:0} to {copied.Max:0}, sed {sedded.Min:0.0} to {sedded.Max:0.0}. Processor time of the one thread; sed by the clock, its start included."),
                string.Create(CultureInfo.InvariantCulture, $"The bundle came to {bundle.Length / 1e6:0.0} MB; its redaction replaced {bundle.Replaced:#,0} things, and a planted secret is {(bundle.Sound ? "not in what is left" : "still in it")}."),
            ]);
    }

    /// <summary>Lines of RTCD, the plugin and consoles; one in twenty has something to replace.</summary>
    private static byte[] Log()
    {
        var folder = Path.Combine(Root(), "tests", "CallsBot.Tests", "Redaction");
        var clean = Directory.EnumerateFiles(Path.Combine(folder, "Clean")).Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Where(line => line.Length > 0).ToList();
        string[] planted =
        [
            """{"timestamp":"2026-11-22 06:18:00.123 Z","level":"info","msg":"got public IP","localAddr":"10.1.2.3","remoteAddr":"203.0.113.9"}""",
            "debug [x] registerClient caller=\"service/audit.go:20\" remoteAddr=10.1.2.4:40000 authKey=Fake0123456789abcdefghij",
            "info dial http://calls:Fake9pw2Xq7Lm@rtcd.corp-nowhere.com:8045/ws user=ana",
        ];
        var text = new StringBuilder(LogBytes + 4096);
        for (var i = 0; text.Length < LogBytes; i++)
        {
            text.Append(i % 20 == 19 ? planted[i / 20 % planted.Length] : clean[i % clean.Count]).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <returns>Megabytes a second of processor time.</returns>
    private static double Measure(byte[] log, Action<byte[]> work)
    {
        GC.Collect();
        var before = Environment.CpuUsage.TotalTime;
        work(log);
        return log.Length / (Environment.CpuUsage.TotalTime - before).TotalSeconds / 1e6;
    }

    private static void Redact(byte[] log)
    {
        var redactor = new Redactor(Pseudonyms.Random());
        var output = new ArrayBufferWriter<byte>(PieceSize * 2);
        for (var at = 0; at < log.Length; at += PieceSize)
        {
            redactor.Append(log.AsSpan(at, Math.Min(PieceSize, log.Length - at)), output);
            output.ResetWrittenCount();
        }

        redactor.Complete(output);
    }

    private static void Copy(byte[] log)
    {
        var output = new ArrayBufferWriter<byte>(PieceSize * 2);
        var rest = log.AsSpan();
        while (rest.IndexOf((byte)'\n') is >= 0 and var end)
        {
            output.Write(rest[..(end + 1)]);
            rest = rest[(end + 1)..];
            if (output.WrittenCount >= PieceSize)
            {
                output.ResetWrittenCount();
            }
        }
    }

    private static async Task<double> SedAsync(byte[] log, TimeProvider time, CancellationToken cancellationToken)
    {
        string[] patterns =
        [
            "s/([0-9]{1,3}\\.){3}[0-9]{1,3}/IP/g", "s/(authKey|password|secret|token)[\"=: ]+[^\" ,]+/\\1=SECRET/g", "s#://[^/@ ]+@#://SECRET@#g",
            "s/[A-Za-z0-9._-]+@[A-Za-z0-9.-]+\\.[a-z]+/EMAIL/g", "s/[Bb]earer [A-Za-z0-9._-]+/Bearer SECRET/g", "s/eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9._-]+/JWT/g",
            "s/AKIA[A-Z0-9]{16}/KEY/g", "s/a=ice-pwd:.*/a=ice-pwd:SECRET/",
        ];
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, log, cancellationToken);
            var start = new ProcessStartInfo("sed", ["-E", .. patterns.SelectMany(pattern => new[] { "-e", pattern }), file]) { RedirectStandardOutput = true };
            start.Environment["LC_ALL"] = "C";
            var from = time.GetTimestamp();
            using var sed = Process.Start(start)!;
            await sed.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
            await sed.WaitForExitAsync(cancellationToken);
            return log.Length / time.GetElapsedTime(from).TotalSeconds / 1e6;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<Written> BundleAsync(byte[] log, TimeProvider time, CancellationToken cancellationToken)
    {
        var sink = new CountingStream();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        var from = time.GetTimestamp();
        var bundle = new TicketBundle(sink, Pseudonyms.Random(), time.GetUtcNow());
        await bundle.AddAsync(new BundlePart("logs/rtcd.log", "a log", PiecesAsync(log, () => most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false) - before))), cancellationToken);
        await bundle.DisposeAsync();
        var counts = bundle.Entries[0].Counts;
        return new Written(
            time.GetElapsedTime(from).TotalSeconds, most / 1024.0 / 1024, sink.Length, counts.Total,
            Sound: counts[RedactionClass.UserInfo] > 0 && IsGone(log, "Fake9pw2Xq7Lm"u8));
    }

    private static async Task<Written> CopyBundleAsync(byte[] log, TimeProvider time, CancellationToken cancellationToken)
    {
        var sink = new CountingStream();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var from = time.GetTimestamp();
        await using (var zip = await System.IO.Compression.ZipArchive.CreateAsync(sink, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
        {
            await using var entry = await zip.CreateEntry("logs/rtcd.log", System.IO.Compression.CompressionLevel.Fastest).OpenAsync(cancellationToken);
            await foreach (var piece in PiecesAsync(log, () => { }).WithCancellation(cancellationToken))
            {
                await entry.WriteAsync(piece, cancellationToken);
            }
        }

        return new Written(time.GetElapsedTime(from).TotalSeconds, (GC.GetTotalMemory(forceFullCollection: true) - before) / 1024.0 / 1024, sink.Length, 0, Sound: true);
    }

#pragma warning disable CS1998 // There is nothing to wait for.
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> PiecesAsync(byte[] log, Action tick)
    {
        for (var sent = 0; sent < BundleBytes;)
        {
            for (var at = 0; at < log.Length && sent < BundleBytes; at += PieceSize)
            {
                var length = Math.Min(PieceSize, log.Length - at);
                sent += length;
                yield return log.AsMemory(at, length);
            }

            tick();
        }
    }
#pragma warning restore CS1998

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CallsBot.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The benchmark is to be run from within the repository: it reads the tests' logs.");
    }

    private sealed record Written(double Seconds, double Mebibytes, long Length, long Replaced, bool Sound);

    private static bool IsGone(byte[] log, ReadOnlySpan<byte> secret)
    {
        var output = new ArrayBufferWriter<byte>(log.Length);
        var redactor = new Redactor(Pseudonyms.Random());
        redactor.Append(log, output);
        redactor.Complete(output);
        return output.WrittenSpan.IndexOf(secret) < 0;
    }

    /// <summary>Counts what is written, and keeps none of it.</summary>
    private sealed class CountingStream : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;
    }
}
