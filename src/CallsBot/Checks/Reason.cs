using System.Text.RegularExpressions;

namespace CallsBot.Checks;

/// <summary>One way in which a check can end, with its words. <c>{name}</c> in a text stands for what was seen.</summary>
/// <param name="Code">Kebab-case and stable; null only for a pass.</param>
/// <param name="Outcome">How the check ended.</param>
/// <param name="Summary">One sentence for anyone; no host, address or setting, so no placeholder.</param>
/// <param name="Detail">One or two sentences for administrators.</param>
/// <param name="NextSteps">What an administrator does next.</param>
internal sealed partial record Reason(
    string? Code, Outcome Outcome, string Summary, string Detail, params IReadOnlyList<NextStep> NextSteps)
{
    /// <summary>Concluded, not seen: see <see cref="CheckResult.IsInferred"/>.</summary>
    public bool IsInferred { get; init; }

    /// <summary>The codes of these reasons, and that of a check that breaks.</summary>
    public static IReadOnlyDictionary<string, Outcome> CodesOf(params IEnumerable<Reason> reasons) =>
        reasons.Append(CheckSchedule.CheckFailedReason)
            .Where(reason => reason.Code is not null)
            .ToDictionary(reason => reason.Code!, reason => reason.Outcome, StringComparer.Ordinal);

    /// <param name="checkId">The check that ends so.</param>
    /// <param name="words">What the placeholders stand for. One that is missing is a bug and throws.</param>
    /// <param name="evidence">What was seen.</param>
    public CheckResult ToResult(
        string checkId, IReadOnlyDictionary<string, string> words, IReadOnlyList<Evidence> evidence)
    {
        string Fill(string text) => Placeholder().Replace(text, match => words[match.Groups[1].Value]);

        return new CheckResult(
            checkId,
            Outcome,
            Code,
            Summary,
            Fill(Detail),
            evidence,
            Vantage.Bot,
            [.. NextSteps.Select(s => new NextStep(Fill(s.Text), s.Command is null ? null : Fill(s.Command)))])
        {
            IsInferred = IsInferred,
        };
    }

    /// <summary>Lower-case letters only: shell and awk text in commands has other braces.</summary>
    [GeneratedRegex(@"\{([a-z]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
