using System.Runtime.InteropServices;
using CallsBot.Protocols.Pcap;

namespace CallsBot.Analysis.Captures;

/// <summary>The flows of a capture, a bounded number of them: those that are no call's and were silent longest are forgotten first.</summary>
internal sealed class FlowTable(int most = FlowTable.Most)
{
    public const int Most = 8_192;

    private readonly Dictionary<FlowKey, Flow> _flows = [];
    private Flow? _last;

    /// <summary>Flows that had to be forgotten.</summary>
    public long Forgotten { get; private set; }

    public IReadOnlyCollection<Flow> All => _flows.Values;

    public Flow Of(UInt128 source, ushort sourcePort, UInt128 destination, ushort destinationPort, byte protocol, out int side)
    {
        var key = FlowKey.Of(source, sourcePort, destination, destinationPort, protocol, out var fromFirst);
        side = fromFirst ? 0 : 1;

        // Most packets belong to the flow of the packet before them.
        if (_last is not null && _last.Key.Equals(key))
        {
            return _last;
        }

        ref var flow = ref CollectionsMarshal.GetValueRefOrAddDefault(_flows, key, out _);
        if (flow is not null)
        {
            return _last = flow;
        }

        var added = flow = new Flow(key);
        if (_flows.Count > most)
        {
            Forget(added);
        }

        return _last = added;
    }

    public Flow? Find(UInt128 source, ushort sourcePort, UInt128 destination, ushort destinationPort, byte protocol, out int side)
    {
        var key = FlowKey.Of(source, sourcePort, destination, destinationPort, protocol, out var fromFirst);
        side = fromFirst ? 0 : 1;
        return _flows.GetValueOrDefault(key);
    }

    private void Forget(Flow added)
    {
        var goes = _flows.Values.Where(flow => flow != added).OrderBy(flow => flow.IsOfInterest).ThenBy(flow => flow.LastAt).Take(most / 4).ToList();
        foreach (var flow in goes)
        {
            _flows.Remove(flow.Key);
            Forgotten++;
        }
    }
}

/// <summary>What ICMP and ICMPv6 say of a packet that did not arrive (RFC 792, RFC 4443).</summary>
internal enum IcmpError
{
    PortUnreachable,
    Prohibited,
    NoRoute,
    TooLarge,
    HopsExceeded,
    FragmentsLost,
}

/// <summary>Errors of one kind about one flow.</summary>
internal sealed class IcmpTally(long firstAt, UInt128 sender, int side)
{
    public long FirstAt => firstAt;

    public UInt128 Sender => sender;

    /// <summary>Whose packets did not arrive.</summary>
    public int Side => side;

    public long Count { get; set; }

    /// <summary>The largest packet that passes, as <see cref="IcmpError.TooLarge"/> says; 0 when it does not.</summary>
    public int Mtu { get; set; }

    public static IcmpError? KindOf(byte protocol, byte type, byte code) => protocol == IpPacket.Icmp
        ? (type, code) switch
        {
            (3, 3) => IcmpError.PortUnreachable,
            (3, 4) => IcmpError.TooLarge,
            (3, 9 or 10 or 13) => IcmpError.Prohibited,
            (3, _) => IcmpError.NoRoute,
            (11, 1) => IcmpError.FragmentsLost,
            (11, _) => IcmpError.HopsExceeded,
            _ => null,
        }
        : (type, code) switch
        {
            (1, 4) => IcmpError.PortUnreachable,
            (1, 1 or 5) => IcmpError.Prohibited,
            (1, _) => IcmpError.NoRoute,
            (2, _) => IcmpError.TooLarge,
            (3, 1) => IcmpError.FragmentsLost,
            (3, _) => IcmpError.HopsExceeded,
            _ => null,
        };
}
