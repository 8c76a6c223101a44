using System.Globalization;
using CallsBot.Checks;
using CallsBot.Protocols.Pcap;
using CallsBot.Protocols.Stun;

namespace CallsBot.Analysis.Captures;

/// <summary>Says what the flows of a capture mean. Silence alone proves nothing: where it was captured, and what else came through, has to fit.</summary>
/// <param name="dropped">Packets that the capture says it has missed: what is lost may be its own doing.</param>
internal sealed class CaptureJudge(FindingCatalog findings, CaptureTrace trace, string piece, long dropped)
{
    private const int MostQuotes = 5;

    /// <summary>Checks and time after which an answer should have come: ICE sends each check again after half a second or so.</summary>
    private const int EnoughRequests = 4;
    private const double EnoughSeconds = 2;
    private const double LongSeconds = 5;
    private const double SoonSeconds = 1.5;
    private const int ManyPackets = 50;
    private const double SilentSeconds = 6;

    private const int EnoughForLoss = 200;
    private const double LossWarns = 0.02;
    private const double LossFails = 0.10;
    private const double JitterWarns = 0.030;
    private const long OutageNanoseconds = 1_000_000_000;
    private const int OutagePackets = 10;

    private const int MostAlike = 20;

    // Words that measure: they differ from session to session, and the fault is the same.
    private static readonly string[] Measures = ["seconds", "hellos", "bytes", "count", "connections"];

    private readonly List<Finding> _found = [];

    public IReadOnlyList<Finding> Judge()
    {
        var flows = trace.Flows.All.Where(flow => flow.IsOfInterest).ToList();
        var sessions = SessionsIn(flows);
        foreach (var session in sessions)
        {
            JudgeSession(session);
        }

        JudgeScope(flows, sessions);
        JudgeHandshakes(sessions);
        JudgeErrors(flows, sessions);
        JudgeTcp(flows, sessions.Exists(session => session.IsUp && !session.IsOverTcp));
        JudgeTurn(flows);
        JudgeStreams(sessions);
        JudgeWell(flows, sessions);
        return _found;
    }

    /// <summary>Flows between the same two ICE agents are ways for one and the same media; any other flow stands for itself.</summary>
    private static List<CallSession> SessionsIn(IEnumerable<Flow> flows) =>
    [
        .. flows.Where(flow => flow.IsMedia && !IsScan(flow) && flow.Stun is not { IsTurn: true } && flow.KnownPort is not (CapturePorts.Turn or CapturePorts.TurnTls) && flow.Packets > 0)
            .GroupBy(flow => flow.Stun?.Session ?? (object)flow)
            .Select(group => new CallSession([.. group.OrderBy(flow => flow.FirstAt)])),
    ];

    /// <summary>Packets to the media port that no call sent: RTCD does not answer those.</summary>
    private static bool IsScan(Flow flow) =>
        flow.Stun?.Session is null && flow.Dtls is null && flow.Streams.Values.All(stream => !stream.IsReal) && flow.Stun?.Sides.All(side => side.AnswersToUnseen == 0) != false;

    private void JudgeSession(CallSession session)
    {
        if (session.IsConnected)
        {
            if (session.IsOverTcp
                && session.Flows.FirstOrDefault(flow => !flow.IsTcp && (Asked(flow, flow.ClientIndex) || flow.Errors.Count > 0) && flow.Stun!.Sides[flow.ClientIndex].SessionAnswered == 0) is { } unanswered)
            {
                Add("capture-udp-fallback", unanswered);
                if (HasAskedEnough(unanswered))
                {
                    JudgeUnconnected(unanswered);
                }
            }

            foreach (var flow in session.Flows)
            {
                WentSilent(flow);
            }

            return;
        }

        if (session.Flows.FirstOrDefault(IsOneSided) is { } oneSided)
        {
            Add("capture-one-direction", oneSided);
            return;
        }

        // The way on which most was tried tells most.
        var tried = session.Flows.Where(flow => flow.Stun is not null).MaxBy(flow => (flow.Sides.All(side => side.Packets > 0), flow.Packets));
        if (tried is not null)
        {
            JudgeUnconnected(tried);
        }
    }

