using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using CallsBot.Checks;
using CallsBot.Checks.Media;
using CallsBot.Probes.Media;
using CallsBot.Protocols.Sdp;
using static CallsBot.Tests.Checks.Media.SomeSession;

namespace CallsBot.Tests.Checks.Media;

public sealed partial class MediaPathCheckTests
{
    private const string Api = "10.0.0.5";

    private static readonly CandidateResult UdpWorks = Udp(Api, CandidateState.Answered);
    private static readonly CandidateResult UdpSilent = Udp(Api, CandidateState.Silent);
    private static readonly CandidateResult TcpWorks = Tcp(Api, CandidateState.Answered);

    /// <summary>What the candidates show, and what the four checks make of it: UDP and TCP over IPv4, then over IPv6.</summary>
    private static readonly Dictionary<string, (SessionAtAddress[] Sessions, string Codes)> Cases = new()
    {
        ["all work"] = ([At(Api, UdpWorks, TcpWorks)], "pass pass no-candidate no-candidate"),
        ["UDP silent, TCP works"] = ([At(Api, UdpSilent, TcpWorks)], "blocked pass no-candidate no-candidate"),
        ["UDP refused"] = ([At(Api, Udp(Api, CandidateState.Refused), TcpWorks)], "nothing-listens pass no-candidate no-candidate"),
        ["UDP answered by another"] = ([At(Api, Udp(Api, CandidateState.Unverified), TcpWorks)], "another-answers pass no-candidate no-candidate"),
        ["UDP answered with errors"] = ([At(Api, Udp(Api, CandidateState.Rejected), TcpWorks)], "another-answers pass no-candidate no-candidate"),
        ["no way to the host"] = ([At(Api, Udp(Api, CandidateState.Unreachable), Tcp(Api, CandidateState.Unreachable))], "unreachable unreachable no-candidate no-candidate"),
        ["no route from here"] = (
            [At(Api, Udp(Api, CandidateState.Unreachable) with { SocketError = SocketError.NetworkUnreachable }, TcpWorks)],
            "no-route-from-here pass no-candidate no-candidate"),
        ["own firewall"] = (
            [At(Api, Udp(Api, CandidateState.Unreachable) with { SocketError = SocketError.AccessDenied }, TcpWorks)],
            "no-route-from-here pass no-candidate no-candidate"),
        ["TCP refused, UDP works"] = ([At(Api, UdpWorks, Tcp(Api, CandidateState.Refused))], "pass fallback-fails no-candidate no-candidate"),
        ["TCP without a reply, UDP works"] = ([At(Api, UdpWorks, Tcp(Api, CandidateState.ConnectTimeout))], "pass fallback-fails no-candidate no-candidate"),
        ["TCP closed, UDP works"] = ([At(Api, UdpWorks, Tcp(Api, CandidateState.Closed))], "pass fallback-fails no-candidate no-candidate"),
        ["nothing works"] = ([At(Api, UdpSilent, Tcp(Api, CandidateState.ConnectTimeout))], "blocked blocked no-candidate no-candidate"),
        ["TCP closed, UDP silent"] = ([At(Api, UdpSilent, Tcp(Api, CandidateState.Closed))], "blocked closed-without-answer no-candidate no-candidate"),
        ["TCP refused, UDP silent"] = ([At(Api, UdpSilent, Tcp(Api, CandidateState.Refused))], "blocked connection-refused no-candidate no-candidate"),

        // Silence without a sign of life is no proof.
        ["UDP silent, and no sign of life"] = (
            [At(Api, new MediaProbeResult { CallId = "c", SessionId = "s", Candidates = [UdpSilent] })], "not-told no-candidate no-candidate no-candidate"),
        ["UDP silent, and the session ended meanwhile"] = (
            [At(Api, new MediaProbeResult { CallId = "c", SessionId = "s", Candidates = [UdpSilent], CloseReceived = true, EndedEarly = true })],
            "not-told no-candidate no-candidate no-candidate"),
        ["UDP silent after few packets"] = ([At(Api, Udp(Api, CandidateState.Silent, sent: 6), TcpWorks)], "not-told pass no-candidate no-candidate"),
        ["UDP silent, TCP connects and is silent"] = ([At(Api, UdpSilent, Tcp(Api, CandidateState.Silent))], "blocked blocked no-candidate no-candidate"),

        // RTCD's own packets.
        ["they come when it is told to send"] = (
            [At(Api, UdpSilent with { ServerRequests = 2, ServerWasTold = true })], "one-way no-candidate no-candidate no-candidate"),
        ["they come by themselves"] = ([At(Api, UdpSilent with { ServerRequests = 2 })], "answers-lost no-candidate no-candidate no-candidate"),

        // Loss.
        ["one packet lost"] = ([At(Api, UdpWorks with { Received = 6, Lost = 1 }, TcpWorks)], "packets-lost pass no-candidate no-candidate"),
        ["half the packets lost"] = ([At(Api, UdpWorks with { Received = 4, Lost = 4 }, TcpWorks)], "most-packets-lost pass no-candidate no-candidate"),
        ["most packets lost over TCP"] = ([At(Api, UdpWorks, TcpWorks with { Received = 1, Lost = 2 })], "pass fallback-fails no-candidate no-candidate"),

        // IPv6 beside IPv4.
        ["IPv6 fails beside IPv4"] = (
            [At(Api, UdpWorks, TcpWorks, Udp("fd00::5", CandidateState.Silent), Tcp("fd00::5", CandidateState.Refused))],
            "pass pass fallback-fails fallback-fails"),
        ["IPv6 alone fails"] = ([At(Api, Udp("fd00::5", CandidateState.Silent))], "no-candidate no-candidate blocked no-candidate"),
        ["IPv6 works, IPv4 does not"] = (
            [At(Api, UdpSilent, Udp("fd00::5", CandidateState.Answered))], "blocked no-candidate pass no-candidate"),

        // Addresses that are not to be reached from here.
        ["a private one, RTCD at a public one"] = ([At("8.8.8.8", UdpSilent)], "not-told no-candidate no-candidate no-candidate"),
        ["a private one, refused, RTCD at a public one"] = (
            [At("8.8.8.8", Udp("10.0.0.5", CandidateState.Refused))], "not-told no-candidate no-candidate no-candidate"),
        ["Docker's"] = ([At(Api, Udp("172.17.0.2", CandidateState.Silent))], "not-told no-candidate no-candidate no-candidate"),
        ["Docker's, and RTCD there too"] = ([At("172.17.0.2", Udp("172.17.0.2", CandidateState.Silent))], "blocked no-candidate no-candidate no-candidate"),
        ["a public one, RTCD inside"] = ([At(Api, Udp("8.8.8.8", CandidateState.Silent))], "blocked no-candidate no-candidate no-candidate"),
        ["one that works beside Docker's"] = (
            [At(Api, UdpWorks, Udp("172.17.0.2", CandidateState.Silent))], "pass no-candidate no-candidate no-candidate"),
        ["one that fails beside Docker's"] = (
            [At(Api, UdpSilent, Udp("172.17.0.2", CandidateState.Refused))], "blocked no-candidate no-candidate no-candidate"),
        ["refused by policy"] = ([At(Api, Udp("127.0.0.1", CandidateState.NotTried))], "address-refused no-candidate no-candidate no-candidate"),
        ["a name"] = (
            [At(Api, Udp("rtcd.local", CandidateState.NotTried) with { NotTried = NotTriedReason.HostName })], "not-told no-candidate no-candidate no-candidate"),
        ["a reflexive one alone"] = (
            [At(Api, UdpSilent with { Candidate = UdpSilent.Candidate with { Type = IceCandidateType.ServerReflexive } })],
            "not-told no-candidate no-candidate no-candidate"),

        // Several RTCDs.
        ["one of two fails"] = (
            [At(Api, UdpWorks), At("10.0.0.6", Udp("10.0.0.6", CandidateState.Silent), Tcp("10.0.0.6", CandidateState.Answered))],
            "some-addresses-fail pass no-candidate no-candidate"),
        ["two fail"] = (
            [At(Api, UdpSilent), At("10.0.0.6", Udp("10.0.0.6", CandidateState.Refused))], "nothing-listens no-candidate no-candidate no-candidate"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_path_gets_the_verdict_that_the_evidence_carries(string name)
    {
        var (sessions, codes) = Cases[name];

        var results = Checks().Select(check => check.Judge(Where(), sessions)).ToList();

        string.Join(' ', results.Select(r => r.ReasonCode ?? "pass")).ShouldBe(codes);
        foreach (var result in results)
        {
            if (result.ReasonCode is { } code)
            {
                result.Outcome.ShouldBe(Checks().Single(c => c.Id == result.CheckId).ReasonCodes[code], result.ReasonCode);
                result.NextSteps.ShouldNotBeEmpty();
            }

            var texts = new[] { result.Summary, result.Detail! }
                .Concat(result.NextSteps.SelectMany(s => new[] { s.Text, s.Command ?? "" }))
                .Concat(result.Subjects.SelectMany(s => new[] { s.Subject, s.Seen }))
                .ToList();
            texts.ShouldAllBe(t => !Placeholder().IsMatch(t) && !t.Contains("  ", StringComparison.Ordinal) && !t.Contains("..", StringComparison.Ordinal));
            result.Summary.ShouldNotContain("10.0.0");
            result.Summary.ShouldNotContain("8443");
        }
    }

    [Fact]
    public void Every_reason_code_has_a_case()
    {
        var had = Cases.Values.SelectMany(c => c.Codes.Split(' ')).ToHashSet();

        foreach (var check in Checks())
        {
            check.ReasonCodes.Keys.Where(code => code is not (CheckSchedule.CheckFailed or "not-asked")).Except(had).ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("UDP silent, TCP works", true)]
    [InlineData("they come when it is told to send", true)]
    [InlineData("UDP refused", false)]
    [InlineData("UDP answered by another", false)]
    [InlineData("half the packets lost", false)]
    [InlineData("all work", false)]
    public void What_was_concluded_from_silence_says_so(string name, bool inferred)
    {
        Checks()[0].Judge(Where(), Cases[name].Sessions).IsInferred.ShouldBe(inferred);
    }

    [Fact]
    public void A_pass_tells_the_round_trip_and_how_rtcd_sees_us()
    {
        var session = At(Api, UdpWorks with { MappedAddress = new IPEndPoint(IPAddress.Parse("198.51.100.7"), 40000) });

        Checks()[0].Judge(Where(), [session]).Detail.ShouldBe(
            "rtcd.test:8045 (10.0.0.5): UDP to 10.0.0.5:8443: 7 of 7 packets answered, round trip 4 ms (95 % within 7 ms); RTCD sees this machine as 198.51.100.7.");
    }

    [Fact]
    public void Loss_is_told_in_packets()
    {
        Checks()[0].Judge(Where(), [At(Api, UdpWorks with { Received = 4, Lost = 2 })]).Detail.ShouldNotBeNull().ShouldContain("4 of 6 packets answered");
    }

    [Fact]
    public void What_users_notice_depends_on_what_else_works()
    {
        string Detail(params CandidateResult[] candidates) => Checks()[0].Judge(Where(), [At(Api, candidates)]).Detail!;

        Detail(UdpSilent, TcpWorks).ShouldContain("Over TCP it works: calls connect");
        Detail(UdpSilent, Tcp(Api, CandidateState.Refused)).ShouldContain("calls do not connect");
        Detail(UdpSilent, Udp("fd00::5", CandidateState.Answered)).ShouldContain("Over the other family it works");
    }

    [Fact]
    public void An_address_other_than_rtcds_own_that_no_way_leads_to_is_pointed_at()
    {
        string Detail(params CandidateResult[] candidates) => Checks()[0].Judge(Where(), [At(Api, candidates)]).Detail!;

        Detail(Udp("10.0.0.9", CandidateState.Silent)).ShouldContain("RTCD is reached at 10.0.0.5 and tells clients 10.0.0.9");
        Detail(Udp("10.0.0.9", CandidateState.Silent), Tcp("10.0.0.9", CandidateState.Answered)).ShouldNotContain("tells clients 10.0.0.9");
        Detail(UdpSilent).ShouldNotContain("tells clients");
    }

    [Fact]
    public void Each_candidate_is_a_subject_and_one_that_fails_beside_one_that_works_is_no_fault()
    {
        var result = Checks()[0].Judge(Where(), [At(Api, UdpWorks, Udp("172.17.0.2", CandidateState.Silent), TcpWorks)]);

        result.Subjects.Select(s => (s.Subject, s.Outcome)).ShouldBe(
            [("UDP 10.0.0.5:8443", Outcome.Pass), ("UDP 172.17.0.2:8443", Outcome.Inconclusive)]);
    }

    [Fact]
    public void Commands_are_for_the_media_port_and_the_transport()
    {
        Checks()[0].Judge(Where(), [At(Api, UdpSilent, TcpWorks)]).NextSteps.Select(s => s.Command ?? "").ShouldContain(c => c.Contains("sudo ufw allow 8443/udp"));
        Checks()[1].Judge(Where(), [At(Api, UdpSilent, Tcp(Api, CandidateState.ConnectTimeout))]).NextSteps.Select(s => s.Command)
            .ShouldContain("nc -vz -w 3 '10.0.0.5' 8443");
        Checks()[2].Judge(Where(), [At(Api, Udp("fd00::5", CandidateState.Silent))]).NextSteps.Select(s => s.Command ?? "")
            .ShouldContain(c => c.Contains("ip6tables -I INPUT -p udp --dport 8443"));
    }

    [GeneratedRegex(@"\{[a-z]+\}")]
    private static partial Regex Placeholder();

    private static MediaPathCheck[] Checks() =>
    [
        Check(IceTransport.Udp, AddressFamily.InterNetwork), Check(IceTransport.Tcp, AddressFamily.InterNetwork),
        Check(IceTransport.Udp, AddressFamily.InterNetworkV6), Check(IceTransport.Tcp, AddressFamily.InterNetworkV6),
    ];

    /// <summary>What it asks is never needed: it judges what it is given.</summary>
    private static MediaPathCheck Check(IceTransport transport, AddressFamily family) => new(null!, null!, transport, family);
}
