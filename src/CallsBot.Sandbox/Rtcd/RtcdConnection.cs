using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using CallsBot.Protocols.Rtcd;
using Microsoft.AspNetCore.Http.Features;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>
/// The server's end of one WebSocket (RFC 6455), as gorilla/websocket and rtcd's service/ws/server.go behave: pings of its
/// own accord, ends without a closing handshake when no pong comes, closes with a code on what is no frame of a client.
/// </summary>
/// <remarks>
/// Written out because .NET's server socket neither shows pongs nor lets its clock be set, and a bot's mistakes (no
/// answer to pings, unmasked frames) are to be seen.
/// </remarks>
internal sealed class RtcdConnection : IDisposable
{
    /// <summary>rtcd, service/service.go.</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    /// <summary>Only a pong makes it start again; messages do not (service/ws/server.go).</summary>
    public static readonly TimeSpan MostBetweenPongs = 2 * PingInterval;

    private const string AcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int MostControlBytes = 125;

    // sendChSize in service/ws/server.go.
    private const int MostWaiting = 5000;

    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _cutWhenIdleFor;
    private readonly CancellationTokenSource _ended;
    private readonly Channel<(Opcode Opcode, byte[] Payload)> _outgoing =
        Channel.CreateBounded<(Opcode, byte[])>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private long _lastTraffic;
    private long _lastPong;

    private RtcdConnection(Stream stream, string clientId, TimeProvider time, TimeSpan? cutWhenIdleFor, CancellationToken cancellationToken)
    {
        _stream = stream;
        ClientId = clientId;
        _time = time;
        _cutWhenIdleFor = cutWhenIdleFor;
        _lastTraffic = _lastPong = time.GetTimestamp();
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    private enum Opcode
    {
        Continuation = 0,
        Text = 1,
        Binary = 2,
        Close = 8,
        Ping = 9,
        Pong = 10,
    }

    public string Id { get; } = NewId();

    /// <summary>Empty for the administrator.</summary>
    public string ClientId { get; }

    /// <summary>26 letters of z-base-32 (service/random/id.go).</summary>
    public static string NewId() => RandomNumberGenerator.GetString("ybndrfg8ejkmcpqxot1uwisza345h769", 26);

    /// <summary>What gorilla's upgrader refuses, in its order.</summary>
    /// <returns>Zero when the request may be upgraded.</returns>
    public static int RefusalOf(HttpRequest request)
    {
        if (!HasToken(request.Headers.Connection.ToString(), "upgrade") || !HasToken(request.Headers.Upgrade.ToString(), "websocket"))
        {
            return StatusCodes.Status400BadRequest;
        }

        if (!HttpMethods.IsGet(request.Method))
        {
            return StatusCodes.Status405MethodNotAllowed;
        }

        if (request.Headers.SecWebSocketVersion.ToString() != "13")
        {
            return StatusCodes.Status400BadRequest;
        }

        if (request.Headers.Origin.ToString() is { Length: > 0 } origin
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)))
        {
            return StatusCodes.Status403Forbidden;
        }

        return request.Headers.SecWebSocketKey.Count == 1 && IsKey(request.Headers.SecWebSocketKey.ToString()) ? 0 : StatusCodes.Status400BadRequest;
    }

    public static async Task<RtcdConnection> AcceptAsync(
        HttpContext http, string clientId, TimeProvider time, TimeSpan? cutWhenIdleFor, CancellationToken cancellationToken)
    {
        var key = http.Request.Headers.SecWebSocketKey.ToString();
        http.Response.Headers.Upgrade = "websocket";

        // RFC 6455 §4.2.2 fixes SHA-1.
#pragma warning disable CA5350
        http.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptGuid)));
