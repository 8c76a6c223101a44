using System.Globalization;
using CallsBot.Analysis;
using CallsBot.Analysis.Logs;

namespace CallsBot.Benchmarks.Children;

/// <summary>Reads a log as the bot does, in a process of its own: <c>--log-scan count|read FILE</c>.</summary>
internal static class LogScan
{
    public const string Argument = "--log-scan";

    public static async Task<int> RunAsync(string[] args)
    {
        await using var content = File.OpenRead(args[1]);
        if (args[0] == "read")
        {
            // As the evidence reader does once it knows the kind: candidates parsed, sessions followed.
            var analyser = new LogAnalyser(FindingCatalog.Shipped);
            var reading = await analyser.ReadAsync(new Piece("log", PieceKind.RtcdLog), content, CancellationToken.None);
            var findings = reading.Findings.Count + analyser.Conclude().Count;
            await Console.Out.WriteLineAsync(findings.ToString(CultureInfo.InvariantCulture));
            return 0;
        }

        var signatures = new SignatureSet(FindingCatalog.Shipped, PieceKind.RtcdLog);
        var count = 0L;
        await new LineScanner(signatures.Literals).ScanAsync(
            content,
            (_, _, hits) =>
            {
                foreach (var hit in hits)
                {
                    if (!signatures.SignaturesOf(hit).IsEmpty)
                    {
                        count++;
                        return;
                    }
                }
            },
            CancellationToken.None);
        await Console.Out.WriteLineAsync(count.ToString(CultureInfo.InvariantCulture));
        return 0;
    }
}
