using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace CallsBot.Tests.Protocols.Mattermost;

/// <summary>What a server does on one WebSocket connection, step by step.</summary>
internal sealed class SocketScript
{
    private readonly List<Func<WebSocket, HttpContext, Task>> _steps = [];

    public int? HandshakeStatus { get; private init; }

    public bool LeavesAtOnce { get; private set; }

    public static SocketScript Expects(string action) => new SocketScript().ThenExpects(action);

    public static SocketScript RefusesWith(int status) => new() { HandshakeStatus = status };

    public static SocketScript SaysNothing() => new();

    public SocketScript ThenExpects(string action) => Then(async (socket, context) =>
    {
        var request = JsonNode.Parse(await ReceiveAsync(socket, context.RequestAborted))!;
        request["action"]!.GetValue<string>().ShouldBe(action);
        if (action == "authentication_challenge")
        {
            request["seq"]!.GetValue<int>().ShouldBe(1);
            request["data"]!["token"]!.GetValue<string>().ShouldBe("BOT_TOKEN");
        }
    });

    public SocketScript Sends(params string[] frames) => Then(async (socket, context) =>
    {
        foreach (var frame in frames)
        {
            await SendAsync(socket, Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, context);
        }
    });

    public SocketScript SendsBinary(byte[] message) =>
        Then((socket, context) => SendAsync(socket, message, WebSocketMessageType.Binary, context));

    /// <summary>Sends in pieces, so that no side needs the whole in memory.</summary>
    public SocketScript SendsLong(int length) => Then(async (socket, context) =>
    {
        var piece = new byte[32 * 1024];
        Array.Fill(piece, (byte)'x');
        for (var left = length; left > 0; left -= piece.Length)
        {
            await socket.SendAsync(
                piece.AsMemory(0, Math.Min(left, piece.Length)),
                WebSocketMessageType.Text,
                endOfMessage: left <= piece.Length,
                context.RequestAborted);
        }
    });

    public SocketScript Closes(WebSocketCloseStatus status = WebSocketCloseStatus.NormalClosure, string reason = "") =>
        Then((socket, context) => socket.CloseOutputAsync(status, reason, context.RequestAborted));

    /// <summary>Ends the connection without a close frame, after what was sent: the client sees 1006.</summary>
    public SocketScript Drops()
    {
        LeavesAtOnce = true;
        return this;
    }

    public SocketScript Then(Func<WebSocket, HttpContext, Task> step)
    {
        _steps.Add(step);
        return this;
    }

    public async Task PlayAsync(WebSocket socket, HttpContext context)
    {
        foreach (var step in _steps)
        {
            await step(socket, context);
        }
    }

    private static async Task SendAsync(
        WebSocket socket, byte[] message, WebSocketMessageType type, HttpContext context) =>
        await socket.SendAsync(message, type, endOfMessage: true, context.RequestAborted);

    private static async Task<string> ReceiveAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
        received.EndOfMessage.ShouldBeTrue();
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}

/// <summary>
/// Plays one script for each connection, in order, and answers <c>users/me</c>. A connection too many, or a request that
/// a script did not expect, fails the test at the end.
/// </summary>
internal sealed class ScriptedSocketServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<SocketScript> _scripts;
    private readonly ConcurrentQueue<(string Target, string Authorization)> _handshakes = [];
    private LoopbackServer? _server;

    private ScriptedSocketServer(IEnumerable<SocketScript> scripts) => _scripts = new(scripts);

    public Uri Address => _server!.Address;

    /// <summary>The recording with which <c>users/me</c> is answered.</summary>
    public string Me { get; set; } = "users-me-as-bot.json";

    public int TokenChecks { get; private set; }

    public IReadOnlyList<(string Target, string Authorization)> Handshakes => [.. _handshakes];

    public static async Task<ScriptedSocketServer> StartAsync(params SocketScript[] scripts)
    {
        var server = new ScriptedSocketServer(scripts);
        server._server = await LoopbackServer.StartAsync(server.HandleAsync);
        return server;
    }

    public async ValueTask DisposeAsync() => await _server!.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Request.Path.Value.ShouldBe("/api/v4/users/me");
            TokenChecks++;
            var recording = Recording.Read(Me);
            context.Response.StatusCode = recording.Status;
            await context.Response.WriteAsync(recording.ResponseText);
            return;
        }

        _handshakes.Enqueue((
            $"{context.Request.Path}{context.Request.QueryString}", context.Request.Headers.Authorization.ToString()));
        _scripts.TryDequeue(out var script).ShouldBeTrue("the client connects once more than the test expects");
        if (script!.HandshakeStatus is { } status)
        {
            context.Response.StatusCode = status;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await script.PlayAsync(socket, context);
        if (!script.LeavesAtOnce)
        {
            await WaitForLeaveAsync(socket, context.RequestAborted);
        }
    }

    /// <summary>Stays connected, answering pings, until the client goes.</summary>
    private static async Task WaitForLeaveAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception ex) when (ex is WebSocketException or OperationCanceledException)
        {
            // The client has gone, with or without a word.
        }
    }
}
