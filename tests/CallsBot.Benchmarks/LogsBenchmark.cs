using System.Diagnostics;
using System.Globalization;
using System.Text;
using CallsBot.Analysis;
using CallsBot.Analysis.Logs;
using CallsBot.Benchmarks.Children;

namespace CallsBot.Benchmarks;

/// <summary>How fast one core goes through a log for the signatures, beside grep and ripgrep with the same texts on the same file.</summary>
/// <remarks>
/// Each runs in a process of its own under GNU time, which tells processor time and peak memory; processor time counts, so that what
/// else runs on the machine does not. The log has 1000 MB, or as many as CALLSBOT_BENCHMARK_MEGABYTES says.
/// </remarks>
internal static class LogsBenchmark
{
    private const int Rounds = 3;
    private const string Timer = "/usr/bin/time";

    private static readonly Quantity MegabytesASecond = new("{0:#,0} MB/s", LessIsBetter: false);

    // RTCD's own lines at the level DEBUG, of which no signature takes one.
    private static readonly string[] Plain =
    [
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"service: rtc message","caller":"service/service.go:355","sessionID":"{2}","type":1}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"vad","caller":"rtc/sfu.go:512","sessionID":"{2}","voice":true}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"setting ICE candidate for remote","caller":"rtc/sfu.go:301","sessionID":"{2}"}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"signaling lock acquired","caller":"rtc/sfu.go:903","sessionID":"{2}","took":"2.1ms"}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"info","msg":"Setting new connection state: Checking","caller":"rtc/logger.go:70","origin":"ice/v4.(*Agent).updateConnectionState github.com/pion/ice/v4@v4.2.0/agent.go:551"}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"received track matches expected level, sending","caller":"rtc/track.go:88","sessionID":"{2}","trackID":"voice_{2}"}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"rate monitor","caller":"rtc/simulcast.go:212","sessionID":"{2}","lossRate":0.012,"rate":812345,"sourceRate":900211}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"authHandler","caller":"service/audit.go:20","remoteAddr":"10.1.2.3:41234","method":"GET","url":"/ws","host":"rtcd.example.com:8045","status":"success"}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"forwarding PLI request for track","caller":"rtc/sfu.go:640","sessionID":"{2}","streamID":"{2}"}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"setting voice track state","caller":"rtc/sfu.go:780","sessionID":"{2}","enabled":"true"}""",
    ];

    private static readonly string[] Telling =
    [
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"warn","msg":"Failed to ping without candidate pairs. Connection is not possible yet.","caller":"rtc/logger.go:74"}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"service: join message","caller":"service/service.go:308","sessionCfg":{"GroupID":"bot","CallID":"c{2}","UserID":"u1","SessionID":"{2}"}}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"rtc connected!","caller":"rtc/sfu.go:350","sessionID":"{2}"}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"error","msg":"timed out signaling","caller":"rtc/session.go:176","sessionCfg":{"GroupID":"bot","CallID":"c{2}","UserID":"u1","SessionID":"{2}"}}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"error","msg":"ws: read failed","caller":"ws/server.go:165","error":"read tcp 10.1.2.3:8045->10.1.2.4:50492: i/o timeout"}""",
        """{"timestamp":"2026-11-22 06:{0}.{1} Z","level":"debug","msg":"handleSessionClose","caller":"rtc/call.go:121","sessionID":"{2}"}""",
    ];

    public static async Task<Findings> RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var megabytes = int.TryParse(Environment.GetEnvironmentVariable("CALLSBOT_BENCHMARK_MEGABYTES"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 1_000;
        var folder = Directory.CreateTempSubdirectory("callsbot-logs");
        try
        {
            var log = Path.Combine(folder.FullName, "rtcd.log");
            var patterns = Path.Combine(folder.FullName, "patterns");
            await WriteLogAsync(log, megabytes * 1_000_000L, cancellationToken);
            var signatures = new SignatureSet(FindingCatalog.Shipped, PieceKind.RtcdLog);
            var texts = signatures.Literals.Where((_, index) => !signatures.SignaturesOf(index).IsEmpty).ToList();
            await File.WriteAllLinesAsync(patterns, texts.Select(Escaped), cancellationToken);

            var self = Environment.ProcessPath!;
            string[] dotnet = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [self, typeof(LogsBenchmark).Assembly.Location] : [self];
            var contenders = new Dictionary<string, string[]>
            {
                ["count"] = [.. dotnet, LogScan.Argument, "count", log],
                ["read"] = [.. dotnet, LogScan.Argument, "read", log],
                ["grep"] = ["grep", "-E", "-i", "-c", "-f", patterns, log],
                ["rg"] = ["rg", "-i", "-c", "-f", patterns, log],
            };
            if (!File.Exists("/usr/bin/rg"))
            {
                contenders.Remove("rg");
            }

            var runs = contenders.Keys.ToDictionary(name => name, _ => new List<Run>());
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var (name, command) in contenders)
                {
                    runs[name].Add(await RunAsync(command, cancellationToken));
                }
            }

            return Told(new FileInfo(log).Length, texts.Count, runs);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Findings Told(long length, int texts, Dictionary<string, List<Run>> runs)
    {
        double Speed(string name) => length / 1e6 / new Samples([.. runs[name].Select(run => run.Seconds)]).Median;
        double Memory(string name) => runs[name].Max(run => run.Mebibytes);
        var counts = runs.Where(run => run.Key != "read").Select(run => run.Value[0].Answer).Distinct().ToList();
        var isSame = counts.Count == 1;
        List<Row> rows =
        [
            new("log scan, lines counted, beside grep", MegabytesASecond, Speed("count"), Speed("grep"), Speed("grep"), Sound: isSame),
            new("log read in whole, beside grep", MegabytesASecond, Speed("read"), Speed("grep"), Speed("grep")),
            new("log read in whole, peak memory, beside grep", Quantity.Mebibytes, Memory("read"), Memory("grep")),
        ];
        if (runs.ContainsKey("rg"))
        {
            rows.AddRange(
            [
                new("log scan, lines counted, beside ripgrep", MegabytesASecond, Speed("count"), Speed("rg")),
                new("log read in whole, beside ripgrep", MegabytesASecond, Speed("read"), Speed("rg")),
                new("log read in whole, peak memory, beside ripgrep", Quantity.Mebibytes, Memory("read"), Memory("rg")),
            ]);
        }

        return new Findings(
            "logs",
            "`LC_ALL=C.UTF-8 grep -E -i -c -f PATTERNS LOG` and `rg -i -c -f PATTERNS LOG` with the same texts on the same file.",
            rows,
            [
                string.Create(CultureInfo.InvariantCulture, $"{length / 1e6:#,0} MB, {texts} texts; medians of {Rounds} rounds by processor time of the whole process, its start included; one thread each."),
                isSame ? $"All counted {counts[0]} matching lines." : $"The counts differ: {string.Join(", ", runs.Select(run => $"{run.Key} {run.Value[0].Answer}"))}.",
                string.Join("; ", runs.Select(run => string.Create(CultureInfo.InvariantCulture, $"{run.Key}: {string.Join(", ", run.Value.Select(one => $"{one.Seconds:0.00} s"))}, peak {Memory(run.Key):0} MiB"))) + ".",
                runs.ContainsKey("rg") ? "ripgrep maps the file into memory, which counts as its peak." : "ripgrep is not installed: no row for it.",
            ]);
    }

    private static async Task WriteLogAsync(string file, long length, CancellationToken cancellationToken)
    {
        // The same log each time; one line in a hundred tells something.
        var text = new StringBuilder();
        await using var output = File.Create(file);
        for (var i = 0; output.Length < length; i++)
        {
            var line = i % 100 == 50 ? Telling[i / 100 % Telling.Length] : Plain[(i * 7) % Plain.Length];
            text.Append(line)
                .Replace("{0}", string.Create(CultureInfo.InvariantCulture, $"{i / 60_000 % 60:00}:{i / 1_000 % 60:00}"), text.Length - line.Length, line.Length);
            var start = text.ToString().LastIndexOf('\n') + 1;
            text.Replace("{1}", (i % 1_000).ToString("000", CultureInfo.InvariantCulture), start, text.Length - start)
                .Replace("{2}", string.Create(CultureInfo.InvariantCulture, $"kur656n8q7g4ikfo9a{i / 600 % 100_000_000:00000000}"), start, text.Length - start)
                .Append('\n');
            if (text.Length > 4_000)
            {
                await output.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
                text.Clear();
            }
        }
    }

    /// <summary>For grep and ripgrep: a text as an extended regular expression.</summary>
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length * 2);
        foreach (var letter in text)
        {
            if (@"\^$.|?*+()[]{}".Contains(letter, StringComparison.Ordinal))
            {
                escaped.Append('\\');
            }

            escaped.Append(letter);
        }

        return escaped.ToString();
    }

    private static async Task<Run> RunAsync(string[] command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Timer, ["-f", "%U %S %M", .. command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("GNU time did not start.");
        var answer = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var told = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var figures = (await told).Trim().Split('\n')[^1].Split(' ').Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToList();
        return new Run(figures[0] + figures[1], figures[2] / 1024, (await answer).Trim());
    }

    private sealed record Run(double Seconds, double Mebibytes, string Answer);
}
