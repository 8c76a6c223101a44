using System.Globalization;
using System.Text.Json;
using CallsBot.Checks;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads what <c>/call stats</c> prints (calls-common, rtc_stats.ts), alone, within a fence, or with other text around it.</summary>
internal sealed class CallStatsAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    // The documentation gives no thresholds; these are where speech becomes worse to most ears (G.107 with the default parameters).
    private const double MuchLoss = 0.03;
    private static readonly TimeSpan LongRoundTrip = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan MuchJitter = TimeSpan.FromMilliseconds(50);

    // A share of fewer packets says little: 100 packets are two seconds of speech.
    private const double FewPackets = 100;

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.CallStats, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        if (JsonParts.Find(text.Raw, IsStats) is not { } stats)
        {
            return new PieceReading { Trouble = "The numbers of the call are cut off, or are no JSON." };
        }

        var where = text.Lines.FirstOrDefault(line => line.Text.Contains("iceStats", StringComparison.Ordinal) || line.Text.Contains("rtcStats", StringComparison.Ordinal));
        var quote = Quote.Of(text.Piece.Name, where.Number == 0 ? text.Piece.FirstLine : where.Number, "/call stats");
        var streams = Streams.Of(stats);
        var pairs = (stats.Member("rtcStats").Member("iceStats") ?? stats.Member("iceStats")).Members().SelectMany(state => ((JsonElement?)state.Value).Items().Select(pair => new Pair(state.Name, pair))).ToList();
        var pair = pairs.Where(one => one.State == "succeeded").OrderByDescending(one => one.IsNominated).ThenByDescending(one => one.Packets).FirstOrDefault();
        var roundTrip = streams.RoundTrip ?? pair?.RoundTrip;
        var loss = Math.Max(streams.LossIn ?? 0, streams.LossOut ?? 0);
        double? score = roundTrip is { } trip && (streams.LossIn ?? streams.LossOut) is not null ? CallQuality.Score(loss, trip, streams.Jitter ?? TimeSpan.Zero) : null;
        return new PieceReading
        {
            Facts = [.. Facts(stats, streams, pair, roundTrip, score)],
            Findings = [.. Judge(streams, pairs, pair, roundTrip, score).Select(finding => finding with { Quotes = [quote] })],
        };
    }

    private IEnumerable<Finding> Judge(Streams streams, List<Pair> pairs, Pair? pair, TimeSpan? roundTrip, double? score)
    {
        if (pair is null)
        {
            yield return Findings.Found(pairs.Count == 0 && streams.Packets == 0 ? "stats-empty" : streams.Packets > 0 ? "stats-no-pair-listed" : "stats-never-connected");
            yield break;
        }

        var isBad = false;
        if (pair.IsRelay || pair.IsTcp)
        {
            isBad = true;
            yield return Findings.Found(pair.IsRelay ? "stats-over-relay" : "stats-over-tcp");
        }

        foreach (var (id, loss, packets) in new[] { ("stats-loss-in", streams.LossIn, streams.PacketsIn), ("stats-loss-out", streams.LossOut, streams.PacketsOut) })
        {
            if (loss >= MuchLoss && packets >= FewPackets)
            {
                isBad = true;
                yield return Findings.Found(id) with { Words = Words(("percent", OutputText.Figure(loss.Value * 100))) };
            }
        }

        if (roundTrip > LongRoundTrip)
        {
            isBad = true;
            yield return Findings.Found("stats-round-trip") with { Words = Words(("milliseconds", Milliseconds(roundTrip.Value))) };
        }

        if (streams.Jitter > MuchJitter)
        {
            isBad = true;
            yield return Findings.Found("stats-jitter") with { Words = Words(("milliseconds", Milliseconds(streams.Jitter.Value))) };
        }

        if (score < CallQuality.WarnsBelow)
        {
            isBad = true;
            yield return Findings.Found("stats-score-low") with { Words = Words(("score", OutputText.Figure(score.Value))) };
        }

        if (streams.PacketsIn + streams.PacketsOut < FewPackets)
        {
            yield return Findings.Found("stats-little-sound");
        }
        else if (!isBad)
        {
            yield return Findings.Found("stats-well");
        }
    }

    private static IEnumerable<Evidence> Facts(JsonElement stats, Streams streams, Pair? pair, TimeSpan? roundTrip, double? score)
    {
        if (stats.Member("initTime").Number() is >= 0 and < 4e12 and var start)
        {
            yield return new Evidence("Call joined", DateTimeOffset.FromUnixTimeMilliseconds((long)start).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        if (pair is not null)
        {
            yield return Fact("Way in use", pair.Describe());
        }

        if (streams.LossIn is { } lossIn)
        {
            yield return new Evidence("Lost on the way here", $"{OutputText.Figure(lossIn * 100)} % of {OutputText.Figure(streams.PacketsIn)} packets");
        }

        if (streams.LossOut is { } lossOut)
        {
            yield return new Evidence("Lost on the way there", $"{OutputText.Figure(lossOut * 100)} % of {OutputText.Figure(streams.PacketsOut)} packets");
        }

        if (roundTrip is { } trip)
        {
            yield return new Evidence("Round trip", $"{Milliseconds(trip)} ms");
        }

        if (streams.Jitter is { } jitter)
        {
            yield return new Evidence("Jitter", $"{Milliseconds(jitter)} ms");
        }

        if (streams.Resent > 0 || streams.Nacks > 0)
        {
            yield return new Evidence("Sent again", $"{OutputText.Figure(streams.Resent)} packets, asked for {OutputText.Figure(streams.Nacks)} times");
        }

        if (score is { } mos)
        {
            yield return new Evidence("Estimated score", $"{OutputText.Figure(mos)} of 4.4 (E-model, ITU-T G.107, simplified)");
        }

        var tracks = stats.Member("tracksInfo").Items().Select(track => (JsonElement?)track).ToList();
        if (tracks.Count > 0)
        {
            yield return new Evidence("Tracks", string.Join(", ", tracks.Take(6).Select(track =>
                $"{FindingText.Clean(track.Member("kind").Text() ?? "?", 10)} {(track.Member("enabled").Truth() == false ? "muted" : "on")}")));
        }
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);

    private static bool IsStats(JsonElement json) => json.Member("rtcStats") is not null || json.Member("iceStats") is not null;

    private static int Recognise(Head head)
    {
        if (!head.Text.Contains("\"iceStats\"", StringComparison.Ordinal) && !head.Text.Contains("\"rtcStats\"", StringComparison.Ordinal) && !head.Text.Contains("\"ssrcStats\"", StringComparison.Ordinal))
        {
            return 0;
        }

        // A log of the client has the same at its end.
        foreach (var line in head.Lines.Take(40))
        {
            if (line == "--- Call Stats ---")
            {
                return 0;
            }

            var start = line.AsSpan().TrimStart("` \tjson");
            if (start.StartsWith('{'))
            {
                return 96;
            }
        }

        return 0;
    }

    /// <summary>All SSRCs together, as the person who ran the command has them: in is what arrived here.</summary>
    private sealed record Streams(double? LossIn, double? LossOut, double PacketsIn, double PacketsOut, TimeSpan? Jitter, TimeSpan? RoundTrip, double Resent, double Nacks)
    {
        public double Packets => PacketsIn + PacketsOut;

        public static Streams Of(JsonElement stats)
        {
            double arrived = 0, lostIn = 0, sent = 0, lostOut = 0, resent = 0, nacks = 0;
            double? jitter = null, roundTrip = null;
            var sawOut = false;
            var rtc = stats.Member("rtcStats");
            foreach (var (_, ssrc) in (rtc.Member("ssrcStats") ?? rtc).Members())
            {
                var input = ssrc.Member("local").Member("in");
                var output = ssrc.Member("local").Member("out");
                var report = ssrc.Member("remote").Member("in");
                arrived += Positive(input, "packetsReceived");
                lostIn += Positive(input, "packetsLost");
                sent += Positive(output, "packetsSent");
                resent += Positive(output, "retransmittedPacketsSent");
                nacks += Positive(output, "nackCount") + Positive(input, "nackCount");
                sawOut |= report is not null && output is not null;
                lostOut += output is null ? 0 : Positive(report, "packetsLost");
                foreach (var one in new[] { input.Member("jitter").Number(), report.Member("jitter").Number() })
                {
                    jitter = one is >= 0 and < 3600 && !(one < jitter) ? one : jitter;
                }

                roundTrip = report.Member("roundTripTime").Number() is > 0 and < 3600 and var trip && !(trip < roundTrip) ? trip : roundTrip;
            }

            return new Streams(
                arrived + lostIn > 0 ? lostIn / (arrived + lostIn) : null,
                sawOut && sent > 0 ? Math.Min(1, lostOut / sent) : null,
                arrived + lostIn,
                sent,
                jitter is { } j ? TimeSpan.FromSeconds(j) : null,
                roundTrip is { } r ? TimeSpan.FromSeconds(r) : null,
                resent,
                nacks);
        }

        private static double Positive(JsonElement? parent, string name) => parent.Member(name).Number() is > 0 and < 1e15 and var value ? value : 0;
    }

    /// <summary>A candidate pair.</summary>
    private sealed class Pair(string state, JsonElement pair)
    {
        public string State => state;

        public bool IsNominated => pair.Member("nominated").Truth() == true;

        public double Packets => (pair.Member("packetsSent").Number() ?? 0) + (pair.Member("packetsReceived").Number() ?? 0);

        public bool IsRelay => Local("candidateType") == "relay" || Remote("candidateType") == "relay";

        public bool IsTcp => Local("protocol") == "tcp" || Remote("protocol") == "tcp";

        public TimeSpan? RoundTrip => pair.Member("currentRoundTripTime").Number() is > 0 and < 3600 and var seconds ? TimeSpan.FromSeconds(seconds) : null;

        public string Describe() => $"{Local("candidateType") ?? "?"} {Local("protocol") ?? "?"} to {Remote("candidateType") ?? "?"} {Remote("protocol") ?? "?"}";

        private string? Local(string name) => pair.Member("local").Member(name).Text();

        private string? Remote(string name) => pair.Member("remote").Member(name).Text();
    }
}
