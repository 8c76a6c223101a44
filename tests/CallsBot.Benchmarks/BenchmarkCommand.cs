using CallsBot.Benchmarks.Children;

namespace CallsBot.Benchmarks;

/// <summary>
/// <c>all|acknowledge|messages|startup|doctor|redact|logs|captures [--output FILE]</c>. Exit code 3 when a budget is missed, 2 for wrong arguments.
/// </summary>
internal static class BenchmarkCommand
{
    private const int BudgetMissed = 3;
    private const int Usage = 2;

    private static readonly Dictionary<string, Func<TimeProvider, CancellationToken, Task<Findings>>> Benchmarks = new(StringComparer.Ordinal)
    {
        ["acknowledge"] = AcknowledgeBenchmark.RunAsync,
        ["messages"] = MessagesBenchmark.RunAsync,
        ["startup"] = StartupBenchmark.RunAsync,
        ["doctor"] = DoctorBenchmark.RunAsync,
        ["redact"] = RedactBenchmark.RunAsync,
        ["logs"] = LogsBenchmark.RunAsync,
        ["captures"] = CapturesBenchmark.RunAsync,
    };

    public static Task<int> RunAsync(string[] args) => args switch
    {
        // This program also plays what the bot is compared with, in processes of their own.
        [BareEndpoint.Argument, .. var rest] => BareEndpoint.RunAsync(rest),
        [EchoBot.Argument, .. var rest] => EchoBot.RunAsync(rest),
        [EmptyApp.Argument, .. var rest] => EmptyApp.RunAsync(rest),
        [LogScan.Argument, .. var rest] => LogScan.RunAsync(rest),
        ["all"] => MeasureAsync([.. Benchmarks.Keys], output: null),
        ["all", "--output", var file] => MeasureAsync([.. Benchmarks.Keys], file),
        [var name] when Benchmarks.ContainsKey(name) => MeasureAsync([name], output: null),
        [var name, "--output", var file] when Benchmarks.ContainsKey(name) => MeasureAsync([name], file),
        _ => RefuseAsync(),
    };

    private static async Task<int> MeasureAsync(IReadOnlyList<string> names, string? output)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };

        var time = TimeProvider.System;
        var machine = await Machine.LookAsync(time, stop.Token);
        var all = new List<Findings>();
        foreach (var name in names)
        {
            await Console.Error.WriteLineAsync($"{name} …");
            var before = ProcessorUse.Now();
            var findings = await Benchmarks[name](time, stop.Token);
            all.Add(findings with { Notes = [.. findings.Notes, ProcessorUse.Now().Since(before)] });
        }

        var page = BenchmarkReport.Print(machine, all);
        await Console.Out.WriteAsync(page);
        if (output is not null)
        {
            await File.WriteAllTextAsync(output, page, stop.Token);
        }

        return all.SelectMany(findings => findings.Rows).Any(row => row.Met == false) ? BudgetMissed : 0;
    }

    private static async Task<int> RefuseAsync()
    {
        await Console.Error.WriteLineAsync($"Usage: all|{string.Join('|', Benchmarks.Keys)} [--output FILE]");
        return Usage;
    }
}
