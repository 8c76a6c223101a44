using System.Globalization;

namespace CallsBot.Benchmarks;

/// <summary>
/// What the machine has been busy with, in Linux' clock ticks. Whatever else runs takes from the bot and from the baseline
/// alike, and makes tails longer: results are worth keeping only when it is little.
/// </summary>
/// <param name="Total">All processors' time, idle or not.</param>
/// <param name="Busy">All processors' time that was not idle.</param>
/// <param name="Own">That of this process, and of its children that have ended.</param>
internal sealed record ProcessorUse(long Total, long Busy, long Own)
{
    public static ProcessorUse Now()
    {
        // proc(5): "cpu user nice system idle iowait irq softirq steal …"; guest time is in user already.
        var machine = Numbers(File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]);

        // After the name in brackets, which may hold blanks, come the state and 10 fields; then utime stime cutime cstime.
        var self = File.ReadAllText("/proc/self/stat");
        var own = Numbers(self[(self.LastIndexOf(')') + 2)..].Split(' ')[11..15]);
        return new ProcessorUse(machine.Sum(), machine.Sum() - machine[3] - machine[4], own.Sum());
    }

    public string Since(ProcessorUse before) => string.Create(
        CultureInfo.InvariantCulture,
        $"Noise: other programs used {100.0 * Math.Max(0, Busy - before.Busy - (Own - before.Own)) / (Total - before.Total):0} % of the processors meanwhile.");

    private static long[] Numbers(string[] fields) => [.. fields.Select(field => long.Parse(field, CultureInfo.InvariantCulture))];
}
