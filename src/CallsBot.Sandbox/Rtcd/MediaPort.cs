using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using CallsBot.Protocols.Stun;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>A packet that came to the media port or left it.</summary>
/// <param name="IsLost">A condition kept it from arriving.</param>
internal sealed record MediaPacket(bool IsTcp, bool IsInbound, bool IsLost, IPEndPoint Remote, string What);

/// <summary>
/// The one port of all media, UDP and TCP, on each address: finds the session that a packet is for by its STUN user name,
/// as pion/ice v4.2.0 does (udp_mux.go, tcp_mux.go), and loses what the conditions say.
/// </summary>
internal sealed class MediaPort : IAsyncDisposable
{
    private const int MostBytes = 8192;

    // tcp_mux.go.
    private const int MostBytesOfFirstFrame = 512;
    private static readonly TimeSpan FirstFrameWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UnknownStays = TimeSpan.FromSeconds(30);

    // rtcd refuses ports above 49151. The upper half of these is the kernel's to give away.
    private const int LowestFreePort = 20_000;
    private const int HighestFreePort = 32_767;

    private const int MostRemembered = 10_000;

    private readonly Func<string, IceAgent?> _find;
    private readonly RtcdContext _context;
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<MediaPath, IceAgent> _pinned = [];
    private readonly ConcurrentDictionary<IPEndPoint, Counts> _counts = [];
    private readonly ConcurrentDictionary<TcpPath, Task> _connections = [];
    private readonly ConcurrentQueue<MediaPacket> _packets = [];
    private readonly List<Socket> _udp = [];
    private readonly List<Socket> _tcp = [];
    private readonly List<Task> _loops = [];
    private readonly Lock _gate = new();

    private MediaPort(IReadOnlyList<IPAddress> addresses, int port, Func<string, IceAgent?> find, RtcdContext context) =>
        (Addresses, Number, _find, _context) = (addresses, port, find, context);

    public IReadOnlyList<IPAddress> Addresses { get; }

    public int Number { get; }

    /// <summary>The latest packets, oldest first.</summary>
    public IReadOnlyList<MediaPacket> Packets => [.. _packets];

    /// <param name="addresses">Addresses of this machine.</param>
    /// <param name="port">0 takes a port that is free for both on every address.</param>
    /// <param name="find">The session with a ufrag; null for none.</param>
    /// <param name="context">What the run of RTCD has in common.</param>
    /// <exception cref="SandboxException">The port is taken, or an address is not this machine's.</exception>
    public static MediaPort Open(
        IReadOnlyList<IPAddress> addresses, int port, Func<string, IceAgent?> find, RtcdContext context)
    {
        for (var tries = 50; ; tries--)
        {
            var number = port == 0 ? RandomNumberGenerator.GetInt32(LowestFreePort, HighestFreePort + 1) : port;
            var media = new MediaPort(addresses, number, find, context);
            try
            {
                media.Bind();
                return media;
            }
            catch (SocketException ex)
            {
                media.Unbind();
                if (port != 0 || tries == 0 || ex.SocketErrorCode != SocketError.AddressAlreadyInUse)
                {
                    throw new SandboxException(ex.SocketErrorCode == SocketError.AddressAlreadyInUse
                        ? $"Port {number} for the media of the pretend RTCD is taken. Stop what uses it, or choose another one."
                        : $"Port {number} on {string.Join(", ", addresses)} for the media of the pretend RTCD: {ex.Message}.", ex);
                }
            }
        }
    }

    /// <summary>Opens or closes the TCP listeners as the conditions have it.</summary>
    public void ApplyConditions()
    {
        lock (_gate)
        {
            var refused = _context.Conditions().RefusesTcp;
            foreach (var address in Addresses)
            {
                var listener = _tcp.Find(socket => ((IPEndPoint)socket.LocalEndPoint!).Address.Equals(address));
                var isRefused = refused.HasFlag(address.AddressFamily == AddressFamily.InterNetworkV6 ? IpFamilies.IPv6 : IpFamilies.IPv4);
                if (isRefused && listener is not null)
                {
                    _tcp.Remove(listener);
                    listener.Dispose();
                }
                else if (!isRefused && listener is null)
                {
                    _loops.Add(AcceptAsync(Listen(address)));
                }
            }
        }

        _counts.Clear();
    }

    /// <returns>False for a packet that is lost on its way out.</returns>
    public bool LetsOut(MediaPath path, ReadOnlySpan<byte> packet) => !IsLost(path, packet, isInbound: false);

