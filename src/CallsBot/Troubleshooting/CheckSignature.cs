using CallsBot.Checks;

namespace CallsBot.Troubleshooting;

/// <summary>What a tree must know of a check: its name, and how it can end.</summary>
/// <param name="Outcomes">
/// Every outcome the check gives by itself. Inconclusive need not be among them: whoever runs checks gives it when the time
/// is up, so every check node has an exit for it.
/// </param>
/// <param name="ReasonCodes">Every reason code, with the outcome that goes with it.</param>
internal sealed record CheckSignature(
    string Id, IReadOnlySet<Outcome> Outcomes, IReadOnlyDictionary<string, Outcome> ReasonCodes)
{
    /// <summary>The signatures of all checks of a catalogue.</summary>
    public static IReadOnlyList<CheckSignature> Of(CheckCatalog checks) =>
        [.. checks.All.Select(Of)];

    /// <summary>A check that builds on others is skipped when one of those fails.</summary>
    private static CheckSignature Of(ICheck check) => check.Needs.Count == 0
        ? new CheckSignature(check.Id, check.Outcomes, check.ReasonCodes)
        : new CheckSignature(
            check.Id,
            new HashSet<Outcome>([.. check.Outcomes, Outcome.Skipped]),
            new Dictionary<string, Outcome>(check.ReasonCodes, StringComparer.Ordinal) { [CheckSchedule.NeedNotMet] = Outcome.Skipped });
}
