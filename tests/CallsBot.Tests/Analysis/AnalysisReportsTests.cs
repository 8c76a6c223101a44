using System.Text.Json;
using System.Xml.Linq;
using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Cli;
using CallsBot.Languages;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Analysis;

/// <summary>One report in every form in which it can be written.</summary>
public sealed class AnalysisReportsTests
{
    private const string Catalog = """
        wrong-key:
          group: credentials
          outcome: fail
          certainty: likely
          says: The Calls plugin and RTCD do not have the same key.
          user: Tell an administrator.
          cause: "The plugin sends the key of {host}, and RTCD refuses it."
          do: |
            Set the key again:
            ```
            mmctl config set PluginSettings.Plugins.com.mattermost.calls.rtcdserviceurl http://{host}
            ```
          explains: [no-media]
        no-media:
          group: media-path
          outcome: fail
          certainty: possible
          says: No sound came through.
          cause: No session was set up.
          do: Look at the key first.
        slow-disk:
          group: host
          outcome: warn
          certainty: certain
          says: The disk is slow.
          cause: It is full.
          do: Run `df -h`.
        logged-in:
          group: credentials
          outcome: pass
          certainty: certain
          says: Somebody logged in.
        """;

    private static readonly FindingCatalog Findings = FindingCatalog.Read([("a.yaml", Catalog)]);

    [Fact]
    public void The_text_says_first_what_is_wrong_and_what_to_do() => Approved.Match(AnalysisText.Of(Report()));

    [Fact]
    public void Markdown_for_an_administrator_has_the_commands_and_the_lines() =>
        Approved.Match(AnalysisMarkdown.Of(Report(), Language.English, administrator: true));

    [Fact]
    public void Markdown_for_anyone_else_has_neither_hosts_nor_lines()
    {
        var text = AnalysisMarkdown.Of(Report(), Language.English, administrator: false);

        text.ShouldContain("Tell an administrator.");
        foreach (var secret in new[] { "rtcd.example.com", "mmctl", "df -h", "login failed", "Seen 42 times", "10.0.0.5" })
        {
            text.ShouldNotContain(secret);
        }
    }

    [Theory]
    [InlineData(400)]
    [InlineData(700)]
    [InlineData(1_000)]
    [InlineData(1_400)]
    public void Markdown_is_as_long_as_it_may_be_and_every_code_block_in_it_ends(int longest)
    {
        var text = AnalysisMarkdown.Of(Report(), Language.English, administrator: true, longest);

        text.Length.ShouldBeLessThanOrEqualTo(longest);
        text.ShouldContain("do not have the same key");
        text.ShouldEndWith("…\n");
        (text.Split("```").Length % 2).ShouldBe(1, "a block is open");
    }

    [Fact]
    public void Words_of_strangers_end_no_block_and_draw_no_picture()
    {
        var report = Report() with
        {
            Pieces = [new ReadPiece(new Piece("a`b.log", PieceKind.RtcdLog), 10, new PieceReading { Tables = [new Table("T", ["A"], [["![x](http://evil) | y"]])] })],
            Findings = [Findings.Found("slow-disk", new Quote("a.log", 1, "``` **loud** ```"))],
        };

        var text = AnalysisMarkdown.Of(report, Language.English, administrator: true);

        (text.Split("```").Length % 2).ShouldBe(1);
        text.ShouldContain("!\\[x](http://evil) \\| y");
        text.ShouldContain("`a'b.log`");
    }

