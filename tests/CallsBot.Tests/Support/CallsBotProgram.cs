using System.Diagnostics;

namespace CallsBot.Tests.Support;

/// <summary>Runs the program as people start it.</summary>
internal static class CallsBotProgram
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    public static async Task<ProgramRun> RunAsync(
        string folder, IReadOnlyList<string> args, IReadOnlyDictionary<string, string?>? environment = null, string input = "", bool measuresMemory = false)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(BotApplication).Assembly.Location, .. args])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var bound = new CancellationTokenSource(Bound);
        long peak = 0;
        try
        {
            while (measuresMemory && !process.HasExited)
            {
                peak = Math.Max(peak, PeakMemoryOf(process.Id));
                await Task.WhenAny(process.WaitForExitAsync(bound.Token), Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, bound.Token));
            }

            await process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"callsbot {string.Join(' ', args)} did not end within {Bound}.");
        }

        return new ProgramRun(process.ExitCode, await output, await error) { PeakMemory = peak };
    }

    /// <summary>VmHWM of proc(5). It only rises, so the last one that is read before the end is close to the peak.</summary>
    private static long PeakMemoryOf(int processId)
    {
        try
        {
            return File.ReadLines($"/proc/{processId}/status")
                .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Select(line => long.Parse(line.AsSpan(6).TrimEnd("kB").Trim(), System.Globalization.CultureInfo.InvariantCulture) * 1024)
                .FirstOrDefault();
        }
        catch (IOException)
        {
            // It has ended.
            return 0;
        }
    }
}

/// <summary>How it ended.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    /// <summary>The most that was in memory, in bytes; 0 when it was not measured.</summary>
    public long PeakMemory { get; init; }
}
