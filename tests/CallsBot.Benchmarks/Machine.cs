using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace CallsBot.Benchmarks;

/// <summary>Where and on what the numbers were taken.</summary>
internal sealed record Machine(string Hardware, string Commit, string LoadBefore)
{
    public static async Task<Machine> LookAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var processor = Lines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        var hardware = string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores ({processor ?? RuntimeInformation.ProcessArchitecture.ToString()}), {memory:0.#} GiB, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");
        var load = Lines("/proc/loadavg").FirstOrDefault()?.Split(' ')[..2];
        return new Machine(
            $"{hardware}, {time.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC",
            await CommitAsync(cancellationToken),
            load is null ? "unknown" : $"{load[0]} (1 min), {load[1]} (5 min)");
    }

    public override string ToString() => $"{Hardware}. Commit {Commit}. Load average before the run: {LoadBefore}.";

    private static IEnumerable<string> Lines(string file) => File.Exists(file) ? File.ReadLines(file) : [];

    private static async Task<string> CommitAsync(CancellationToken cancellationToken)
    {
        try
        {
            var commit = await GitAsync("rev-parse --short=12 HEAD", cancellationToken);

            // Results are written into the tree that they are about; only what is built counts as a change.
            var changes = await GitAsync("status --porcelain -- :/src :/tests :/Directory.Build.props :/Directory.Packages.props :!/tests/CallsBot.Benchmarks/results", cancellationToken);
            return changes.Length == 0 ? commit : $"{commit} with changes";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }

    private static async Task<string> GitAsync(string arguments, CancellationToken cancellationToken)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = AppContext.BaseDirectory,
        })!;
        var output = await git.StandardOutput.ReadToEndAsync(cancellationToken);
        await git.WaitForExitAsync(cancellationToken);
        return git.ExitCode == 0 ? output.Trim() : "unknown";
    }
}