    [Fact]
    public void Json_holds_every_finding_with_its_lines_and_every_piece()
    {
        var json = JsonDocument.Parse(AnalysisJson.Of(Report())).RootElement;

        json.GetProperty("outcome").GetString().ShouldBe("fail");
        json.GetProperty("first").GetString().ShouldBe("wrong-key");
        json.GetProperty("findings").GetArrayLength().ShouldBe(4);
        var quote = json.GetProperty("findings")[0].GetProperty("quotes")[0];
        (quote.GetProperty("piece").GetString(), quote.GetProperty("line").GetInt64()).ShouldBe(("logs/rtcd.log", 12));
        json.GetProperty("findings")[0].GetProperty("do").GetString()!.ShouldContain("http://rtcd.example.com");
        json.GetProperty("pieces")[0].GetProperty("pictures")[0].GetProperty("fileName").GetString().ShouldBe("packets.png");
        json.GetProperty("pieces")[1].GetProperty("pictures")[0].GetProperty("fileName").GetString().ShouldBe("packets-2.png");
        json.GetProperty("timeline").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public void Junit_has_a_case_for_each_finding_and_skips_what_was_not_read()
    {
        var xml = XDocument.Parse(AnalysisJunit.Of(Report())).Root!;

        ((int)xml.Attribute("tests")!, (int)xml.Attribute("failures")!, (int)xml.Attribute("skipped")!).ShouldBe((6, 2, 2));
        xml.Elements("testsuite").Select(suite => (string)suite.Attribute("name")!).ShouldBe(["credentials", "media-path", "host", "not read"]);
        xml.Descendants("testcase").Count().ShouldBe(6);
        xml.Descendants("failure").First().Value.ShouldContain("logs/rtcd.log:12: login failed");
    }

    [Fact]
    public void Sarif_points_at_the_lines()
    {
        var run = JsonDocument.Parse(AnalysisSarif.Of(Report())).RootElement.GetProperty("runs")[0];

        var result = run.GetProperty("results")[0];
        (result.GetProperty("ruleId").GetString(), result.GetProperty("level").GetString()).ShouldBe(("wrong-key", "error"));
        var place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
        place.GetProperty("artifactLocation").GetProperty("uri").GetString().ShouldBe("logs/rtcd.log");
        place.GetProperty("region").GetProperty("startLine").GetInt32().ShouldBe(12);
        run.GetProperty("results").EnumerateArray().Select(one => one.GetProperty("kind").GetString()).ShouldBe(["fail", "fail", "fail", "pass"]);
        run.GetProperty("invocations")[0].GetProperty("toolExecutionNotifications").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public void The_process_ends_with_what_was_found()
    {
        var report = Report();
        ReadPiece[] known = [report.Pieces[0]];

        AnalyseCommand.ExitCodeOf(report).ShouldBe(3);
        AnalyseCommand.ExitCodeOf(report with { Findings = [Findings.Found("slow-disk")] }).ShouldBe(4);
        AnalyseCommand.ExitCodeOf(report with { Findings = [Findings.Found("logged-in")], Pieces = known }).ShouldBe(0);
        AnalyseCommand.ExitCodeOf(report with { Findings = [Findings.Found("logged-in")] }).ShouldBe(4, "a piece was not read to its end");
        AnalyseCommand.ExitCodeOf(report with { Findings = [], Pieces = known }).ShouldBe(4, "silence is not proof");
        AnalyseCommand.ExitCodeOf(report with { Findings = [], Pieces = [report.Pieces[2]] }).ShouldBe(2);
    }

    [Fact]
    public void A_language_file_has_to_have_every_text_with_the_code_and_placeholders_of_English()
    {
        const string Good = """
            wrong-key:
              says: Das Calls-Plugin und RTCD haben nicht denselben Schlüssel.
              user: Sagen Sie es einem Administrator.
              cause: Das Plugin schickt den Schlüssel von {host}, und RTCD lehnt ihn ab.
              do: |
                Setzen Sie den Schlüssel neu:
                ```
                mmctl config set PluginSettings.Plugins.com.mattermost.calls.rtcdserviceurl http://{host}
                ```
            no-media: {says: Es kam kein Ton an., cause: Es gab keine Sitzung., do: Sehen Sie zuerst nach dem Schlüssel.}
            slow-disk: {says: Die Platte ist langsam., cause: Sie ist voll., do: Geben Sie `df -h` ein.}
            logged-in: {says: Jemand hat sich angemeldet.}
            """;

        FindingTextFile.Check(Findings, Language.German, Good).ShouldBeEmpty();
        FaultsOf(Good.Replace("`df -h`", "`df`", StringComparison.Ordinal)).ShouldContain("slow-disk/do has the code df, and English has df -h");
        FaultsOf(Good.Replace("{host}, und", "dort, und", StringComparison.Ordinal)).ShouldContain("wrong-key/cause has the placeholders none, and English has host");
        FaultsOf(Good + "\nmore: {says: Mehr.}").ShouldContain("more is left over");
        FaultsOf(Good.Replace("angemeldet.", "angemeldet., user: Nichts.", StringComparison.Ordinal)).ShouldContain("logged-in/user is left over");
        FaultsOf(Good.Replace("logged-in: {says: Jemand hat sich angemeldet.}", "", StringComparison.Ordinal)).ShouldContain("logged-in is missing");

        static string FaultsOf(string yaml) => string.Join('\n', FindingTextFile.Check(Findings, Language.German, yaml));
    }

    [Fact]
    public void The_files_of_findings_that_ship_have_no_faults() => FindingTextFile.Check().ShouldBeEmpty();

    private static AnalysisReport Report()
    {
        var at = new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.Zero);
        var picture = new Picture("packets.png", new byte[] { 1 }, "Packets per second: 50 out, none back.");
        return new AnalysisReport(
            "0123abcd",
            at,
            TimeSpan.FromMilliseconds(123),
            [
                new ReadPiece(new Piece("logs/rtcd.log", PieceKind.RtcdLog), 1_234_567, new PieceReading
                {
                    Facts = [new Evidence("Lines", "12345"), new Evidence("Host", "10.0.0.5")],
                    Tables = [new Table("Most frequent", ["Line", "Count"], [["login failed", "42"], ["ok", "7"]])],
                    Pictures = [picture],
                }),
                new ReadPiece(new Piece("capture.pcap", PieceKind.Capture), 2_000, new PieceReading { Pictures = [picture], Trouble = "The file ends in the middle of a packet." }),
                new ReadPiece(new Piece("shopping.txt", PieceKind.Unknown), 12, PieceReading.Nothing),
            ],
            FindingOrder.Of(
            [
                Findings.Found("no-media"),
                Findings.Found("logged-in"),
                Findings.Found("slow-disk", Quote.Of("logs/rtcd.log", 99, "write took 12 s")),
                Findings.Found("wrong-key", Quote.Of("logs/rtcd.log", 12, "login failed"), Quote.Of("logs/rtcd.log", 13, "login failed")) with
                {
                    Words = new Dictionary<string, string> { ["host"] = "rtcd.example.com" },
                    Count = 42,
                    FirstAt = at,
                    LastAt = at.AddMinutes(5),
                },
            ]),
            [new Moment(at, "logs/rtcd.log", 12, "login failed"), new Moment(at.AddMinutes(5), "capture.pcap", null, "last packet")]);
    }
}
