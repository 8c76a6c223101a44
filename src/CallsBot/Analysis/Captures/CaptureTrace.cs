using System.Buffers.Binary;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Pcap;
using CallsBot.Protocols.Rtp;
using CallsBot.Protocols.Stun;

namespace CallsBot.Analysis.Captures;

/// <summary>Everything that one capture shows, gathered packet by packet in bounded memory.</summary>
internal sealed class CaptureTrace
{
    private const int UdpHeader = 8;
    private const int MostStreams = 4_096;
    private const int MostLinkTypes = 16;
    private const int ChecksumsLookedAt = 8;
    private const int FlowPacketsBeforeRtp = 8;

    private readonly FragmentBuffer _fragments;
    private int _streams;
    private long _forgottenThen;

    public CaptureTrace() => _fragments = new FragmentBuffer(Unfinished);

    public FlowTable Flows { get; } = new();

    /// <summary>Packets to and from servers, over time: of the calls' flows.</summary>
    public RateHistogram Rates { get; } = new();

    public long Packets { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Packets without IP.</summary>
    public long NotIp { get; private set; }

    public long Fragments => _fragments.Fragments;

    /// <summary>Packets of which some fragments were seen, and not all.</summary>
    public long UnfinishedPackets { get; private set; }

    /// <summary>Media packets of streams for which there was no room.</summary>
    public long StreamPacketsLeftOut { get; private set; }

    public long FirstAt { get; private set; } = long.MaxValue;

    public long LastAt { get; private set; } = long.MinValue;

    /// <summary>Links whose packets cannot be read, and how many there were.</summary>
    public SortedDictionary<int, long> UnknownLinks { get; } = [];

    public double Seconds => Packets == 0 ? 0 : (LastAt - (double)FirstAt) / 1e9;

    public void Add(in CapturedPacket packet)
    {
        Packets++;
        Bytes += packet.OriginalLength;
        FirstAt = Math.Min(FirstAt, packet.Nanoseconds);
        LastAt = Math.Max(LastAt, packet.Nanoseconds);
        if (!Frame.TryFindIp(packet, out var at, out var direction) || !IpPacket.TryParse(packet.Bytes.Span[at..], out var ip))
        {
            NotIp++;
            if (!Frame.IsKnown(packet.LinkType) && (UnknownLinks.Count < MostLinkTypes || UnknownLinks.ContainsKey(packet.LinkType)))
            {
                UnknownLinks[packet.LinkType] = UnknownLinks.GetValueOrDefault(packet.LinkType) + 1;
            }

            return;
        }

        var payload = ip.PayloadIn(packet.Bytes.Span[at..]);
        if (!ip.IsFragment)
        {
            Transport(ip, payload, ip.PayloadLength, packet, direction);
        }
        else if (_fragments.Add(ip, payload, packet.Nanoseconds) is { } whole)
        {
            Transport(ip, whole.Span, whole.Length, packet, direction);
        }
    }

    /// <summary>Nothing follows.</summary>
    public void Complete()
    {
        // What began in the last second may have come to its end after the capture's.
        if (Packets > 0)
        {
            _fragments.Flush(LastAt - Math.Min(1_000_000_000, LastAt - FirstAt));
        }
    }

    private void Transport(in IpPacket ip, ReadOnlySpan<byte> payload, int length, in CapturedPacket packet, CaptureDirection direction)
    {
        switch (ip.Protocol)
        {
            case IpPacket.Udp when payload.Length >= UdpHeader:
                Udp(ip, payload, length, packet, direction);
                break;
            case IpPacket.Tcp when TcpHeader.TryParse(payload, out var tcp):
                Tcp(ip, tcp, payload, length, packet, direction);
                break;
            case IpPacket.Icmp or IpPacket.Icmp6 when payload.Length >= 8:
                Icmp(ip, payload, packet.Nanoseconds);
                break;
        }
    }

    private void Udp(in IpPacket ip, ReadOnlySpan<byte> payload, int length, in CapturedPacket packet, CaptureDirection direction)
    {
        var flow = Flows.Of(
            ip.Source, BinaryPrimitives.ReadUInt16BigEndian(payload), ip.Destination, BinaryPrimitives.ReadUInt16BigEndian(payload[2..]), ip.Protocol, out var side);
        flow.Sides[side].Count(packet.Nanoseconds, packet.OriginalLength, ip.Hops, direction);

        // Zero: the sender did without.
        if (payload.Length == length && BinaryPrimitives.ReadUInt16BigEndian(payload[6..]) != 0)
        {
            LookAtChecksum(flow.Sides[side], ip, payload);
        }

        Media(flow, side, payload[UdpHeader..], Math.Max(0, length - UdpHeader), packet.Nanoseconds);
        Rate(flow, side, packet.Nanoseconds);
    }

    private void Tcp(in IpPacket ip, in TcpHeader tcp, ReadOnlySpan<byte> payload, int length, in CapturedPacket packet, CaptureDirection direction)
    {
        var flow = Flows.Of(ip.Source, tcp.SourcePort, ip.Destination, tcp.DestinationPort, ip.Protocol, out var side);
        flow.Sides[side].Count(packet.Nanoseconds, packet.OriginalLength, ip.Hops, direction);
        if (payload.Length == length)
        {
            LookAtChecksum(flow.Sides[side], ip, payload);
        }

        var trace = flow.Tcp ??= new TcpTrace();
        var dataLength = Math.Max(0, length - tcp.Length);
        trace.Add(tcp, side, dataLength, packet.Nanoseconds);
        if ((tcp.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn)
        {
            flow.LearnServer(1 - side);
        }

        var data = tcp.Length < payload.Length ? payload[tcp.Length..] : [];
        if (data.Length > 0 && (trace.Sides[side].Frames is not null || flow.Stun is not null || FrameCutter.LooksFramed(data)))
        {
            var now = packet.Nanoseconds;
            (trace.Sides[side].Frames ??= new FrameCutter()).Add(tcp.Sequence, data, dataLength, frame => Media(flow, side, frame.Span, frame.Length, now));
        }

        Rate(flow, side, packet.Nanoseconds);
    }

    /// <param name="payload">What was captured of a datagram, or of a frame over TCP.</param>
    /// <param name="length">How long it was.</param>
    private void Media(Flow flow, int side, ReadOnlySpan<byte> payload, int length, long now)
    {
        if (payload.IsEmpty)
        {
            return;
        }

        // RFC 7983 §7: what it is stands in the first byte.
        switch (payload[0])
        {
            case < 4 when StunMessage.LooksLikeStun(payload):
                Stun(flow, side, payload, now);
                break;
            case >= 20 and <= 63 when DtlsRecords.LooksLikeDtls(payload):
                (flow.Dtls ??= new DtlsTrace()).Add(payload, side, now, length);
                break;
            case >= 64 and <= 79 when flow.Stun is { IsTurn: true } && ChannelData.TryParse(payload, out var data):
                Inner(flow, side, data.Payload.Span, now);
                break;
            case >= 128 and <= 191:
                Rtp(flow, side, payload, length, now);
                break;
        }
    }

    private void Stun(Flow flow, int side, ReadOnlySpan<byte> payload, long now)
    {
        if (StunTrace.Read(payload) is not { } message)
        {
            return;
        }

        (flow.Stun ??= new StunTrace()).Add(message, side, now);
        if (message.Class == StunClass.Request && (message.IceControlling is not null || message.Method == StunMethod.Allocate))
        {
            // Browsers offer the call, so they are in control; and who asks a relay for an address is its client.
            flow.LearnServer(1 - side);
        }

        if (message is { Class: StunClass.Indication, Data: { Length: > 0 } data })
        {
            Inner(flow, side, data.Span, now);
        }
    }

    /// <summary>What TURN carries: media alone is looked at, checks inside belong to another pair of ends.</summary>
    private void Inner(Flow flow, int side, ReadOnlySpan<byte> payload, long now)
    {
        if (payload.Length > 0 && payload[0] is >= 128 and <= 191)
        {
            Rtp(flow, side, payload, payload.Length, now);
        }
    }

    private void Rtp(Flow flow, int side, ReadOnlySpan<byte> payload, int length, long now)
    {
        if (RtpHeader.IsRtcp(payload))
        {
            flow.Sides[side].Rtcp++;
            return;
        }

        // Other protocols have such bytes as well, and most of their flows are short.
        if (!RtpHeader.TryParse(payload, out var header) || (!flow.IsTcp && flow.Stun is null && flow.KnownPort is null && flow.Packets < FlowPacketsBeforeRtp))
        {
            return;
        }

        if (!flow.Streams.TryGetValue((header.Ssrc, side), out var stream))
        {
            if (_streams >= MostStreams && _forgottenThen != Flows.Forgotten)
            {
                _streams = Flows.All.Sum(any => any.Streams.Count);
                _forgottenThen = Flows.Forgotten;
            }

            if (_streams >= MostStreams || (stream = flow.StreamOf(header.Ssrc, side)) is null)
            {
                StreamPacketsLeftOut++;
                return;
            }

            _streams++;
        }

        stream.Statistics.Add(header, now, length);
    }

    private void Icmp(in IpPacket ip, ReadOnlySpan<byte> payload, long now)
    {
        if (IcmpTally.KindOf(ip.Protocol, payload[0], payload[1]) is not { } kind || !IpPacket.TryParse(payload[8..], out var inner)
            || inner.Protocol is not (IpPacket.Udp or IpPacket.Tcp) || (inner.IsFragment && inner.FragmentOffset > 0))
        {
            return;
        }

        var ports = inner.PayloadIn(payload[8..]);
        if (ports.Length < 4)
        {
            return;
        }

        var (source, destination) = (BinaryPrimitives.ReadUInt16BigEndian(ports), BinaryPrimitives.ReadUInt16BigEndian(ports[2..]));
        var flow = Flows.Find(inner.Source, source, inner.Destination, destination, inner.Protocol, out var side);
        if (flow is null)
        {
            // Its packets may have gone another way than the error.
            flow = Flows.Of(inner.Source, source, inner.Destination, destination, inner.Protocol, out side);
        }

        if (!flow.Errors.TryGetValue(kind, out var tally))
        {
            flow.Errors[kind] = tally = new IcmpTally(now, ip.Source, side);
        }

        tally.Count++;
        if (kind == IcmpError.TooLarge)
        {
            tally.Mtu = ip.Protocol == IpPacket.Icmp
                ? BinaryPrimitives.ReadUInt16BigEndian(payload[6..])
                : (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(payload[4..]), 65_535);
        }
    }

    private void Unfinished(UnfinishedPacket packet)
    {
        UnfinishedPackets++;
        if (packet.Start.Length >= 4 && packet.Protocol is IpPacket.Udp)
        {
            var start = packet.Start.Span;
            var (source, destination) = (BinaryPrimitives.ReadUInt16BigEndian(start), BinaryPrimitives.ReadUInt16BigEndian(start[2..]));
            if (Flows.Find(packet.Source, source, packet.Destination, destination, packet.Protocol, out var side) is { } flow)
            {
                flow.Unfinished[side]++;
            }
        }
    }

    private static void LookAtChecksum(FlowSide side, in IpPacket ip, ReadOnlySpan<byte> payload)
    {
        if (side.ChecksumsRight + side.ChecksumsWrong >= ChecksumsLookedAt)
        {
            return;
        }

        if (InternetChecksum.IsRight(ip, payload))
        {
            side.ChecksumsRight++;
        }
        else
        {
            side.ChecksumsWrong++;
        }
    }

    private void Rate(Flow flow, int side, long now)
    {
        if (flow.Stun is not null || flow.Dtls is not null || flow.KnownPort is not null)
        {
            Rates.Add(now, toServer: side == flow.ClientIndex);
        }
    }
}
