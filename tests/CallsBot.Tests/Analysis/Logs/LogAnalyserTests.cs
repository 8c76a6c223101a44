using System.Text;
using CallsBot.Analysis;
using CallsBot.Analysis.Logs;
using CallsBot.Checks;

namespace CallsBot.Tests.Analysis.Logs;

public sealed class LogAnalyserTests
{
    private const string Joined = """{"timestamp":"2026-11-22 06:00:00.000 Z","level":"debug","msg":"service: join message","sessionCfg":{"CallID":"c1","SessionID":"SESSION"}}""";
    private const string Connected = """{"timestamp":"2026-11-22 06:00:01.000 Z","level":"debug","msg":"rtc connected!","sessionID":"SESSION"}""";
    private const string Left = """{"timestamp":"2026-11-22 06:10:00.000 Z","level":"debug","msg":"service: leave message","sessionID":"SESSION"}""";
    private const string Failed = """{"timestamp":"2026-11-22 06:10:30.000 Z","level":"debug","msg":"ice failed","sessionID":"SESSION"}""";
    private const string TimedOut = """{"timestamp":"2026-11-22 06:00:10.000 Z","level":"error","msg":"timed out signaling","sessionCfg":{"CallID":"c1","SessionID":"SESSION"}}""";

    [Fact]
    public async Task A_failure_line_of_a_session_that_connected_and_left_is_normal()
    {
        var findings = await ReadAsync((PieceKind.RtcdLog, [Joined, Connected, Left, Failed]));

        Faults(findings).ShouldBeEmpty();
        findings.ShouldContain(finding => finding.Id == "ice-failures-normal" && finding.Count == 1);
        findings.ShouldContain(finding => finding.Id == "sessions-connected" && finding.Count == 1);
    }

    [Fact]
    public async Task A_failure_line_alone_is_no_fault()
    {
        var findings = await ReadAsync((PieceKind.RtcdLog, [Failed]));

        Faults(findings).ShouldBeEmpty();
        findings.ShouldContain(finding => finding.Id == "ice-failures-normal");
    }

    [Fact]
    public async Task A_session_that_joined_and_failed_without_connecting_is_a_blocked_path()
    {
        var findings = await ReadAsync((PieceKind.RtcdLog, [Joined, Failed]));

        Faults(findings).ShouldBe(["session-media-blocked"]);
        findings.Single(finding => finding.Id == "session-media-blocked").Quotes.Select(quote => quote.Line).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_session_lost_while_it_was_connected_is_told_apart_from_one_lost_at_once()
    {
        Faults(await ReadAsync((PieceKind.RtcdLog, [.. LostSessions(3)]))).ShouldBe(["session-lost"]);
        Faults(await ReadAsync((PieceKind.RtcdLog, [Joined, Connected, Failed.Replace("06:10:30", "06:00:31", StringComparison.Ordinal)]))).ShouldBe(["session-lost-early"]);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 28)]
    public async Task A_few_lost_sessions_are_told_and_are_no_fault(int lost, int well)
    {
        var findings = await ReadAsync((PieceKind.RtcdLog, [.. LostSessions(lost), .. Named([Joined, Connected, Left], "well", well)]));

        Faults(findings).ShouldBeEmpty();
        var finding = findings.Single(finding => finding.Id == "session-lost");
        (finding.Outcome, finding.Certainty, finding.Count).ShouldBe((Outcome.Inconclusive, Certainty.Possible, lost));
    }

    [Fact]
    public async Task A_tenth_of_the_sessions_lost_is_a_fault() =>
        Faults(await ReadAsync((PieceKind.RtcdLog, [.. LostSessions(3), .. Named([Joined, Connected, Left], "well", 27)]))).ShouldBe(["session-lost"]);

    [Fact]
    public async Task A_failure_in_a_log_that_begins_after_the_join_in_another_is_normal()
    {
        const string Rotated = """{"timestamp":"2026-11-22 06:05:00.000 Z","level":"info","msg":"x"}""";
        const string Whole = """{"timestamp":"2026-11-22 05:00:00.000 Z","level":"info","msg":"x"}""";

        var rotated = await ReadAsync((PieceKind.RtcdLog, [Joined]), (PieceKind.RtcdLog, [Rotated, Failed]));
        var reversed = await ReadAsync((PieceKind.RtcdLog, [Rotated, Failed]), (PieceKind.RtcdLog, [Joined]));
        var whole = await ReadAsync((PieceKind.RtcdLog, [Joined]), (PieceKind.RtcdLog, [Whole, Failed]));

        Faults(rotated).ShouldBeEmpty();
        rotated.ShouldContain(finding => finding.Id == "ice-failures-normal");
        Faults(reversed).ShouldBeEmpty();
        Faults(whole).ShouldBe(["session-media-blocked"]);
    }

