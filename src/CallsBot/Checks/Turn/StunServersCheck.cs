using System.Collections.Frozen;
using CallsBot.Checks.Plugin;
using CallsBot.Probes.Turn;

namespace CallsBot.Checks.Turn;

/// <summary>Do the STUN servers that clients are told of answer, over UDP and over TCP?</summary>
internal sealed class StunServersCheck(IceServerList list, Installation installation, TurnProbe probe) : ICheck
{
    public const string NoServers = "no-stun-servers";
    public const string NoneAnswers = "no-stun-server-answers";
    public const string SomeFail = "some-stun-servers-fail";
    public const string Broken = "stun-server-broken";

    private static readonly NextStep Needed = new(
        "STUN is not needed where clients reach the media server at an address of its own: then remove the entry in System Console > Plugins > Calls > ICE Servers Configurations.");

    private static readonly Reason Passed = new(
        Code: null,
        Outcome.Pass,
        "The STUN servers answer.",
        "{found}.");

    private static readonly FrozenDictionary<string, Reason> Reasons = ((Reason[])
    [
        new(
            NoServers,
            Outcome.Skipped,
            "There is no STUN server to look at.",
            "ICE Servers Configurations of the plugin names no STUN server. That is right where clients reach the media server at an address of its own.",
            new NextStep("If clients or the media server are behind NAT and no host override is set, add stun:stun.global.calls.mattermost.com:3478 or a server of your own.")),
        new(
            NoneAnswers,
            Outcome.Warn,
            "No STUN server answers from here.",
            "{found}. UDP to it may be blocked here and open where clients are.",
            Needed)
        { IsInferred = true },
        new(
            SomeFail,
            Outcome.Warn,
            "Not every STUN server answers from here.",
            "{found}.",
            Needed)
        { IsInferred = true },
        new(
            Broken,
            Outcome.Fail,
            "A STUN server in the list is none.",
            "{found}.",
            Needed),
        .. TurnReasons.Common.All,
        CheckSchedule.CheckFailedReason,
    ]).ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);

    public string Id => "stun-servers";

    public string Title => "STUN servers";

    public CheckGroup Group => CheckGroup.Turn;

    public string Activity => "Asking the STUN servers";

    public IReadOnlyList<string> Covers { get; } = [];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        Reasons.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        if (await IceServers.UnlessReadableAsync(Id, Reasons, list, installation, cancellationToken) is { } ended)
        {
            return ended;
        }

        var servers = (await list.FindAsync(cancellationToken)).Value!;
        var urls = servers.Stun.Select(server => server.Url!).Distinct().Take(IceServerList.MostAddresses).ToList();
        if (urls.Count == 0)
        {
            return Reasons[NoServers].ToResult(Id, Words(""), []);
        }

        var asked = await Task.WhenAll(urls.SelectMany(url => Transports(url).Select(async transport => (Url: url, Replies: await probe.BindAsync(url, transport, cancellationToken)))));
        return Judge([.. asked.SelectMany(server => server.Replies.Select(reply => (server.Url, Reply: reply)))]);
    }

    /// <summary>Browsers ask over UDP; TCP tells a blocked port from a dead server.</summary>
    private static TurnTransport[] Transports(IceServerUrl url) =>
        url.Transport == TurnTransport.Tls ? [TurnTransport.Tls] : [TurnTransport.Udp, TurnTransport.Tcp];

    private CheckResult Judge(List<(IceServerUrl Url, TurnReply Reply)> asked)
    {
        // A server that has no TCP is as good as any: what counts is what browsers use.
        var counted = asked.Where(entry => entry.Reply.Transport == entry.Url.Transport).ToList();
        var failed = counted.Where(entry => entry.Reply.Failure is not null).ToList();
        var broken = failed.Where(entry => TurnReasons.OutcomeOf(entry.Reply.Failure!.Value) == Outcome.Fail).ToList();
        var (reason, told) = (broken.Count, failed.Count) switch
        {
            ( > 0, _) => (Reasons[Broken], broken),
            (_, 0) => (Passed, counted),
            _ when failed.Count == counted.Count => (Reasons[NoneAnswers], failed),
            _ => (Reasons[SomeFail], failed),
        };
        var result = reason.ToResult(
            Id, Words(string.Join("; ", told.Select(IceServers.Seen))), [.. asked.Select(entry => new Evidence(IceServers.Label(entry.Url, entry.Reply), entry.Reply.Seen))]);
        return result with
        {
            Subjects = [.. asked.Select(Subject)],
            NextSteps = [.. told.Where(entry => entry.Reply.Failure is not null).Select(entry => TurnReasons.StepFor(entry.Reply.Failure!.Value, entry.Url)), .. result.NextSteps],
        };
    }

    private static SubjectResult Subject((IceServerUrl Url, TurnReply Reply) entry)
    {
        var subject = IceServers.Subject(entry.Url, entry.Reply);

        // Nobody needs TCP at a STUN server.
        return entry.Reply.Transport == entry.Url.Transport || subject.Outcome == Outcome.Pass ? subject : subject with { Outcome = Outcome.Skipped, NextSteps = [] };
    }

    private static Dictionary<string, string> Words(string found) => new() { ["found"] = found, ["seen"] = "" };
}
