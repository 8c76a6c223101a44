using System.Net;
using CallsBot.Protocols.Pcap;

namespace CallsBot.Analysis.Captures;

/// <summary>Two ends that exchange packets of one protocol. The first end is the one with the smaller address, then port.</summary>
internal readonly record struct FlowKey(UInt128 FirstAddress, ushort FirstPort, UInt128 SecondAddress, ushort SecondPort, byte Protocol)
{
    /// <param name="fromFirst">Whether the source is the first end.</param>
    public static FlowKey Of(UInt128 source, ushort sourcePort, UInt128 destination, ushort destinationPort, byte protocol, out bool fromFirst)
    {
        fromFirst = source != destination ? source < destination : sourcePort <= destinationPort;
        return fromFirst
            ? new FlowKey(source, sourcePort, destination, destinationPort, protocol)
            : new FlowKey(destination, destinationPort, source, sourcePort, protocol);
    }

    public bool Equals(FlowKey other) =>
        FirstAddress == other.FirstAddress && SecondAddress == other.SecondAddress
        && FirstPort == other.FirstPort && SecondPort == other.SecondPort && Protocol == other.Protocol;

    public override int GetHashCode() =>
        HashCode.Combine((ulong)FirstAddress, (ulong)SecondAddress, (ulong)(FirstAddress >> 64) ^ (ulong)(SecondAddress >> 64), (FirstPort << 16) | SecondPort);
}

/// <summary>What one end sent.</summary>
internal sealed class FlowSide(UInt128 address, ushort port)
{
    public UInt128 Address => address;

    public ushort Port => port;

    public long Packets { get; private set; }

    /// <summary>On the wire, with all headers.</summary>
    public long Bytes { get; private set; }

    public long FirstAt { get; private set; }

    public long LastAt { get; private set; }

    /// <summary>Time to live or hop limit, the smallest and the largest.</summary>
    public (byte Least, byte Most) Hops { get; private set; } = (byte.MaxValue, 0);

    public int ChecksumsRight { get; set; }

    public int ChecksumsWrong { get; set; }

    /// <summary>Packets that the capturing machine received, as the capture says.</summary>
    public long Arriving { get; private set; }

    /// <summary>Packets that the capturing machine sent, as the capture says.</summary>
    public long Leaving { get; private set; }

    public long Rtcp { get; set; }

    public string Name => new IPEndPoint(IpPacket.AddressOf(Address), Port).ToString();

    public void Count(long now, long bytes, byte hops, CaptureDirection direction)
    {
        FirstAt = Packets == 0 ? now : Math.Min(FirstAt, now);
        LastAt = Packets == 0 ? now : Math.Max(LastAt, now);
        Packets++;
        Bytes += bytes;
        Hops = (Math.Min(Hops.Least, hops), Math.Max(Hops.Most, hops));
        Arriving += direction == CaptureDirection.Arriving ? 1 : 0;
        Leaving += direction == CaptureDirection.Leaving ? 1 : 0;
    }
}

/// <summary>Everything that was seen between two ends.</summary>
internal sealed class Flow(FlowKey key)
{
    private const int MostStreams = 64;

    /// <summary>RTCD's media, RTCD's API, calls-offloader's API, STUN and TURN.</summary>
    private static readonly ushort[] ServerPorts = [CapturePorts.Media, CapturePorts.Api, CapturePorts.Offloader, CapturePorts.Turn, CapturePorts.TurnTls];

    private int? _server = ByPort(key);

    public FlowKey Key => key;

    public FlowSide[] Sides { get; } = [new(key.FirstAddress, key.FirstPort), new(key.SecondAddress, key.SecondPort)];

    public bool IsTcp => key.Protocol == IpPacket.Tcp;

    public StunTrace? Stun { get; set; }

    public DtlsTrace? Dtls { get; set; }

    public TcpTrace? Tcp { get; set; }

    public Dictionary<(uint Ssrc, int Side), MediaStream> Streams { get; } = [];

    public Dictionary<IcmpError, IcmpTally> Errors { get; } = [];

    /// <summary>Large packets of which fragments were seen, and not all, by who sent them.</summary>
    public int[] Unfinished { get; } = [0, 0];

    public long Packets => Sides[0].Packets + Sides[1].Packets;

    public long FirstAt => Sides.Where(side => side.Packets > 0).Select(side => side.FirstAt).DefaultIfEmpty().Min();

    public long LastAt => Math.Max(Sides[0].LastAt, Sides[1].LastAt);

    public double Seconds => (LastAt - FirstAt) / 1e9;

    /// <summary>The server's port as the installation calls it, when one end has it.</summary>
    public ushort? KnownPort => ServerPorts.Contains(Server.Port) ? Server.Port : null;

    /// <summary>Whether its content is a call's, on whatever port.</summary>
    public bool IsMedia => Stun is not null || Dtls is not null || Streams.Values.Any(stream => stream.IsReal) || (!IsTcp && KnownPort == CapturePorts.Media);

    public bool IsOfInterest => IsMedia || KnownPort is not null || Errors.Count > 0;

    /// <summary>Which end is the server: by its port, else as STUN tells, else the lower port.</summary>
    public int ServerIndex => _server ?? (Sides[1].Port < Sides[0].Port ? 1 : 0);

    public int ClientIndex => 1 - ServerIndex;

    public FlowSide Server => Sides[ServerIndex];

    public FlowSide Client => Sides[ClientIndex];

    public IEnumerable<MediaStream> StreamsFrom(int side) => Streams.Values.Where(stream => stream.Side == side && stream.IsReal);

    /// <summary>For ends that no port tells apart.</summary>
    public void LearnServer(int side) => _server ??= side;

    public MediaStream? StreamOf(uint ssrc, int side)
    {
        if (!Streams.TryGetValue((ssrc, side), out var stream) && Streams.Count < MostStreams)
        {
            Streams[(ssrc, side)] = stream = new MediaStream(this, ssrc, side);
        }

        return stream;
    }

    private static int? ByPort(FlowKey key)
    {
        var (first, second) = (Array.IndexOf(ServerPorts, key.FirstPort), Array.IndexOf(ServerPorts, key.SecondPort));
        return first >= 0 == second >= 0 ? null : first >= 0 ? 0 : 1;
    }
}

/// <summary>Ports as the vendor's documentation has them.</summary>
internal static class CapturePorts
{
    public const ushort Media = 8443;
    public const ushort Api = 8045;
    public const ushort Offloader = 4545;
    public const ushort Turn = 3478;
    public const ushort TurnTls = 5349;
}