    [Fact]
    public async Task Sessions_of_two_logs_of_one_name_are_two()
    {
        string[] client =
        [
            "debug [2026-11-22T06:00:00.000Z] ws open, sending join msg",
            "error [2026-11-22T06:00:15.000Z] peer error timed out waiting for rtc connection",
        ];
        var sessions = new CallSessions(FindingCatalog.Shipped);
        var signatures = new SignatureSet(FindingCatalog.Shipped, PieceKind.CallLogs);
        for (var number = 0; number < 2; number++)
        {
            var scanner = new LineScanner(signatures.Literals);
            var reading = new LogReading(new Piece("call.txt", PieceKind.CallLogs), number, FindingCatalog.Shipped, signatures, sessions, new MediaAddresses(), scanner);
            await scanner.ScanAsync(Lines(client), reading.See, CancellationToken.None);
        }

        sessions.Seen.ShouldBe(2);
    }

    [Fact]
    public async Task One_session_is_followed_from_the_log_of_the_server_into_that_of_the_client()
    {
        string[] client =
        [
            "debug [2026-11-22T05:59:59.000Z] ws: setting original conn id SESSION",
            "debug [2026-11-22T06:00:00.000Z] ws open, sending join msg",
            "error [2026-11-22T06:00:15.000Z] peer error timed out waiting for rtc connection",
        ];

        var findings = await ReadAsync((PieceKind.RtcdLog, [Joined, TimedOut]), (PieceKind.CallLogs, client));

        Faults(findings).ShouldBe(["client-connection-timeout", "rtcd-signaling-timeout", "session-offer-lost"]);
        FindingOrder.Of(findings)[0].Id.ShouldBe("session-offer-lost");
        Faults(await ReadAsync((PieceKind.RtcdLog, [Joined, Failed]), (PieceKind.CallLogs, client))).ShouldBe(["client-connection-timeout", "session-media-blocked"]);
    }

    [Fact]
    public void Sessions_beyond_the_most_are_forgotten_and_still_counted()
    {
        var sessions = new CallSessions(FindingCatalog.Shipped, most: 10);
        for (var i = 0; i < 1_000; i++)
        {
            var session = sessions.Get($"session{i}");
            session.See(SessionEvent.Joined, at: null, quote: null);
            session.See(i % 4 == 0 ? SessionEvent.Failed : SessionEvent.Connected, at: null, quote: null);
            sessions.Kept.ShouldBeLessThanOrEqualTo(10);
        }

        var findings = sessions.Conclude();

        findings.Single(finding => finding.Id == "sessions-connected").Count.ShouldBe(750);
        findings.Single(finding => finding.Id == "session-media-blocked").Count.ShouldBe(250);
    }

    [Fact]
    public async Task A_refusal_that_goes_on_after_the_registration_is_a_fault()
    {
        const string Refused = """{"timestamp":"2026-11-22 06:00:05.000 Z","level":"error","msg":"service: authentication failed","caller":"service/auth.go:55","error":"authentication failed"}""";
        const string Registered = """{"timestamp":"2026-11-22 06:00:06.000 Z","level":"info","msg":"service: registered new mattermost client"}""";

        Faults(await ReadAsync((PieceKind.RtcdLog, [Refused, Registered]))).ShouldBeEmpty();
        Faults(await ReadAsync((PieceKind.RtcdLog, [Refused, Registered, Refused]))).ShouldBe(["rtcd-credentials-refused"]);
    }

    [Fact]
    public async Task Facts_say_how_much_from_when_to_when_and_of_what_version()
    {
        const string Started = """{"timestamp":"2026-11-22 05:00:00.000 Z","level":"info","msg":"service: starting up","buildVersion":"v1.2.6"}""";
        var reading = await new LogAnalyser(FindingCatalog.Shipped).ReadAsync(
            new Piece("rtcd.log", PieceKind.RtcdLog), Lines([Started, Joined, Connected, TimedOut]), CancellationToken.None);

        reading.Facts.Select(fact => $"{fact.Label}: {fact.Value}").ShouldBe(
        [
            "Lines: 4",
            "Time: 2026-11-22 05:00:00 to 2026-11-22 06:00:10 UTC",
            "Versions: RTCD v1.2.6",
            "Warnings and errors: 0 and 1",
            "Sessions: 1 seen, 1 connected",
        ]);
        reading.Moments.Select(moment => moment.What).ShouldBe(["rtcd-session-joined", "rtcd-session-connected", "rtcd-signaling-timeout"]);
    }

