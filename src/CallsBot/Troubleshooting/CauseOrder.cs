namespace CallsBot.Troubleshooting;

/// <summary>
/// Which of several causes is tried next: the one whose remedy has helped most often. Pure; <c>docs/trees.md</c> explains it
/// to those who wonder about an order.
/// </summary>
/// <remarks>
/// The order in the file counts as <see cref="Weight"/> answers, of which the first cause has helped in one of two, the
/// second in one of three, and so on: it holds until people have said otherwise. So that a cause at the end is not judged by
/// chance for ever, one walk in <see cref="LookEvery"/> begins with the cause that fewest people have answered for.
/// </remarks>
internal static class CauseOrder
{
    public const int Weight = 20;
    public const int LookEvery = 10;

    /// <param name="causes">All causes, in the file's order.</param>
    /// <param name="left">Those that were not tried on this walk; never empty.</param>
    /// <param name="outcomes">How often the remedy at a node helped and did not.</param>
    /// <param name="walk">A number of the walk's own, by which some walks look at what others pass over.</param>
    public static string Choose(
        IReadOnlyList<string> causes, IReadOnlyList<string> left, IReadOnlyDictionary<string, CauseOutcomes> outcomes, int walk)
    {
        var isFirst = left.Count == causes.Count;
        var hasLearnt = causes.Any(cause => Of(cause).Answers >= Weight);
        return isFirst && hasLearnt && walk % LookEvery == 0
            ? left.MinBy(cause => Of(cause).Answers)!
            : left.MaxBy(Score)!;

        CauseOutcomes Of(string cause) => outcomes.GetValueOrDefault(cause);

        // MaxBy and MinBy take the first of equals, which is the file's order.
        double Score(string cause)
        {
            var place = causes.Index().First(entry => entry.Item == cause).Index;
            return (Of(cause).Helped + (Weight / (place + 2.0))) / (Of(cause).Answers + Weight);
        }
    }
}

/// <param name="Helped">How many people said that it helped.</param>
/// <param name="DidNotHelp">How many said that it did not.</param>
internal readonly record struct CauseOutcomes(int Helped, int DidNotHelp)
{
    public int Answers => Helped + DidNotHelp;
}
