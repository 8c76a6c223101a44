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
    public async Task A_users_ticket_asks_the_server_nothing()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();

        var facts = await GatherAsync(bot, serverData: false, TicketField.Yes);

        facts.Report.ShouldBeNull();
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