    [Fact]
    public async Task A_fault_far_into_a_very_long_line_is_quoted()
    {
        var line = new string('x', 300_000) + " failed to generate TURN credentials " + new string('y', 300_000);

        var finding = (await ReadAsync((PieceKind.RtcdLog, [line]))).Single(finding => finding.Id == "rtcd-turn-credentials");

        finding.Quotes.ShouldHaveSingleItem().Line.ShouldBe(1);
    }

    [Fact]
    public async Task Mutated_logs_and_junk_are_read_without_an_exception()
    {
        var random = new Random(4711);
        var seeds = Corpus.All.Where(entry => entry.Folder == "logs").SelectMany(entry => entry.Paths).Distinct().Select(File.ReadAllBytes).Where(seed => seed.Length < 40_000).ToList();
        PieceKind[] kinds = [.. LogShapes.All.Select(shape => shape.Kind)];
        var count = Environment.GetEnvironmentVariable("CALLSBOT_SOAK") == "1" ? 30_000 : 150;
        for (var i = 0; i < count; i++)
        {
            var bytes = Mutated(seeds[random.Next(seeds.Count)], seeds[random.Next(seeds.Count)], random);
            var head = new Head(bytes, isWhole: true);
            foreach (var shape in LogShapes.All)
            {
                shape.Recognise(head).ShouldBeInRange(0, 100);
            }

            var analyser = new LogAnalyser(FindingCatalog.Shipped);
            var reading = await analyser.ReadAsync(new Piece("junk", kinds[random.Next(kinds.Length)]), new MemoryStream(bytes), CancellationToken.None);
            foreach (var finding in reading.Findings.Concat(analyser.Conclude()))
            {
                // A placeholder without a word throws.
                finding.Type.Texts().Select(text => finding.Fill(text.Text)).ShouldAllBe(text => text.Length > 0);
                finding.Quotes.Count.ShouldBeLessThanOrEqualTo(5);
            }
        }
    }

    private static IEnumerable<string> LostSessions(int count) => Named([Joined, Connected, Failed], "lost", count);

    private static IEnumerable<string> Named(string[] lines, string name, int count) =>
        Enumerable.Range(0, count).SelectMany(number => lines.Select(line => line.Replace("SESSION", $"{name}{number}", StringComparison.Ordinal)));

    private static byte[] Mutated(byte[] seed, byte[] other, Random random)
    {
        var bytes = seed.AsSpan(random.Next(seed.Length / 2)).ToArray().ToList();
        bytes.AddRange(other.AsSpan(random.Next(other.Length)));
        byte[][] junk = ["\u001b[31m"u8.ToArray(), "\\\"{{"u8.ToArray(), [0, 0xFF, 0xC3], "\n\n\r"u8.ToArray(), "\"ts\":1e999"u8.ToArray(), "=\"\\"u8.ToArray(), "2026-99-99T99:99:99"u8.ToArray()];
        for (var i = random.Next(20); i > 0 && bytes.Count > 10; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.InsertRange(at, junk[random.Next(junk.Length)]);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(200), bytes.Count - at));
                    break;
                default:
                    bytes[at] = (byte)'"';
                    break;
            }
        }

        return [.. bytes];
    }

    private static IEnumerable<string> Faults(IReadOnlyList<Finding> findings) =>
        findings.Where(finding => finding.Outcome is Outcome.Fail or Outcome.Warn).Select(finding => finding.Id).Distinct().Order(StringComparer.Ordinal);

    private static async Task<IReadOnlyList<Finding>> ReadAsync(params (PieceKind Kind, string[] Lines)[] logs)
    {
        var analyser = new LogAnalyser(FindingCatalog.Shipped);
        var findings = new List<Finding>();
        foreach (var (kind, lines) in logs)
        {
            findings.AddRange((await analyser.ReadAsync(new Piece(kind.ToString(), kind), Lines(lines), CancellationToken.None)).Findings);
        }

        return [.. findings, .. analyser.Conclude()];
    }

    private static MemoryStream Lines(string[] lines) => new(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
}
