using System.Diagnostics;

namespace CallsBot.Tests.Support;

/// <summary>Runs the program as people start it.</summary>
internal static class CallsBotProgram
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    public static async Task<ProgramRun> RunAsync(
        string folder, IReadOnlyList<string> args, IReadOnlyDictionary<string, string?>? environment = null, string input = "")
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
        try
        {
            await process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"callsbot {string.Join(' ', args)} did not end within {Bound}.");
        }

        return new ProgramRun(process.ExitCode, await output, await error);
    }
}

internal sealed record ProgramRun(int ExitCode, string Output, string Error);