    /// <summary>The paths from every address of its family to a candidate of the other side.</summary>
    public IEnumerable<MediaPath> PathsTo(IPEndPoint remote)
    {
        lock (_gate)
        {
            return [.. _udp.Where(socket => socket.AddressFamily == remote.AddressFamily).Select(socket => new UdpPath(this, socket, (IPEndPoint)socket.LocalEndPoint!, remote))];
        }
    }

    /// <summary>Forgets a session that has ended: its connections are closed, its peers' packets belong to nobody.</summary>
    public void Forget(IceAgent agent)
    {
        foreach (var path in _pinned.Where(pair => pair.Value == agent).Select(pair => pair.Key).ToList())
        {
            _pinned.TryRemove(path, out _);
            (path as TcpPath)?.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        Unbind();
        await Task.WhenAll([.. _loops, .. _connections.Values]);
        _ended.Dispose();
    }

    private static string Describe(ReadOnlySpan<byte> packet) =>
        !StunMessage.LooksLikeStun(packet) ? (packet.Length > 0 && packet[0] is >= 20 and <= 63 ? "dtls" : "other")
        : StunMessage.TryParse(packet, out var message) ? $"{message.Method} {message.Class}"
        : "broken stun";

    private void Bind()
    {
        lock (_gate)
        {
            foreach (var address in Addresses)
            {
                var udp = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                _udp.Add(udp);
                udp.Bind(new IPEndPoint(address, Number));
                Listen(address);
            }

            _loops.AddRange(_udp.Select(ReceiveAsync));
            _loops.AddRange(_tcp.Select(AcceptAsync));
        }

        ApplyConditions();
    }

    private Socket Listen(IPAddress address)
    {
        var tcp = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _tcp.Add(tcp);
        tcp.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        tcp.Bind(new IPEndPoint(address, Number));
        tcp.Listen();
        return tcp;
    }

    private void Unbind()
    {
        lock (_gate)
        {
            _udp.ForEach(socket => socket.Dispose());
            _tcp.ForEach(socket => socket.Dispose());
            _udp.Clear();
            _tcp.Clear();
        }
    }

    private async Task ReceiveAsync(Socket socket)
    {
        // Off the caller's thread: it holds the lock.
        await Task.Yield();
        var buffer = new byte[MostBytes];
        var local = (IPEndPoint)socket.LocalEndPoint!;
        var anyone = new IPEndPoint(local.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anyone, _ended.Token);
                ReceiveUdp(new UdpPath(this, socket, local, (IPEndPoint)received.RemoteEndPoint), buffer.AsSpan(0, received.ReceivedBytes));
            }
            catch (SocketException ex) when (ex.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.MessageSize)
            {
                // A peer that is gone is said on the next receive on some systems.
            }
            catch (Exception ex) when (ex is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void ReceiveUdp(UdpPath path, ReadOnlySpan<byte> packet)
    {
        if (IsLost(path, packet, isInbound: true))
        {
            return;
        }

        // An address once seen stays its session's until that ends (udp_mux.go, connWorker).
        if (_pinned.TryGetValue(path, out var known))
        {
            known.Receive(path, packet);
            return;
        }

        if (!StunMessage.LooksLikeStun(packet))
        {
            return;
        }

        if (!StunMessage.TryParse(packet, out var message))
        {
            _context.Log.Add("warn", $"Failed to handle decode ICE from {path.Remote}: {packet.Length} bytes", "rtc/logger.go:81");
            return;
        }

        if (message.Username is not { } username)
        {
            _context.Log.Add("warn", $"No Username attribute in STUN message from {path.Remote}", "rtc/logger.go:81", ("origin", "ice/v4.(*UDPMuxDefault).connWorker ice@v4.2.0/udp_mux.go:339"));
            return;
        }

        if (_find(username.Split(':')[0]) is { } agent)
        {
            _pinned[path] = agent;
            agent.Receive(path, packet);
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        await Task.Yield();
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await listener.AcceptAsync(_ended.Token);
            }
            catch (Exception ex) when (ex is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            var path = new TcpPath(this, (IPEndPoint)accepted.LocalEndPoint!, (IPEndPoint)accepted.RemoteEndPoint!);
            var serving = ServeAsync(accepted, path);
            _connections[path] = serving;
            if (serving.IsCompleted)
            {
                _connections.TryRemove(path, out _);
            }
        }
    }

    private async Task ServeAsync(Socket socket, TcpPath path)
    {
        await Task.Yield();
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        var packets = new PacketStream(stream, PacketFraming.Rfc4571, MostBytes);
        var writing = WriteAsync(packets, path, ended);
        try
        {
            await ReadAsync(packets, path, ended.Token);
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // The peer went away, the session ended, or RTCD stopped.
        }

        path.Close();
        await ended.CancelAsync();
        await writing;
        _pinned.TryRemove(path, out _);
        _connections.TryRemove(path, out _);
    }

    private async Task ReadAsync(PacketStream packets, TcpPath path, CancellationToken cancellationToken)
    {
        IceAgent? agent = null;
        while (true)
        {
            using var within = new CancellationTokenSource(agent is null ? FirstFrameWithin : Timeout.InfiniteTimeSpan, _context.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(within.Token, cancellationToken);
            PacketRead read;
            try
            {
                read = await packets.ReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (within.IsCancellationRequested)
            {
                _context.Log.Add("warn", $"Error reading first packet from {path.Remote}: i/o timeout", "rtc/logger.go:81");
                return;
            }

            if (read.Outcome == PacketReadOutcome.Packet && IsLost(path, read.Bytes.Span, isInbound: true))
            {
                continue;
            }

            if (agent is null && (read.Outcome == PacketReadOutcome.TooLong || read.Bytes.Length > MostBytesOfFirstFrame))
            {
                _context.Log.Add("warn", $"Buffer too small for first packet from {path.Remote}: short buffer", "rtc/logger.go:81");
                return;
            }

            if (agent is null && read.Outcome != PacketReadOutcome.Packet)
            {
                _context.Log.Add("warn", $"Error reading first packet from {path.Remote}: EOF", "rtc/logger.go:81");
            }

            if (read.Outcome != PacketReadOutcome.Packet)
            {
                return;
            }

            if (agent is null)
            {
                if (UsernameOf(path, read.Bytes.Span) is not { } username)
                {
                    return;
                }

                agent = _find(username.Split(':')[0]);
                if (agent is null)
                {
                    await Task.Delay(UnknownStays, _context.Time, cancellationToken);
                    return;
                }

                _pinned[path] = agent;
            }

            agent.Receive(path, read.Bytes.Span);
        }
    }

    /// <returns>Null, and a line in the log, for a first frame that pion hangs up on.</returns>
    private string? UsernameOf(TcpPath path, ReadOnlySpan<byte> frame)
    {
        if (!StunMessage.TryParse(frame, out var message))
        {
            _context.Log.Add("warn", $"Failed to handle decode ICE from {path.Remote} to {path.Local}: {frame.Length} bytes", "rtc/logger.go:81");
            return null;
        }

        if (message.Method != StunMethod.Binding)
        {
            _context.Log.Add("warn", $"Not a STUN message from {path.Remote} to {path.Local}", "rtc/logger.go:81");
            return null;
        }

        if (message.Username is null)
        {
            _context.Log.Add("warn", $"No Username attribute in STUN message from {path.Remote} to {path.Local}", "rtc/logger.go:81");
        }

        return message.Username;
    }

    private static async Task WriteAsync(PacketStream packets, TcpPath path, CancellationTokenSource ended)
    {
        try
        {
            await foreach (var packet in path.Outgoing.ReadAllAsync(ended.Token))
            {
                await packets.WriteAsync(packet, ended.Token);
            }
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // The reader sees the same end.
        }

        await ended.CancelAsync();
    }

    private bool IsLost(MediaPath path, ReadOnlySpan<byte> packet, bool isInbound)
    {
        var isLost = MustLose(path, packet, isInbound);
        _packets.Enqueue(new MediaPacket(path.IsTcp, isInbound, isLost, path.Remote, Describe(packet)));
        if (_packets.Count > MostRemembered)
        {
            _packets.TryDequeue(out _);
        }

        _context.Changed();
        return isLost;
    }

    private bool MustLose(MediaPath path, ReadOnlySpan<byte> packet, bool isInbound)
    {
        var conditions = _context.Conditions();
        if (path.IsTcp)
        {
            return conditions.SilentTcp.HasFlag(path.Family);
        }

        if ((isInbound ? conditions.LosesUdpIn : conditions.LosesUdpOut).HasFlag(path.Family))
        {
            return true;
        }

        if (conditions is { LosesUdpAfter: null, LosesEveryStun: null })
        {
            return false;
        }

        var counts = _counts.GetOrAdd(path.Remote, _ => new Counts());
        var inbound = isInbound ? Interlocked.Increment(ref counts.Inbound) : Volatile.Read(ref counts.Inbound);
        if (conditions.LosesUdpAfter is { } most && inbound > most)
        {
            return true;
        }

        return conditions.LosesEveryStun is { } every && isInbound && StunMessage.LooksLikeStun(packet)
            && Interlocked.Increment(ref counts.InboundStun) % every == 0;
    }

    private sealed class Counts
    {
        public int Inbound;
        public int InboundStun;
    }
}
