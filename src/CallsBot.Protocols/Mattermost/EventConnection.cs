using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;

namespace CallsBot.Protocols.Mattermost;

/// <summary>How far a stream has been read.</summary>
/// <param name="ConnectionId">The server's name for the connection, under which it keeps what it sent.</param>
/// <param name="Next">The sequence number that comes next.</param>
internal sealed record StreamPosition(string ConnectionId, long Next);

/// <summary>
/// One WebSocket from its opening to its loss. Nothing is read ahead of the caller, so a slow caller slows the server
/// down instead of filling memory.
/// </summary>
/// <remarks>
/// The server resumes a connection only when the token comes with the HTTP request too; it then sends no new hello, but
/// what was missed, under the old count (mattermost 0289139, server/channels/app/platform/web_conn.go and
/// api4/websocket.go). So that a resumed connection on which nothing happens is noticed, a ping follows the challenge:
/// it is answered after what was missed.
/// </remarks>
internal sealed class EventConnection(EventStream stream, StreamPosition? resumed) : IDisposable
{
    // The server's largest event carries a post: a message of up to 64 kB and props.
    public const int MaxFrame = 1024 * 1024;

    private const int ChallengeSequence = 1;
    private const int PingSequence = 2;

    private static readonly TimeSpan OpeningLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket = new();
    private byte[] _buffer = new byte[16 * 1024];
    private StreamEvent? _held;
    private long _connectedAt;
    private bool _connected;

    /// <summary>Where the next connection may go on; null when it has to begin anew.</summary>
    public StreamPosition? Position { get; private set; } = resumed is { ConnectionId.Length: > 0 } ? resumed : null;

    /// <summary>The connection stood long enough for the next attempt not to count as one of a row.</summary>
    public bool Lasted => _connected && stream.Time.GetElapsedTime(_connectedAt) >= LongEnough;

