using System.Net;
using System.Net.Sockets;
using CallsBot.Protocols.Sdp;
using CallsBot.Protocols.Stun;

namespace CallsBot.Probes.Media;

/// <summary>
/// Packets to and from one candidate, over a socket that nothing else has used: RTCD remembers to which session an
/// address and port belong (pion/ice v4.2.0, udp_mux.go).
/// </summary>
internal abstract class CandidatePath(Socket socket) : IDisposable
{
    public IPEndPoint? LocalAddress => Socket.LocalEndPoint as IPEndPoint;

    protected Socket Socket { get; } = socket;

    public static CandidatePath For(IceTransport transport, AddressFamily family) => transport == IceTransport.Udp
        ? new UdpPath(new Socket(family, SocketType.Dgram, ProtocolType.Udp))
        : new TcpPath(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });

    /// <summary>Throws <see cref="SocketException"/>.</summary>
    public virtual async Task ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) =>
        await Socket.ConnectAsync(remote, cancellationToken);

    /// <summary>Throws <see cref="SocketException"/> or <see cref="IOException"/>.</summary>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken);

    /// <summary>Throws <see cref="SocketException"/> or <see cref="IOException"/>.</summary>
    /// <returns>Null when no more packets can come.</returns>
    public abstract ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken);

    public virtual void Dispose() => Socket.Dispose();

    private sealed class UdpPath(Socket socket) : CandidatePath(socket)
    {
        private readonly byte[] _buffer = new byte[2048];

        public override async ValueTask SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
            await Socket.SendAsync(packet, cancellationToken);

        public override async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken) =>
            _buffer.AsMemory(0, await Socket.ReceiveAsync(_buffer, cancellationToken));
    }

    private sealed class TcpPath(Socket socket) : CandidatePath(socket)
    {
        private readonly SemaphoreSlim _writing = new(1, 1);
        private NetworkStream? _stream;
        private PacketStream? _packets;

        public override async Task ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken)
        {
            await base.ConnectAsync(remote, cancellationToken);
            _stream = new NetworkStream(Socket);
            _packets = new PacketStream(_stream, PacketFraming.Rfc4571);
        }

        public override async ValueTask SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
        {
            await _writing.WaitAsync(cancellationToken);
            try
            {
                await Packets.WriteAsync(packet, cancellationToken);
            }
            finally
            {
                _writing.Release();
            }
        }

        public override async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
        {
            var read = await Packets.ReadAsync(cancellationToken);

            // Not "? read.Bytes : null": there, null would become an empty packet, by way of a byte array that is null.
            return read.Outcome == PacketReadOutcome.Packet ? new ReadOnlyMemory<byte>?(read.Bytes) : null;
        }

        public override void Dispose()
        {
            _stream?.Dispose();
            _writing.Dispose();
            base.Dispose();
        }

        private PacketStream Packets => _packets ?? throw new InvalidOperationException("Connect first.");
    }
}
