using System.Net;
using System.Text;
using CallsBot.Checks;
using CallsBot.Checks.Rtcd;
using CallsBot.Probes;
using CallsBot.Tests.Probes;

namespace CallsBot.Tests.Checks.Rtcd;

public sealed class RtcdChecksTests
{
    private static readonly string[] OnOneAnswer = ["rtcd-target", "rtcd-dns", "rtcd-tcp", "rtcd-tls", "rtcd-version", "rtcd-clock"];

    [Fact]
    public async Task What_one_answer_tells_is_asked_of_each_address_once()
    {
        var first = new Rtcd();
        var second = new Rtcd();
        await using var one = first.Start();
        await using var other = second.Start("127.0.0.2", one.Port);

        var results = await new RtcdRun
        {
            Url = one.Url(host: "localhost"),
            Resolve = RtcdProbing.Resolving("127.0.0.1", "127.0.0.2"),
        }.RunAllAsync(OnOneAnswer);

        results.Select(r => r.CheckId).ShouldBe(OnOneAnswer, ignoreOrder: true);
        results.Where(r => r.CheckId is not "rtcd-clock").ShouldAllBe(r => r.Outcome == Outcome.Pass);
        (one.Connections, other.Connections).ShouldBe((1, 1));
        first.Requests.ShouldHaveSingleItem().ShouldStartWith("GET /version ");
        results.Single(r => r.CheckId == "rtcd-tcp").Subjects.Select(s => s.Subject)
            .ShouldBe([$"127.0.0.1:{one.Port}", $"127.0.0.2:{one.Port}"]);
    }

