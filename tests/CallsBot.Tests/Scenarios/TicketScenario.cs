using System.Net.Http.Headers;
using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using CallsBot.Sandbox.Mattermost;
using CallsBot.Tests.Support;
using CallsBot.Tests.Tickets;
using CallsBot.Tickets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CallsBot.Tests.Scenarios;

public sealed class TicketScenario
{
    private const string Secret = "Fake9pw2Xq7Lm4Rt";

    private static ChatTexts Texts => ChatTexts.English;

    [Fact]
    public async Task An_administrator_fills_in_looks_at_what_would_go_out_says_yes_and_gets_ticket_and_bundle()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        bot.Mattermost.Configuration.Log($"{{\"level\":\"error\",\"msg\":\"authKey={Secret}\",\"plugin_id\":\"com.mattermost.calls\"}}");
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");

        await chat.Types("/callshelp ticket");
        await chat.Submits(Written($"It fails in Chrome 142 on Windows 11 with password={Secret}.", logs: TicketField.Yes));

        await chat.Sees(Texts.TicketPreviewConsent);
        chat.Transcript.ShouldContain("manifest.json");
        chat.Transcript.ShouldContain("N11");
        chat.LastPost.FileIds.ShouldBeNull("nothing goes out before the yes");
        await chat.Presses(Texts.TicketYesButton);
        await chat.Sees(Texts.TicketLinks);

        var files = SomeTicket.Unzip(await BundleAsync(bot, chat));
        files.Keys.ShouldContain("logs/mattermost.log");
        files.Keys.ShouldContain("report.json");
        files["ticket.md"].Text().ShouldContain("Chrome 142");
        files["ticket.md"].Text().ShouldContain("Mattermost: 11.0.2");
        foreach (var (name, content) in files)
        {
            content.Text().ShouldNotContain(Secret, Case.Sensitive, name);
        }

