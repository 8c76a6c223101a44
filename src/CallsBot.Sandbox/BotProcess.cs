using System.Diagnostics;

namespace CallsBot.Sandbox;

/// <summary>Keeps the bot running as a child process: starts it, says when it ends, starts it again.</summary>
internal sealed class BotProcess(string assembly, IReadOnlyDictionary<string, string> settings, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30),
    ];

    // A bot that ran this long was not broken from the start.
    private static readonly TimeSpan RanWell = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MayTakeToStop = TimeSpan.FromSeconds(5);

    /// <summary>Looks where the build puts the bot: <c>artifacts/bin/CallsBot/debug</c> beside <c>artifacts/bin/CallsBot.Sandbox/debug</c>.</summary>
    /// <exception cref="SandboxException">It is not there.</exception>
    public static string Find(string baseDirectory)
    {
        var own = new DirectoryInfo(baseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var bin = own.Parent?.Parent?.FullName ?? baseDirectory;
        var path = Path.Combine(bin, "CallsBot", own.Name, "callsbot.dll");
        return File.Exists(path)
            ? path
            : throw new SandboxException($"The bot is not built: there is no {path}. Run 'dotnet build', name it with --bot, or leave it out with --no-bot.");
    }

    /// <summary>Runs until cancelled, then ends the bot and returns.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            var exitCode = await RunOnceAsync(cancellationToken);
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            failures = time.GetElapsedTime(started) > RanWell ? 0 : failures;
            var pause = Pauses[Math.Min(failures++, Pauses.Length - 1)];
            await output.WriteLineAsync($"The bot ended with exit code {exitCode}. It starts again in {pause.TotalSeconds:0} s.");
            try
            {
                await Task.Delay(pause, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        using var process = Start();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process);
        }

        return process.ExitCode;
    }

    /// <remarks>
    /// On Unix a shell stands by that holds one end of a pipe of ours: when this process dies, however it dies, the pipe
    /// closes and the shell ends the bot. The bot takes the first shell's place, so that its exit code is what we see.
    /// </remarks>
    private Process Start()
    {
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("dotnet", [assembly, "serve"])
            : new ProcessStartInfo("/bin/sh",
                ["-c", "exec 3<&0; (cat <&3 >/dev/null; kill -TERM $$ 2>/dev/null) & exec 3<&-; exec \"$0\" \"$@\" </dev/null", "dotnet", assembly, "serve"]);
        start.RedirectStandardInput = true;
        start.UseShellExecute = false;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new SandboxException($"The bot, {assembly}, could not be started.");
    }

    private async Task StopAsync(Process process)
    {
        // Closing the pipe asks it to end; see Start.
        process.StandardInput.Close();
        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
        }

        using var patience = new CancellationTokenSource(MayTakeToStop, time);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
