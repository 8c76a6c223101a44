using System.Diagnostics;

namespace CallsBot.Tests.Support;

/// <summary>tcpdump that writes a file until it is stopped.</summary>
internal sealed class Tcpdump : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly Task _said;

    private Tcpdump(Process process, string file, Task said)
    {
        _process = process;
        File = file;
        _said = said;
    }

    public string File { get; }

    /// <summary>Ready to capture when it returns.</summary>
    /// <param name="on">Puts a command where it is to run.</param>
    /// <param name="file">Where the packets go.</param>
    /// <param name="arguments">Such as the interface.</param>
    public static async Task<Tcpdump> StartAsync(Func<IReadOnlyList<string>, IReadOnlyList<string>> on, string file, params string[] arguments)
    {
        // -Z: Debian's would change to an account that may not write here. --immediate-mode: nothing waits in a buffer.
        var command = on(["tcpdump", "-n", "-U", "-Z", "root", "--immediate-mode", "-w", file, .. arguments]);
        var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true })!;
        while (await process.StandardError.ReadLineAsync().WaitAsync(Bound) is { } line)
        {
            if (line.Contains("listening on", StringComparison.Ordinal))
            {
                return new Tcpdump(process, file, process.StandardError.ReadToEndAsync());
            }
        }

        await process.WaitForExitAsync();
        throw new InvalidOperationException("tcpdump did not begin to listen.");
    }

    /// <summary>Ends it as Ctrl+C does; the file is whole then.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync().WaitAsync(Bound);
        await _said;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }
}