    private void JudgeUnconnected(Flow flow)
    {
        var (client, server) = (flow.Stun!.Sides[flow.ClientIndex], flow.Stun.Sides[flow.ServerIndex]);
        if (!HasAskedEnough(flow))
        {
            // An error that came back at once is an answer as well.
            if (flow.Errors.Count == 0)
            {
                Add("capture-too-short", flow);
            }

            return;
        }

        var point = CapturePoints.Of(flow);
        var toServerWorks = client.Answered > 0;
        var toClientWorks = server.Answered > 0;
        var heardClient = flow.Client.Packets > 0;
        var heardServer = flow.Server.Packets > 0;
        if (heardClient && !toServerWorks && point is CapturePoint.Server or CapturePoint.Both)
        {
            // What arrives and is not answered: surest when the server takes part in the same session.
            Add("capture-arrives-unanswered", flow, heardServer && client.AskedForSeconds >= LongSeconds ? Certainty.Certain : Certainty.Likely);
        }
        else if (heardClient && !toServerWorks && toClientWorks)
        {
            Add("capture-to-server-lost", flow);
        }
        else if (heardServer && !toClientWorks && (toServerWorks || !heardClient))
        {
            if (point is CapturePoint.Client)
            {
                Add("capture-caller-ignores", flow);
            }
            else if (toServerWorks)
            {
                Add("capture-to-caller-lost", flow);
            }
            else if (InnerAddress.Is(IpPacket.AddressOf(flow.Client.Address)) && !InnerAddress.Is(IpPacket.AddressOf(flow.Server.Address)))
            {
                // Browsers name their inner addresses as well; nobody expects an answer from there.
                Add("capture-inner-address", flow);
            }
            else
            {
                Add("capture-caller-silent", flow);
            }
        }
        else if (!heardServer)
        {
            Add(point == CapturePoint.Client ? "capture-no-answer-at-caller" : "capture-no-answer", flow);
        }
        else
        {
            Add("capture-ice-unfinished", flow, words: ("seconds", Number(Math.Max(client.AskedForSeconds, server.AskedForSeconds))));
        }
    }

    /// <summary>One end stopped while the other went on asking, without a word of parting.</summary>
    private void WentSilent(Flow flow)
    {
        foreach (var index in new[] { flow.ClientIndex, flow.ServerIndex })
        {
            var (silent, other) = (flow.Sides[index], flow.Sides[1 - index]);
            var asked = flow.Stun?.Sides[1 - index].SinceAnswer ?? 0;
            if (silent.Packets > 0 && asked >= EnoughRequests && (other.LastAt - silent.LastAt) / 1e9 >= SilentSeconds && flow.Dtls?.Sides[index].Parted != true && !flow.IsTcp)
            {
                Add(index == flow.ClientIndex ? "capture-caller-went-silent" : "capture-server-went-silent", flow);
            }
        }
    }