    [Fact]
    public async Task A_name_that_is_resolved_once_for_all_checks_cannot_lead_a_later_one_elsewhere()
    {
        await using var rtcd = new Rtcd().Start();
        await using var victim = new Rtcd().Start("127.0.0.2", rtcd.Port);
        var asked = 0;

        var results = await new RtcdRun
        {
            Url = rtcd.Url(host: "localhost"),
            Resolve = (_, _) => Task.FromResult(new[] { IPAddress.Parse(++asked == 1 ? "127.0.0.1" : "127.0.0.2") }),
        }.RunAllAsync([.. OnOneAnswer, "rtcd-load", "rtcd-exposure", "rtcd-credentials"]);

        results.Count.ShouldBe(9);
        asked.ShouldBe(1);
        victim.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task An_address_that_is_refused_is_sent_nothing_by_any_check()
    {
        var rtcd = new Rtcd();
        await using var port = rtcd.Start();

        // The name does not say loopback, so 127.0.0.1 is not for it.
        var results = await new RtcdRun { Url = port.Url(host: RtcdProbing.Host), Resolve = RtcdProbing.Resolving("127.0.0.1") }
            .RunAllAsync([.. OnOneAnswer, "rtcd-load", "rtcd-exposure", "rtcd-credentials"]);

        results.Single(r => r.CheckId == "rtcd-dns").ReasonCode.ShouldBe("address-refused");
        results.Single(r => r.CheckId == "rtcd-credentials").Outcome.ShouldBe(Outcome.Skipped);
        port.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData("rtcd-load")]
    [InlineData("rtcd-exposure")]
    [InlineData("rtcd-credentials")]
    public async Task A_redirect_is_followed_by_no_check(string check)
    {
        await using var elsewhere = new Rtcd().Start();
        var redirect = Http.Reply("302 Found", "text/plain", "", $"Location: http://127.0.0.1:{elsewhere.Port}/\r\n");
        await using var rtcd = new Rtcd().With("GET /system", redirect).With("GET /calls", redirect).With("POST /", redirect)
            .With("GET /metrics", redirect).With("HEAD /", redirect).Start();

        await new RtcdRun { Url = rtcd.Url() }.RunAsync(check);

        elsewhere.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Where_the_port_is_closed_the_checks_behind_it_are_skipped_and_point_there()
    {
        var results = await new RtcdRun { Url = $"http://127.0.0.1:{ScriptedPort.Closed()}" }
            .RunAllAsync("rtcd-version", "rtcd-load", "rtcd-clock", "rtcd-exposure", "rtcd-credentials");

        results.Single(r => r.CheckId == "rtcd-tcp").ReasonCode.ShouldBe("connection-refused");
        results.Where(r => r.Outcome == Outcome.Skipped).Select(r => r.CheckId)
            .ShouldBe(["rtcd-tls", "rtcd-load", "rtcd-clock", "rtcd-exposure", "rtcd-credentials"], ignoreOrder: true);
        results.Single(r => r.CheckId == "rtcd-version").ReasonCode.ShouldBe("connection-refused");
    }

    [Fact]
    public async Task An_ipv6_address_that_fails_beside_an_ipv4_address_is_told_and_does_not_count()
    {
        await using var rtcd = new Rtcd().Start();

        var result = await new RtcdRun { Url = rtcd.Url(host: "localhost"), Resolve = RtcdProbing.Resolving("::1", "127.0.0.1") }
            .RunAsync("rtcd-tcp");

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
        var six = result.Subjects.Single(s => s.Subject.StartsWith("[::1]", StringComparison.Ordinal));
        (six.Outcome, six.ReasonCode).ShouldBe((Outcome.Warn, "connection-refused"));
        six.Seen.ShouldContain("IPv4");
    }

    [Fact]
    public async Task An_ipv6_address_alone_is_asked()
    {
        await using var rtcd = new Rtcd().Start("::1");

        var result = await new RtcdRun { Url = rtcd.Url(host: "[::1]") }.RunAsync("rtcd-credentials");

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
    }

    [Fact]
    public async Task The_second_name_server_is_not_asked_for_a_name_that_the_system_completes_or_for_an_address()
    {
        using var server = new ScriptedNameServer(IPAddress.Parse("10.0.0.5"));
        var settings = new Dictionary<string, string?> { ["Rtcd:SecondResolver"] = server.EndPoint.ToString() };

        foreach (var url in new[] { $"http://localhost:{ScriptedPort.Closed()}", $"http://127.0.0.1:{ScriptedPort.Closed()}" })
        {
            var result = await new RtcdRun { Url = url, Resolve = RtcdProbing.Resolving("127.0.0.1"), Settings = settings }.RunAsync("rtcd-dns");

            result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
        }

        server.Queries.ShouldBe(0);
    }

    [Fact]
    public async Task A_second_name_server_that_is_silent_is_told_and_does_not_count()
    {
        using var server = new ScriptedNameServer(_ => null);
        var settings = new Dictionary<string, string?> { ["Rtcd:SecondResolver"] = server.EndPoint.ToString() };

        var result = await new RtcdRun
        {
            Url = $"http://rtcd.localhost:{ScriptedPort.Closed()}",
            Resolve = RtcdProbing.Resolving("127.0.0.1"),
            Settings = settings,
        }.RunAsync("rtcd-dns");

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
        result.Subjects.Select(s => s.Outcome).ShouldBe([Outcome.Pass, Outcome.Inconclusive]);
    }

    [Fact]
    public async Task Different_addresses_of_two_name_servers_are_both_listed()
    {
        using var server = new ScriptedNameServer(IPAddress.Parse("10.0.0.5"), IPAddress.Parse("10.0.0.6"));

        var result = await new RtcdRun
        {
            Url = $"http://rtcd.localhost:{ScriptedPort.Closed()}",
            Resolve = RtcdProbing.Resolving("127.0.0.1"),
            Settings = new() { ["Rtcd:SecondResolver"] = server.EndPoint.ToString() },
        }.RunAsync("rtcd-dns");

        result.ReasonCode.ShouldBe("resolvers-differ");
        result.Detail.ShouldNotBeNull().ShouldContain("127.0.0.1");
        result.Detail.ShouldContain("10.0.0.5, 10.0.0.6");
    }

    [Fact]
    public async Task Credentials_that_are_accepted_cause_no_login()
    {
        var rtcd = new Rtcd();
        await using var port = rtcd.Start();

        var run = new RtcdRun { Url = port.Url() };
        await run.RunAsync("rtcd-credentials");

        rtcd.Requests.ShouldNotContain(r => r.StartsWith("POST", StringComparison.Ordinal));
        var asked = rtcd.Requests.Single(r => r.StartsWith("GET /calls/", StringComparison.Ordinal));
        asked.ShouldContain($"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{run.ClientId}:{run.AuthKey}"))}\r\n");
        asked.Split('/')[2].Length.ShouldBe(26);
    }

    [Fact]
    public async Task A_login_that_an_old_rtcd_accepts_is_a_pass_and_its_token_is_nowhere()
    {
        var rtcd = new Rtcd().With("GET /calls/", Http.Reply("404 Not Found", "text/plain; charset=utf-8", Rtcd.NotFound));
        await using var port = rtcd.Start();

        var result = await new RtcdRun { Url = port.Url() }.RunAsync("rtcd-credentials");

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
        result.ToString().ShouldNotContain("T0KEN");
        rtcd.Requests.Single(r => r.StartsWith("POST", StringComparison.Ordinal)).ShouldStartWith("POST /login ");
    }

