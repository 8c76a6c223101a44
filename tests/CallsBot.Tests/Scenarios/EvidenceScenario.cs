using System.IO.Compression;
using System.Text;
using CallsBot.Analysis;
using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using CallsBot.Sandbox.Mattermost;
using CallsBot.Tests.Analysis;
using CallsBot.Tests.Support;
using CallsBot.Tests.Tickets;
using CallsBot.Tickets;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.DependencyInjection;

namespace CallsBot.Tests.Scenarios;

/// <summary>Files and pasted texts in the direct channel: what they show, where the walk goes on, what the ticket gets.</summary>
public sealed class EvidenceScenario
{
    private const string Secret = "Fake9pw2Xq7Lm4Rt";
    private const string Refused = "rtcd-credentials-refused";

    internal static readonly string WrongKey = string.Concat(Enumerable.Range(0, 5).Select(second =>
        $"{{\"timestamp\":\"2026-11-22 06:18:0{second}.123 Z\",\"level\":\"error\",\"msg\":\"service: authentication failed\",\"caller\":\"service/auth.go:55\",\"clientID\":\"hq\",\"error\":\"authentication failed\"}}\n"));

    private static ChatTexts Texts => ChatTexts.English;

    private static FindingType RefusedType => FindingCatalog.Shipped[Refused];

    [Fact]
    public async Task A_log_that_shows_the_cause_moves_the_open_session_there_and_back_returns()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");
        await chat.Types("/callshelp");
        await chat.Presses("It keeps connecting, then gives up");
        await chat.Sees("For whom does it fail?");

        chat.Uploads("rtcd.log", Bytes(WrongKey));

        await chat.Sees(Texts.EvidenceMovedOn);
        chat.Transcript.ShouldContain(RefusedType.Says);
        chat.Transcript.ShouldContain(RefusedType.Do!);
        chat.Transcript.ShouldContain(Texts.EvidenceLine("`rtcd.log`", 1));
        chat.Transcript.ShouldContain("service: authentication failed");
        (await bot.SessionOf(chat)).Current.Id.ShouldBe(RefusedType.Node);