#pragma warning restore CA5350
        var stream = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        return new RtcdConnection(stream, clientId, time, cutWhenIdleFor, cancellationToken);
    }

    /// <summary>Queues a binary message.</summary>
    /// <returns>False when the connection has ended, or has no room: then the message is lost.</returns>
    public bool Send(RtcdFrame frame) => _outgoing.Writer.TryWrite((Opcode.Binary, frame.ToBytes()));

    /// <summary>Ends the connection without a closing handshake: the client sees 1006.</summary>
    public void Cut()
    {
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself in the meantime.
        }
    }

    /// <summary>Reads until the connection ends.</summary>
    /// <param name="handle">Takes each message; true for a binary one.</param>
    /// <param name="ponged">Called for each pong.</param>
    /// <returns>Why it ended, in the words of rtcd's log.</returns>
    public async Task<string> RunAsync(Action<bool, byte[]> handle, Action ponged)
    {
        var why = "websocket: close 1006 (abnormal closure): unexpected EOF";
        using var timer = _time.CreateTimer(_ => Look(), null, PingInterval, PingInterval);
        using var idle = _cutWhenIdleFor is { } limit ? _time.CreateTimer(_ => CutWhenIdle(limit), null, limit, limit / 4) : null;
        var writing = WriteAsync();
        try
        {
            why = await ReadAsync(handle, ponged);
        }
        catch (OperationCanceledException)
        {
            why = $"read tcp: {(_time.GetElapsedTime(Interlocked.Read(ref _lastPong)) >= MostBetweenPongs ? "i/o timeout" : "use of closed network connection")}";
        }
        catch (IOException)
        {
            // The client went away, which is normal here.
        }

        _outgoing.Writer.TryComplete();
        await writing;
        await _ended.CancelAsync();
        return why;
    }

    public void Dispose() => _ended.Dispose();

    private static bool HasToken(string header, string token) =>
        header.Split(',').Any(part => part.Trim().Equals(token, StringComparison.OrdinalIgnoreCase));

    private static bool IsKey(string key)
    {
        Span<byte> bytes = stackalloc byte[32];
        return key.Length <= 32 && Convert.TryFromBase64String(key, bytes, out var length) && length == 16;
    }

    private void Look()
    {
        if (_time.GetElapsedTime(Interlocked.Read(ref _lastPong)) >= MostBetweenPongs)
        {
            Cut();
            return;
        }

        _outgoing.Writer.TryWrite((Opcode.Ping, []));
    }

    private void CutWhenIdle(TimeSpan limit)
    {
        if (_time.GetElapsedTime(Interlocked.Read(ref _lastTraffic)) >= limit)
        {
            Cut();
        }
    }

    private async Task<string> ReadAsync(Action<bool, byte[]> handle, Action ponged)
    {
        using var message = new MemoryStream();
        Opcode? kind = null;
        while (true)
        {
            var (final, opcode, payload) = await ReadFrameAsync((int)message.Length);
            Interlocked.Exchange(ref _lastTraffic, _time.GetTimestamp());
            switch (opcode)
            {
                case Opcode.Ping:
                    _outgoing.Writer.TryWrite((Opcode.Pong, payload));
                    continue;
                case Opcode.Pong:
                    Interlocked.Exchange(ref _lastPong, _time.GetTimestamp());
                    ponged();
                    continue;
                case Opcode.Close:
                    _outgoing.Writer.TryWrite((Opcode.Close, payload.Length >= 2 ? payload[..2] : []));
                    var code = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : 1005;
                    return code == 1000 ? "websocket: close 1000 (normal)" : $"websocket: close {code}";
                case Opcode.Continuation when kind is null:
                case Opcode.Text or Opcode.Binary when kind is not null:
                case null:
                    return Refuse(opcode is null ? payload : Code(1002));
                case Opcode.Text or Opcode.Binary:
                    kind = opcode;
                    break;
            }

            message.Write(payload);
            if (final)
            {
                handle(kind == Opcode.Binary, message.ToArray());
                message.SetLength(0);
                kind = null;
            }
        }
    }

    /// <param name="have">How much of the message has been read.</param>
    /// <returns>No opcode, and a code to close with, for what is no frame of a client.</returns>
    private async ValueTask<(bool Final, Opcode? Opcode, byte[] Payload)> ReadFrameAsync(int have)
    {
        var head = new byte[14];
        await FillAsync(head.AsMemory(0, 2));
        var opcode = (Opcode)(head[0] & 0x0f);
        var isControl = opcode >= Opcode.Close;
        var isMasked = (head[1] & 0x80) != 0;
        if (!Enum.IsDefined(opcode) || (head[0] & 0x70) != 0 || !isMasked || (isControl && ((head[0] & 0x80) == 0 || (head[1] & 0x7f) > MostControlBytes)))
        {
            return (false, null, Code(1002));
        }

        ulong length = (uint)(head[1] & 0x7f);
        if (length >= 126)
        {
            var extended = head.AsMemory(2, length == 126 ? 2 : 8);
            await FillAsync(extended);
            length = extended.Length == 2 ? BinaryPrimitives.ReadUInt16BigEndian(extended.Span) : BinaryPrimitives.ReadUInt64BigEndian(extended.Span);
        }

        if (length + (uint)have > RtcdFrame.MaxLength)
        {
            return (false, null, Code(1009));
        }

        var mask = head.AsMemory(10, 4);
        await FillAsync(mask);
        var payload = new byte[(int)length];
        await FillAsync(payload);
        for (var i = 0; i < payload.Length; i++)
        {
            payload[i] ^= mask.Span[i & 3];
        }

        return ((head[0] & 0x80) != 0, opcode, payload);
    }

    private static byte[] Code(ushort code)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, code);
        return bytes;
    }

    private string Refuse(byte[] code)
    {
        _outgoing.Writer.TryWrite((Opcode.Close, code));
        return "websocket: bad frame";
    }

    private async ValueTask FillAsync(Memory<byte> buffer) => await _stream.ReadExactlyAsync(buffer, _ended.Token);

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var (opcode, payload) in _outgoing.Reader.ReadAllAsync(_ended.Token))
            {
                await _stream.WriteAsync(Framed(opcode, payload), _ended.Token);
                await _stream.FlushAsync(_ended.Token);
                Interlocked.Exchange(ref _lastTraffic, _time.GetTimestamp());
            }
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            await _ended.CancelAsync();
        }
    }

    private static byte[] Framed(Opcode opcode, byte[] payload)
    {
        byte[] length = payload.Length switch
        {
            <= MostControlBytes => [(byte)payload.Length],
            <= ushort.MaxValue => [126, (byte)(payload.Length >> 8), (byte)payload.Length],
            _ => [127, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length],
        };
        return [(byte)(0x80 | (int)opcode), .. length, .. payload];
    }
}
