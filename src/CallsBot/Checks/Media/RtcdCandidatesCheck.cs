using System.Net;
using System.Net.Sockets;
using CallsBot.Checks.Rtcd;
using CallsBot.Probes;
using CallsBot.Probes.Media;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Checks.Media;

/// <summary>
/// Are the media addresses that RTCD tells clients such as clients can reach?
/// </summary>
/// <remarks>
/// <para>Where clients are is not known here; what is known is where RTCD's API and Mattermost are reached. A public address
/// of either means that the installation is on the internet: then private media addresses are the mistake of a missing or
/// wrong ice_host_override, whatever else works. Where both are inside, so may all clients be: private media addresses are
/// then right for an installation that nobody uses from outside, and pass with a note, since nothing seen tells the one
/// from the other. An address that nobody beyond one machine can reach, loopback or Docker's own network, is wrong in both,
/// unless RTCD itself is reached at such a one: then everything is on one machine.</para>
/// <para>IPv4 decides when there are IPv4 addresses, because clients without IPv6 have to find one. Reflexive addresses do
/// not count: they belong to passing ports that no firewall opens.</para>
/// </remarks>
internal sealed class RtcdCandidatesCheck(RtcdSurvey survey, MediaSurvey media, PublicSite site) : ICheck
{
    /// <summary>The label under which the inventory lists address and port of each candidate.</summary>
    public const string MediaAddresses = "RTCD media addresses";

    private static readonly NextStep WhatIsSet = new(
        "On the RTCD server, see what is set.", "grep -nE 'ice_(host|port|address|servers)' /opt/rtcd/rtcd.toml; env | grep RTCD_RTC_ICE");

    private static readonly NextStep SetInFile = new(
        "Write the address at which clients reach the RTCD server into its configuration, under [rtc]. An address is safer than a name, which RTCD would look up with its own name service.",
        "ice_host_override = \"{suggested}\"");

    private static readonly NextStep SetInEnvironment = new(
        "Or, for a container, set it as an environment variable.", "RTCD_RTC_ICEHOSTOVERRIDE={suggested}");

    private static readonly NextStep Restart = new(
        "When no call is running, restart RTCD (in containers: docker restart, kubectl rollout restart).", "sudo systemctl restart rtcd");

    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The call server tells clients of addresses that can be reached from the internet.", "{seen}.");

    private static readonly Reason PassedInside = new(
        "candidates-inside",
        Outcome.Pass,
        "The call server tells clients of addresses inside the network; clients outside cannot use them.",
        "{seen}. RTCD itself is reached inside too, so this is right if all clients are inside or come in by VPN. If some come from the internet, set ice_host_override under [rtc] to the public address.");

    private static readonly Reason PassedOneMachine = new(
        "candidates-one-machine",
        Outcome.Pass,
        "The call server tells clients of addresses on its own machine, where the bot runs as well.",
        "{seen}. No other machine can use them.");

    private static readonly Reason Private = new(
        "private-candidates",
        Outcome.Fail,
        "The call server tells clients of private addresses, which clients on the internet cannot reach.",
        "{failed}. {public}, so clients may come from anywhere: RTCD has to tell them of an address that leads to it from there.",
        SetInFile,
        SetInEnvironment,
        Restart,
        WhatIsSet);

    private static readonly Reason Docker = new(
        "docker-candidates",
        Outcome.Fail,
        "The call server tells clients of an address of its container, which no other machine can reach.",
        "{failed}. RTCD runs in a container and knows only the address that it has in there.",
        SetInFile,
        SetInEnvironment,
        new NextStep("See that the container's media port is published for UDP and TCP.", "docker ps --format '{{.Names}}\\t{{.Ports}}' | grep {media}"),
        Restart,
        WhatIsSet);

    private static readonly Reason Loopback = new(
        "loopback-candidates",
        Outcome.Fail,
        "The call server tells clients of an address that means the client's own machine.",
        "{failed}.",
        SetInFile,
        SetInEnvironment,
        Restart,
        WhatIsSet);

    private static readonly Reason Unusable = new(
        "unusable-candidates",
        Outcome.Fail,
        "The call server tells clients of addresses that no machine can be reached at.",
        "{failed}.",
        SetInFile,
        SetInEnvironment,
        Restart,
        WhatIsSet);

    private static readonly Reason SomeAddressesFail = new(
        RtcdVersionReasons.SomeAddressesFail,
        Outcome.Warn,
        "Some of the call servers tell clients of addresses that cannot be reached.",
        "{failed}. The Calls plugin sends each new call to the least busy server, so some calls fail.",
        SetInFile,
        SetInEnvironment,
        Restart,
        WhatIsSet);

    public string Id => "rtcd-candidates";

    public string Title => "RTCD media addresses";

    public CheckGroup Group => CheckGroup.Media;

    public string Activity => "Looking at the addresses that RTCD tells clients";

    public IReadOnlyList<string> Covers { get; } = ["A2.1", "A2.3", "T2"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(
        PassedInside, PassedOneMachine, Private, Docker, Loopback, Unusable, SomeAddressesFail, AddressFindings.NotAsked);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-session"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        var sessions = (await media.ProbeAsync(cancellationToken)).Where(s => s.Result.Failure is null).ToList();
        return sessions.Count == 0
            ? where.Nothing(Id)
            : Judge(where, sessions, await site.FindAddressAsync(cancellationToken));
    }