    /// <summary>Opens the connection at the first call.</summary>
    /// <returns>What comes next; last of all a <see cref="StreamEvent.Disconnected"/>.</returns>
    public async Task<StreamEvent> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _connected ? await NextEventAsync(cancellationToken) : await OpenAsync(cancellationToken);
        }
        catch (Exception ex) when (ex is WebSocketException or HttpRequestException or IOException)
        {
            return new StreamEvent.Disconnected(ex.GetBaseException().Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new StreamEvent.Disconnected("The connection was given up: no answer to a ping.");
        }
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Request(int sequence, string action, Dictionary<string, string> data)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("seq", sequence);
            json.WriteString("action", action);
            json.WriteStartObject("data");
            foreach (var (name, value) in data)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private async Task<StreamEvent> OpenAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(OpeningLimit, stream.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (await ConnectAsync(either.Token) is { } refusal)
            {
                await stream.CheckTokenAsync(cancellationToken);
                return refusal;
            }

            try
            {
                await IntroduceAsync(either.Token);
                return await AcceptedAsync(either.Token) ?? await RejectedAsync(cancellationToken);
            }
            catch (WebSocketException)
            {
                return await RejectedAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Position = null;
            return new StreamEvent.Disconnected(
                string.Create(CultureInfo.InvariantCulture, $"The server did not say hello within {OpeningLimit.TotalSeconds} s."));
        }
    }

    /// <returns>Null when the connection stands; a reason when the token may be to blame.</returns>
    private async Task<StreamEvent?> ConnectAsync(CancellationToken cancellationToken)
    {
        _socket.Options.CollectHttpResponseDetails = true;
        _socket.Options.KeepAliveInterval = stream.KeepAlive;
        _socket.Options.KeepAliveTimeout = stream.KeepAlive;
        _socket.Options.SetRequestHeader("User-Agent", "CallsBot");
        if (Position is not null)
        {
            _socket.Options.SetRequestHeader("Authorization", $"Bearer {stream.Token}");
        }

        try
        {
            await _socket.ConnectAsync(stream.AddressFor(Position), cancellationToken);
            return null;
        }
        catch (WebSocketException) when (_socket.HttpStatusCode is not 0 and var status)
        {
            // A refusal may be of the position; a proxy's 502 is not.
            Position = (int)status < 500 ? null : Position;
            var reason = new StreamEvent.Disconnected(string.Create(
                CultureInfo.InvariantCulture, $"The WebSocket handshake was answered with HTTP {(int)status}."));
            return status == HttpStatusCode.Unauthorized ? reason : throw new WebSocketException(reason.Reason);
        }
    }

    private async Task IntroduceAsync(CancellationToken cancellationToken)
    {
        await SendAsync(Request(ChallengeSequence, "authentication_challenge", new() { ["token"] = stream.Token }), cancellationToken);
        if (Position is not null)
        {
            await SendAsync(Request(PingSequence, "ping", []), cancellationToken);
        }
    }

    private async Task SendAsync(byte[] message, CancellationToken cancellationToken) =>
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    /// <returns>Null when the server closed the connection or refused the token.</returns>
    private async Task<StreamEvent.Connected?> AcceptedAsync(CancellationToken cancellationToken)
    {
        while (await ReceiveAsync(cancellationToken) is { } received)
        {
            switch (received.Frame)
            {
                case StreamFrame.Hello hello:
                    var goesOn = hello.ConnectionId.Length > 0 && Position == new StreamPosition(hello.ConnectionId, hello.Sequence);
                    return Connected(goesOn, new StreamPosition(hello.ConnectionId, hello.Sequence + 1));

                case StreamFrame.Event missed when Position is { } position:
                    _held = missed.Content;
                    return Connected(missed.Sequence == position.Next, position with { Next = missed.Sequence + 1 });

                case StreamFrame.Reply { To: PingSequence, Ok: true } when Position is { } position:
                    return Connected(complete: true, position);

                case StreamFrame.Reply { To: ChallengeSequence, Ok: false }:
                    return null;

                case null when received.TooLong && Position is { } position:
                    return Connected(complete: false, position with { Next = position.Next + 1 });
            }
        }

        return null;
    }

    private StreamEvent.Connected Connected(bool complete, StreamPosition position)
    {
        Position = position;
        _connected = true;
        _connectedAt = stream.Time.GetTimestamp();
        return new StreamEvent.Connected(complete);
    }

    /// <summary>The server does not say whether the token was at fault, so it is asked by other means.</summary>
    private async Task<StreamEvent> RejectedAsync(CancellationToken cancellationToken)
    {
        // It closes in the same way on a position that it does not like: do not come back with it.
        Position = null;
        await stream.CheckTokenAsync(cancellationToken);
        return new StreamEvent.Disconnected("The server closed the connection before it said hello.");
    }

    private async Task<StreamEvent> NextEventAsync(CancellationToken cancellationToken)
    {
        if (_held is { } held)
        {
            _held = null;
            return held;
        }

        while (await ReceiveAsync(cancellationToken) is { } received)
        {
            var position = Position!;
            switch (received.Frame)
            {
                case StreamFrame.Event next when next.Sequence == position.Next:
                    Position = position with { Next = next.Sequence + 1 };
                    if (next.Content is { } content)
                    {
                        return content;
                    }

                    break;

                case StreamFrame.Event ahead:
                    _held = ahead.Content;
                    Position = position with { Next = ahead.Sequence + 1 };
                    return new StreamEvent.Connected(Complete: false);

                case StreamFrame.Hello hello:
                    Position = new StreamPosition(hello.ConnectionId, hello.Sequence + 1);
                    return new StreamEvent.Connected(Complete: false);

                case null when received.TooLong:
                    Position = position with { Next = position.Next + 1 };
                    return new StreamEvent.Connected(Complete: false);
            }
        }

        return new StreamEvent.Disconnected(string.Create(
            CultureInfo.InvariantCulture,
            $"The server closed the connection ({(int?)_socket.CloseStatus ?? 1005} {_socket.CloseStatusDescription})."));
    }

    /// <returns>Null when the server has closed the connection.</returns>
    private async Task<Received?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        var tooLong = false;
        while (true)
        {
            if (length == _buffer.Length)
            {
                if (length >= MaxFrame)
                {
                    tooLong = true;
                    length = 0;
                }
                else
                {
                    Array.Resize(ref _buffer, Math.Min(2 * length, MaxFrame));
                }
            }

            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                return new Received(tooLong ? null : StreamFrame.TryParse(_buffer.AsMemory(0, length)), tooLong);
            }
        }
    }

    private sealed record Received(StreamFrame? Frame, bool TooLong);
}
