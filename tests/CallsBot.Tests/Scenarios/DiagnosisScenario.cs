using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using CallsBot.Reports;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace CallsBot.Tests.Scenarios;

public sealed class DiagnosisScenario
{
    [Fact]
    public async Task An_administrator_gets_the_verdict_the_command_and_the_whole_report_as_files()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Stopped);
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");
        var elsewhere = bot.Mattermost.In("town-square").As("sysadmin");

        await elsewhere.Types("/callshelp check");

        await elsewhere.Sees(ChatTexts.English.CheckedInDirectMessages);
        await chat.Sees(ReportWords.English.DoThisNext);
        await chat.Sees("systemctl status rtcd");
        await chat.Sees(ChatTexts.English.WholeReport);
        var files = chat.LastPost.FileIds.ShouldNotBeNull();
        files.Count.ShouldBe(2);
        chat.Transcript.ShouldContain(bot.Sandbox.Rtcd.Url.Authority);
        elsewhere.Transcript.ShouldNotContain(bot.Sandbox.Rtcd.Url.Authority);
    }

    [Fact]
    public async Task On_an_installation_in_health_a_call_is_joined_and_left_and_nothing_fails()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");

        await chat.Types("check");

        await chat.Sees(ChatTexts.English.WholeReport);
        chat.Transcript.ShouldContain("Media encryption");
        chat.Transcript.ShouldNotContain($"{ReportWords.English.Of(CallsBot.Checks.Outcome.Fail)}:");
        await bot.Sandbox.Rtcd.Until(rtcd => rtcd.Sessions == 0, "the session to be gone");
    }

    [Fact]
    public async Task Somebody_else_is_refused_kindly_and_nothing_is_sent_to_rtcd()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");

        await chat.Types("/callshelp check");
        await chat.Sees("only system administrators");
        await chat.Types("check");
        await BotAndSandbox.WaitAsync(() => chat.Transcript.Split("only system administrators").Length == 3, "the second refusal");

        bot.Sandbox.Rtcd.Requests.ShouldBeEmpty();
        bot.ShouldHaveLoggedNoWarnings();
    }

    [Fact]
    public async Task A_run_shows_how_far_it_is_and_ends_at_the_press_of_cancel_with_what_it_has()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Silent);
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");

        await chat.Types("check");
        await chat.Sees(ChatTexts.English.TestingTitle);
        await chat.Sees(" done, ");
        await chat.Presses(ChatTexts.English.CancelButton);

        await chat.Sees(ChatTexts.English.TestCancelled);
        await chat.Sees("because the run was cancelled");
    }

    [Fact]
    public async Task A_second_run_waits_for_the_first_and_the_word_cancel_ends_it()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Silent);
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");
        await chat.Types("check");
        await chat.Sees(ChatTexts.English.TestingTitle);

        await chat.Types("check");
        await chat.Sees(ChatTexts.English.AlreadyTesting);
        await chat.Types("cancel");

        await chat.Sees(ChatTexts.English.TestCancelled);
    }

    [Fact]
    public async Task Test_again_makes_a_new_card_and_status_tells_the_last_result_without_addresses()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Stopped);
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");
        await chat.Types("/callshelp status");
        await chat.Sees("No test has been run");
        await chat.Sees("checks in the vendor's guides");
        await chat.Types("check");
        await chat.Sees(ChatTexts.English.WholeReport);

        await chat.Presses(ChatTexts.English.TestAgainButton);

        await BotAndSandbox.WaitAsync(() => chat.Transcript.Split(ChatTexts.English.WholeReport).Length == 3, "the second report");
        var ana = bot.Mattermost.DirectMessageFrom("ana");
        await ana.Types("/callshelp status");
        await ana.Sees("Last test:");
        ana.Transcript.ShouldContain(ReportWords.English.Of(CallsBot.Checks.Outcome.Fail));
        ana.Transcript.ShouldNotContain(bot.Sandbox.Rtcd.Url.Authority);
    }

    [Fact]
    public async Task A_card_that_a_restart_left_behind_says_that_the_test_is_over()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");
        using var run = new DiagnosisRun("of another process", chat.Person.Id, rtcdUrl: null, Language.English, started: 0);
        var card = bot.Services.GetRequiredService<DiagnosisCard>().Running(run, progress: null, TimeSpan.Zero);
        await bot.Services.GetRequiredService<MattermostClient>()
            .PostAsync(new PostDraft { ChannelId = chat.Channel.Id, Props = card.Props }, CancellationToken.None);

        await chat.Presses(ChatTexts.English.CancelButton);

        await chat.Sees(ChatTexts.English.TestIsOver);
    }

    public static TheoryData<bool, string, string> TypedTargets => new()
    {
        { false, "rtcd2.example.test", ChatTexts.English.TypedTargetsAreOff },
        { true, "http://id:key@rtcd2.example.test:8045", ChatTexts.English.TargetHasCredentials },
        { true, "http://127.0.0.1:8045", ChatTexts.English.TargetIsLoopback },
        { true, "localhost", ChatTexts.English.TargetIsLoopback },
        { true, "2130706433", "is not written as four decimal numbers" },
        { true, "rtcd2.example.test:0", "has a port that is not a number" },
        { true, "169.254.169.254", "cloud metadata" },
    };

    [Theory]
    [MemberData(nameof(TypedTargets))]
    public async Task A_typed_target_is_looked_at_only_where_that_is_allowed(bool enabled, string target, string says)
    {
        await using var bot = await BotAndSandbox.StartAsync(start: false);
        bot.Settings["Conversations:TypedTargets"] = enabled ? "true" : "false";
        await bot.StartBotAsync();
        bot.CallsAreInstalled();
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");

        await chat.Types($"/callshelp check {target}");

        await chat.Sees(says);
    }
}