    /// <param name="where">The RTCD.</param>
    /// <param name="sessions">Such as had candidates; at least one.</param>
    /// <param name="siteAddress">The public address at which people open Mattermost; null when it is not public, or not known.</param>
    public CheckResult Judge(RtcdWhere where, IReadOnlyList<SessionAtAddress> sessions, IPAddress? siteAddress)
    {
        var found = sessions.Select(s => (Session: s, At: Judge(s, siteAddress is not null))).ToList();
        var deciding = (found.Find(f => f.At.Reason.Outcome == Outcome.Fail) is { At: not null } failed ? failed : found[0]).Session;
        Dictionary<string, string> words = new()
        {
            ["public"] = SpecialAddress.Of(deciding.Address) is null
                ? $"RTCD is reached at the public address {deciding.Address}"
                : $"Mattermost is opened at the public address {siteAddress}",
            ["suggested"] = SpecialAddress.Of(deciding.Address) is null ? deciding.Address.ToString() : "ADDRESS_THAT_CLIENTS_REACH",
            ["media"] = deciding.Result.Candidates.Select(c => c.Candidate.Port).FirstOrDefault(8443).ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        var passed = found.Select(f => f.At.Reason).FirstOrDefault(r => r != Passed && r.Outcome == Outcome.Pass) ?? Passed;
        return new AddressFindings(where, [.. found.Select(f => f.At)]).ToResult(Id, passed, SomeAddressesFail, words) with
        {
            Subjects = [.. found.SelectMany(f => f.Session.Result.Candidates.Select(c => SubjectOf(c, f.Session, f.At, sessions.Count > 1)))],
            Inventory =
            [
                new Evidence(MediaAddresses, string.Join(", ", sessions
                    .SelectMany(s => s.Result.Candidates)
                    .Select(c => $"{PathJudgement.EndPointOf(c)} ({PathJudgement.Text(c.Transport)})")
                    .Distinct())),
            ],
        };
    }

    private static AtAddress Judge(SessionAtAddress session, bool isSitePublic)
    {
        var hosts = session.Result.Candidates.Where(c => c.Candidate.Type == IceCandidateType.Host).ToList();
        var family = hosts.Exists(IsIPv4) ? hosts.FindAll(IsIPv4) : hosts;

        // RTCD tells of its loopback address beside any other that it has.
        var counted = family.Exists(c => !IsLoopback(c)) ? family.FindAll(c => !IsLoopback(c)) : family;
        var seen = counted.Count == 0
            ? "RTCD tells clients of no address of its own"
            : $"RTCD tells clients {string.Join(", ", counted.DistinctBy(c => c.Candidate.Host).Select(Named))}";
        return new AtAddress(session.Address, ReasonOf(counted, session.Address, isSitePublic), seen);
    }

    private static Reason ReasonOf(List<CandidateResult> candidates, IPAddress api, bool isSitePublic)
    {
        var kinds = candidates.Select(AddressOf).OfType<IPAddress>().Select(SpecialAddress.Of).ToList();
        var apiKind = SpecialAddress.Of(api);
        var isPublic = apiKind is null || isSitePublic;
        var isOneMachine = apiKind?.Reach == Reach.SameMachine && !isPublic;
        return kinds switch
        {
            _ when kinds.Exists(kind => kind is null) => Passed,
            _ when kinds.Exists(kind => kind!.Reach == Reach.SameNetwork) => isPublic ? Private : PassedInside,
            _ when isOneMachine && kinds.Exists(kind => kind!.Reach == Reach.SameMachine) => PassedOneMachine,
            _ when kinds.Contains(SpecialAddress.Docker) => Docker,
            _ when kinds.Exists(kind => kind!.Reach == Reach.SameMachine) => Loopback,
            _ => Unusable,
        };
    }

    private static SubjectResult SubjectOf(CandidateResult c, SessionAtAddress session, AtAddress at, bool severalServers)
    {
        var name = $"{PathJudgement.Text(c.Transport)} {PathJudgement.EndPointOf(c)}{(severalServers ? $" of RTCD {session.Address}" : "")}";
        return c.Candidate.Type != IceCandidateType.Host
            ? new SubjectResult(name, Outcome.Pass, null, "an address as others see it, at a passing port")
            : new SubjectResult(name, at.Reason.Outcome, at.Reason.Code, KindOf(c));
    }

    private static string Named(CandidateResult c) => $"{SafeText.From(c.Candidate.Host, 80)}, {KindOf(c)}";

    private static string KindOf(CandidateResult c) => AddressOf(c) is not { } address ? "a name, not an address"
        : SpecialAddress.Of(address) is { } kind ? $"{kind.Name} ({kind.Source})"
        : "a public address";

    private static IPAddress? AddressOf(CandidateResult c) => c.Address ?? c.Candidate.Address;

    private static bool IsLoopback(CandidateResult c) => AddressOf(c) is { } address && IPAddress.IsLoopback(address);

    private static bool IsIPv4(CandidateResult c) => c.Family == AddressFamily.InterNetwork;
}
