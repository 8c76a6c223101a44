using System.Collections.Frozen;
using CallsBot.Checks.Plugin;
using CallsBot.Probes.Turn;

namespace CallsBot.Checks.Turn;

/// <summary>Do the TURN servers that clients are told of relay, at each of their addresses and over each transport?</summary>
internal sealed class TurnServersCheck(IceServerList list, Installation installation, TurnProbe probe) : ICheck
{
    public const string NoServers = "no-turn-servers";
    public const string Broken = "turn-server-broken";
    public const string Doubtful = "turn-server-doubtful";
    public const string NoCredentials = "turn-without-credentials";
    public const string OpenRelay = "open-relay";
    public const string MediaServerForbidden = "media-server-forbidden";

    private static readonly Reason Passed = new(
        Code: null,
        Outcome.Pass,
        "The TURN servers relay.",
        "{found}.");

    private static readonly FrozenDictionary<string, Reason> Reasons = ((Reason[])
    [
        new(
            NoServers,
            Outcome.Skipped,
            "There is no TURN server to look at.",
            "ICE Servers Configurations of the plugin names no TURN server. One is needed only for clients whose network lets neither UDP nor TCP 8443 out.",
            new NextStep("If some people cannot connect from networks that let only web traffic out, set up coturn with TLS on port 443 or 5349.")),
        new(
            Broken,
            Outcome.Fail,
            "A TURN server in the list does not work.",
            "{found}."),
        new(
            NoCredentials,
            Outcome.Fail,
            "A TURN server is listed without credentials, so clients never hear of it.",
            "{found}.",
            new NextStep("Set the TURN static auth secret in System Console > Plugins > Calls to the static-auth-secret of the TURN server, or write username and credential into its entry.")),
        new(
            OpenRelay,
            Outcome.Warn,
            "A TURN server relays for anybody, without credentials.",
            "{found}. Strangers can send traffic through it, into its own network too.",
            new NextStep("Turn lt-cred-mech or use-auth-secret on in coturn's configuration, and no-auth off.", "sudo grep -nE '^(no-auth|lt-cred-mech|use-auth-secret)' /etc/turnserver.conf")),
        new(
            MediaServerForbidden,
            Outcome.Warn,
            "A TURN server refuses to relay to the call server.",
            "{found}: it answers 403 to a permission for {media}. Clients that need it get no audio, unless they are told another address of the call server.",
            new NextStep("Allow the address in coturn's configuration (allowed-peer-ip), or take it out of denied-peer-ip.", "sudo grep -nE '^(denied|allowed)-peer-ip' /etc/turnserver.conf")),
        new(
            Doubtful,
            Outcome.Warn,
            "A TURN server did not relay from here.",
            "{found}. Clients may be better placed than the bot.")
        { IsInferred = true },
        .. TurnReasons.Common.All,
        CheckSchedule.CheckFailedReason,
    ]).ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);

    public string Id => "turn-servers";

    public string Title => "TURN servers";

    public CheckGroup Group => CheckGroup.Turn;

    public string Activity => "Having the TURN servers relay a packet";

    public IReadOnlyList<string> Covers { get; } = ["F3.2", "1.6.10", "1.6.11", "1.6.12"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        Reasons.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        if (await IceServers.UnlessReadableAsync(Id, Reasons, list, installation, cancellationToken) is { } ended)
        {
            return ended;
        }

        var servers = (await list.FindAsync(cancellationToken)).Value!.Turn.DistinctBy(server => server.Url).Take(IceServerList.MostAddresses).ToList();
        if (servers.Count == 0)
        {
            return Reasons[NoServers].ToResult(Id, Words("", ""), []);
        }

        var mediaServer = await list.MediaServerAsync(cancellationToken);
        var asked = await Task.WhenAll(servers.Where(server => server.Credentials is not null).Select(async server =>
            (Url: server.Url!, Replies: await probe.RelayAsync(server.Url!, server.Credentials!, mediaServer, cancellationToken))));
        return Judge(
            [.. servers.Where(server => server.Credentials is null).Select(server => server.Url!)],
            [.. asked.SelectMany(server => server.Replies.Select(reply => (server.Url, Reply: reply)))],
            servers,
            mediaServer?.ToString() ?? "");
    }

    private CheckResult Judge(
        List<IceServerUrl> withoutCredentials, List<(IceServerUrl Url, TurnReply Reply)> asked, List<IceServerAddress> servers, string mediaServer)
    {
        var failed = asked.Where(entry => entry.Reply.Failure is not null).ToList();
        var broken = failed.Where(entry => TurnReasons.OutcomeOf(entry.Reply.Failure!.Value) == Outcome.Fail).ToList();
        var open = asked.Where(entry => entry.Reply.IsOpenRelay).ToList();
        var forbidding = asked.Where(entry => entry.Reply.ForbidsMediaServer == true).ToList();

        // A server that may relay to the media server may well refuse our own address.
        var doubtful = failed.Where(entry => entry.Reply is not { Failure: TurnFailure.PeerForbidden, ForbidsMediaServer: false }).ToList();
        var (reason, told) =
            broken.Count > 0 ? (Reasons[Broken], broken)
            : withoutCredentials.Count > 0 ? (Reasons[NoCredentials], [])
            : open.Count > 0 ? (Reasons[OpenRelay], open)
            : forbidding.Count > 0 ? (Reasons[MediaServerForbidden], forbidding)
            : doubtful.Count > 0 ? (Reasons[Doubtful], doubtful)
            : (Passed, asked);
        var found = reason.Code == NoCredentials ? string.Join(", ", withoutCredentials) : string.Join("; ", told.Select(IceServers.Seen));
        var result = reason.ToResult(Id, Words(found, mediaServer), [.. Evidence(asked, servers)]);
        return result with
        {
            Subjects =
            [
                .. asked.Select(entry => IceServers.Subject(entry.Url, entry.Reply)),
                .. withoutCredentials.Select(url => new SubjectResult(url.ToString(), Outcome.Fail, NoCredentials, "has no credentials")),
            ],
            NextSteps = [.. told.Where(entry => entry.Reply.Failure is not null).Select(entry => TurnReasons.StepFor(entry.Reply.Failure!.Value, entry.Url)), .. result.NextSteps],
        };
    }

    private static IEnumerable<Evidence> Evidence(List<(IceServerUrl Url, TurnReply Reply)> asked, List<IceServerAddress> servers)
    {
        foreach (var (url, reply) in asked)
        {
            var credentials = servers.First(server => server.Url == url).Credentials;
            var more = string.Join(
                ", ",
                new[]
                {
                    credentials is null ? null : credentials.ToString(),
                    reply.Software,
                    reply.Certificate is null ? null : $"certificate {reply.Certificate}",
                    $"{IceServers.Numbered(reply.Sent)} packets sent",
                }.OfType<string>());
            yield return new Evidence(IceServers.Label(url, reply), $"{reply.Seen} ({more})");
        }
    }

    private static Dictionary<string, string> Words(string found, string mediaServer) => new() { ["found"] = found, ["seen"] = "", ["media"] = mediaServer };
}
