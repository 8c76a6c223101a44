using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CallsBot.Benchmarks.Wire;

namespace CallsBot.Benchmarks.Children;

/// <summary>
/// A program under measurement, started as <c>dotnet X.dll</c> in a folder of its own that goes away with it. What it
/// writes to standard error goes into a file there, and what it writes to standard output nowhere.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(2);

    private readonly Process _process;
    private readonly FileStream _log;
    private readonly Task _logging;

    private ChildProcess(Process process, string folder, FileStream log)
    {
        _process = process;
        Folder = folder;
        _log = log;
        _logging = Task.WhenAll(
            process.StandardError.BaseStream.CopyToAsync(log), process.StandardOutput.BaseStream.CopyToAsync(Stream.Null));
    }

    public string Folder { get; }

    private string LogFile => _log.Name;

    /// <summary>This program, for the parts that it plays itself.</summary>
    public static string Self => typeof(ChildProcess).Assembly.Location;

    public static string NewFolder() => Directory.CreateTempSubdirectory("callsbot-benchmark-").FullName;

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? settings = null)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false,
        };

        // Settings of whoever runs the benchmark are not to reach what is measured.
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var log = new FileStream(Path.Combine(folder, "stderr.log"), FileMode.Create, FileAccess.Write, FileShare.Read);
        return new ChildProcess(Process.Start(start)!, folder, log);
    }

    /// <summary>Asks until the path answers 200. Throws with the end of the log when the process ends, or takes a minute.</summary>
    /// <returns>How many milliseconds this took.</returns>
    public async Task<double> ReadyAsync(int port, string path, long startedAt, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = HttpText.Get(port, path);
        while (time.GetElapsedTime(startedAt) < StartLimit && !_process.HasExited)
        {
            try
            {
                await using var connection = await LoadConnection.OpenAsync(port, cancellationToken);
                if ((await connection.ExchangeAsync(request, cancellationToken)).Status == 200)
                {
                    return time.GetElapsedTime(startedAt).TotalMilliseconds;
                }
            }
            catch (SocketException)
            {
                // Nothing listens yet.
            }

            await Task.Delay(BetweenAttempts, time, cancellationToken);
        }

        throw new InvalidOperationException($"{path} did not answer 200. The end of the log:\n{await LogAsync(cancellationToken)}");
    }

    /// <summary>Waits for the process to end by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Resident memory, in MiB, as Linux counts it.</summary>
    public double ResidentMebibytes()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Seconds of processor time used so far.</summary>
    public double ProcessorSeconds()
    {
        _process.Refresh();
        return _process.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>Lines of the log, in compact JSON, that are warnings or worse; the first ones.</summary>
    public async Task<IReadOnlyList<string>> ComplaintsAsync(CancellationToken cancellationToken)
    {
        await _log.FlushAsync(cancellationToken);
        return File.ReadLines(LogFile)
            .Where(line => line.Contains("\"@l\":\"Warning\"", StringComparison.Ordinal)
                || line.Contains("\"@l\":\"Error\"", StringComparison.Ordinal)
                || line.Contains("\"@l\":\"Fatal\"", StringComparison.Ordinal))
            .ToList();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await _logging;
        await _log.DisposeAsync();
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static bool IsForeign(string name) =>
        name.StartsWith("CALLSBOT_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase);

    private async Task<string> LogAsync(CancellationToken cancellationToken)
    {
        await _log.FlushAsync(cancellationToken);
        return string.Join('\n', File.ReadLines(LogFile).TakeLast(20));
    }
}
