using System.Globalization;
using CallsBot.Protocols.Rtp;

namespace CallsBot.Analysis.Captures;

/// <summary>The flows and the streams of a capture, for administrators.</summary>
internal static class CaptureTables
{
    private const int MostRows = 20;
    private const double WorthShowing = 0.005;

    public static IEnumerable<Table> Of(CaptureTrace trace)
    {
        var flows = trace.Flows.All.Where(flow => flow.IsOfInterest && flow.Packets > 0).OrderByDescending(flow => flow.Packets).ThenBy(flow => flow.FirstAt).ToList();
        if (flows.Count > 0)
        {
            yield return new Table(
                Title("Flows", flows.Count),
                ["Caller", "Server", "Over", "Packets to server", "Back", "kB to server", "kB back", "Seconds", "Content"],
                [.. flows.Take(MostRows).Select(Row)]);
        }

        var streams = flows.SelectMany(flow => flow.Streams.Values).Where(stream => stream.IsReal)
            .OrderByDescending(stream => stream.Statistics.Loss >= WorthShowing).ThenByDescending(stream => stream.Statistics.Packets).ToList();
        if (streams.Count > 0)
        {
            yield return new Table(
                streams.Count <= MostRows ? "Media streams" : string.Create(CultureInfo.InvariantCulture, $"Media streams, {MostRows} of {streams.Count}, those with loss first"),
                ["From", "SSRC", "Type", "Packets", "Lost", "Late", "Double", "Jitter ms", "Most ms", "Longest gap s", "kbit/s", "Clock"],
                [.. streams.Take(MostRows).Select(Row)]);
        }
    }

    /// <summary>What a flow carries, in a few words.</summary>
    public static string ContentOf(Flow flow)
    {
        var parts = new List<string>();
        if (flow.Stun is { } stun)
        {
            var (client, server) = (stun.Sides[flow.ClientIndex], stun.Sides[flow.ServerIndex]);
            var name = stun.IsTurn ? "TURN" : "STUN";
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {client.Answered} of {client.Requests} answered to the caller, {server.Answered} of {server.Requests} to the server"));
            parts.AddRange(stun.Sides.SelectMany(side => side.Refused).GroupBy(refused => refused.Key.Code).Select(code => string.Create(CultureInfo.InvariantCulture, $"error {code.Key} x{code.Sum(refused => refused.Value)}")));
        }

        if (flow.Dtls is { } dtls)
        {
            parts.Add(dtls.IsComplete ? "DTLS complete" : dtls.FatalAlert is { } alert ? string.Create(CultureInfo.InvariantCulture, $"DTLS alert {alert.Description}") : dtls.HasServerHello ? "DTLS begun" : "DTLS unanswered");
        }

        var streams = flow.Streams.Values.Count(stream => stream.IsReal);
        if (streams > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"RTP {streams} streams"));
        }

        if (flow.Tcp is { } tcp)
        {
            parts.Add(tcp.IsRefused ? "refused" : tcp.Cut is not null ? "reset in use" : tcp.IsOpen ? "connected" : tcp.Opener is not null ? "not answered" : "in progress");
            var repeated = tcp.Sides.Sum(side => side.Repeated);
            if (repeated > 0)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{repeated} segments sent again"));
            }
        }

        parts.AddRange(flow.Errors.Select(error => string.Create(CultureInfo.InvariantCulture, $"ICMP {WordsOf(error.Key)} x{error.Value.Count}")));
        if (flow.Unfinished.Sum() is > 0 and var unfinished)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{unfinished} packets with missing fragments"));
        }

        return parts.Count == 0 ? "unknown" : string.Join(", ", parts);
    }

    public static string WordsOf(IcmpError error) => error switch
    {
        IcmpError.PortUnreachable => "port unreachable",
        IcmpError.Prohibited => "administratively prohibited",
        IcmpError.NoRoute => "host or network unreachable",
        IcmpError.TooLarge => "fragmentation needed",
        IcmpError.HopsExceeded => "time exceeded",
        IcmpError.FragmentsLost => "fragment reassembly time exceeded",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Title(string what, int count) => count <= MostRows ? what : string.Create(CultureInfo.InvariantCulture, $"{what}, the {MostRows} largest of {count}");

    private static List<string> Row(Flow flow) =>
    [
        flow.Client.Name, flow.Server.Name, flow.IsTcp ? "TCP" : "UDP",
        Text(flow.Client.Packets), Text(flow.Server.Packets), Text(flow.Client.Bytes / 1e3), Text(flow.Server.Bytes / 1e3), Text(flow.Seconds), ContentOf(flow),
    ];

    private static List<string> Row(MediaStream stream)
    {
        var statistics = stream.Statistics;
        var (rate, source) = statistics.Clock;
        return
        [
            stream.Flow.Sides[stream.Side].Name, string.Create(CultureInfo.InvariantCulture, $"0x{stream.Ssrc:x8}"), Text(statistics.PayloadType),
            Text(statistics.Packets), string.Create(CultureInfo.InvariantCulture, $"{statistics.Lost} ({100 * statistics.Loss:0.0} %)"), Text(statistics.Reordered), Text(statistics.Duplicates),
            Text(statistics.MeanJitter.TotalMilliseconds), Text(statistics.MaxJitter.TotalMilliseconds), Text(statistics.LongestGap / 1e9), Text(statistics.BitRate / 1e3),
            string.Create(CultureInfo.InvariantCulture, $"{rate} Hz ({source switch { ClockSource.PayloadType => "by type", ClockSource.Pace => "by pace", _ => "guessed" }})"),
        ];
    }

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
