using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>One client's WebSocket: authentication, events out, requests in (api4/websocket.go, app/web_conn.go).</summary>
internal sealed class Socket(WebSocket webSocket, Workspace workspace, UnexpectedRequests unexpected, TimeProvider time)
    : IDisposable
{
    // app/web_conn.go, authCheckInterval.
    private static readonly TimeSpan MayStayUnknown = TimeSpan.FromSeconds(5);
    private const int MaxRequestLength = 8 * 1024;

    private readonly TaskCompletionSource<EventConnection> _authenticated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abort = new();

    /// <summary>Completes when the connection is given up.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Ends the connection without a closing handshake: the client sees 1006.</summary>
    public void Abort()
    {
        _abort.Cancel();
        webSocket.Abort();
    }

    public void Dispose() => _abort.Dispose();

    /// <param name="account">Who the request's own header says it is; null when it has none that is valid.</param>
    /// <param name="connectionId">The connection that the client had before; empty for none.</param>
    /// <param name="sequence">The next sequence number that the client has not got.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task RunAsync(Account? account, string connectionId, long sequence, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _abort.Token);
        IReadOnlyList<JsonObject> first = account is null ? [] : Begin(account, connectionId, sequence);
        var writing = WriteAsync(first, either.Token);
        try
        {
            await ReadAsync(either.Token);
        }
        catch (Exception ex) when (ex is WebSocketException or OperationCanceledException or IOException)
        {
            // The client went away or was dropped. Both are normal here.
        }

        webSocket.Abort();
        await either.CancelAsync();
        await writing;
        if (_authenticated.Task is { IsCompletedSuccessfully: true, Result: var connection })
        {
            workspace.Events.Lost(connection, this);
            workspace.Changes.Add();
        }

        _ended.TrySetResult();
    }

    private JsonObject[] Begin(Account account, string connectionId, long sequence)
    {
        var resumed = connectionId.Length > 0 ? workspace.Events.Resume(account.Id, connectionId, this) : null;
        var missed = resumed?.SentFrom(sequence);
        if (missed is null)
        {
            resumed?.StartAfresh();
        }

        var connection = resumed ?? workspace.Events.Open(account.Id, this);
        JsonObject[] first = missed is null ? [Hello(connection)] : [.. missed];
        _authenticated.SetResult(connection);
        workspace.AnnounceOnline(account.Id);
        return first;
    }

    private static JsonObject Hello(EventConnection connection) => connection.Stamp(new JsonObject
    {
        ["event"] = "hello",
        ["data"] = new JsonObject { ["connection_id"] = connection.Id, ["server_version"] = Workspace.VersionId },
        ["broadcast"] = new Audience { UserId = connection.AccountId }.ToJson(),
    });

    private async Task WriteAsync(IReadOnlyList<JsonObject> first, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await _authenticated.Task.WaitAsync(MayStayUnknown, time, cancellationToken);
            foreach (var message in first)
            {
                await SendAsync(message, cancellationToken);
            }

            await foreach (var message in connection.Queue.ReadAllAsync(cancellationToken))
            {
                await SendAsync(connection.Stamp(message), cancellationToken);
            }
        }
        catch (Exception ex) when (ex is WebSocketException or OperationCanceledException or IOException or TimeoutException)
        {
            // Gone, dropped, or never said who it is: then it is closed without a word.
            webSocket.Abort();
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxRequestLength];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                received = await webSocket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                length += received.Count;
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await webSocket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
                    return;
                }

                if (length == buffer.Length)
                {
                    return;
                }
            }
            while (!received.EndOfMessage);

            if (!await HandleAsync(buffer.AsMemory(0, length), cancellationToken))
            {
                return;
            }
        }
    }

    /// <returns>False to close the socket without a word.</returns>
    private async Task<bool> HandleAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (Parse(message) is not { } request)
        {
            return false;
        }

        var sequence = request["seq"] is JsonValue value && value.TryGetValue<long>(out var number) ? number : 0;
        var action = request["action"]?.GetValue<string>() ?? "";
        if (action == "authentication_challenge" && !_authenticated.Task.IsCompleted)
        {
            var token = request["data"]?["token"]?.GetValueKind() == JsonValueKind.String ? request["data"]!["token"]!.GetValue<string>() : "";
            if (workspace.FindByToken(token) is not { } account)
            {
                return false;
            }

            // Resuming needs a token in the request's own header; a challenge always begins afresh (app/websocket_router.go).
            var connection = workspace.Events.Open(account.Id, this);
            await SendAsync(Hello(connection), cancellationToken);
            await SendAsync(Ok(sequence), cancellationToken);
            _authenticated.SetResult(connection);
            workspace.AnnounceOnline(account.Id);
            return true;
        }

        if (action == "authentication_challenge")
        {
            // Whoever is known already is not asked again, and gets no reply (app/websocket_router.go).
            return true;
        }

        if (!_authenticated.Task.IsCompleted)
        {
            await SendAsync(Error(sequence, "api.web_socket_router.not_authenticated.app_error", "WebSocket connection is not authenticated. Please log in and try again.", 401), cancellationToken);
            return true;
        }

        _authenticated.Task.Result.Reply(Answer(_authenticated.Task.Result, action, sequence, request));
        return true;
    }

    private JsonObject Answer(EventConnection connection, string action, long sequence, JsonObject request)
    {
        if (sequence <= 0)
        {
            return Error(sequence, "api.web_socket_router.bad_seq.app_error", "Invalid sequence for WebSocket message.", 400);
        }

        switch (action)
        {
            case "ping":
                var pong = Ok(sequence);
                pong["data"] = new JsonObject
                {
                    ["text"] = "pong",
                    ["version"] = Workspace.Version,
                    ["server_time"] = workspace.Now(),
                    ["node_id"] = "",
                };
                return pong;
            case "user_typing":
                workspace.Type(connection.AccountId, request["data"]?["channel_id"]?.GetValue<string>() ?? "", request["data"]?["parent_id"]?.GetValue<string>() ?? "");
                return Ok(sequence);
            case "get_statuses":
                var statuses = Ok(sequence);
                statuses["data"] = workspace.Statuses();
                return statuses;
            default:
                unexpected.Add($"WebSocket {action}");
                return Error(sequence, "api.web_socket_router.bad_action.app_error", "Unknown WebSocket action.", 500);
        }
    }

    private static JsonObject? Parse(ReadOnlyMemory<byte> message)
    {
        try
        {
            return JsonNode.Parse(message.Span) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject Ok(long sequence) => new() { ["status"] = "OK", ["seq_reply"] = sequence };

    private static JsonObject Error(long sequence, string id, string message, int status) => new()
    {
        ["status"] = "FAIL",
        ["seq_reply"] = sequence,
        ["error"] = new ApiError(status, id, message).ToJson(""),
    };

    private async Task SendAsync(JsonObject message, CancellationToken cancellationToken) => await webSocket.SendAsync(
        Encoding.UTF8.GetBytes(message.ToText()), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, cancellationToken);
}