        await chat.Presses(Texts.BackButton);
        await chat.Sees("For whom does it fail?");
        bot.ShouldHaveLoggedNoWarnings();
    }

    [Fact]
    public async Task Somebody_who_is_no_administrator_is_told_what_it_is_and_whom_to_ask()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");

        chat.Uploads("rtcd.log", Bytes(WrongKey));

        await chat.Sees(RefusedType.Says);
        await chat.Sees(Texts.EvidenceBegins);
        chat.Transcript.ShouldContain(Texts.EvidenceAskAdministrator);
        chat.Transcript.ShouldNotContain(RefusedType.Cause!);
        (await bot.SessionOf(chat)).Current.Id.ShouldBe(RefusedType.Node);
    }

    [Fact]
    public async Task What_nobody_knows_is_said_to_be_unknown_and_asked_about()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");

        chat.Uploads("list.txt", Bytes("Milk, bread, eggs.\n"));

        await chat.Sees(Texts.EvidenceUnknown("`list.txt`"));
    }

    [Fact]
    public async Task A_paste_is_read_like_a_file_and_a_secret_in_it_is_not_shown()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");

        await chat.Types("This is what it says:\n" + WrongKey.Replace("\"hq\"", $"\"hq\",\"authKey\":\"{Secret}\"", StringComparison.Ordinal));

        await chat.Sees(RefusedType.Says);
        Said(bot, chat).ShouldNotContain(Secret, Case.Sensitive);
    }

    [Fact]
    public async Task A_question_for_a_paste_takes_a_file_and_goes_on()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await StandsOnACollectNodeAsync(bot, chat);
        var before = await bot.SessionOf(chat);

        chat.Uploads("list.txt", Bytes("Milk, bread, eggs.\n"));

        await chat.Sees(Texts.EvidenceKept);
        var after = await bot.SessionOf(chat);
        after.Machine.Kept[((CollectNode)before.Current).As].ShouldBe("[list.txt]");
        after.Current.Id.ShouldBe(((CollectNode)before.Current).Next);
    }

    [Fact]
    public async Task A_ticket_gets_what_was_handed_in_redacted_and_names_what_it_leaves_out()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");
        chat.Uploads("logs.zip", Zip(("rtcd.log", $"{WrongKey}{{\"level\":\"info\",\"msg\":\"password={Secret} 203.0.113.77\"}}\n"), ("core.bin", "\0\u0001\u0002")));
        await chat.Sees(Texts.EvidenceBegins);

        await chat.Types("/callshelp ticket");
        await chat.Submits(new Dictionary<string, object?>
        {
            [TicketField.Description] = "Nobody can join.",
            [TicketField.Logs] = TicketField.Yes,
        });
        await chat.Sees(Texts.TicketPreviewConsent);
        await chat.Presses(Texts.TicketYesButton);
        await chat.Sees(Texts.TicketLinks);

        var files = SomeTicket.Unzip(await TicketScenario.BundleAsync(bot, chat));
        files["evidence/report.md"].Text().ShouldContain(RefusedType.Says);
        var log = files.Single(file => file.Key.EndsWith("rtcd.log", StringComparison.Ordinal));
        log.Key.ShouldStartWith("evidence/");
        log.Value.Text().ShouldContain("service: authentication failed");
        log.Value.Text().ShouldNotContain(Secret);
        log.Value.Text().ShouldNotContain("203.0.113.77");
        files["evidence/left-out.txt"].Text().ShouldContain("core.bin");
        files["ticket.md"].Text().ShouldContain("logs.zip");
    }

    [Fact]
    public async Task What_was_being_read_when_the_process_ended_is_read_after_the_next_start()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        var post = await chat.Types("thanks");
        await chat.Sees(Texts.YouAreWelcome);
        var card = chat.LastPost;

        // As a crash leaves it between the promise and the reading.
        await bot.Services.GetRequiredService<EvidenceStore>().TryAddAsync(
            new StoredEvidence(post!.Id, chat.Person.Id, chat.Channel.Id, "", "", card.Id, "", "", ""), CancellationToken.None);

        await bot.RestartBotAsync();

        string Shown() => $"{bot.Mattermost.Workspace.GetPost(card.Id).Props}";
        await Wait.ForAsync(bot.Mattermost.Workspace.Changes, TimeSpan.FromSeconds(20), () => Shown().Contains("I do not know what", StringComparison.Ordinal), Shown);
    }

    [Fact]
    public async Task A_capture_comes_back_with_a_picture()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");
        var capture = Corpus.All.Where(entry => entry.Kinds is ["capture"]).SelectMany(entry => entry.Paths).First();

        chat.Uploads("call.pcap", await File.ReadAllBytesAsync(capture));

        await chat.Sees(Texts.EvidenceWholeReport);
        var names = (await FilesOfAsync(bot, chat.LastPost)).Select(file => file.Name).ToList();
        names.ShouldContain(name => name.EndsWith(".png", StringComparison.Ordinal));
        names.ShouldContain(name => name.EndsWith(".md", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_administrator_is_told_what_keeps_RTCD_busy_and_gets_the_profile()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");

        await chat.Types("/callshelp check profile");

        await chat.Sees(Texts.ProfileAttached);
        chat.Transcript.ShouldContain("flat");
        (await FilesOfAsync(bot, chat.LastPost)).Select(file => file.Name).ShouldContain("rtcd.cpu.pprof");
        bot.ShouldHaveLoggedNoWarnings();
    }

    [Fact]
    public async Task Nobody_else_gets_a_profile()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");

        await chat.Types("check profile");

        await chat.Sees(Texts.ChecksAreForAdministrators);
        bot.Mattermost.Workspace.PostsIn(chat.Channel.Id).ShouldAllBe(post => post.FileIds.Count == 0);
    }

    [Fact]
    public async Task Words_that_come_with_a_file_are_answered_as_well()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");

        chat.Uploads("list.txt", Bytes("Milk, bread, eggs.\n"), "it keeps connecting");

        await chat.Sees(Texts.EvidenceUnknown("`list.txt`"));
        await chat.Sees("For whom does it fail?");
        (await bot.SessionOf(chat)).Current.Id.ShouldBe("who-keeps");
    }

    [Fact]
    public async Task What_ended_the_process_twice_is_given_up()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        var post = await chat.Types("thanks");
        await chat.Sees(Texts.YouAreWelcome);
        var card = chat.LastPost;
        var store = bot.Services.GetRequiredService<EvidenceStore>();
        await store.TryAddAsync(new StoredEvidence(post!.Id, chat.Person.Id, chat.Channel.Id, "", "", card.Id, "", "", ""), CancellationToken.None);
        await store.BeginReadingAsync(post.Id, CancellationToken.None);
        await store.BeginReadingAsync(post.Id, CancellationToken.None);

        await bot.RestartBotAsync();

        string Shown() => $"{bot.Mattermost.Workspace.GetPost(card.Id).Props}";
        await Wait.ForAsync(bot.Mattermost.Workspace.Changes, TimeSpan.FromSeconds(20), () => Shown().Contains("I could not read it", StringComparison.Ordinal), Shown);
    }

    [Fact]
    public async Task What_evidence_names_is_drawn_as_no_picture()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("sysadmin");

        chat.Uploads("inspect.json", Bytes("""[{"Id":"abc","Name":"/rtcd","State":{"Status":"exited","ExitCode":1,"OOMKilled":false},"Config":{"Image":"mattermost/rtcd![x](https://example.com/x.png)"},"HostConfig":{"NetworkMode":"host"}}]"""));

        await chat.Sees(Texts.EvidenceWhatIRead);
        Said(bot, chat).ShouldNotContain("](https://example.com");
    }

    [Fact]
    public async Task A_file_that_is_gone_is_told_of_and_the_bot_goes_on()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        bot.Mattermost.Workspace.LosesFiles = true;

        chat.Uploads("rtcd.log", Bytes(WrongKey));

        await chat.Sees(Texts.EvidenceCouldNot);
    }

    private static async Task StandsOnACollectNodeAsync(BotAndSandbox bot, Chat chat)
    {
        await chat.Types("/callshelp");
        await chat.Sees("It keeps connecting");
        var session = await bot.SessionOf(chat);
        var collect = session.Tree.Nodes.Values.OfType<CollectNode>().First(node => node.Id == "console-lines");
        var steps = bot.Services.GetRequiredService<SessionSteps>();
        var moved = await steps.TryTakeAsync(session, new SessionStep(new Shown(session.Current.Id, collect.Id), null, session.UserId, null), CancellationToken.None);
        await bot.Services.GetRequiredService<SessionPosts>().ShowNewAsync(moved!, "", answersPost: null, CancellationToken.None);
        await chat.Sees(collect.Title);
    }

    private static Task<CallsBot.Protocols.Mattermost.FileInfo[]> FilesOfAsync(BotAndSandbox bot, Post post) =>
        Task.WhenAll((post.FileIds ?? []).Select(id => bot.Services.GetRequiredService<MattermostClient>().Api.GetFileInfoAsync(id, CancellationToken.None)));

    private static string Said(BotAndSandbox bot, Chat chat) => string.Join(
        '\n', bot.Mattermost.Workspace.PostsIn(chat.Channel.Id).Where(post => post.IsFromBot).Select(post => $"{post.Message}{post.Props}"));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Zip(params (string Name, string Text)[] files)
    {
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Bytes(text));
            }
        }

        return buffer.ToArray();
    }
}
