using System.Globalization;
using CallsBot.Probes;

namespace CallsBot.Checks.Rtcd;

/// <summary>Does every address of RTCD accept connections to its API port?</summary>
internal sealed class RtcdTcpCheck(RtcdSurvey survey) : ICheck
{
    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The call server's API port is open.", "{seen}.");

    private static readonly Reason SomeAddressesFail = new(
        RtcdVersionReasons.SomeAddressesFail,
        Outcome.Warn,
        "The call server's API port is open, but not at every one of its addresses.",
        "{seen}. The Calls plugin makes a connection to each IPv4 address of {host} and does not start while one of them fails. These did not accept one: {failed}.",
        new NextStep("See which addresses the name has. Take those that fail out of the name service, or mend the servers behind them.", "getent ahostsv4 '{host}'"));

    public string Id => "rtcd-tcp";

    public string Title => "RTCD API port";

    public CheckGroup Group => CheckGroup.Rtcd;

    public string Activity => "Connecting to RTCD's API port";

    public IReadOnlyList<string> Covers { get; } = ["A1.2", "A3.1", "F2.2", "H3.1", "1.6.5", "2B.2.1"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(
        SomeAddressesFail,
        AddressFindings.NotAsked,
        RtcdVersionReasons.All[RtcdVersionReasons.ConnectTimeout],
        RtcdVersionReasons.All[RtcdVersionReasons.ConnectionRefused],
        RtcdVersionReasons.All[RtcdVersionReasons.ConnectionReset],
        RtcdVersionReasons.All[RtcdVersionReasons.Unreachable]);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-dns"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        return await survey.AskAsync(cancellationToken) is { Resolved.Problem: null } replies
            ? new AddressFindings(where, [.. replies.Replies.Select(Judge)]).ToResult(Id, Passed, SomeAddressesFail)
            : where.Nothing(Id);
    }

    private static AtAddress Judge(HttpReply reply) => reply switch
    {
        { Failure: HttpFailure.AddressRefused } => AtAddress.From(reply, AddressFindings.NotAsked),
        { ConnectDuration: { } duration } => AtAddress.From(reply, Passed) with
        {
            Seen = string.Create(CultureInfo.InvariantCulture, $"connected in {duration.TotalMilliseconds:0.#} ms"),
            Duration = duration,
        },
        _ => AtAddress.From(reply, RtcdVersionReasons.All[RtcdVersionReasons.CodeOf(reply.Failure!.Value)]),
    };
}