    [Fact]
    public async Task Credentials_come_from_the_url_when_the_settings_have_none()
    {
        var rtcd = new Rtcd();
        await using var port = rtcd.Start();

        var result = await new RtcdRun { Url = $"http://clientA:S3CRETS3CRETS3CRETS3CRETS3CRETS3@127.0.0.1:{port.Port}", HasCredentials = false }
            .RunAsync("rtcd-credentials");

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
        result.Detail.ShouldNotBeNull().ShouldContain("in the URL");
    }

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1, 0.3)]
    [InlineData(-1, -0.5)]
    [InlineData(6, 5.3)]
    [InlineData(-6, -5.5)]
    [InlineData(3600, 3599.3)]
    public void A_date_in_whole_seconds_and_the_way_there_and_back_are_allowed_for(int ahead, double atLeast)
    {
        // Ours: from 12:00:00.5 to 12:00:00.7.
        var noon = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        var clock = new ClockSeen(noon.AddSeconds(ahead), noon.AddSeconds(0.5), noon.AddSeconds(0.7));

        clock.Ahead.TotalSeconds.ShouldBe(atLeast, 0.001);
    }

    [Theory]
    [InlineData("8.8.8.8", true, true, "internals-open", "/metrics and /debug/pprof")]
    [InlineData("8.8.8.8", true, false, "internals-open", "/metrics can")]
    [InlineData("8.8.8.8", false, true, "internals-open", "/debug/pprof can")]
    [InlineData("8.8.8.8", false, false, null, "neither")]
    [InlineData("10.0.0.5", true, true, null, "private")]
    [InlineData("2001:4860:4860::8888", true, true, "internals-open", "/metrics")]
    [InlineData("fd00::5", true, true, null, "private")]
    public void What_is_shown_without_a_login_is_warned_of_at_a_public_address(
        string address, bool metrics, bool profiles, string? code, string seen)
    {
        var at = IPAddress.Parse(address);
        var found = RtcdExposureCheck.Judge(new RtcdExposure(
            new CheckedAddress(at, null),
            new HttpReply(at, "HTTP") { Status = metrics ? 200 : 404, Body = metrics ? "# HELP x\n" : "404 page not found\n" },
            new HttpReply(at, "HTTP") { Status = profiles ? 200 : 404, MediaType = profiles ? "application/octet-stream" : "text/plain" }));

        found.Reason.Code.ShouldBe(code);
        found.Seen.ShouldContain(seen);
    }

    [Fact]
    public async Task Only_the_head_of_the_cheapest_profile_is_asked_for()
    {
        var rtcd = new Rtcd();
        await using var port = rtcd.Start();

        await new RtcdRun { Url = port.Url() }.RunAsync("rtcd-exposure");

        rtcd.Requests.Where(r => r.Contains("pprof", StringComparison.Ordinal)).ShouldHaveSingleItem()
            .ShouldStartWith("HEAD /debug/pprof/mutex HTTP/1.1\r\n");
    }

    [Theory]
    [InlineData("0.25", "pass", "4 idle processor cores")]
    [InlineData("1.0", "pass", "1 idle processor cores")]
    [InlineData("1.01", "cpu-busy", "1 idle")]
    [InlineData("20", "cpu-busy", "0.1 idle")]
    [InlineData("-1", "load-unreadable", "cpu_load")]
    public async Task The_load_is_told_in_idle_cores(string load, string code, string seen)
    {
        await using var port = new Rtcd().With("GET /system", Http.Json($$"""{"cpu_load":{{load}}}""")).Start();

        var result = await new RtcdRun { Url = port.Url() }.RunAsync("rtcd-load");

        (result.ReasonCode ?? "pass").ShouldBe(code);
        result.Subjects.ShouldHaveSingleItem().Seen.ShouldContain(seen);
    }

    [Fact]
    public async Task A_single_second_without_idle_time_is_asked_about_again()
    {
        var answers = new Queue<string>([Http.Reply("200 OK", "application/json", ""), Http.Json("""{"cpu_load":0.5}""")]);
        await using var port = ScriptedPort.Answering(request => request.StartsWith("GET /system", StringComparison.Ordinal)
            ? answers.Dequeue()
            : new Rtcd().Answer(request));

        var result = await new RtcdRun { Url = port.Url() }.RunAsync("rtcd-load");

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
        answers.ShouldBeEmpty();
    }
}
