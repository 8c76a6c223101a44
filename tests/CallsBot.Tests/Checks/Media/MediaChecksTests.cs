using System.Net;
using System.Text.RegularExpressions;
using CallsBot.Checks;
using CallsBot.Checks.Media;
using CallsBot.Probes.Media;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Sdp;
using static CallsBot.Tests.Checks.Media.SomeSession;

namespace CallsBot.Tests.Checks.Media;

/// <summary>The checks of the session, its addresses, its encryption and its end, over sessions made by hand.</summary>
public sealed partial class MediaChecksTests
{
    private const string Api = "10.0.0.5";
    private const string PublicApi = "8.8.8.8";

    private static readonly CandidateResult Works = Udp(Api, CandidateState.Answered);

    private static readonly RtcdSessionCheck Session = new(null!, null!);
    private static readonly RtcdCandidatesCheck Candidates = new(null!, null!, null!);
    private static readonly MediaDtlsCheck Dtls = new(null!, null!);
    private static readonly MediaSessionEndCheck End = new(null!, null!, null!);

    private static readonly Dictionary<string, (ICheck Check, Func<CheckResult> Judge, string Code)> Cases = new()
    {
        ["a session"] = (Session, () => Session.Judge(Where(), [At(Api, Works)]), "pass"),
        ["no answer"] = (Session, () => Session.Judge(Where(), [Failed(MediaProbeFailure.NoAnswer)]), "no-answer"),
        ["closed"] = (Session, () => Session.Judge(Where(), [Failed(MediaProbeFailure.SessionClosed)]), "session-closed"),
        ["lost"] = (Session, () => Session.Judge(Where(), [Failed(MediaProbeFailure.SignallingLost, "Closed with 1006 `x`\n")]), "signalling-lost"),
        ["unreadable"] = (Session, () => Session.Judge(Where(), [Failed(MediaProbeFailure.UnreadableAnswer)]), "unreadable-answer"),
        ["no candidates"] = (Session, () => Session.Judge(Where(), [Failed(MediaProbeFailure.NoCandidates)]), "no-candidates"),
        ["one of two"] = (
            Session, () => Session.Judge(Where(), [At(Api, Works), Failed(MediaProbeFailure.NoAnswer, api: "10.0.0.6")]), "some-addresses-fail"),

        // Where RTCD and Mattermost are inside, private addresses may be right; where one of them is public they cannot be.
        ["public"] = (Candidates, () => Judge(PublicApi, "8.8.4.4"), "pass"),
        ["public, RTCD inside"] = (Candidates, () => Judge(Api, "8.8.4.4"), "pass"),
        ["public beside private"] = (Candidates, () => Judge(PublicApi, "172.17.0.2", "10.0.0.5", "8.8.4.4"), "pass"),
        ["private, all inside"] = (Candidates, () => Judge(Api, Api), "candidates-inside"),
        ["private, RTCD public"] = (Candidates, () => Judge(PublicApi, Api), "private-candidates"),
        ["private, Mattermost public"] = (Candidates, () => JudgeWithSite(Api, "8.8.8.8", Api), "private-candidates"),
        ["private, RTCD on this machine, Mattermost public"] = (Candidates, () => JudgeWithSite("127.0.0.1", "8.8.8.8", Api), "private-candidates"),
        ["shared, RTCD public"] = (Candidates, () => Judge(PublicApi, "100.64.0.5"), "private-candidates"),
        ["ULA, RTCD public"] = (Candidates, () => Judge("2001:4860:4860::8888", "fd00::5"), "private-candidates"),
        ["private IPv4 beside public IPv6, RTCD public"] = (Candidates, () => Judge(PublicApi, Api, "2001:4860:4860::8888"), "private-candidates"),
        ["Docker's, RTCD inside"] = (Candidates, () => Judge(Api, "172.17.0.2"), "docker-candidates"),
        ["Docker's, RTCD public"] = (Candidates, () => Judge(PublicApi, "172.17.0.2", "127.0.0.1"), "docker-candidates"),
        ["Docker's, RTCD there too"] = (Candidates, () => Judge("172.17.0.2", "172.17.0.2"), "candidates-one-machine"),
        ["Docker's, RTCD there too, Mattermost public"] = (Candidates, () => JudgeWithSite("172.17.0.2", "8.8.8.8", "172.17.0.2"), "docker-candidates"),
        ["Docker's beside private"] = (Candidates, () => Judge(Api, "172.17.0.2", Api), "candidates-inside"),
        ["another bridge's, RTCD inside"] = (Candidates, () => Judge(Api, "172.18.0.2"), "candidates-inside"),
        ["loopback alone"] = (Candidates, () => Judge(Api, "127.0.0.1"), "loopback-candidates"),
        ["loopback alone, RTCD there too"] = (Candidates, () => Judge("127.0.0.1", "127.0.0.1"), "candidates-one-machine"),
        ["loopback beside private"] = (Candidates, () => Judge(Api, "127.0.0.1", Api), "candidates-inside"),
        ["documentation"] = (Candidates, () => Judge(Api, "203.0.113.5", "127.0.0.1"), "unusable-candidates"),
        ["benchmark"] = (Candidates, () => Judge(PublicApi, "198.18.0.1"), "unusable-candidates"),
        ["link-local"] = (Candidates, () => Judge(Api, "169.254.3.4"), "unusable-candidates"),
        ["multicast"] = (Candidates, () => Judge(Api, "224.0.0.5"), "unusable-candidates"),
        ["a name"] = (Candidates, () => Judge(Api, "rtcd.local"), "unusable-candidates"),
        ["a public reflexive one beside Docker's"] = (
            Candidates,
            () => Candidates.Judge(
                Where(), [At(PublicApi, Udp("172.17.0.2", CandidateState.Silent), Reflexive("8.8.4.4"))], siteAddress: null),
            "docker-candidates"),
        ["one of two RTCDs"] = (
            Candidates,
            () => Candidates.Judge(
                Where(), [At(PublicApi, Udp("8.8.4.4", CandidateState.Answered)), At("8.8.8.9", Udp(Api, CandidateState.Silent))], siteAddress: null),
            "some-addresses-fail"),

        ["encrypted"] = (Dtls, () => Shook(DtlsOutcome.Completed), "pass"),
        ["no path"] = (Dtls, () => Dtls.Judge(Where(), [At(Api, Udp(Api, CandidateState.Silent))]), "no-path"),
        ["not come to"] = (Dtls, () => Dtls.Judge(Where(), [At(Api, Works)]), "handshake-not-reached"),
        ["not sent"] = (Dtls, () => Shook(DtlsOutcome.SendFailed), "handshake-not-reached"),
        ["silent"] = (Dtls, () => Shook(DtlsOutcome.Silent), "dtls-silent"),
        ["stalled"] = (Dtls, () => Shook(DtlsOutcome.Stalled), "dtls-stalled"),
        ["alert"] = (Dtls, () => Shook(DtlsOutcome.AlertReceived), "dtls-refused"),
        ["nothing to agree to"] = (Dtls, () => Shook(DtlsOutcome.Failed), "dtls-refused"),
        ["another's certificate"] = (Dtls, () => Shook(DtlsOutcome.FingerprintMismatch), "dtls-fingerprint"),
        ["with one of two"] = (
            Dtls,
            () => Dtls.Judge(Where(), [At(Api, With(DtlsOutcome.Completed)), At("10.0.0.6", With(DtlsOutcome.Silent))]),
            "some-addresses-fail"),

        ["ended"] = (End, () => Ended(closeReceived: true, isLeft: false), "pass"),
        ["ended, RTCD before v1.0.0"] = (End, () => Ended(closeReceived: true, isLeft: null), "pass"),
        ["ended late"] = (End, () => Ended(closeReceived: false, isLeft: false), "pass"),
        ["left"] = (End, () => Ended(closeReceived: true, isLeft: true), "session-left"),
        ["left, unconfirmed"] = (End, () => Ended(closeReceived: false, isLeft: true), "session-left"),
        ["unconfirmed"] = (End, () => Ended(closeReceived: false, isLeft: null), "close-not-confirmed"),
        ["not joined"] = (End, () => End.Judge(Where(), [(Failed(MediaProbeFailure.SignallingLost), null)]), "not-joined"),
        ["left at one of two"] = (
            End, () => End.Judge(Where(), [(At(Api, Works), false), (At("10.0.0.6", Works), true)]), "session-left"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_case_ends_in_its_own_reason_code_with_words_to_act_on(string name)
    {
        var (check, judge, code) = Cases[name];

        var result = judge();

        (result.ReasonCode ?? "pass").ShouldBe(code, result.Detail);
        result.Outcome.ShouldBe(code == "pass" ? Outcome.Pass : check.ReasonCodes[code]);
        if (result.Outcome != Outcome.Pass)
        {
            result.NextSteps.ShouldNotBeEmpty();
        }

        var texts = new[] { result.Summary, result.Detail! }
            .Concat(result.NextSteps.SelectMany(s => new[] { s.Text, s.Command ?? "" }))
            .Concat(result.Subjects.SelectMany(s => new[] { s.Subject, s.Seen }))
            .ToList();
        texts.ShouldAllBe(t => !Placeholder().IsMatch(t) && !t.Contains("  ", StringComparison.Ordinal) && !t.Contains("..", StringComparison.Ordinal));
        texts.ShouldAllBe(t => !t.Contains("the-session", StringComparison.Ordinal));
        foreach (var place in new[] { "10.0.0", "8.8.8", "172.17", "8443", "rtcd.test" })
        {
            result.Summary.ShouldNotContain(place);
        }
    }

    [Fact]
    public void Every_reason_code_has_a_case()
    {
        foreach (var check in new ICheck[] { Session, Candidates, Dtls, End })
        {
            check.ReasonCodes.Keys.Where(code => code is not (CheckSchedule.CheckFailed or "not-asked"))
                .Except(Cases.Values.Where(c => c.Check == check).Select(c => c.Code)).ShouldBeEmpty(check.Id);
        }
    }

    [Fact]
    public void The_override_to_set_is_written_out_where_the_public_address_is_known()
    {
        var steps = Judge(PublicApi, "172.17.0.2").NextSteps.Select(s => s.Command).ToList();

        steps.ShouldContain("ice_host_override = \"8.8.8.8\"");
        steps.ShouldContain("RTCD_RTC_ICEHOSTOVERRIDE=8.8.8.8");
        steps.ShouldContain("sudo systemctl restart rtcd");
        Judge(Api, "172.17.0.2").NextSteps.Select(s => s.Command).ShouldContain("ice_host_override = \"ADDRESS_THAT_CLIENTS_REACH\"");
    }

    [Fact]
    public void The_address_is_named_with_what_it_is_and_where_that_stands()
    {
        Judge(PublicApi, "10.0.0.5").Detail.ShouldNotBeNull()
            .ShouldContain("RTCD tells clients 10.0.0.5, a private address (RFC 1918). RTCD is reached at the public address 8.8.8.8");
        JudgeWithSite(Api, "8.8.4.4", "10.0.0.5").Detail.ShouldNotBeNull().ShouldContain("Mattermost is opened at the public address 8.8.4.4");
        Judge(Api, "10.0.0.5").Detail.ShouldNotBeNull().ShouldContain("If some come from the internet, set ice_host_override");
    }

    [Theory]
    [InlineData(DtlsOutcome.Silent, true)]
    [InlineData(DtlsOutcome.Stalled, true)]
    [InlineData(DtlsOutcome.AlertReceived, false)]
    [InlineData(DtlsOutcome.FingerprintMismatch, false)]
    internal void What_was_concluded_from_silence_says_so(DtlsOutcome outcome, bool inferred)
    {
        Shook(outcome).IsInferred.ShouldBe(inferred);
    }

    [GeneratedRegex(@"\{[a-z]+\}")]
    private static partial Regex Placeholder();

    private static SessionAtAddress Failed(MediaProbeFailure failure, string? detail = null, string api = Api) =>
        At(api, new MediaProbeResult { CallId = "the-call", SessionId = "the-session", Failure = failure, Detail = detail });

    private static CheckResult Judge(string api, params string[] hosts) => JudgeWithSite(api, null, hosts);

    private static CheckResult JudgeWithSite(string api, string? site, params string[] hosts) => Candidates.Judge(
        Where(), [At(api, [.. hosts.Select(host => Udp(host, CandidateState.Silent))])], site is null ? null : IPAddress.Parse(site));

    private static CandidateResult Reflexive(string host)
    {
        var made = Udp(host, CandidateState.Silent);
        return made with { Candidate = made.Candidate with { Type = IceCandidateType.ServerReflexive } };
    }

    private static MediaProbeResult With(DtlsOutcome outcome) => new()
    {
        CallId = "the-call",
        SessionId = "the-session",
        Candidates = [Works],
        CloseReceived = true,
        Dtls = new DtlsProbeResult(
            Works, new DtlsResult(outcome, TimeSpan.FromMilliseconds(40)) { Alert = "handshake_failure", LastHeard = "ClientHello", CipherSuite = "TLS_X" }, PeerSentData: true),
    };

    private static CheckResult Shook(DtlsOutcome outcome) => Dtls.Judge(Where(), [At(Api, With(outcome))]);

    private static CheckResult Ended(bool closeReceived, bool? isLeft) => End.Judge(
        Where(), [(At(Api, With(DtlsOutcome.Completed) with { CloseReceived = closeReceived }), isLeft)]);
}
