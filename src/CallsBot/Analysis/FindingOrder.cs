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
        var present = merged.Where(finding => finding.Outcome is Outcome.Fail or Outcome.Warn).ToLookup(finding => finding.Id);
        return
        [
            .. merged
                .OrderBy(finding => Rank(finding.Outcome))
                .ThenBy(finding => Depth(finding, present, []))
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

    /// <summary>How many steps it is behind a cause that was seen as well.</summary>
    private static int Depth(Finding finding, ILookup<string, Finding> present, HashSet<string> seen)
    {
        if (!seen.Add(finding.Id))
        {
            return 0;
        }

        var causes = present.SelectMany(of => of).Where(other => other.Type.Explains.Contains(finding.Id) && !seen.Contains(other.Id)).ToList();
        return causes.Count == 0 ? 0 : 1 + causes.Max(cause => Depth(cause, present, [.. seen]));
    }
}
