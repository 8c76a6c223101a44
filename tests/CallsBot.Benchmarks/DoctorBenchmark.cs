using System.Globalization;
using System.Text.Json;
using CallsBot.Benchmarks.Children;
using CallsBot.Benchmarks.Wire;
using CallsBot.Sandbox;

namespace CallsBot.Benchmarks;

/// <summary>How long <c>callsbot doctor</c> takes, from the start of its process to its end.</summary>
internal static class DoctorBenchmark
{
    private const int HealthyRuns = 15;
    private const int BlackHoledRuns = 3;
    private const double HealthyBudgetSeconds = 2.0;
    private const double BlackHoledBudgetSeconds = 10.5;

    public static async Task<Findings> RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        await using var sandbox = await RunningSandbox.StartAsync(new SandboxSettings { Time = time }, cancellationToken);
        sandbox.Mattermost.InstallCalls("1.12.2");
        sandbox.Mattermost.LicenseIs("enterprise");
        sandbox.Mattermost.ServerVersionIs("11.0.2");
        using var hole = new BlackHole();
        var (healthy, start, dropped) = (new List<Run>(), new List<Run>(), new List<Run>());
        for (var i = 0; i < HealthyRuns; i++)
        {
            start.Add(await RunAsync(time, ["trees", "check"], cancellationToken));
            healthy.Add(await DoctorAsync(
                time,
                sandbox.Mattermost.Url.ToString(),
                sandbox.Mattermost.AdminToken,
                sandbox.Rtcd.Url.ToString().TrimEnd('/'),
                sandbox.Rtcd.ClientId,
                sandbox.Rtcd.AuthKey,
                sandbox.Offloader.Url.ToString().TrimEnd('/'),
                cancellationToken));
        }

        for (var i = 0; i < BlackHoledRuns; i++)
        {
            dropped.Add(await DoctorAsync(time, hole.Url, "nobodysadministratortoken", hole.Url, "nobody", new string('k', 32), hole.Url, cancellationToken));
        }

        var baseline = Seconds(start);
        return new Findings(
            "doctor",
            "`callsbot trees check`, started in the same way.",
            [
                new Row("doctor, healthy, median", Quantity.Seconds, Seconds(healthy).Median, baseline.Median, HealthyBudgetSeconds, Sound: healthy.TrueForAll(run => run.Failed == 0 && run.MediaPassed)),
                new Row("doctor, healthy, slowest", Quantity.Seconds, Seconds(healthy).Max, baseline.Max, HealthyBudgetSeconds),
                new Row("doctor, connection requests vanish, slowest", Quantity.Seconds, Seconds(dropped).Max, baseline.Max, BlackHoledBudgetSeconds, Sound: dropped.TrueForAll(run => run.Failed > 0)),
            ],
            [
                $"{HealthyRuns} healthy runs and {HealthyRuns} of the baseline, in turn; {BlackHoledRuns} where connection requests vanish.",
                string.Create(CultureInfo.InvariantCulture, $"Spread, healthy: {Seconds(healthy).Min:0.00} to {Seconds(healthy).Max:0.00} s; baseline {baseline.Min:0.00} to {baseline.Max:0.00} s; vanishing {Seconds(dropped).Min:0.00} to {Seconds(dropped).Max:0.00} s."),
                $"Healthy: {healthy[0].Passed} checks passed, {healthy[0].Failed} failed, {healthy[0].Others} others; DTLS was shaken hands over in every run.",
            ]);
    }

    private static Samples Seconds(IEnumerable<Run> runs) => new(runs.Select(run => run.Seconds));

    private static async Task<Run> DoctorAsync(
        TimeProvider time, string mattermost, string token, string rtcd, string clientId, string authKey, string? offloader, CancellationToken cancellationToken)
    {
        var files = ChildProcess.NewFolder();
        try
        {
            var (keyFile, tokenFile, report) = (Path.Combine(files, "key"), Path.Combine(files, "token"), Path.Combine(files, "report.json"));
            await File.WriteAllTextAsync(keyFile, authKey, cancellationToken);
            await File.WriteAllTextAsync(tokenFile, token, cancellationToken);
            var run = await RunAsync(
                time,
                [
                    "doctor", "--rtcd", rtcd, "--client-id", clientId, "--auth-key-file", keyFile, "--mattermost", mattermost,
                    "--token-file", tokenFile, .. offloader is null ? Array.Empty<string>() : ["--offloader", offloader], "--format", "json", "--output", report,
                ],
                cancellationToken);
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(report, cancellationToken));
            var outcomes = json.RootElement.GetProperty("checks").EnumerateArray()
                .ToLookup(check => check.GetProperty("outcome").GetString(), check => check.GetProperty("check").GetString());
            var (passed, failed) = (outcomes["pass"].Count(), outcomes["fail"].Count());
            return run with
            {
                Passed = passed,
                Failed = failed,
                Others = outcomes.Sum(outcome => outcome.Count()) - passed - failed,
                MediaPassed = outcomes["pass"].Contains("media-dtls"),
            };
        }
        finally
        {
            Directory.Delete(files, recursive: true);
        }
    }

    private static async Task<Run> RunAsync(TimeProvider time, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        await using var process = ChildProcess.Start(Children.BotProcess.Program, arguments, ChildProcess.NewFolder());
        await process.EndAsync(cancellationToken);
        return new Run(time.GetElapsedTime(startedAt).TotalSeconds);
    }

    private sealed record Run(double Seconds)
    {
        public int Passed { get; init; }

        public int Failed { get; init; }

        public int Others { get; init; }

        public bool MediaPassed { get; init; }
    }
}
