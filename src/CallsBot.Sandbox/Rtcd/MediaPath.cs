using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>One peer on the media port, and the way back to it.</summary>
internal abstract record MediaPath(MediaPort Port, IPEndPoint Local, IPEndPoint Remote)
{
    public abstract bool IsTcp { get; }

    public IpFamilies Family => Local.AddressFamily == AddressFamily.InterNetworkV6 ? IpFamilies.IPv6 : IpFamilies.IPv4;

    /// <summary>Never waits: what cannot be sent is lost, and so is what the conditions lose.</summary>
    public void Send(ReadOnlySpan<byte> packet)
    {
        if (Port.LetsOut(this, packet))
        {
            Put(packet);
        }
    }

    protected abstract void Put(ReadOnlySpan<byte> packet);
}

/// <summary>Equal to any other path between the same two ends.</summary>
internal sealed record UdpPath(MediaPort Port, Socket Socket, IPEndPoint Local, IPEndPoint Remote) : MediaPath(Port, Local, Remote)
{
    public override bool IsTcp => false;

    protected override void Put(ReadOnlySpan<byte> packet)
    {
        try
        {
            Socket.SendTo(packet, Remote);
        }
        catch (Exception ex) when (ex is SocketException or ObjectDisposedException)
        {
            // Nobody there, no way there, or RTCD has stopped: a datagram is lost, as datagrams are.
        }
    }
}

/// <summary>A connection, RFC 4571 framed by whoever empties <see cref="Outgoing"/>.</summary>
internal sealed record TcpPath(MediaPort Port, IPEndPoint Local, IPEndPoint Remote) : MediaPath(Port, Local, Remote)
{
    // More than a handshake and its checks can have under way.
    private const int MostWaiting = 256;

    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(MostWaiting);

    public override bool IsTcp => true;

    public ChannelReader<byte[]> Outgoing => _outgoing.Reader;

    protected override void Put(ReadOnlySpan<byte> packet) => _outgoing.Writer.TryWrite(packet.ToArray());

    /// <summary>Ends the connection once what was sent has gone.</summary>
    public void Close() => _outgoing.Writer.TryComplete();

    public bool Equals(TcpPath? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => HashCode.Combine(Local, Remote);
}
