using CallsBot.Checks;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Checks.Plugin;

/// <summary>What holds for every result of every check.</summary>
internal static class Judging
{
    public static async Task<CheckResult> ResultAsync(this ICheck check)
    {
        var result = await check.RunAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        result.CheckId.ShouldBe(check.Id);
        result.Summary.ShouldNotContain("{");
        (result.Detail ?? "").ShouldNotContain("{");
        result.NextSteps.Concat(result.Subjects.SelectMany(subject => subject.NextSteps))
            .ShouldAllBe(step => !step.Text.Contains("{host}", StringComparison.Ordinal) && !(step.Command ?? "").Contains("{s", StringComparison.Ordinal));
        AllText(result).ShouldNotContain("S3CRET");
        if (result.ReasonCode is { } code)
        {
            check.ReasonCodes[code].ShouldBe(result.Outcome);
        }
        else
        {
            result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
        }

        return result;
    }

    /// <summary>A check that breaks, as whoever runs checks sees it.</summary>
    public static async Task<CheckResult> BrokenAsync(ICheck check)
    {
        using var runner = new CheckRunner(
            new CheckCatalog([check]), new ManualTimeProvider(), new LogLines<CheckRunner>(), TimeSpan.FromSeconds(1));
        return await runner.RunAsync(check.Id, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    public static string AllText(CheckResult result) => string.Join(
        '\n',
        [
            result.Summary,
            result.Detail ?? "",
            .. result.Evidence.Select(evidence => $"{evidence.Label}: {evidence.Value}"),
            .. result.Inventory.Select(evidence => $"{evidence.Label}: {evidence.Value}"),
            .. result.NextSteps.Select(step => $"{step.Text} {step.Command}"),
            .. result.Subjects.Select(subject => $"{subject.Subject} {subject.Seen} {string.Join(' ', subject.NextSteps.Select(step => $"{step.Text} {step.Command}"))}"),
        ]);
}
