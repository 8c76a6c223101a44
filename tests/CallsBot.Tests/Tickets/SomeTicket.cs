using System.Net;
using System.Text;
using CallsBot.Checks;
using CallsBot.Probes;
using CallsBot.Redaction;
using CallsBot.Reports;
using CallsBot.Tests.Reports;
using CallsBot.Tickets;
using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Tickets;

/// <summary>Tickets as a walk and a diagnosis make them, without either.</summary>
internal static class SomeTicket
{
    public static readonly DateTimeOffset At = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    /// <summary>A question, a check, something to try, something to paste, and an end.</summary>
    public static Tree Tree { get; } = new("some-tree", "Some tree", "who", new Dictionary<string, Node>
    {
        ["who"] = new AskNode("who", "Who is affected", "For whom does it fail?", null, ["N2"],
            [new Answer("everyone", "For everyone", "look", []), new Answer("only-me", "Only for me", "look", [])], Menu: false) { As = "scope" },
        ["look"] = new CheckNode("look", "Is RTCD up", "", null, ["D1"], "rtcd-version",
            Enum.GetValues<Outcome>().ToDictionary(outcome => outcome, _ => "try"), new Dictionary<string, string>()),
        ["try"] = new InstructNode("try", "Try another network", "Try.", null, [], "better", "lines"),
        ["lines"] = new CollectNode("lines", "Paste the lines", "Paste.", null, [], "console-lines", "end", "end"),
        ["better"] = new ConcludeNode("better", "It works", "Good.", null, [], "solved", Resolved: true, OffersTicket: false),
        ["end"] = new ConcludeNode("end", "Not found yet", "Ask support.", null, [], "unexplained", Resolved: false, OffersTicket: true),
    });

    public static CheckResult Finding(Outcome outcome = Outcome.Pass) => new(
        "rtcd-version", outcome, outcome == Outcome.Pass ? null : "http-status", "RTCD answered.", "rtcd.corp-nowhere.com:8045 answered from 10.1.2.3.",
        [new Evidence("URL", "http://calls:Fake9pw2Xq7Lm@rtcd.corp-nowhere.com:8045")], Vantage.Bot, [])
    {
        Inventory = [new Evidence("RTCD version", "v1.2.6")],
    };

    public static TicketWalk Walk(string pasted = "connected", string scope = "everyone", bool helped = false, bool ends = true)
    {
        List<Trigger> triggers = [new Answered("who", scope), new Checked("look", Outcome.Pass, null), new Helped("try", helped)];
        if (!helped && ends)
        {
            triggers.Add(new Collected("lines", pasted));
        }

        var machine = TroubleshootingMachine.Replay(Tree, triggers);
        machine.History.Count.ShouldBe(triggers.Count);
        return TicketWalk.Of("session-1", machine, trigger => trigger is Checked ? Finding() : null);
    }

    public static Report Healthy(params IReadOnlyList<Evidence> inventory) =>
        SomeReport.Of(SomeReport.Check("rtcd-version", Outcome.Pass), SomeReport.Check("media-udp-ipv4", Outcome.Pass)) with
        {
            Inventory = [new("RTCD version", "v1.2.6"), new("Mattermost", "11.0.2"), new("Calls plugin", "1.12.2"), new("Licence", "Enterprise"), .. inventory],
        };

    public static TicketFacts Facts() => new()
    {
        TicketId = "k3f9m2xq",
        WrittenAt = At,
        HasServerData = true,
        Words = new TicketWords
        {
            Description = "Calls end after half a minute.",
            Since = "2026-11-22 09:30 UTC+1",
            Steps = "1. Start a call in a channel.\n2. Wait for half a minute.",
        },
        Walk = Walk("Chrome/142.0.0.0 Safari/537.36 (Windows NT 10.0; Win64)\ncallID=abcdefghijklmnopqrstuvwx12"),
        Report = Healthy(),
        Metrics = Metrics(
            """
            # HELP go_goroutines Number of goroutines that currently exist.
            go_goroutines 18
            # TYPE rtcd_process_cpu_seconds_total counter
            rtcd_process_cpu_seconds_total 1.27
            rtcd_process_resident_memory_bytes 4.5150208e+07
            rtcd_rtc_conn_states_total{type="closed"} 9
            rtcd_rtc_conn_states_total{type="connected"} 12
            rtcd_rtc_errors_total{groupID="abcdefghijklmnopqrstuvwx12",type="ice"} 2
            rtcd_rtc_sessions_total{groupID="abcdefghijklmnopqrstuvwx12"} 3
            """),
        Settings = [new SettingFact("ICEHostOverride", "203.0.113.9", "from the System Console"), new SettingFact("EnableAV1", "False", "the default")],
        ServerLog = ["{\"level\":\"info\",\"msg\":\"rtcd connected\",\"plugin_id\":\"com.mattermost.calls\"}"],
    };

    /// <summary>Of an RTCD at 10.1.2.3.</summary>
    public static RtcdSnapshot Metrics(string page, bool isCut = false) => new(
        RtcdSnapshot.DefaultUrl,
        [RtcdPage.Of(
            new IPEndPoint(IPAddress.Parse("10.1.2.3"), 8045), At.AddSeconds(5),
            new HttpReply(IPAddress.Parse("10.1.2.3"), "HTTP 200") { Status = 200, Body = page, IsCut = isCut })],
        Missing: null);

    public static async Task<(WrittenTicket Ticket, byte[] Zip)> WriteAsync(TicketFacts facts, IReadOnlyList<TicketTemplate>? templates = null)
    {
        using var bundle = new MemoryStream();
        var ticket = await WrittenTicket.WriteAsync(
            facts, templates ?? TicketTemplate.BuiltIn, bundle, Pseudonyms.WithKey("0123456789abcdef"u8), CancellationToken.None);
        return (ticket, bundle.ToArray());
    }

    public static Dictionary<string, byte[]> Unzip(byte[] zip)
    {
        using var archive = new System.IO.Compression.ZipArchive(new MemoryStream(zip));
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var content = entry.Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            return copy.ToArray();
        });
    }

    public static string Text(this byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
