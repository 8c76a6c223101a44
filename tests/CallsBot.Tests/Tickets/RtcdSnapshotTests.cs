using System.Net;
using CallsBot.Probes;
using CallsBot.Tickets;

namespace CallsBot.Tests.Tickets;

public sealed class RtcdSnapshotTests
{
    [Fact]
    public void A_page_keeps_the_series_of_RTCD_and_its_process_and_counts_them()
    {
        var page = SomeTicket.Facts().Metrics!.Pages[0];

        page.Text!.Split('\n').ShouldNotContain(line => line.Contains("go_", StringComparison.Ordinal) || line.StartsWith("# HELP", StringComparison.Ordinal));
        page.Text.ShouldContain("# TYPE rtcd_process_cpu_seconds_total counter\nrtcd_process_cpu_seconds_total 1.27\n");
        page.Summary().ShouldBe("10.1.2.3:8045 at 2026-11-22 10:00:05 UTC: sessions 3; errors 2 (ice 2); connections connected 12, closed 9");
    }

    [Fact]
    public void A_page_that_was_cut_keeps_whole_lines_and_counts_nothing()
    {
        var metrics = SomeTicket.Metrics("rtcd_rtc_sessions_total{groupID=\"a\"} 3\nrtcd_ws_connections_total{clientID=\"a\"} 1", isCut: true);

        metrics.Pages[0].Text.ShouldBe("rtcd_rtc_sessions_total{groupID=\"a\"} 3");
        metrics.Pages[0].Summary().ShouldNotContain("sessions 3");
        metrics.Lines().Last().ShouldBe("# the answer is longer than what is read of it");
        metrics.Gaps.ShouldHaveSingleItem().ShouldContain("longer");
    }

    [Fact]
    public void A_page_of_something_else_is_no_page()
    {
        var metrics = SomeTicket.Metrics("node_cpu_seconds_total 3\nprocess_open_fds 5\n");

        metrics.HasPage.ShouldBeFalse();
        metrics.Gaps.ShouldBe(["10.1.2.3:8045: what it answers at /metrics is not RTCD's."]);
        metrics.Pages[0].Summary().ShouldEndWith("UTC: what it answers at /metrics is not RTCD's");
    }

    [Fact]
    public void Lines_and_kinds_are_bounded_and_hold_no_control_characters()
    {
        var kinds = string.Join('\n', Enumerable.Range(0, 50).Select(number => $"rtcd_rtc_errors_total{{type=\"\u001bkind{number}{new string('x', 2000)}\"}} 1"));

        var page = SomeTicket.Metrics(kinds + "\nrtcd_rtc_errors_total{type=\"ice\"} 7\n").Pages[0];

        page.Text!.Split('\n').ShouldAllBe(line => line.Length <= 501);
        page.Text.ShouldNotContain('\u001b');
        page.Summary().Length.ShouldBeLessThan(600);
    }

    [Fact]
    public async Task The_bundle_has_the_series_as_they_are_under_a_name_for_the_address()
    {
        var facts = SomeTicket.Facts();

        var text = SomeTicket.Unzip((await SomeTicket.WriteAsync(facts)).Zip)["metrics/rtcd.txt"].Text();

        text.ShouldNotContain("10.1.2.3");
        text.ShouldMatch(@"# ip4-private-\d+\.net-\d+:8045 at 2026-11-22 10:00:05 UTC\n");
        text.ShouldEndWith(facts.Metrics!.Pages[0].Text + "\n");
    }

    [Fact]
    public void Metrics_alone_keep_a_ticket_from_being_whole_and_are_named()
    {
        var whole = SomeTicket.Facts() with { Walk = SomeTicket.Walk("com.mattermost.calls \"rtcStats\": {}") };
        var reply = new HttpReply(IPAddress.Loopback, "connection refused") { Failure = HttpFailure.ConnectionRefused };
        var without = whole with
        {
            Metrics = new RtcdSnapshot(RtcdSnapshot.DefaultUrl, [RtcdPage.Of(new IPEndPoint(IPAddress.Loopback, 8045), SomeTicket.At, reply)], Missing: null),
        };

        Logs(whole).State.ShouldBe(NeedState.Present);
        Logs(without).State.ShouldBe(NeedState.Partly);
        Logs(without).Missing.ShouldBe("RTCD's metrics are missing, or not all of them are here.");
        Logs(without).HowToGet.ShouldContain(step => step.Command == "curl -gsS -m 5 'http://YOUR_RTCD_SERVER:8045/metrics' > rtcd-metrics.txt");
        Logs(without with { HasServerData = false, Metrics = null }).Missing.ShouldBeNull();
    }

    private static SupportNeed Logs(TicketFacts facts) => SupportNeeds.Of(facts).Single(need => need.Id == "N10");
}
