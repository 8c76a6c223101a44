using System.Globalization;
using CallsBot.Protocols.Pprof;

namespace CallsBot.Analysis.Profiles;

/// <summary>The functions of a profile with their own value and that of all they call, as <c>go tool pprof -top</c> counts them. Pure.</summary>
/// <param name="Total">Over all samples.</param>
/// <param name="ByFlat">Those with a value of their own, the largest first.</param>
/// <param name="ByCumulative">Those with any value, the largest first.</param>
internal sealed record ProfileTop(long Total, IReadOnlyList<ProfileFunction> ByFlat, IReadOnlyList<ProfileFunction> ByCumulative)
{
    public static ProfileTop Of(PprofProfile profile, int type)
    {
        var functions = new Dictionary<string, (long Flat, long Cumulative)>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        long total = 0;
        foreach (var sample in profile.Samples)
        {
            var value = sample.ValueOf(type);
            total += value;
            seen.Clear();
            var isInnermost = true;
            foreach (var frame in profile.StackOf(sample))
            {
                var (flat, cumulative) = functions.GetValueOrDefault(frame.Function);

                // A function that calls itself counts once.
                functions[frame.Function] = (flat + (isInnermost ? value : 0), cumulative + (seen.Add(frame.Function) ? value : 0));
                isInnermost = false;
            }
        }

        var all = functions.Select(function => new ProfileFunction(function.Key, function.Value.Flat, function.Value.Cumulative)).ToList();
        return new ProfileTop(
            total,
            [.. all.Where(function => function.Flat != 0).OrderByDescending(function => function.Flat).ThenBy(function => function.Name, StringComparer.Ordinal)],
            [.. all.Where(function => function.Cumulative != 0).OrderByDescending(function => function.Cumulative).ThenBy(function => function.Name, StringComparer.Ordinal)]);
    }
}

/// <param name="Name">With the package.</param>
/// <param name="Flat">Its own.</param>
/// <param name="Cumulative">With all that it calls.</param>
internal sealed record ProfileFunction(string Name, long Flat, long Cumulative);

/// <summary>Numbers as pprof writes them.</summary>
internal static class ProfileNumbers
{
    public static string Shown(long value, string unit) => unit switch
    {
        "nanoseconds" => value switch
        {
            >= 1_000_000_000 => Number(value / 1e9, "s"),
            >= 1_000_000 => Number(value / 1e6, "ms"),
            _ => Number(value / 1e3, "us"),
        },
        "bytes" => value switch
        {
            >= 1024 * 1024 * 1024 => Number(value / 1024d / 1024 / 1024, "GB"),
            >= 1024 * 1024 => Number(value / 1024d / 1024, "MB"),
            >= 1024 => Number(value / 1024d, "kB"),
            _ => Number(value, "B"),
        },
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    public static string Share(long value, long total) => total == 0 ? "0%" : (100d * value / total).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    public static string WholeShare(long value, long total) => total == 0 ? "0" : (100d * value / total).ToString("0", CultureInfo.InvariantCulture);

    private static string Number(double value, string unit) => value.ToString("0.##", CultureInfo.InvariantCulture) + unit;
}
