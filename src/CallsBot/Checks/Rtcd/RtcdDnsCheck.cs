using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CallsBot.Probes;

namespace CallsBot.Checks.Rtcd;

/// <summary>
/// Has RTCD's name addresses that can be used, and does a second name server, if one is configured, say the same?
/// </summary>
internal sealed class RtcdDnsCheck(RtcdSurvey survey, SecondResolver second) : ICheck
{
    private static readonly NextStep LookUp = new("On a Mattermost server, look the name up.", "getent ahosts '{host}'");

    private static readonly NextStep AskBoth = new(
        "Ask the second name server yourself, and the one that the Mattermost servers use.", "dig +short '{host}' A @{server}; dig +short '{host}' A");

    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The name of the call server resolves.", "{host} is {addresses}.");

    private static readonly Reason PassedAddress = new(
        "no-name", Outcome.Pass, "The call server is addressed without a name, so there is none to look up.", "The URL {source} holds the address {host}.");

    private static readonly Reason NameNotFound = RtcdVersionReasons.All[RtcdVersionReasons.NameNotFound];

    private static readonly Reason NameServiceFailed = new(
        "name-service-failed",
        Outcome.Fail,
        "The name service does not answer, so the call server cannot be found.",
        "The name service of the machine that CallsBot runs on has no answer for {host}: {seen}",
        new NextStep("On that machine, see which name servers it asks and whether they answer.", "cat /etc/resolv.conf; getent ahosts '{host}'"),
        new NextStep("On a Mattermost server, look the name up. If it is found there, only CallsBot's machine is cut off.", "getent ahostsv4 '{host}'"));

    private static readonly Reason KnownElsewhereOnly = new(
        "known-elsewhere-only",
        Outcome.Fail,
        "The bot's name service does not know the call server, another one does.",
        "The system's name service says for {host}: {seen} The second name server {server} says {other}.",
        LookUp,
        AskBoth,
        new NextStep("Have the name added to the name service that the Mattermost servers use, or let them use the other one."));

    private static readonly Reason AddressRefused = RtcdVersionReasons.All[RtcdVersionReasons.AddressRefused];

    private static readonly Reason SomeAddressesRefused = new(
        "some-addresses-refused",
        Outcome.Warn,
        "The call server's name also leads to an address where no call server can be.",
        "{host} is {addresses}. Nothing was sent to: {refused}. The Calls plugin tries every IPv4 address and does not start while one of them fails.",
        LookUp,
        new NextStep("Take the wrong address out of the name service."));

    private static readonly Reason NoIPv4Address = new(
        RtcdVersionReasons.NoIPv4Address,
        Outcome.Warn,
        "The call server has no IPv4 address, and the Calls plugin uses no other.",
        "{host} is {addresses}. The Calls plugin looks for IPv4 addresses only.",
        new NextStep("Give the name an IPv4 address, and check on a Mattermost server that it has one.", "getent ahostsv4 '{host}'"));

    private static readonly Reason ResolversDiffer = new(
        "resolvers-differ",
        Outcome.Warn,
        "Two name services give different addresses for the call server.",
        "The system's name service says {host} is {addresses}; the second name server {server} says {other}. Where the name stands in ice_host_override, RTCD resolves it with its own name service: clients then get that address.",
        AskBoth,
        new NextStep("If one of the two is out of date, correct it. If both are right, because inside and outside differ, write an address instead of the name into ice_host_override."));

    public string Id => "rtcd-dns";

    public string Title => "RTCD name";

    public CheckGroup Group => CheckGroup.Rtcd;

    public string Activity => "Looking up RTCD's name";

    public IReadOnlyList<string> Covers { get; } = ["A3.1"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(
        PassedAddress, NameNotFound, NameServiceFailed, KnownElsewhereOnly, AddressRefused, SomeAddressesRefused, NoIPv4Address, ResolversDiffer);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-target"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        if (where.Target is not { } target)
        {
            return where.ToResult(Id);
        }

        var replies = survey.AskAsync(cancellationToken);
        var other = target.Address is null && second.Server is { } server && IsQualified(target.Host)
            ? await second.LookUpAsync(server, target.Host, cancellationToken)
            : null;
        return Judge(where, target, (await replies)!.Resolved, other);
    }

