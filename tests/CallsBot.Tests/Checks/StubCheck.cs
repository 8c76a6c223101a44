using CallsBot.Checks;

namespace CallsBot.Tests.Checks;

/// <summary>A check that does what a test says, and counts how often.</summary>
internal sealed class StubCheck(string id, Func<int, CancellationToken, Task<CheckResult>> run) : ICheck
{
    private int _runs;

    public int Runs => _runs;

    public string Id { get; } = id;

    public string Title => Id;

    public CheckGroup Group { get; init; } = CheckGroup.Mattermost;

    public IReadOnlyList<string> Needs { get; init; } = [];

    public IReadOnlyList<string> ExplainedBy { get; init; } = [];

    public string Activity => "Trying";

    public IReadOnlyList<string> Covers => [];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = new Dictionary<string, Outcome>();

    public Task<CheckResult> RunAsync(CancellationToken cancellationToken) =>
        run(Interlocked.Increment(ref _runs), cancellationToken);

    public static CheckResult Passed(string summary) => new("stub", Outcome.Pass, null, summary, null, [], Vantage.Bot, []);
}
