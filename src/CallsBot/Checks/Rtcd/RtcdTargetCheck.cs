namespace CallsBot.Checks.Rtcd;

/// <summary>Is there an RTCD to look at, and is its URL one that can be used?</summary>
internal sealed class RtcdTargetCheck(RtcdSurvey survey) : ICheck
{
    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The address of the call server is known and can be used.", "The URL {source} is {url}.");

    public string Id => "rtcd-target";

    public string Title => "RTCD address";

    public CheckGroup Group => CheckGroup.Rtcd;

    public string Activity => "Finding out where RTCD is";

    public IReadOnlyList<string> Covers { get; } = ["A4.2"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(
        RtcdVersionReasons.All[RtcdVersionReasons.UrlInvalid],
        RtcdVersionReasons.All[RtcdVersionReasons.NoRtcdUrl],
        RtcdVersionReasons.All[RtcdVersionReasons.NotInUse],
        RtcdVersionReasons.All[RtcdVersionReasons.CallsV2]);

    public IReadOnlyList<string> ExplainedBy { get; } = ["calls-backend"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        return where.Target is not { } target
            ? where.ToResult(Id)
            : Passed.ToResult(Id, where.Words(), [new Evidence("URL", $"{target} {where.Source}")]) with
            {
                Inventory = [new Evidence("RTCD", target.ToString())],
            };
    }
}
