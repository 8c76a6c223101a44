using System.Diagnostics;
using System.Text;
using CallsBot.Analysis;

namespace CallsBot.Tests.Analysis;

/// <summary>Mixed pastes come apart where one thing ends and another begins, and lose nothing.</summary>
public sealed class PasteCutterTests
{
    private static IReadOnlyList<Shape> Shapes => AnalyserCatalog.Shapes;

    [Fact]
    public void Nothing_is_lost_or_changed_between_the_parts()
    {
        foreach (var path in Corpus.All.SelectMany(entry => entry.Paths).Where(path => new FileInfo(path).Length < PasteCutter.Longest))
        {
            var text = File.ReadAllText(path);

            string.Concat(PasteCutter.Cut(text, Shapes).Select(part => part.Text)).ShouldBe(text, path);
        }
    }

    [Fact]
    public void A_part_knows_the_line_on_which_it_begins()
    {
        const string text = "look:\n$ sysctl net.core.rmem_max\nnet.core.rmem_max = 212992\n\n$ sudo ufw status\nStatus: inactive\n";

        PasteCutter.Cut(text, Shapes).Select(part => (part.Kind, part.FirstLine)).ShouldBe([(PieceKind.Sysctl, 1), (PieceKind.Ufw, 5)]);
    }

    [Fact]
    public void A_log_stays_one_piece_whatever_stands_in_it()
    {
        var log = new StringBuilder();
        for (var line = 0; line < 400; line++)
        {
            log.Append("{\"timestamp\":\"2026-11-22 06:18:00.123 Z\",\"level\":\"debug\",\"msg\":\"ice failed\",\"caller\":\"rtc/sfu.go:375\"}\n");
            log.Append(line % 50 == 0 ? "\ngoroutine 1 [running]:\nmain.main()\n\t/opt/main.go:10 +0x1d\n{\n  \"a\": 1\n}\n" : "");
        }

        PasteCutter.Cut(log.ToString(), Shapes).ShouldHaveSingleItem().Kind.ShouldBe(PieceKind.RtcdLog);
    }

    [Fact]
    public void A_log_within_a_paste_is_cut_out_of_it()
    {
        const string text = "Nmap first:\nStarting Nmap 7.93 ( https://nmap.org )\nPORT     STATE  SERVICE\n8443/udp closed x\n\n$ docker logs rtcd\n"
            + "info  [2026-11-22 06:18:00.123 Z] service: starting up                           caller=\"service/service.go:67\" buildVersion=v1.2.6\n\ninfo  [2026-11-22 06:18:01.123 Z] api: server is listening on :8045              caller=\"api/server.go:59\"\n$ date\n";

        PasteCutter.Cut(text, Shapes).Select(part => part.Kind).ShouldBe([PieceKind.Nmap, PieceKind.RtcdLog]);
    }

    [Fact]
    public void A_log_line_that_follows_an_output_without_a_prompt_is_cut_off_it()
    {
        const string text = "$ sysctl net.core.rmem_max\nnet.core.rmem_max = 212992\n\nand the log says\n"
            + "{\"timestamp\":\"2026-11-22 06:18:00.123 Z\",\"level\":\"error\",\"msg\":\"failed to create rtcd manager: no such host\",\"caller\":\"app/plugin_api.go:1005\",\"plugin_id\":\"com.mattermost.calls\"}\n";

        PasteCutter.Cut(text, Shapes).Select(part => (part.Kind, part.FirstLine)).ShouldBe([(PieceKind.Sysctl, 1), (PieceKind.MattermostLog, 5)]);
    }

    [Fact]
    public void Prose_is_one_unknown_piece()
    {
        const string text = "Hello,\n\ncurl says nothing to me.\n\nCan I get\n\nhelp? top of the list: sound.\n";

        PasteCutter.Cut(text, Shapes).ShouldHaveSingleItem().Kind.ShouldBe(PieceKind.Unknown);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\n\n$ ss -lun\n")]
    [InlineData("{\n")]
    [InlineData("```\n")]
    [InlineData("a\n\n")]
    [InlineData("x")]
    public void A_text_of_a_mebibyte_is_cut_quickly_however_it_is_made(string part)
    {
        var text = new StringBuilder();
        while (text.Length + part.Length <= PasteCutter.Longest)
        {
            text.Append(part);
        }

        var started = Stopwatch.GetTimestamp();
        var parts = PasteCutter.Cut(text.ToString(), Shapes);

        parts.Sum(one => one.Text.Length).ShouldBe(text.Length);
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }
}
