using System.Net;
using System.Net.Http.Json;
using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Support;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.Logging;

namespace CallsBot.Tests.Scenarios;

public sealed class ConversationScenario
{
    private const string FirstAnswer = "It keeps connecting, then gives up";
    private const string SecondAnswer = "It connects, then drops in seconds";

    [Fact]
    public async Task An_administrator_sees_the_host_and_the_command_and_others_do_not()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Stopped);
        var host = bot.Sandbox.Rtcd.Url.Authority;

        foreach (var (who, sees) in new[] { ("sysadmin", true), ("ana", false) })
        {
            var chat = bot.Mattermost.DirectMessageFrom(who);
            await chat.Types("/callshelp");
            await chat.Presses(FirstAnswer);
            await chat.Presses("For everyone");
            await chat.Sees(ChatTexts.English.WhatIFound);

            chat.Transcript.Contains(host, StringComparison.Ordinal).ShouldBe(sees, who);
        }

        bot.ShouldHaveLoggedNoWarnings();
    }

    [Fact]
    public async Task The_command_answers_in_every_kind_of_channel_with_a_link_and_begins_in_the_direct_messages()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var direct = bot.Mattermost.DirectMessageFrom("ana");
        var thread = await bot.Mattermost.In("town-square").As("ben").Types("who else cannot hear?");
        var places = new[]
        {
            bot.Mattermost.In("town-square").As("ana"),
            bot.Mattermost.In("town-square").As("ana").InThread(thread!.Id),
            bot.Mattermost.DirectMessageFrom("ana", with: "ben"),
            bot.Mattermost.GroupMessageFrom("ana", "ben"),
        };

        foreach (var place in places)
        {
            var before = direct.Transcript;

            await place.Types("/callshelp");

            await place.Sees($"{bot.Mattermost.Url}ops/messages/@callsbot");
            await BotAndSandbox.WaitAsync(() => direct.Transcript.Length > before.Length, "the card");
            direct.LastPost.Props!.Attachments.ShouldNotBeNull();
        }

        await direct.Presses(FirstAnswer);
        await direct.Sees("For whom does it fail?");
        bot.ShouldHaveLoggedNoWarnings();
    }

    [Fact]
    public async Task A_thread_under_the_card_goes_on_with_the_same_session()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Sees(FirstAnswer);
        var thread = chat.InThread(chat.LastPost.Id);

        await thread.Types("1");

        await thread.Sees("For whom does it fail?");
        thread.LastPost.RootId.ShouldNotBeEmpty();
        await thread.Presses("For some people");
        await thread.Sees("Which network is that person on?");
    }

    [Fact]
    public async Task A_complaint_after_the_command_starts_where_it_fits()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");

        await chat.Types("/callshelp it keeps connecting and never gets there");

        await chat.Sees("For whom does it fail?");
        await chat.Presses(ChatTexts.English.BackButton);
        await chat.Sees(FirstAnswer);
    }

    [Fact]
    public async Task A_bare_number_answers_no_question_that_nobody_has_seen()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");

        await chat.Types("/callshelp 2");

        await chat.Sees(FirstAnswer);
    }

    [Fact]
    public async Task A_restart_in_the_middle_loses_nothing()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Presses(FirstAnswer);
        await chat.Sees("For whom does it fail?");

        await bot.RestartBotAsync();

        await chat.Presses("For some people");
        await chat.Sees("Which network is that person on?");
        await chat.Presses(ChatTexts.English.BackButton);
        await chat.Sees("For whom does it fail?");
    }

    [Fact]
    public async Task A_check_that_a_restart_interrupts_is_run_again()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Silent);
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Presses(FirstAnswer);
        await chat.Presses("For everyone");
        await chat.Sees("I am asking");

        // As kill -9 leaves it: the session stands on the check, and nobody runs it.
        var stopping = bot.StopBotAsync();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Healthy);
        await stopping;
        await bot.StartBotAsync();

        await BotAndSandbox.WaitAsync(
            () => bot.SessionOf(chat).GetAwaiter().GetResult().Current is not CheckNode, "the check to end");
        await chat.Sees((await bot.SessionOf(chat)).Current.Title);
    }

    [Fact]
    public async Task A_slow_check_says_that_it_is_asking_and_going_back_does_not_wait_for_it()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Silent);
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Presses(FirstAnswer);
        await chat.Presses("For everyone");
        await chat.Sees("I am asking");

        await chat.Presses(ChatTexts.English.BackButton);

        await chat.Sees("For whom does it fail?");
        await bot.Sandbox.Rtcd.Is(RtcdFault.Healthy);
        await bot.StopBotAsync();
        chat.Transcript.ShouldContain("For whom does it fail?");
        chat.Transcript.ShouldNotContain(ChatTexts.English.WhatIFound);
    }

    [Fact]
    public async Task A_forged_press_is_refused_without_a_word_and_changes_nothing()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Sees(FirstAnswer);
        var before = chat.Transcript;

        var context = bot.Mattermost.IntegrationOf(chat.LastPost.Id, FirstAnswer)["context"]!;
        var genuine = context["token"]!.GetValue<string>();
        foreach (var forged in new[] { "", "nonsense", genuine[..^1], genuine + "A", "v1" + genuine[2..^2] + "AA" })
        {
            using var reply = await PressAsync(bot, chat.Person.Id, chat.LastPost.Id, forged, context["choice"]!.GetValue<string>());

            reply.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, forged);
            (await reply.Content.ReadAsStringAsync()).ShouldBeEmpty();
        }

        chat.Transcript.ShouldBe(before);
        (await bot.SessionOf(chat)).Position.ShouldBe(0);
    }

    [Fact]
    public async Task Somebody_elses_press_is_refused_with_a_word_and_changes_nothing()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Sees(FirstAnswer);
        var token = bot.Mattermost.IntegrationOf(chat.LastPost.Id, FirstAnswer)["context"]!["token"]!.GetValue<string>();

        using var reply = await PressAsync(bot, bot.Mattermost.DirectMessageFrom("ben").Person.Id, chat.LastPost.Id, token, "back");

        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await WhisperAsync(reply)).ShouldBe(ChatTexts.English.NotYourCard);
        (await bot.SessionOf(chat)).Position.ShouldBe(0);
    }

    [Fact]
    public async Task An_expired_press_is_answered_kindly_and_changes_nothing()
    {
        var time = new ShiftedTimeProvider();
        await using var bot = await BotAndSandbox.StartAsync(time: time);
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Sees(FirstAnswer);

        time.Shift = TimeSpan.FromDays(31);
        await chat.Presses(FirstAnswer);

        await chat.Sees(ChatTexts.English.SessionExpired);
        (await bot.SessionOf(chat)).Position.ShouldBe(0);
    }

    [Fact]
    public async Task Of_many_clicks_at_once_one_counts()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Sees(FirstAnswer);
        var post = chat.LastPost.Id;
        var contexts = new[] { FirstAnswer, SecondAnswer }
            .Select(name => bot.Mattermost.IntegrationOf(post, name)["context"]!).ToList();

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => PressAsync(
            bot, chat.Person.Id, post, contexts[i % 2]["token"]!.GetValue<string>(), contexts[i % 2]["choice"]!.GetValue<string>())));

        var whispers = await Task.WhenAll(replies.Select(WhisperAsync));
        whispers.Count(text => text == ChatTexts.English.AlreadyAnswered).ShouldBe(19);
        whispers.Count(text => text is null).ShouldBe(1);
        (await bot.SessionOf(chat)).Position.ShouldBe(1);
    }

    [Fact]
    public async Task A_card_that_words_have_passed_by_loses_its_buttons()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Sees(FirstAnswer);
        var old = chat.LastPost.Id;

        await chat.Types("1");

        await chat.Sees("For whom does it fail?");
        await BotAndSandbox.WaitAsync(
            () => bot.Mattermost.Workspace.GetPost(old).Props.ToJsonString().Contains($"**What happens**: {FirstAnswer}", StringComparison.Ordinal),
            "the old card to close with the question and the answer");
        chat.LastPost.Id.ShouldNotBe(old);
    }

    [Fact]
    public async Task What_is_not_understood_gets_the_question_again_with_numbers()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Sees(FirstAnswer);

        await chat.Types("xyzzy plugh");

        await chat.Sees($"1. {FirstAnswer}");
        chat.LastPost.Message.ShouldStartWith(ChatTexts.English.NotUnderstood);
    }

    [Fact]
    public async Task An_administrator_is_told_once_with_what_was_found_so_far()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Presses(FirstAnswer);
        await chat.Presses(ChatTexts.English.AdministratorButton);
        await chat.Sees(ChatTexts.English.AdministratorDialogTitle);

        await chat.Submits(new Dictionary<string, object?> { [DialogEndpoint.TextElement] = "since this morning" });

        await chat.Sees("I told @sysadmin");
        var told = bot.Mattermost.DirectMessageFrom("sysadmin");
        told.Transcript.ShouldContain("@ana asks for help with calls");
        told.Transcript.ShouldContain("> since this morning");
        told.Transcript.ShouldContain(FirstAnswer);
        bot.ShouldHaveLoggedNoWarnings();
    }

    [Fact]
    public async Task A_dialog_that_is_closed_changes_nothing()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Presses(ChatTexts.English.AdministratorButton);
        await chat.Sees(ChatTexts.English.AdministratorDialogTitle);

        await chat.Cancels();

        await chat.Presses(FirstAnswer);
        await chat.Sees("For whom does it fail?");
        Should.Throw<Exception>(() => bot.Mattermost.DirectMessageFrom("sysadmin").LastPost);
    }

    [Fact]
    public async Task Without_administrators_the_person_gets_the_summary_to_carry_over()
    {
        await using var bot = await BotAndSandbox.StartAsync(start: false);
        bot.Settings["Conversations:Administrators:0"] = null;
        bot.Settings["Conversations:Administrators"] = "";
        await bot.StartBotAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Presses(FirstAnswer);

        await chat.Presses(ChatTexts.English.AdministratorButton);

        await chat.Sees("No administrator is set up");
        chat.Transcript.ShouldContain(FirstAnswer);
    }

    [Theory]
    [InlineData("/callshelp help", "I find out why a call does not work")]
    [InlineData("/callshelp hepl", "Did you mean `/callshelp help`?")]
    public async Task Words_after_the_command_are_answered_on_the_spot(string typed, string said)
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var channel = bot.Mattermost.In("town-square").As("ana");

        await channel.Types(typed);

        await channel.Sees(said);
    }

    [Fact]
    public async Task What_people_write_is_in_no_log_line_above_debug()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");

        await chat.Types("/callshelp zanzibar-command");
        await chat.Sees(FirstAnswer);
        await chat.Types("zanzibar-message");
        await chat.Sees(ChatTexts.English.NotUnderstood);
        await chat.Types("admin: zanzibar-note");
        await chat.Sees("I told @sysadmin");

        bot.Log.Lines.Where(line => line.Level > LogLevel.Debug && line.Text.Contains("zanzibar", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static async Task<string?> WhisperAsync(HttpResponseMessage reply)
    {
        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await reply.Content.ReadFromJsonAsync<ActionResponse>())!.EphemeralText;
    }

    private static async Task<HttpResponseMessage> PressAsync(BotAndSandbox bot, string userId, string postId, string token, string choice)
    {
        using var http = new HttpClient();
        return await http.PostAsJsonAsync(new Uri(bot.BotUrl, ActionEndpoint.Path), new Dictionary<string, object>
        {
            ["user_id"] = userId,
            ["channel_id"] = "some-channel",
            ["post_id"] = postId,
            ["context"] = new Dictionary<string, string> { ["token"] = token, ["choice"] = choice },
        });
    }
}
