using CallsBot.Checks;
using CallsBot.Reports;
using CallsBot.Tests.Checks;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Reports;

public sealed class DiagnosisTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    private readonly LogLines<Diagnosis> _log = new();

    [Fact]
    public async Task Progress_counts_up_to_what_was_expected_and_the_report_has_every_check()
    {
        var seen = new List<(int Ended, int Expected)>();
        var diagnosis = Of(Passing("a"), Passing("b"), Passing("c"));

        var report = await diagnosis.RunAsync(new DiagnosisRequest(), progress => seen.Add((progress.Ended.Count, progress.Expected)), CancellationToken.None).WaitAsync(Bound);

        seen.ShouldBe([(1, 3), (2, 3), (3, 3)]);
        report.Checks.Select(check => check.Result.CheckId).ShouldBe(["a", "b", "c"]);
        report.Verdict.Outcome.ShouldBe(Outcome.Pass);
    }

    [Fact]
    public async Task What_the_checks_learned_is_listed_once()
    {
        var diagnosis = Of(Passing("a"), Passing("b"));

        var report = await diagnosis.RunAsync(new DiagnosisRequest(), progress: null, CancellationToken.None).WaitAsync(Bound);

        report.Inventory.ShouldBe([new Evidence("RTCD version", "v1.2.6")]);
    }

    [Fact]
    public async Task A_check_that_there_is_not_is_a_bug() =>
        (await Should.ThrowAsync<ArgumentException>(() => Of(Passing("a")).RunAsync(new DiagnosisRequest { Only = ["nope"] }, progress: null, CancellationToken.None)))
            .Message.ShouldContain("nope");

    [Fact]
    public async Task Several_rtcds_are_told_apart_and_their_credentials_are_not_shown()
    {
        var diagnosis = Of(Passing("plugin", CheckGroup.Plugin), Passing("rtcd", CheckGroup.Rtcd));

        var report = await diagnosis.RunAsync(
            new DiagnosisRequest { RtcdUrls = ["http://id:S3CRET@one:8045", "http://id:S3CRET@two:8045"] }, progress: null, CancellationToken.None).WaitAsync(Bound);

        report.Checks.Select(check => (check.Result.CheckId, check.Target))
            .ShouldBe([("plugin", null), ("rtcd", "http://one:8045"), ("rtcd", "http://two:8045")]);
        JsonReport.Of(report).ShouldNotContain("S3CRET");
        new DiagnosisRequest { RtcdUrls = ["http://id:S3CRET@one:8045"] }.ToString().ShouldNotContain("S3CRET");
    }

    [Fact]
    public async Task Runs_have_names_of_their_own()
    {
        var diagnosis = Of(Passing("a"));

        var one = await diagnosis.RunAsync(new DiagnosisRequest(), progress: null, CancellationToken.None).WaitAsync(Bound);
        var two = await diagnosis.RunAsync(new DiagnosisRequest(), progress: null, CancellationToken.None).WaitAsync(Bound);

        one.RunId.ShouldNotBe(two.RunId);
        _log.Lines.ShouldContain(line => line.Text.Contains(one.RunId));
    }

    private Diagnosis Of(params ICheck[] checks) => new(new CheckCatalog(checks), new ManualTimeProvider(), _log);

    private static StubCheck Passing(string id, CheckGroup group = CheckGroup.Mattermost) => new(
        id,
        (_, _) => Task.FromResult(StubCheck.Passed("fine") with { CheckId = id, Inventory = [new Evidence("RTCD version", "v1.2.6")] }))
    {
        Group = group,
    };
}
