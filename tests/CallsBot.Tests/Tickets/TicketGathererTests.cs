using System.Net;
using CallsBot.Reports;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Support;
using CallsBot.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace CallsBot.Tests.Tickets;

/// <summary>What a ticket of a real installation holds, here the sandbox's.</summary>
public sealed class TicketGathererTests
{
    [Fact]
    public async Task An_administrators_ticket_has_versions_settings_log_and_report_and_no_secret()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        foreach (var number in Enumerable.Range(0, 1500))
        {
            bot.Mattermost.Configuration.Log($"{{\"level\":\"error\",\"msg\":\"line {number} authKey={bot.Sandbox.Rtcd.AuthKey}\",\"plugin_id\":\"com.mattermost.calls\"}}");
        }

        var facts = await GatherAsync(bot, serverData: true, TicketField.Yes);

        facts.InventoryValue("Mattermost").ShouldStartWith("11.0.2");
        facts.InventoryValue("Calls plugin").ShouldBe("1.12.2");
        facts.InventoryValue("Licence").ShouldBe("Enterprise");
        facts.InventoryValue("RTCD version").ShouldNotBeNullOrEmpty();
        facts.Settings.ShouldContain(setting => setting.Name == "ICEHostOverride");
        facts.ServerLog.Count.ShouldBe(1500);
        facts.ServerLog[0].ShouldContain("line 0 ");
        facts.ServerLog[^1].ShouldContain("line 1499 ");
        SupportNeeds.Of(facts).Where(need => need.Id is "N7" or "N8").ShouldAllBe(need => need.State == NeedState.Present);
        var files = SomeTicket.Unzip((await SomeTicket.WriteAsync(facts)).Zip);
        foreach (var (name, content) in files)
        {
            content.Text().ShouldNotContain(bot.Sandbox.Rtcd.AuthKey, Case.Sensitive, name);
            content.Text().ShouldNotContain(bot.Mattermost.AdminToken, Case.Sensitive, name);
        }

        files.Keys.ShouldContain("logs/mattermost.log");
    }

    [Fact]
    public async Task An_administrators_ticket_has_RTCDs_metrics_as_they_were_before_the_diagnosis()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();

        var first = await GatherAsync(bot, serverData: true, TicketField.No);
        bot.Services.GetRequiredService<LatestReport>().Value = null;
        var second = await GatherAsync(bot, serverData: true, TicketField.No);

        bot.Sandbox.Rtcd.Requests.ToList().IndexOf("GET /metrics").ShouldBeLessThan(bot.Sandbox.Rtcd.Requests.ToList().IndexOf("GET /version"));
        var before = first.Metrics.ShouldNotBeNull().Pages.ShouldHaveSingleItem();
        before.EndPoint.Port.ShouldBe(bot.Sandbox.Rtcd.Url.Port);
        before.Summary().ShouldEndWith("UTC: sessions 0; errors 0; connections none since it was started");
        (before.At <= first.Report!.StartedAt).ShouldBeTrue();
        second.Metrics!.Pages[0].Summary().ShouldContain("connected 1", Case.Sensitive, "the first diagnosis opened sessions");
        var files = SomeTicket.Unzip((await SomeTicket.WriteAsync(second)).Zip);
        files["metrics/rtcd.txt"].Text().ShouldContain("rtcd_process_open_fds 416\n");
        files["metrics/rtcd.txt"].Text().ShouldNotContain("go_goroutines");
        files["ticket.md"].Text().ShouldContain("sessions 0; errors ");
        SupportNeeds.Of(second).Single(need => need.Id == "N10").Found.ShouldContain(found => found.Contains("metrics/rtcd.txt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_that_are_hidden_are_named_as_missing_with_the_command_that_gets_them()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        bot.Sandbox.Rtcd.Conditions = bot.Sandbox.Rtcd.Conditions with { HidesMetrics = true };

        var facts = await GatherAsync(bot, serverData: true, TicketField.No);

        facts.Metrics!.HasPage.ShouldBeFalse();
        SupportNeeds.Of(facts).Single(need => need.Id == "N10").HowToGet
            .ShouldContain(step => step.Text.Contains("HTTP 404", StringComparison.Ordinal)
                && step.Command == $"curl -gsS -m 5 'http://YOUR_RTCD_SERVER:{bot.Sandbox.Rtcd.Url.Port}/metrics' > rtcd-metrics.txt");
        SomeTicket.Unzip((await SomeTicket.WriteAsync(facts)).Zip).Keys.ShouldNotContain("metrics/rtcd.txt");
    }

    [Fact]
    public async Task Every_address_is_asked_and_one_that_does_not_answer_is_named_beside_the_other()
    {
        await using var bot = await BotAndSandbox.StartAsync(start: false);
        bot.CallsAreInstalled();
        var port = bot.Sandbox.Rtcd.Url.Port;
        bot.Settings["Rtcd:ServiceUrl"] = $"http://rtcd.localhost:{port}";
        bot.Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.Parse("127.0.0.7")]);
        await bot.StartBotAsync();

        var metrics = (await bot.Services.GetRequiredService<RtcdSnapshots>().TakeAsync(CancellationToken.None)).ShouldNotBeNull();

        metrics.HasPage.ShouldBeTrue();
        metrics.Pages.Select(page => page.Text is not null).ShouldBe([true, false]);
        metrics.Gaps.ShouldHaveSingleItem().ShouldStartWith($"127.0.0.7:{port}: ");
        string.Join('\n', metrics.Lines()).ShouldContain($"# 127.0.0.7:{port} at ");
    }

    [Fact]
    public async Task An_RTCD_that_is_down_is_named()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Stopped);

        var metrics = (await bot.Services.GetRequiredService<RtcdSnapshots>().TakeAsync(CancellationToken.None)).ShouldNotBeNull();

        metrics.Gaps.ShouldHaveSingleItem().ShouldContain("refused");
    }

    [Fact]
    public async Task A_users_ticket_asks_the_server_nothing()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();

        var facts = await GatherAsync(bot, serverData: false, TicketField.Yes);

        facts.Report.ShouldBeNull();
        facts.Metrics.ShouldBeNull();
        bot.Sandbox.Rtcd.Requests.ShouldNotContain("GET /metrics");
        facts.Settings.ShouldBeEmpty();
        facts.ServerLog.ShouldBeEmpty();
        facts.Inventory.ShouldBeEmpty();
        bot.Sandbox.Rtcd.Requests.ShouldNotContain("GET /version");
    }

    [Fact]
    public async Task Logs_are_not_read_before_somebody_allowed_it_and_a_recent_report_is_used_again()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        await bot.Sandbox.Rtcd.Is(RtcdFault.OldVersion);

        var first = await GatherAsync(bot, serverData: true, TicketField.No);
        var second = await GatherAsync(bot, serverData: true, TicketField.No);

        first.ServerLog.ShouldBeEmpty();
        second.Report!.RunId.ShouldBe(first.Report!.RunId);
        bot.Services.GetRequiredService<LatestReport>().Value!.RunId.ShouldBe(first.Report.RunId);
    }

    private static async Task<TicketFacts> GatherAsync(BotAndSandbox bot, bool serverData, string logs)
    {
        var draft = new TicketDraft("k3f9m2xqab", "ana", "direct-1", "", SomeTicket.At, [new TicketEntry(TicketField.Logs, logs, "ana", SomeTicket.At)]);
        return await bot.Services.GetRequiredService<TicketGatherer>()
            .GatherAsync(draft, draft.Words(id => id), SomeTicket.Walk(), serverData, CancellationToken.None);
    }
}
