using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Tests.Reports;
using CallsBot.Tickets;

namespace CallsBot.Tests.Tickets;

public sealed class SupportNeedsTests
{
    [Fact]
    public void An_empty_ticket_names_all_six_as_missing_with_how_to_get_each()
    {
        var facts = new TicketFacts { TicketId = "k3f9m2xq", WrittenAt = SomeTicket.At, HasServerData = true, Words = new TicketWords() };

        var needs = SupportNeeds.Of(facts);

        needs.Select(need => need.Id).ShouldBe(["N6", "N7", "N8", "N9", "N10", "N11"]);
        needs.ShouldAllBe(need => need.State == NeedState.Missing || need.Id == "N11");
        needs.ShouldAllBe(need => need.Missing != null && need.HowToGet.Count > 0);
        Commands(needs, "N6").ShouldContain("curl http://YOUR_RTCD_SERVER:8045/version");
        Commands(needs, "N7").ShouldContain("mmctl system version");
        Commands(needs, "N8").ShouldContain("mmctl plugin list");
        Commands(needs, "N10").ShouldContain("/call logs");
        Commands(needs, "N10").ShouldContain("/call stats");
        needs[3].HowToGet[0].Text.ShouldContain("Help > About");
    }

    [Fact]
    public void Versions_come_from_the_tests_and_a_user_is_told_who_can_add_them()
    {
        var needs = SupportNeeds.Of(SomeTicket.Facts());
        needs[1].State.ShouldBe(NeedState.Present);
        needs[1].Found.ShouldBe(["Mattermost: 11.0.2", "Licence: Enterprise"]);
        needs[2].Found.ShouldBe(["Calls plugin: 1.12.2"]);

        var users = SupportNeeds.Of(SomeTicket.Facts() with { HasServerData = false, Report = null, Settings = [] });
        users[1].State.ShouldBe(NeedState.Missing);
        users[1].HowToGet.ShouldHaveSingleItem().Text.ShouldContain("administrator");
        users[0].Found.ShouldBeEmpty();
    }

    [Fact]
    public void RTCDs_configuration_is_there_when_it_was_pasted()
    {
        SupportNeeds.Of(SomeTicket.Facts())[0].State.ShouldBe(NeedState.Partly);

        var pasted = SomeTicket.Facts() with { Walk = SomeTicket.Walk("[rtc]\nice_host_override = \"203.0.113.9\"") };

        SupportNeeds.Of(pasted)[0].State.ShouldBe(NeedState.Present);
        SupportNeeds.Of(pasted)[0].Found.ShouldContain("Configuration: `logs/console-lines.txt`");
    }

    [Fact]
    public void Nobody_is_asked_for_RTCD_where_there_is_none()
    {
        var backend = SomeReport.Check("calls-backend", Outcome.Pass);
        backend = backend with { Result = backend.Result with { ReasonCode = CallsBackendReasons.Integrated } };

        var need = SupportNeeds.Of(SomeTicket.Facts() with { Report = SomeReport.Of(backend) })[0];

        need.State.ShouldBe(NeedState.Present);
        need.Found.ShouldHaveSingleItem().ShouldContain("no RTCD");
    }

    [Theory]
    [InlineData("It fails in Chrome 142 on Windows 11", NeedState.Present)]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36", NeedState.Present)]
    [InlineData("Firefox on my machine", NeedState.Partly)]
    [InlineData("the desktop app 5.13, macOS 15.1", NeedState.Present)]
    [InlineData("my edge device", NeedState.Partly)]
    [InlineData("It fails.", NeedState.Missing)]
    internal void Clients_are_found_in_what_people_write_and_in_user_agents(string description, NeedState expected)
    {
        var facts = SomeTicket.Facts() with { Walk = null, Words = new TicketWords { Description = description } };

        SupportNeeds.Of(facts)[3].State.ShouldBe(expected, string.Join("; ", SupportNeeds.Of(facts)[3].Found));
    }

    [Fact]
    public void A_user_agent_names_one_program()
    {
        const string Desktop = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Mattermost/5.9.0 Chrome/128.0.6613.186 Electron/32.2.7 Safari/537.36";
        const string Edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0";

        ClientEnvironments.ProgramsIn([Desktop]).ShouldBe(["Desktop app 5.9"]);
        ClientEnvironments.ProgramsIn([Edge]).ShouldBe(["Edge 142"]);
        ClientEnvironments.SystemsIn([Edge]).ShouldBe(["Windows NT 10.0"]);
        ClientEnvironments.CallsIn(["{\"callID\":\"abcdefghijklmnopqrstuvwx12\"} call_id=bbcdefghijklmnopqrstuvwx12"])
            .ShouldBe(["abcdefghijklmnopqrstuvwx12", "bbcdefghijklmnopqrstuvwx12"]);
    }

    [Theory]
    [InlineData("2026-11-22 09:30 UTC+1", null)]
    [InlineData("2026-11-22T09:30:00Z", null)]
    [InlineData("since 9:30 Europe/Berlin", null)]
    [InlineData("2026-11-22 09:30", "time zone")]
    [InlineData("since yesterday", "date and time")]
    public void A_time_needs_a_zone(string since, string? missing)
    {
        var facts = SomeTicket.Facts();
        var need = SupportNeeds.Of(facts with { Words = facts.Words with { Since = since } })[5];

        (need.State == NeedState.Present).ShouldBe(missing is null, need.Missing);
        (need.Missing ?? "").ShouldContain(missing ?? "");
    }

    [Fact]
    public void Logs_that_may_not_be_included_are_neither_listed_nor_used()
    {
        var facts = SomeTicket.Facts() with { IncludesLogs = false, ServerLog = [] };

        facts.Texts.ShouldBeEmpty();
        SupportNeeds.Of(facts)[4].Missing.ShouldBe("Logs were not allowed to be included.");
    }

    private static IEnumerable<string?> Commands(IReadOnlyList<SupportNeed> needs, string id) =>
        needs.Single(need => need.Id == id).HowToGet.Select(step => step.Command);
}
