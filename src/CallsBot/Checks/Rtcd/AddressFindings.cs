using System.Net;
using System.Net.Sockets;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Checks.Rtcd;

/// <summary>What a check found at one address of the RTCD.</summary>
/// <param name="Address">The address.</param>
/// <param name="Reason">How it ended there.</param>
/// <param name="Seen">What was seen there, as the end of a sentence that names the address.</param>
internal sealed record AtAddress(IPAddress Address, Reason Reason, string Seen)
{
    /// <summary>How long it took; null when that says nothing.</summary>
    public TimeSpan? Duration { get; init; }

    public static AtAddress From(HttpReply reply, Reason reason) =>
        new(reply.Address ?? IPAddress.None, reason, reply.Seen) { Duration = reply.Duration };
}

/// <summary>
/// Puts together what a check found at the addresses of an RTCD. Of a name that has IPv4 addresses only those count: the
/// Calls plugin uses no others (mattermost-plugin-calls v1.12.2, server/rtcd.go, resolveURL).
/// </summary>
/// <param name="where">The RTCD.</param>
/// <param name="found">Never empty.</param>
internal sealed class AddressFindings(RtcdWhere where, IReadOnlyList<AtAddress> found)
{
    /// <summary>Nothing was asked there.</summary>
    public static Reason NotAsked { get; } = new(
        "not-asked",
        Outcome.Inconclusive,
        "The call server was not asked, because it had not answered an earlier question.",
        "{seen}.",
        new NextStep("See what the check of RTCD's version says about this address."));

    /// <summary>The findings that count.</summary>
    public IReadOnlyList<AtAddress> Counted { get; } =
        found.Any(IsIPv4) ? [.. found.Where(IsIPv4)] : found;

    /// <summary>
    /// Fails when it failed everywhere, for the last of the reasons; ends in <paramref name="some"/> when it failed at some
    /// addresses only; warns of the first thing to warn of; and passes when nothing speaks against it.
    /// </summary>
    /// <param name="checkId">The check.</param>
    /// <param name="passed">When nothing speaks against it.</param>
    /// <param name="some">When some addresses fail and some do not. Its placeholder <c>{failed}</c> stands for those.</param>
    /// <param name="words">Placeholders besides those of the target, <c>{seen}</c> and <c>{failed}</c>.</param>
    /// <param name="evidence">What was seen besides.</param>
    public CheckResult ToResult(
        string checkId,
        Reason passed,
        Reason some,
        IEnumerable<KeyValuePair<string, string>>? words = null,
        IEnumerable<Evidence>? evidence = null)
    {
        var failed = Counted.Where(f => f.Reason.Outcome == Outcome.Fail).ToList();
        var worked = Counted.Where(f => f.Reason.Outcome is Outcome.Pass or Outcome.Warn).ToList();
        var (reason, deciding) = (failed, worked) switch
        {
            ({ Count: > 0 }, { Count: > 0 }) => (some, worked[0]),
            ({ Count: > 0 }, _) => (failed[^1].Reason, failed[^1]),
            (_, { Count: > 0 }) when worked.Find(f => f.Reason.Outcome == Outcome.Warn) is { } warned => (warned.Reason, warned),
            (_, { Count: > 0 }) => (passed, worked[0]),
            _ => (Counted[0].Reason, Counted[0]),
        };
        var filled = where.Words();
        filled["seen"] = Seen(deciding);
        filled["failed"] = string.Join("; ", failed.Select(Seen));
        foreach (var (name, word) in words ?? [])
        {
            filled[name] = word;
        }

        return reason.ToResult(checkId, filled, [new Evidence("URL", $"{where.Target} {where.Source}"), .. evidence ?? []]) with
        {
            Subjects = [.. found.Select(SubjectOf)],
        };
    }

    /// <summary>Asks every address that has given an HTTP answer to the question for its version.</summary>
    /// <param name="replies">To that question.</param>
    /// <param name="ask">Asks one address.</param>
    public static async Task<IReadOnlyList<AtAddress>> AskAsync(
        RtcdVersionReplies replies, Func<CheckedAddress, HttpReply<RtcdVersion>, Task<AtAddress>> ask) =>
        await Task.WhenAll(replies.ByAddress.Select(pair => pair.Reply.Status is null
            ? Task.FromResult(new AtAddress(pair.Address.Address, NotAsked, "not asked, because it gave no answer to the question for its version"))
            : ask(pair.Address, pair.Reply)));

    /// <summary>"rtcd.example.com:8045 (10.0.0.5): connection refused".</summary>
    private string Seen(AtAddress at) =>
        where.Target is { Address: null } named ? $"{named.Authority} ({at.Address}): {at.Seen}" : $"{where.Target?.Authority}: {at.Seen}";

    private SubjectResult SubjectOf(AtAddress at)
    {
        var name = new IPEndPoint(at.Address, where.Target!.Port).ToString();
        var (outcome, code) = (at.Reason.Outcome, at.Reason.Code);
        return outcome == Outcome.Fail && !Counted.Contains(at)
            ? new SubjectResult(name, Outcome.Warn, code, $"{at.Seen}; the Calls plugin uses the IPv4 addresses only") { Duration = at.Duration }
            : new SubjectResult(name, outcome, code, at.Seen) { Duration = at.Duration };
    }

    private static bool IsIPv4(AtAddress at) => at.Address.AddressFamily == AddressFamily.InterNetwork;
}
