using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Threading.Channels;

namespace CallsBot.Protocols.Rtcd;

/// <summary>
/// A connection to RTCD's WebSocket, from its hello on. A loop of its own reads it until it ends, because a read of
/// <see cref="ClientWebSocket"/> that is cancelled takes the connection with it, and because RTCD drops a client that
/// does not answer its pings, which only a pending read does.
/// </summary>
/// <remarks>
/// <see cref="ClientWebSocket"/> tells nobody when a pong came, so there is no round trip to be had from here beyond
/// the times in <see cref="RtcdSocketOpening"/>. It pings, though, and a connection on which no pong comes ends.
/// </remarks>
public sealed class RtcdSocket : IAsyncDisposable
{
    private const int MostWaiting = 256;
    private const int FirstBuffer = 8 * 1024;

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10); // RTCD's own interval
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromMilliseconds(250);

    private readonly ClientWebSocket _socket;
    private readonly TimeProvider _time;
    private readonly Channel<RtcdFrame> _frames = Channel.CreateBounded<RtcdFrame>(MostWaiting);
    private readonly CancellationTokenSource _stop = new();
    private Task _reading = Task.CompletedTask;
    private volatile string? _end;
    private int _disposed;

    private RtcdSocket(ClientWebSocket socket, TimeProvider time)
    {
        _socket = socket;
        _time = time;
    }

    /// <summary>Under which RTCD knows the client; empty for its administrator, who cannot join calls.</summary>
    public string ClientId { get; private set; } = "";

    /// <summary>RTCD's name for this connection.</summary>
    public string ConnId { get; private set; } = "";

    /// <summary>Why the connection ended; null while it stands. May hold a stranger's text.</summary>
    public string? End => _end;

    /// <summary>Never throws for what the other side or the network does.</summary>
    /// <param name="service">RTCD's address, with http or https. Whatever path it has, the WebSocket is at /ws.</param>
    /// <param name="http">Connects, so it decides where to, and judges certificates. Stays the caller's, and has to outlive the socket.</param>
    /// <param name="limit">Until the hello.</param>
    public static async Task<RtcdSocketOpening> OpenAsync(
        Uri service, RtcdCredentials credentials, HttpMessageInvoker http, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        client.Options.KeepAliveInterval = KeepAlive;
        client.Options.KeepAliveTimeout = KeepAlive;
        client.Options.SetRequestHeader("Authorization", credentials.ToBasic());
        client.Options.SetRequestHeader("User-Agent", "CallsBot");

        var socket = new RtcdSocket(client, time);
        var opening = new RtcdSocketOpening(Socket: null, RtcdSocketFailure.Timeout);
        try
        {
            using var timeout = new CancellationTokenSource(limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            opening = await socket.ConnectAsync(AddressOf(service), http, either.Token);
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The limit, which a failure of Timeout says already.
        }
        finally
        {
            if (opening.Socket is null)
            {
                await socket.DisposeAsync();
            }
        }

        return opening;
    }

    /// <returns>False when the connection has ended. A send that is cancelled ends it.</returns>
    public async ValueTask<bool> TrySendAsync(RtcdFrame frame, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.SendAsync(frame.ToBytes(), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
            return true;
        }
        catch (Exception ex) when (ex is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <returns>The next frame; null once the connection has ended. Messages that are no frames are skipped.</returns>
    public async ValueTask<RtcdFrame?> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (await _frames.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_frames.Reader.TryRead(out var frame))
            {
                return frame;
            }
        }

        return null;
    }

    /// <summary>Closes the connection with a close frame, for whose answer it does not wait long.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var limit = new CancellationTokenSource(FarewellLimit, _time);
            try
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
                await _reading.WaitAsync(limit.Token);
            }
            catch (Exception ex) when (ex is WebSocketException or IOException or OperationCanceledException or InvalidOperationException)
            {
                // It is going away in any case.
            }
        }

        await _stop.CancelAsync();
        _frames.Writer.TryComplete();
        await _reading;
        _socket.Dispose();
        _stop.Dispose();
    }

    private static Uri AddressOf(Uri service) =>
        new UriBuilder(service) { Scheme = service.Scheme == Uri.UriSchemeHttps ? "wss" : "ws", Path = "/ws", Query = "", UserName = "", Password = "" }.Uri;

    private async Task<RtcdSocketOpening> ConnectAsync(Uri address, HttpMessageInvoker http, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        try
        {
            await _socket.ConnectAsync(address, http, cancellationToken);
        }
        catch (Exception ex) when (ex is WebSocketException or HttpRequestException or IOException)
        {
            return FailureOf(ex, _socket.HttpStatusCode, _time.GetElapsedTime(began));
        }

        var upgrade = _time.GetElapsedTime(began);
        var opening = new RtcdSocketOpening(Socket: null, RtcdSocketFailure.NoHello) { Status = _socket.HttpStatusCode, Upgrade = upgrade };
        _reading = ReadAsync();
        try
        {
            if (await ReceiveAsync(cancellationToken) is not RtcdFrame.Hello hello)
            {
                return opening with { Failure = RtcdSocketFailure.ClosedBeforeHello, Detail = _end };
            }

            (ClientId, ConnId) = (hello.ClientId, hello.ConnId);
            return opening with { Socket = this, Failure = null, Hello = _time.GetElapsedTime(began) - upgrade };
        }
        catch (OperationCanceledException)
        {
            return opening;
        }
    }

    private static RtcdSocketOpening FailureOf(Exception exception, HttpStatusCode status, TimeSpan elapsed)
    {
        var causes = Causes(exception).ToList();
        var failure = status switch
        {
            0 when causes.OfType<AuthenticationException>().Any() => RtcdSocketFailure.Tls,
            0 when causes.OfType<HttpRequestException>().Any(cause => cause.HttpRequestError == HttpRequestError.SecureConnectionError) => RtcdSocketFailure.Tls,
            0 when causes.OfType<SocketException>().Any(cause => cause.SocketErrorCode == SocketError.ConnectionRefused) => RtcdSocketFailure.ConnectionRefused,
            0 => RtcdSocketFailure.ConnectionFailed,
            HttpStatusCode.OK => RtcdSocketFailure.CredentialsRefused,
            HttpStatusCode.BadRequest => RtcdSocketFailure.UpgradeStripped,
            HttpStatusCode.Forbidden => RtcdSocketFailure.Forbidden,
            HttpStatusCode.NotFound => RtcdSocketFailure.NotFound,
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => RtcdSocketFailure.ProxyError,
            _ => RtcdSocketFailure.UnexpectedAnswer,
        };
        return new RtcdSocketOpening(Socket: null, failure)
        {
            Status = status == 0 ? null : status,
            Detail = exception.GetBaseException().Message,
            Upgrade = status == 0 ? null : elapsed,
        };
    }

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    private async Task ReadAsync()
    {
        var end = "The connection was closed from here.";
        try
        {
            var buffer = new byte[FirstBuffer];
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    if (length == buffer.Length)
                    {
                        Array.Resize(ref buffer, Math.Min(2 * length, RtcdFrame.MaxLength + 1));
                    }

                    part = await _socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
                    length += part.Count;
                }
                while (!part.EndOfMessage && length <= RtcdFrame.MaxLength);

                if (EndAt(part, length) is { } found)
                {
                    end = found;
                    return;
                }

                if (part.MessageType == WebSocketMessageType.Binary && RtcdFrame.TryParse(buffer.AsSpan(0, length), out var frame))
                {
                    await _frames.Writer.WriteAsync(frame, _stop.Token);
                }
            }
        }
        catch (Exception ex) when (ex is WebSocketException or IOException or ChannelClosedException)
        {
            end = ex.GetBaseException().Message;
        }
        catch (OperationCanceledException)
        {
            end = _stop.IsCancellationRequested ? end : "No pong came.";
        }
        finally
        {
            _end = end;
            _frames.Writer.TryComplete();
        }
    }

    private string? EndAt(ValueWebSocketReceiveResult part, int length) => part.MessageType == WebSocketMessageType.Close
        ? $"Closed with {(int?)_socket.CloseStatus ?? 1005} {_socket.CloseStatusDescription}".TrimEnd()
        : length > RtcdFrame.MaxLength ? "A message was longer than RTCD's limit."
        : null;
}
