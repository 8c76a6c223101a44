namespace CallsBot.Analysis.Captures;

/// <summary>Where a flow was captured, as far as its packets tell.</summary>
internal enum CapturePoint
{
    Unknown,
    Server,
    Client,
    Between,

    /// <summary>Both ends are on the machine that captured it.</summary>
    Both,
}

internal static class CapturePoints
{
    private const int Enough = 3;

    /// <summary>
    /// First by what the capture says of each packet's way; then by checksums, which a network card fills in after the capture;
    /// then by hop counts, which senders begin at 64, 128 or 255.
    /// </summary>
    public static CapturePoint Of(Flow flow)
    {
        var (server, client) = (flow.Server, flow.Client);
        if (server.Address == client.Address)
        {
            return CapturePoint.Both;
        }

        if (server.Arriving + server.Leaving + client.Arriving + client.Leaving > 0)
        {
            // A router sees each packet arrive and leave.
            return (server.Leaving > 0 || client.Arriving > 0, client.Leaving > 0 || server.Arriving > 0) switch
            {
                (true, false) => CapturePoint.Server,
                (false, true) => CapturePoint.Client,
                _ => CapturePoint.Between,
            };
        }

        var (serverUnfilled, clientUnfilled) = (IsUnfilled(server), IsUnfilled(client));
        if (serverUnfilled != clientUnfilled)
        {
            return serverUnfilled ? CapturePoint.Server : CapturePoint.Client;
        }

        return serverUnfilled ? CapturePoint.Unknown : (IsFresh(server), IsFresh(client)) switch
        {
            (true, false) when client.Packets > 0 => CapturePoint.Server,
            (false, true) when server.Packets > 0 => CapturePoint.Client,
            (false, false) when client.Packets > 0 && server.Packets > 0 => CapturePoint.Between,
            _ => CapturePoint.Unknown,
        };
    }

    /// <summary>What most packets of the flows say; unknown where they differ much.</summary>
    public static CapturePoint Of(IEnumerable<Flow> flows)
    {
        var votes = flows.Select(flow => (Point: Of(flow), flow.Packets)).Where(vote => vote.Point != CapturePoint.Unknown)
            .GroupBy(vote => vote.Point).Select(group => (group.Key, Packets: group.Sum(vote => vote.Packets))).ToList();
        var best = votes.OrderByDescending(vote => vote.Packets).FirstOrDefault();
        return best.Packets * 10 >= votes.Sum(vote => vote.Packets) * 8 ? best.Key : CapturePoint.Unknown;
    }

    public static string WordsOf(CapturePoint point) => point switch
    {
        CapturePoint.Server => "on the server, or right before it",
        CapturePoint.Client => "on the caller's machine, or right before it",
        CapturePoint.Between => "between caller and server",
        CapturePoint.Both => "on a machine that is caller and server",
        _ => "cannot be told",
    };

    private static bool IsUnfilled(FlowSide side) => side.ChecksumsWrong >= Enough && side.ChecksumsRight == 0;

    private static bool IsFresh(FlowSide side) => side.Packets > 0 && side.Hops is (64, 64) or (128, 128) or (255, 255);
}
