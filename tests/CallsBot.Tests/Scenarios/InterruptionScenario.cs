using System.Diagnostics;
using System.Net;
using CallsBot.Conversations;
using CallsBot.Hosting;
using CallsBot.Languages;
using CallsBot.Mattermost;
using CallsBot.Sandbox.Mattermost;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Storage;
using CallsBot.Tests.Support;
using CallsBot.Troubleshooting;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CallsBot.Tests.Scenarios;

/// <summary>What happens to people's messages when the server, the connection or the bot goes away.</summary>
public sealed class InterruptionScenario
{
    private const string FirstAnswer = "It keeps connecting, then gives up";

    [Fact]
    public async Task What_is_written_while_the_server_is_away_is_answered_exactly_once_afterwards()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("hello");
        await chat.Sees(FirstAnswer);

        await bot.Mattermost.StopAsync();
        var written = await chat.Types("1");
        await bot.Mattermost.StartAsync();

        await chat.Sees("For whom does it fail?");
        await AnsweredOnceAsync(bot, chat, written!.Id);
    }

    [Fact]
    public async Task What_is_written_while_the_bot_is_away_is_answered_exactly_once_afterwards()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var ana = bot.Mattermost.DirectMessageFrom("ana");
        var ben = bot.Mattermost.DirectMessageFrom("ben");
        await ana.Types("hello");
        await ana.Sees(FirstAnswer);

        await bot.StopBotAsync();
        var first = await ana.Types("1");
        var second = await ben.Types("calls keep connecting for ever");
        await bot.StartBotAsync();

        await ana.Sees("For whom does it fail?");
        await ben.Sees("For whom does it fail?");
        await AnsweredOnceAsync(bot, ana, first!.Id);
        await AnsweredOnceAsync(bot, ben, second!.Id);
    }

    [Fact]
    public async Task What_was_written_before_the_bot_ever_came_is_left_alone()
    {
        await using var bot = await BotAndSandbox.StartAsync(start: false);
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("is anybody there?");

        await bot.StartBotAsync();
        await chat.Types("help");

        await chat.Sees("I find out why a call does not work");
        bot.Mattermost.Workspace.PostsIn(chat.Channel.Id).Count(post => post.IsFromBot).ShouldBe(1);
    }

    [Fact]
    public async Task Lost_sockets_are_opened_again_and_nothing_is_missed()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        var written = new List<string>();

        for (var i = 0; i < 5; i++)
        {
            await bot.Mattermost.DropSockets();
            written.Add((await chat.Types("help"))!.Id);
            await chat.Sees("I find out why a call does not work");
        }

        foreach (var id in written)
        {
            await AnsweredOnceAsync(bot, chat, id);
        }
    }

    [Fact]
    public async Task A_rate_limit_is_waited_out()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        bot.Mattermost.RateLimitNext(2);

        var written = await chat.Types("help");

        await chat.Sees("I find out why a call does not work");
        await AnsweredOnceAsync(bot, chat, written!.Id);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_named_once_and_not_tried_again()
    {
        await using var bot = await BotAndSandbox.StartAsync(start: false);
        bot.Settings["Mattermost:BotToken"] = "this-is-not-the-token-of-it";
        await bot.StartBotAsync(untilConnected: false);

        await BotAndSandbox.WaitAsync(() => bot.Log.Lines.Any(line => line.Level == LogLevel.Error), "the error");

        var error = bot.Log.Lines.Where(line => line.Level >= LogLevel.Warning).ShouldHaveSingleItem().Text;
        error.ShouldContain("Mattermost:BotToken");
        error.ShouldNotContain("this-is-not-the-token-of-it");
        using var http = new HttpClient();
        using var ready = await http.GetAsync(new Uri(bot.BotUrl, HealthEndpoints.Ready));
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync()).ShouldContain("mattermost: not connected");
    }

    [Fact]
    public async Task A_message_answered_before_a_crash_and_not_noted_as_such_is_not_answered_again()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        var written = await chat.Types("hello");
        await chat.Sees(FirstAnswer);
        await AnsweredOnceAsync(bot, chat, written!.Id);

        // As a crash between the reply and the note leaves it.
        await ExecuteAsync(bot, "UPDATE received_posts SET answered_at = NULL");
        await bot.RestartBotAsync();
        await chat.Types("1");

        await chat.Sees("For whom does it fail?");
        await AnsweredOnceAsync(bot, chat, written.Id);
    }

    [Fact]
    public async Task A_token_revoked_while_the_bot_runs_is_named_and_not_tried_again()
    {
        await using var bot = await BotAndSandbox.StartAsync();

        bot.Mattermost.RevokeTokens("callsbot");
        await bot.Mattermost.DropSockets();

        await BotAndSandbox.WaitAsync(
            () => bot.Log.Lines.Any(line => line.Level == LogLevel.Error && line.Text.Contains("Mattermost:BotToken", StringComparison.Ordinal)), "the error");
        bot.Services.GetRequiredService<BotAccount>().IsConnected.ShouldBeFalse();
    }

    [Fact]
    public async Task A_database_that_fails_for_a_moment_delays_an_answer_and_loses_none()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await ExecuteAsync(bot, "ALTER TABLE received_posts RENAME TO away");

        var written = await chat.Types("help");
        await BotAndSandbox.WaitAsync(() => bot.Log.Lines.Any(line => line.Level == LogLevel.Error), "the fault");
        await ExecuteAsync(bot, "ALTER TABLE away RENAME TO received_posts");

        await chat.Sees("I find out why a call does not work");
        await AnsweredOnceAsync(bot, chat, written!.Id);
    }

    [Fact]
    public async Task A_message_from_before_a_quiet_week_is_not_answered_again()
    {
        var time = new ShiftedTimeProvider();
        await using var bot = await BotAndSandbox.StartAsync(time: time);
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        var written = await chat.Types("help");
        await chat.Sees("I find out why a call does not work");
        await AnsweredOnceAsync(bot, chat, written!.Id);

        time.Shift = TimeSpan.FromDays(8);
        await bot.Services.GetRequiredService<InboxStore>().DeleteBeforeAsync(time.GetUtcNow() - TimeSpan.FromDays(7), CancellationToken.None);
        await bot.RestartBotAsync();
        var later = await chat.Types("thanks");

        await chat.Sees(ChatTexts.English.YouAreWelcome);
        await AnsweredOnceAsync(bot, chat, later!.Id);
        Replies(bot, chat, written.Id).ShouldBe(1);
        bot.Mattermost.Workspace.PostsIn(chat.Channel.Id).Count(post => post.IsFromBot).ShouldBe(2);
    }

    [Fact]
    public async Task A_check_that_nobody_runs_is_started_by_any_button()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        await chat.Sees(FirstAnswer);
        var session = await bot.SessionOf(chat);

        // As a crash between the step and its check leaves it; the card still shows the question.
        var store = bot.Services.GetRequiredService<SessionStore>();
        session = await store.TryAppendAsync(session, new SessionStep(new Answered(session.Current.Id, "keeps-connecting"), null, session.UserId, null), CancellationToken.None);
        session = await store.TryAppendAsync(session!, new SessionStep(new Answered(session!.Current.Id, "everyone"), null, session.UserId, null), CancellationToken.None);
        session!.Current.ShouldBeOfType<CheckNode>();

        await chat.Presses(FirstAnswer);

        await chat.Sees(ChatTexts.English.WhatIFound);
    }

    [Fact]
    public async Task Serve_ends_in_the_middle_of_a_check_and_the_next_start_takes_it_up()
    {
        await using var bot = await BotAndSandbox.StartAsync(start: false);
        bot.CallsAreInstalled();
        await bot.Sandbox.Rtcd.Is(RtcdFault.Slow);
        bot.Sandbox.Rtcd.SlowFor = TimeSpan.FromSeconds(3);
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        using (var first = Serve(bot))
        {
            try
            {
                await bot.Mattermost.Connected("callsbot");
                await chat.Types("/callshelp");
                await chat.Presses(FirstAnswer);
                await chat.Presses("For everyone");
                await chat.Sees("I am asking");

                using (var kill = Process.Start("kill", ["-TERM", $"{first.Id}"]))
                {
                    await kill.WaitForExitAsync();
                }

                await first.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
                first.ExitCode.ShouldBe(0);
                chat.Transcript.ShouldContain("I am asking");
            }
            finally
            {
                first.Kill();
            }
        }

        await bot.Sandbox.Rtcd.Is(RtcdFault.Healthy);
        using var second = Serve(bot);
        try
        {
            await chat.Sees("On which network are they?");
        }
        finally
        {
            second.Kill();
            await second.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Kill_dash_nine_in_the_middle_of_a_walk_loses_nothing()
    {
        await using var bot = await BotAndSandbox.StartAsync(start: false);
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        using (var first = Serve(bot))
        {
            await bot.Mattermost.Connected("callsbot");
            await chat.Types("/callshelp");
            await chat.Presses(FirstAnswer);
            await chat.Sees("For whom does it fail?");

            first.Kill();
            await first.WaitForExitAsync();
        }

        await bot.Mattermost.DropSockets();
        var written = await chat.Types("2");
        using var second = Serve(bot);
        try
        {
            await chat.Sees("Which network is that person on?");
            Replies(bot, chat, written!.Id).ShouldBe(1);
            await chat.Presses("On a VPN");
            await chat.Sees("VPN");
        }
        finally
        {
            second.Kill();
            await second.WaitForExitAsync();
        }
    }

    private static Task<int> ExecuteAsync(BotAndSandbox bot, string sql) =>
        bot.Services.GetRequiredService<Database>().WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(sql, transaction: transaction), CancellationToken.None);

    private static Process Serve(BotAndSandbox bot)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(BotApplication).Assembly.Location, "serve"])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardError = true,
        };
        foreach (var (key, value) in bot.BotSettings())
        {
            start.Environment["CALLSBOT_" + key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Waits until the bot has noted the answer, then counts the answers.</summary>
    private static async Task AnsweredOnceAsync(BotAndSandbox bot, Chat chat, string postId)
    {
        var store = bot.Services.GetRequiredService<InboxStore>();
        await BotAndSandbox.WaitAsync(() => store.IsAnsweredAsync(postId, CancellationToken.None).GetAwaiter().GetResult(), "the message to be noted as answered");
        Replies(bot, chat, postId).ShouldBe(1);
    }

    private static int Replies(BotAndSandbox bot, Chat chat, string postId) =>
        bot.Mattermost.Workspace.PostsIn(chat.Channel.Id).Count(post => post.Props["callsbot_in_reply_to"]?.GetValue<string>() == postId);
}