        chat.Transcript.ShouldContain("https://github.com/mattermost/mattermost-plugin-calls/issues/new?title=");
        bot.ShouldHaveLoggedNoWarnings();
    }

    [Fact]
    public async Task A_user_gets_a_ticket_without_server_data_passes_it_on_and_the_administrator_finishes_it()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        var (ana, administrator) = (bot.Mattermost.DirectMessageFrom("ana"), bot.Mattermost.DirectMessageFrom("sysadmin"));

        await ana.Types("ticket");
        await ana.Sees(Texts.TicketIntroductionUser);
        await ana.Presses(Texts.TicketFillInButton);
        await ana.Submits(Written("It fails.", logs: TicketField.Yes));
        await ana.Sees(Texts.TicketPreviewConsent);
        bot.Sandbox.Rtcd.Requests.ShouldNotContain("GET /version", "nothing of the server is asked for a user");
        await ana.Types("ticket");
        await ana.Presses(Texts.TicketPassOnButton);
        await ana.Sees("@sysadmin");

        await administrator.Sees(Texts.TicketPassedOn("ana"));
        await administrator.Presses(Texts.TicketPreviewButton);
        await administrator.Sees(Texts.TicketPreviewConsent);
        await administrator.Presses(Texts.TicketYesButton);
        await administrator.Sees(Texts.TicketLinks);

        var files = SomeTicket.Unzip(await BundleAsync(bot, administrator));
        files["ticket.md"].Text().ShouldContain("It fails.");
        files.Keys.ShouldContain("settings/calls-plugin.txt");
        bot.ShouldHaveLoggedNoWarnings();
    }

    [Fact]
    public async Task A_dialog_that_is_closed_keeps_what_was_written_before_and_others_add_by_the_tickets_name()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var (ana, bo) = (bot.Mattermost.DirectMessageFrom("ana"), bot.Mattermost.DirectMessageFrom("ben"));

        await ana.Types("ticket");
        await ana.Presses(Texts.TicketFillInButton);
        await ana.Submits(Written("It fails since noon.", logs: TicketField.No));
        await ana.Sees(Texts.TicketPreviewConsent);
        await ana.Presses(Texts.TicketChangeButton);
        await ana.Cancels();
        var ticket = await TicketOf(bot, ana);
        await bo.Types($"ticket {ticket.Id} it failed for me, too: 10.1.2.3");
        await bo.Sees(Texts.TicketAdded(ticket.Id));
        await ana.Sees(Texts.TicketSomebodyAdded("ben", ticket.Id));
        await bo.Types("/callshelp ticket 2222222222 is not there");
        await bo.Sees("There is no ticket");

        await ana.Types("ticket");
        await ana.Sees("It fails since noon.");
        await ana.Presses(Texts.TicketPreviewButton);
        await ana.Sees(Texts.TicketPreviewConsent);
        await ana.Presses(Texts.TicketYesButton);
        await ana.Sees(Texts.TicketLinks);

        var files = SomeTicket.Unzip(await BundleAsync(bot, ana));
        files["ticket.md"].Text().ShouldContain("it failed for me, too: ip4-private-1.net-1");
        files["ticket.md"].Text().ShouldNotContain("@ben");
    }

    [Fact]
    public async Task A_command_that_the_server_delivers_twice_adds_its_words_once_and_tells_the_owner_once()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        await using var twice = await LoopbackServer.StartAsync(request => DeliverTwiceAsync(request, bot));
        var (ana, ben) = (bot.Mattermost.DirectMessageFrom("ana"), bot.Mattermost.DirectMessageFrom("ben"));
        await ana.Types("ticket");
        await ana.Sees(Texts.TicketIntroductionUser);
        var ticket = await TicketOf(bot, ana);
        bot.Mattermost.CreateCommand(new Uri(twice.Address, SlashCommandEndpoint.Path));

        await ben.Types($"/callshelp ticket {ticket.Id} it failed for me, too");
        await BotAndSandbox.WaitAsync(() => Count(ben, Texts.TicketAdded(ticket.Id)) == 2, "both deliveries to be answered");
        await ben.Types($"/callshelp ticket {ticket.Id} it failed for me, too");
        await BotAndSandbox.WaitAsync(() => Count(ben, Texts.TicketAdded(ticket.Id)) == 4, "the second command to be answered");

        var store = bot.Services.GetRequiredService<TicketStore>();
        (await store.FindAsync(ticket.Id, CancellationToken.None))!.Additions.Select(addition => addition.Value)
            .ShouldBe(["it failed for me, too", "it failed for me, too"], "each command once, the same words or not");
        Count(ana, Texts.TicketSomebodyAdded("ben", ticket.Id)).ShouldBe(2);
        bot.ShouldHaveLoggedNoWarnings();

        static int Count(Chat chat, string words) => chat.Transcript.Split(words).Length - 1;
    }

    [Fact]
    public async Task A_preview_is_of_no_use_to_others_after_a_restart_or_twice()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var ana = bot.Mattermost.DirectMessageFrom("ana");
        await ana.Types("ticket");
        await ana.Presses(Texts.TicketFillInButton);
        await ana.Submits(Written("It fails.", logs: TicketField.No));
        await ana.Sees(Texts.TicketPreviewConsent);

        await bot.RestartBotAsync();
        await ana.Presses(Texts.TicketYesButton);
        await ana.Sees(Texts.TicketPreviewGone);
        await ana.Presses(Texts.TicketPreviewButton);
        await ana.Sees(Texts.TicketPreviewConsent);
        await ana.Presses(Texts.TicketYesButton);
        await ana.Sees(Texts.TicketLinks);

        (await TicketOf(bot, ana, sent: true)).IsSent.ShouldBeTrue();
    }

    [Fact]
    public async Task A_walk_without_a_cure_offers_the_ticket_and_its_steps_are_in_it()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var ana = bot.Mattermost.DirectMessageFrom("ana");
        await ana.Types("/callshelp");
        await ana.Presses("It keeps connecting, then gives up");
        await ana.Presses("For some people");
        await ana.Presses("On a VPN");
        await ana.Presses(Texts.ItHelpedButton);

        await ana.Presses(Texts.TicketButton);
        await ana.Submits(Written("It fails.", logs: TicketField.Yes));
        await ana.Sees(Texts.TicketPreviewConsent);
        await ana.Presses(Texts.TicketYesButton);
        await ana.Sees(Texts.TicketLinks);

        var text = SomeTicket.Unzip(await BundleAsync(bot, ana))["ticket.md"].Text();
        text.ShouldContain("Who is affected: For some people");
        text.ShouldContain("N2 It keeps failing for several clients: **met**");
    }

    /// <summary>A server that had no answer in time, or a proxy in between, sends a request again.</summary>
    private static async Task DeliverTwiceAsync(HttpContext context, BotAndSandbox bot)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        using var http = new HttpClient();
        foreach (var last in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(bot.BotUrl, SlashCommandEndpoint.Path))
            {
                Content = new ByteArrayContent(body.ToArray()),
            };
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(context.Request.ContentType!);
            request.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers.Authorization.ToString());
            using var reply = await http.SendAsync(request);
            reply.EnsureSuccessStatusCode();
            if (last)
            {
                context.Response.ContentType = reply.Content.Headers.ContentType!.ToString();
                await context.Response.Body.WriteAsync(await reply.Content.ReadAsByteArrayAsync());
            }
        }
    }

    private static Dictionary<string, object?> Written(string description, string logs) => new()
    {
        [TicketField.Description] = description,
        [TicketField.Since] = "2026-11-22 09:30 UTC",
        [TicketField.Steps] = "1. Start a call.\n2. Wait.",
        [TicketField.Affected] = null,
        [TicketField.Logs] = logs,
    };

    private static async Task<TicketDraft> TicketOf(BotAndSandbox bot, Chat chat, bool sent = false)
    {
        var store = bot.Services.GetRequiredService<TicketStore>();
        if (!sent)
        {
            return (await store.FindLatestAsync(chat.Person.Id, CancellationToken.None)).ShouldNotBeNull();
        }

        await BotAndSandbox.WaitAsync(() => store.FindLatestAsync(chat.Person.Id, CancellationToken.None).Result is null, "the ticket to be handed out");
        var id = chat.Transcript.Split("`/callshelp ticket ")[1][..10];
        return (await store.FindAsync(id, CancellationToken.None)).ShouldNotBeNull();
    }

    internal static async Task<byte[]> BundleAsync(BotAndSandbox bot, Chat chat)
    {
        var mattermost = bot.Services.GetRequiredService<MattermostClient>();
        var posts = await mattermost.Api.GetPostsSinceAsync(chat.Channel.Id, 1, CancellationToken.None);
        var id = posts.Posts.Values.Where(post => post.FileIds is { Count: > 0 }).MaxBy(post => post.CreateAt)!.FileIds![0];
        using var zip = new MemoryStream();
        await mattermost.DownloadFileAsync(id, zip, 50_000_000, CancellationToken.None);
        return zip.ToArray();
    }
}