    /// <summary>What one end sends only when it hears the other, while nothing of the other is in the capture.</summary>
    private static bool IsOneSided(Flow flow)
    {
        for (var side = 0; side < 2; side++)
        {
            if (flow.Sides[1 - side].Packets == 0
                && (flow.Stun?.Sides[1 - side].AnswersToUnseen > 0
                    || flow.Dtls?.Sides[side].Finished > 0
                    || flow.StreamsFrom(side).Sum(stream => stream.Statistics.Packets) >= ManyPackets
                    || (flow.Tcp is { } tcp && tcp.Sides[side].Data > 0)))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasAskedEnough(Flow flow) =>
        flow.Stun!.Sides.Any(side => side.Requests >= EnoughRequests && side.FirstRequestAt is { } first && (trace.LastAt - first) / 1e9 >= EnoughSeconds);

    private static bool Asked(Flow flow, int side) =>
        flow.Stun is { } stun && stun.Sides[side].SessionRequests >= EnoughRequests && stun.Sides[side].AskedForSeconds >= 1;

    private void JudgeScope(List<Flow> flows, List<CallSession> sessions)
    {
        if (flows.Count == 0)
        {
            Add(findings.Found("capture-no-calls") with { Words = Words(("packets", trace.Packets)) });
            return;
        }

        var scans = flows.Where(flow => flow.IsMedia && IsScan(flow) && flow.Packets > 0 && flow.KnownPort is not (CapturePorts.Turn or CapturePorts.TurnTls) && flow.Stun is not { IsTurn: true }).ToList();
        if (scans.Count > 0 && sessions.Count == 0)
        {
            Add("capture-only-tests", scans[0], count: scans.Count);
        }
    }

    private void JudgeHandshakes(List<CallSession> sessions)
    {
        // A way that was given up for another one needs no handshake.
        foreach (var flow in sessions.Where(session => !session.IsUp).SelectMany(session => session.Flows))
        {
            if (flow.Dtls is not { IsComplete: false } dtls || flow.Streams.Values.Any(stream => stream.IsReal))
            {
                continue;
            }

            // Whoever waited in vain ends with an alert as well.
            if (dtls.FatalAlert is { } alert && (alert.At - dtls.FirstAt) / 1e9 < SoonSeconds)
            {
                Add("capture-dtls-refused", flow, words: ("alert", alert.Description));
            }
            else if (IsOneSided(flow) || dtls.Seconds < EnoughSeconds || dtls.ClientSide is not { } client)
            {
                continue;
            }
            else if (LargeIsLost(flow, dtls))
            {
                var bytes = dtls.Sides.Max(side => side.LargestHandshake);
                Add("capture-large-lost", flow, HasProof(flow) ? Certainty.Certain : Certainty.Likely, words: ("bytes", bytes));
            }
            else if (!dtls.HasServerHello && dtls.Sides[client].ClientHellos > 1 && dtls.Sides[1 - client].Packets == 0)
            {
                Add("capture-dtls-unanswered", flow, words: ("hellos", dtls.Sides[client].ClientHellos));
            }
            else
            {
                Add("capture-dtls-stalled", flow);
            }
        }
    }

    /// <summary>A large packet of the handshake is sent again and again, small ones pass both ways.</summary>
    private static bool LargeIsLost(Flow flow, DtlsTrace dtls) =>
        HasProof(flow)
        || (flow.Stun is { BothAnswered: true } && dtls.Sides.Any(side => side.LargestTimes >= 3)
            && flow.Stun.Sides.All(side => side.LastAnswerAt > dtls.FirstAt || side.SinceAnswer < EnoughRequests));

    private static bool HasProof(Flow flow) =>
        flow.Errors.ContainsKey(IcmpError.TooLarge) || flow.Errors.ContainsKey(IcmpError.FragmentsLost) || flow.Unfinished.Any(count => count > 1);

    private void JudgeErrors(List<Flow> flows, List<CallSession> sessions)
    {
        var connected = sessions.Where(session => session.IsConnected && !session.IsOverTcp).SelectMany(session => session.Flows).ToHashSet();
        foreach (var (flow, kind, tally) in flows.SelectMany(flow => flow.Errors.Select(error => (flow, error.Key, error.Value))))
        {
            // A way that was tried beside the one that works; or a browser that is gone, whose port is closed by then.
            if ((connected.Contains(flow) && kind is not IcmpError.TooLarge) || flow is { IsMedia: false, KnownPort: null })
            {
                continue;
            }

            var toServer = tally.Side == flow.ClientIndex;
            var id = kind switch
            {
                IcmpError.PortUnreachable when toServer && tally.Sender == flow.Server.Address => "capture-port-unreachable",

                // Another machine that knows of no listener there is a firewall.
                IcmpError.PortUnreachable when toServer => "capture-prohibited",
                IcmpError.Prohibited => "capture-prohibited",
                IcmpError.NoRoute => "capture-no-route",
                IcmpError.HopsExceeded => "capture-hops-exceeded",
                IcmpError.TooLarge when _found.All(finding => finding.Id != "capture-large-lost") => "capture-too-large",
                IcmpError.FragmentsLost when _found.All(finding => finding.Id != "capture-large-lost") => "capture-too-large",
                _ => null,
            };
            if (id is not null)
            {
                Add(id, flow, count: tally.Count, words: [("sender", IpPacket.AddressOf(tally.Sender).ToString()), ("port", flow.Server.Port), ("error", CaptureTables.WordsOf(kind)), ("mtu", tally.Mtu > 0 ? tally.Mtu : "unknown")]);
            }
        }
    }

    /// <param name="udpWorks">Whether media came through over UDP: TCP is the way round then.</param>
    private void JudgeTcp(List<Flow> flows, bool udpWorks)
    {
        foreach (var server in flows.Where(flow => flow.Tcp is not null && (flow.KnownPort is not null || flow.Stun is not null)).GroupBy(flow => (flow.Server.Address, flow.Server.Port)))
        {
            var silent = server.Where(flow => flow is { Tcp: { IsOpen: false, IsRefused: false, Opener: { } opener } tcp } && opener == flow.ClientIndex && tcp.Sides[opener].Syns >= 2
                && (trace.LastAt - tcp.OpenerAt) / 1e9 >= EnoughSeconds
                && flow.Server.Packets == 0 && flow.Errors.Count == 0).ToList();
            var refused = server.Where(flow => flow.Tcp!.IsRefused).ToList();
            var open = server.Count(flow => flow.Tcp!.IsOpen);
            var first = _found.Count;
            if (silent.Count > 0)
            {
                // Others come through at the same time: it is not the port for everybody.
                Add(CapturePoints.Of(silent) == CapturePoint.Client ? "capture-tcp-no-answer-at-caller" : "capture-tcp-unanswered",
                    silent[0], open > 0 ? Certainty.Possible : null, silent.Count, ("port", server.Key.Port));
            }

            if (refused.Count > 0)
            {
                Add("capture-tcp-refused", refused[0], open > 0 ? Certainty.Possible : null, refused.Count, ("port", server.Key.Port));
            }

            for (var i = first; udpWorks && i < _found.Count && server.Key.Port is not (CapturePorts.Api or CapturePorts.Offloader); i++)
            {
                _found[i] = _found[i] with { Outcome = Outcome.Warn };
            }

            var cut = server.Where(flow => flow.Tcp!.Cut is not null && flow.KnownPort is CapturePorts.Api or CapturePorts.Offloader).ToList();
            if (cut.Count > 0)
            {
                Add("capture-tcp-cut", cut[0], count: cut.Count, words: ("port", server.Key.Port));
            }
        }
    }

    private void JudgeTurn(List<Flow> flows)
    {
        foreach (var flow in flows.Where(flow => flow.Stun is { IsTurn: true } || (flow is { KnownPort: CapturePorts.Turn or CapturePorts.TurnTls, Stun: not null })))
        {
            var client = flow.Stun!.Sides[flow.ClientIndex];
            var wrong = client.Refused.Where(refused => refused.Key is { Signed: true, Code: 401 }).Sum(refused => refused.Value);
            var stale = client.RefusedWith(438);
            var other = client.Refused.Where(refused => refused.Key is { Signed: true, Code: not (401 or 438) and >= 400, Method: not StunMethod.Binding }).OrderByDescending(refused => refused.Value).FirstOrDefault();
            if (wrong > 0)
            {
                Add("capture-turn-credentials", flow, client.Allocated > 0 ? Certainty.Possible : null, wrong);
            }
            else if (stale >= 3 && client.Allocated == 0 && client.Answered == 0)
            {
                Add("capture-turn-stale", flow, count: stale, words: ("count", stale));
            }

            if (other.Value > 0 && client.Allocated == 0)
            {
                Add("capture-turn-refused", flow, count: other.Value, words: ("code", other.Key.Code));
            }

            if (client.Requests >= 3 || client.Resent >= 3)
            {
                if (flow.Server.Packets == 0 && client.AskedForSeconds + (client.Resent > 0 ? 1 : 0) >= 1)
                {
                    Add("capture-turn-unanswered", flow, count: client.Requests);
                }
            }

            if (client.Allocated > 0)
            {
                Add("capture-turn-works", flow);
            }
        }

        foreach (var flow in flows.Where(flow => flow.Stun is { IsTurn: false } stun && stun.Sides.Sum(side => side.RefusedWith(487)) >= 3 && !flow.IsConnected()))
        {
            Add("capture-role-conflict", flow, count: flow.Stun!.Sides.Sum(side => side.RefusedWith(487)), words: ("count", flow.Stun!.Sides.Sum(side => side.RefusedWith(487))));
        }
    }

    private void JudgeStreams(List<CallSession> sessions)
    {
        var streams = sessions.SelectMany(session => session.Flows).SelectMany(flow => flow.Streams.Values).Where(stream => stream.IsReal).ToList();
        var counted = streams.Where(stream => stream.Statistics.Expected >= EnoughForLoss).ToList();
        foreach (var toServer in new[] { true, false })
        {
            var lossy = counted.Where(stream => stream.IsToServer == toServer && stream.Statistics.Loss >= LossWarns).OrderByDescending(stream => stream.Statistics.Loss).ToList();
            if (lossy.Count > 0)
            {
                var loss = lossy.Sum(stream => stream.Statistics.Lost) / (double)lossy.Sum(stream => stream.Statistics.Expected);
                Add(findings.Found(toServer ? "capture-loss-to-server" : "capture-loss-from-server", [.. lossy.Take(MostQuotes).Select(QuoteOf)]) with
                {
                    Words = Words(("loss", Percent(loss)), ("streams", lossy.Count)),
                    Count = lossy.Count,
                    Outcome = loss >= LossFails ? Outcome.Fail : Outcome.Warn,
                    Certainty = dropped > 0 ? Certainty.Possible : Certainty.Likely,
                    FirstAt = Time(lossy.Min(stream => stream.Statistics.FirstAt)),
                    LastAt = Time(lossy.Max(stream => stream.Statistics.LastAt)),
                });
            }
        }

        var shaky = counted.Where(stream => stream.LooksLikeSound && stream.Statistics.MeanJitter.TotalSeconds >= JitterWarns).OrderByDescending(stream => stream.Statistics.MeanJitter).ToList();
        if (shaky.Count > 0)
        {
            Add(findings.Found("capture-jitter", [.. shaky.Take(MostQuotes).Select(QuoteOf)]) with
            {
                Words = Words(("jitter", Number(shaky[0].Statistics.MeanJitter.TotalMilliseconds)), ("streams", shaky.Count)),
                Count = shaky.Count,
                FirstAt = Time(shaky.Min(stream => stream.Statistics.FirstAt)),
            });
        }

        var broken = streams.Where(stream => stream.Statistics.LongestOutage >= OutageNanoseconds && stream.Statistics.OutageLost >= OutagePackets).OrderByDescending(stream => stream.Statistics.LongestOutage).ToList();
        if (broken.Count > 0)
        {
            Add(findings.Found("capture-outage", [.. broken.Take(MostQuotes).Select(QuoteOf)]) with
            {
                Words = Words(("seconds", Number(broken[0].Statistics.LongestOutage / 1e9)), ("streams", broken.Count)),
                Count = broken.Count,
                FirstAt = Time(broken.Min(stream => stream.Statistics.OutageAt)),
            });
        }
    }

    private void JudgeWell(List<Flow> flows, List<CallSession> sessions)
    {
        var connected = sessions.Where(session => session.IsUp).ToList();
        var streams = connected.SelectMany(session => session.Flows).SelectMany(flow => flow.Streams.Values).Where(stream => stream.IsReal).ToList();
        if (connected.Count > 0)
        {
            var expected = streams.Sum(stream => stream.Statistics.Expected);
            var flow = connected[0].Up!;
            Add(findings.Found(streams.Count > 0 ? "capture-media-flows" : "capture-connects", QuoteOf(flow)) with
            {
                Words = Words(
                    ("connected", connected.Count), ("sessions", sessions.Count), ("streams", streams.Count),
                    ("packets", streams.Sum(stream => stream.Statistics.Packets)), ("loss", Percent(expected == 0 ? 0 : streams.Sum(stream => stream.Statistics.Lost) / (double)expected))),
                FirstAt = Time(flow.FirstAt),
            });
        }

        foreach (var port in flows.Where(flow => flow is { Tcp: { IsOpen: true } tcp, KnownPort: CapturePorts.Api or CapturePorts.Offloader } && tcp.Sides.All(side => side.Data > 0)).GroupBy(flow => flow.Server.Port))
        {
            Add("capture-api-answers", port.First(), count: port.Count(), words: [("port", port.Key), ("connections", port.Count())]);
        }
    }

    private void Add(Finding finding) => _found.Add(finding);

    private void Add(string id, Flow flow, Certainty? certainty = null, long count = 1, params (string Name, object Value)[] words)
    {
        // Several sessions with the same fault are one finding with as many quotes. Another port or error is another fault,
        // as long as there are not too many to read.
        var given = Words(words);
        var alike = _found.Where(finding => finding.Id == id && finding.Quotes.Count > 0).ToList();
        var same = (alike.Find(finding => finding.Words.All(word => Measures.Contains(word.Key) || given.GetValueOrDefault(word.Key) == word.Value)) ?? (alike.Count >= MostAlike ? alike[0] : null)) is { } first
            ? _found.IndexOf(first)
            : -1;
        if (same >= 0)
        {
            var before = _found[same];
            _found[same] = before with
            {
                Quotes = [.. before.Quotes.Append(QuoteOf(flow)).Distinct().Take(MostQuotes)],
                Count = before.Count + count,
                Certainty = certainty is { } sure && sure > before.Certainty ? sure : before.Certainty,
                FirstAt = before.FirstAt < Time(flow.FirstAt) ? before.FirstAt : Time(flow.FirstAt),
                LastAt = before.LastAt > Time(flow.LastAt) ? before.LastAt : Time(flow.LastAt),
            };
            return;
        }

        var finding = findings.Found(id, QuoteOf(flow)) with { Words = given, Count = count, FirstAt = Time(flow.FirstAt), LastAt = Time(flow.LastAt) };
        _found.Add(certainty is { } stated ? finding with { Certainty = stated } : finding);
    }

    private Quote QuoteOf(Flow flow) => Quote.Of(piece, null, string.Create(CultureInfo.InvariantCulture,
        $"{Time(flow.FirstAt):HH:mm:ss.fff} {flow.Client.Name} > {flow.Server.Name} {(flow.IsTcp ? "TCP" : "UDP")}: {flow.Client.Packets} packets to the server, {flow.Server.Packets} back in {flow.Seconds:0.0} s; {CaptureTables.ContentOf(flow)}; captured {CapturePoints.WordsOf(CapturePoints.Of(flow))}"));

    private Quote QuoteOf(MediaStream stream) => Quote.Of(piece, null, string.Create(CultureInfo.InvariantCulture,
        $"SSRC 0x{stream.Ssrc:x8} from {stream.Flow.Sides[stream.Side].Name}: {stream.Statistics.Packets} packets, {stream.Statistics.Lost} lost ({100 * stream.Statistics.Loss:0.0} %), jitter {stream.Statistics.MeanJitter.TotalMilliseconds:0.0} ms, longest gap {stream.Statistics.LongestGap / 1e9:0.0} s"));

    internal static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Words(params (string Name, object Value)[] words) =>
        words.ToDictionary(word => word.Name, word => Convert.ToString(word.Value, CultureInfo.InvariantCulture) ?? "");
}

/// <summary>The ways that two ends tried for one connection of a call, the first one first.</summary>
internal sealed record CallSession(IReadOnlyList<Flow> Flows)
{
    public bool IsConnected => Flows.Any(flow => flow.IsConnected());

    /// <summary>The way on which media can pass: keys are agreed on, or it does pass. A capture that begins later shows checks alone.</summary>
    public Flow? Up => Flows.FirstOrDefault(flow => flow.Dtls is { IsComplete: true } || flow.HasMedia())
        ?? Flows.FirstOrDefault(flow => flow.Stun is { BothAnswered: true } && Flows.All(any => any.Dtls is null));

    public bool IsUp => Up is not null;

    /// <summary>Whether TCP is the only way that came about.</summary>
    public bool IsOverTcp => IsConnected && Flows.All(flow => flow.IsTcp || !flow.IsConnected());
}

internal static class FlowJudgement
{
    /// <summary>Both ends heard one another: two-way checks, a handshake, or media both ways.</summary>
    public static bool IsConnected(this Flow flow) =>
        flow.Stun is { BothAnswered: true } || flow.Dtls is { IsComplete: true }
        || flow.HasMedia();

    /// <summary>Media, and something from the other end.</summary>
    public static bool HasMedia(this Flow flow) =>
        (flow.StreamsFrom(0).Any() && flow.Sides[1].Packets > 0) || (flow.StreamsFrom(1).Any() && flow.Sides[0].Packets > 0);
}