    private CheckResult Judge(RtcdWhere where, ProbeTarget target, ResolvedTarget resolved, SecondAnswer? other)
    {
        var refused = resolved.Addresses.Where(a => a.Refusal is not null).Select(a => $"{a.Address}, {a.Refusal}").ToList();
        var usable = resolved.Addresses.Where(a => a.Refusal is null).Select(a => a.Address).ToList();
        var words = where.Words();
        words["seen"] = resolved.Problem ?? string.Join("; ", refused.Select(r => $"this is {r}, and nothing was sent to it"));
        words["addresses"] = Text(resolved.Addresses.Select(a => a.Address));
        words["refused"] = string.Join("; ", refused);
        words["server"] = other?.Server.Address.ToString() ?? "";
        words["other"] = other is null ? "" : other.Addresses.Count == 0 ? "that it has no addresses" : $"it is {Text(other.Addresses)}";

        var reason = resolved switch
        {
            { Problem: not null } when other is { Addresses.Count: > 0 } => KnownElsewhereOnly,
            { NameServiceFailed: true } => NameServiceFailed,
            { Problem: not null } => NameNotFound,
            _ when usable.Count == 0 => AddressRefused,
            _ when refused.Count > 0 => SomeAddressesRefused,
            _ when !usable.Exists(IsIPv4) => NoIPv4Address,
            _ when other is { Problem: null } && !Same(usable, other.Addresses) => ResolversDiffer,
            _ => target.Address is null ? Passed : PassedAddress,
        };
        return reason.ToResult(Id, words, [.. EvidenceOf(where, resolved, other)]) with
        {
            Subjects = [.. resolved.Addresses.Select(SubjectOf), .. SubjectsOf(other, usable)],
            Inventory = usable.Count == 0 ? [] : [new Evidence("RTCD addresses", Text(usable))],
        };
    }

    private static SubjectResult SubjectOf(CheckedAddress address) => address.Refusal is { } refusal
        ? new SubjectResult(address.Address.ToString(), Outcome.Fail, RtcdVersionReasons.AddressRefused, $"this is {refusal}, and nothing was sent to it")
        : new SubjectResult(address.Address.ToString(), Outcome.Pass, null, "an address of the name");

    private static IEnumerable<SubjectResult> SubjectsOf(SecondAnswer? other, List<IPAddress> usable)
    {
        if (other is null)
        {
            yield break;
        }

        var name = $"second name server {other.Server}";
        yield return other.Problem is { } problem ? new SubjectResult(name, Outcome.Inconclusive, "second-resolver-silent", problem)
            : Same(usable, other.Addresses) ? new SubjectResult(name, Outcome.Pass, null, "it gives the same addresses")
            : new SubjectResult(
                name, Outcome.Warn, ResolversDiffer.Code, other.Addresses.Count == 0 ? "it knows no addresses" : $"it says {Text(other.Addresses)}");
    }

    private static IEnumerable<Evidence> EvidenceOf(RtcdWhere where, ResolvedTarget resolved, SecondAnswer? other)
    {
        yield return new Evidence("URL", $"{where.Target} {where.Source}");
        yield return new Evidence(
            "Name service",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{resolved.Problem ?? Text(resolved.Addresses.Select(a => a.Address))} ({resolved.Duration.TotalMilliseconds:0} ms)"));
        if (other is not null)
        {
            yield return new Evidence(
                $"Name server {other.Server}", other.Problem ?? (other.Addresses.Count == 0 ? "no addresses" : Text(other.Addresses)));
        }
    }

    /// <summary>The plugin uses IPv4 only, and a machine without IPv6 may not be told of such addresses: they count where there are no others.</summary>
    private static bool Same(List<IPAddress> here, IReadOnlyList<IPAddress> there)
    {
        var isIPv4 = here.Exists(IsIPv4) || there.Any(IsIPv4);
        return here.Where(a => IsIPv4(a) == isIPv4).ToHashSet().SetEquals(there.Where(a => IsIPv4(a) == isIPv4));
    }

    /// <summary>A name without a dot is completed by the system's resolver with a domain that the second one is not told of.</summary>
    private static bool IsQualified(string host) => host.TrimEnd('.').Contains('.', StringComparison.Ordinal);

    private static bool IsIPv4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork;

    private static string Text(IEnumerable<IPAddress> addresses) => string.Join(", ", addresses);
}
