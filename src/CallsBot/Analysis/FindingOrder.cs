using CallsBot.Checks;

namespace CallsBot.Analysis;

/// <summary>Puts findings into the order in which they are to be read. Pure.</summary>
internal static class FindingOrder
{
    private const int MostQuotes = 5;

    /// <summary>
    /// Same findings become one. Faults come before warnings and those before what is well; among faults, causes before what they
    /// explain, then the surer, then the earlier.
    /// </summary>
    public static IReadOnlyList<Finding> Of(IReadOnlyList<Finding> findings)
    {
        var merged = findings.GroupBy(finding => (finding.Id, Key(finding))).Select(same => Merged([.. same])).ToList();
        var depths = Depths([.. merged.Where(finding => finding.Outcome is Outcome.Fail or Outcome.Warn)]);
        return
        [
            .. merged
                .OrderBy(finding => Rank(finding.Outcome))
                .ThenBy(finding => depths.GetValueOrDefault(finding.Id))
                .ThenByDescending(finding => finding.Certainty)
                .ThenBy(finding => finding.FirstAt ?? DateTimeOffset.MaxValue)
                .ThenBy(finding => finding.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>The findings among these that this one explains, directly.</summary>
    public static IReadOnlyList<Finding> ConsequencesOf(Finding finding, IReadOnlyList<Finding> findings) =>
        [.. findings.Where(other => finding.Type.Explains.Contains(other.Id) && other.Outcome is Outcome.Fail or Outcome.Warn)];

    private static string Key(Finding finding) =>
        string.Join('\0', finding.Words.OrderBy(word => word.Key, StringComparer.Ordinal).Select(word => $"{word.Key}={word.Value}"));

    private static Finding Merged(IReadOnlyList<Finding> same) => same is [var one] ? one : same[0] with
    {
        Quotes = [.. same.SelectMany(finding => finding.Quotes).Distinct().Take(MostQuotes)],
        Count = same.Sum(finding => finding.Count),
        FirstAt = same.Min(finding => finding.FirstAt),
        LastAt = same.Max(finding => finding.LastAt),
        Certainty = same.Max(finding => finding.Certainty),
    };

    private static int Rank(Outcome outcome) => outcome switch
    {
        Outcome.Fail => 0,
        Outcome.Warn => 1,
        Outcome.Pass => 2,
        _ => 3,
    };

    /// <summary>How many steps each fault is behind a cause that was seen as well, by its id. A circle explains nothing.</summary>
    private static Dictionary<string, int> Depths(IReadOnlyList<Finding> faults)
    {
        var depths = new Dictionary<string, int>(StringComparer.Ordinal);
        var left = faults.Select(finding => finding.Id).ToHashSet(StringComparer.Ordinal);
        for (var depth = 0; left.Count > 0; depth++)
        {
            var explained = faults.Where(cause => left.Contains(cause.Id))
                .SelectMany(cause => cause.Type.Explains.Where(id => id != cause.Id)).ToHashSet(StringComparer.Ordinal);
            List<string> free = left.IsSubsetOf(explained) ? [.. left] : [.. left.Except(explained)];
            foreach (var id in free)
            {
                depths[id] = depth;
                left.Remove(id);
            }
        }

        return depths;
    }
}
