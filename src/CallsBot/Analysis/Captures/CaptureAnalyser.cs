using System.Globalization;
using CallsBot.Checks;
using CallsBot.Protocols.Pcap;

namespace CallsBot.Analysis.Captures;

/// <summary>Reads packet captures.</summary>
internal sealed class CaptureAnalyser(FindingCatalog findings) : Analyser
{
    private const int PacketsBetweenLooks = 4_096;
    private const int MostMoments = 40;

    public override IReadOnlyList<Shape> Shapes { get; } =
        [new Shape(PieceKind.Capture, head => CaptureReader.LooksLikeCapture(head.Bytes.Span) ? 95 : 0)];

    public override async Task<PieceReading> ReadAsync(Piece piece, Stream content, CancellationToken cancellationToken)
    {
        var reader = new CaptureReader(content);
        var trace = new CaptureTrace();
        string? trouble = null;
        try
        {
            for (var count = 1; await reader.ReadAsync(cancellationToken); count++)
            {
                trace.Add(reader.Current);
                if (count % PacketsBetweenLooks == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        catch (Exception ex) when (ex is IOException or InvalidDataException)
        {
            // What came until then tells something.
            trouble = $"It could not be read to its end: {FindingText.Clean(ex.Message, 200)}";
        }

        trace.Complete();
        return new PieceReading
        {
            Facts = [.. FactsOf(reader, trace)],
            Findings = new CaptureJudge(findings, trace, piece.Name, reader.Dropped).Judge(),
            Tables = [.. CaptureTables.Of(trace)],
            Pictures = PacketRateChart.Of(trace.Rates) is { } picture ? [picture] : [],
            Moments = [.. MomentsOf(trace, piece.Name).OrderBy(moment => moment.At).Take(MostMoments)],
            Trouble = trouble ?? reader.Trouble,
        };
    }

    private static IEnumerable<Evidence> FactsOf(CaptureReader reader, CaptureTrace trace)
    {
        static Evidence Fact(string label, FormattableString value) => new(label, FormattableString.Invariant(value));

        yield return Fact("packets", $"{trace.Packets}, {trace.Bytes / 1e6:0.#} MB on the wire");
        if (trace.Packets == 0)
        {
            yield break;
        }

        yield return Fact("time", $"{CaptureJudge.Time(trace.FirstAt):yyyy-MM-dd HH:mm:ss} to {CaptureJudge.Time(trace.LastAt):yyyy-MM-dd HH:mm:ss} UTC, {trace.Seconds:0.#} s");
        var flows = trace.Flows.All.Where(flow => flow.IsOfInterest && flow.Packets > 0).ToList();
        yield return Fact("flows of calls", $"{flows.Count} of {trace.Flows.All.Count}");
        if (flows.Count > 0)
        {
            yield return Fact("captured", $"{CapturePoints.WordsOf(CapturePoints.Of(flows))}");
        }

        if (reader.Cut > 0)
        {
            yield return Fact("cut packets", $"{reader.Cut}: the capture keeps their beginnings only");
        }

        if (reader.Dropped > 0)
        {
            yield return Fact("missed by the capture", $"{reader.Dropped} packets, says the capture itself: loss below may be its own");
        }

        if (reader.Unreadable > 0)
        {
            yield return Fact("damaged blocks", $"{reader.Unreadable}");
        }

        if (trace.Fragments > 0)
        {
            yield return Fact("fragments", $"{trace.Fragments}; {trace.UnfinishedPackets} packets with missing ones");
        }

        foreach (var (link, count) in trace.UnknownLinks)
        {
            yield return Fact("not read", $"{count} packets of link type {link}");
        }

        if (trace.Flows.Forgotten > 0)
        {
            yield return Fact("forgotten flows", $"{trace.Flows.Forgotten}: more than {FlowTable.Most} at a time");
        }

        if (trace.StreamPacketsLeftOut > 0)
        {
            yield return Fact("media left out", $"{trace.StreamPacketsLeftOut} packets: too many streams at a time");
        }
    }

    private static IEnumerable<Moment> MomentsOf(CaptureTrace trace, string piece)
    {
        foreach (var flow in trace.Flows.All.Where(flow => flow.IsOfInterest))
        {
            var over = flow.IsTcp ? "TCP" : "UDP";
            Moment At(long at, string what) => new(CaptureJudge.Time(at), piece, null, string.Create(CultureInfo.InvariantCulture, $"{flow.Client.Name} {over}: {what}"));

            foreach (var (who, index) in new[] { ("caller", flow.ClientIndex), ("server", flow.ServerIndex) })
            {
                if (flow.Stun?.Sides[index] is { FirstRequestAt: { } asked } side)
                {
                    yield return At(asked, $"first check by the {who}{(side.FirstAnswerAt is null ? ", never answered" : "")}");
                    if (side.FirstAnswerAt is { } answered)
                    {
                        yield return At(answered, $"first answer to the {who}");
                    }
                }
            }

            if (flow.Dtls is { } dtls)
            {
                yield return At(dtls.FirstAt, "DTLS begins");
                if (dtls.CompleteAt is { } complete)
                {
                    yield return At(complete, "DTLS complete");
                }
            }

            if (flow.Tcp is { Cut: { } cut })
            {
                yield return At(cut.At, "reset");
            }

            foreach (var (kind, tally) in flow.Errors)
            {
                yield return At(tally.FirstAt, $"ICMP {CaptureTables.WordsOf(kind)}");
            }

            if (flow.Streams.Values.Where(stream => stream.IsReal).MinBy(stream => stream.Statistics.FirstAt) is { } first)
            {
                yield return At(first.Statistics.FirstAt, "media begins");
            }
        }
    }
}
