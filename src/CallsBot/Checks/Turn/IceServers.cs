using System.Collections.Frozen;
using System.Globalization;
using CallsBot.Checks.Plugin;
using CallsBot.Probes.Turn;

namespace CallsBot.Checks.Turn;

/// <summary>What the checks of STUN and of TURN servers say alike.</summary>
internal static class IceServers
{
    /// <returns>How the check ends when there is no list to go by; null when there is one.</returns>
    public static async Task<CheckResult?> UnlessReadableAsync(
        string checkId, FrozenDictionary<string, Reason> reasons, IceServerList list, Installation installation, CancellationToken cancellationToken)
    {
        CheckResult End(string code, string seen) =>
            reasons[code].ToResult(checkId, new Dictionary<string, string> { ["seen"] = seen, ["found"] = "" }, seen.Length > 0 ? [new Evidence("ICE servers", seen)] : []);

        if ((await installation.BackendAsync(cancellationToken)).Kind == CallsBackendKind.LiveKit)
        {
            return End(TurnReasons.Common.CallsV2, "");
        }

        var answer = await list.FindAsync(cancellationToken);
        return answer switch
        {
            { Fault: AnswerFault.NotAsked } => End(TurnReasons.Common.NoAdminToken, answer.Seen),
            { Fault: AnswerFault.Refused } => End(TurnReasons.Common.AdminTokenRefused, answer.Seen),
            { Value: null } => End(TurnReasons.Common.ListUnreadable, answer.Seen),
            { Value.Fault: { } fault } => End(TurnReasons.Common.ListFaulty, fault),
            { Value: { } servers } when servers.Unreadable.FirstOrDefault() is { } unreadable => End(TurnReasons.Common.ListFaulty, $"An address {unreadable.Fault}."),
            _ => null,
        };
    }

    public static string Label(IceServerUrl url, TurnReply reply) =>
        $"{url.Scheme}:{url.Target.Authority} over {NameOf(reply.Transport)}{(reply.Address is null || url.Target.Address is not null ? "" : $" ({reply.Address})")}";

    public static string Seen((IceServerUrl Url, TurnReply Reply) entry) => $"{Label(entry.Url, entry.Reply)}: {entry.Reply.Seen}";

    public static SubjectResult Subject(IceServerUrl url, TurnReply reply) => new(
        Label(url, reply),
        reply.Failure is { } failure ? TurnReasons.OutcomeOf(failure) : Outcome.Pass,
        reply.Failure is { } code ? TurnReasons.CodeOf(code) : null,
        reply.Seen)
    {
        Duration = reply.RoundTrip,
        NextSteps = reply.Failure is { } why ? [TurnReasons.StepFor(why, url)] : [],
    };

    public static string Numbered(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string NameOf(TurnTransport transport) => transport switch
    {
        TurnTransport.Udp => "UDP",
        TurnTransport.Tcp => "TCP",
        _ => "TLS",
    };
}
