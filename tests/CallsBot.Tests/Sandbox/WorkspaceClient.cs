using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using CallsBot.Sandbox;

namespace CallsBot.Tests.Sandbox;

/// <summary>Speaks to the workspace as any client does: REST and WebSocket, nothing of ours in between.</summary>
internal sealed class WorkspaceClient(RunningSandbox sandbox, string token) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = sandbox.Mattermost.Url, Timeout = TimeSpan.FromSeconds(20) };

    public void Dispose() => _http.Dispose();

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, body: null);

    public Task<ApiAnswer> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body));

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, HttpContent? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (token.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var response = await _http.SendAsync(request);
        return new ApiAnswer(
            (int)response.StatusCode,
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(',', header.Value)),
            await response.Content.ReadAsStringAsync());
    }

    /// <summary>Opens the stream of events, and says who it is as the recorded client did.</summary>
    public async Task<EventReader> ConnectAsync() => await EventReader.OpenAsync(sandbox, token, "", inHeader: false);
}

internal sealed record ApiAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public JsonNode Body => Text.Length > 0 ? JsonNode.Parse(Text)! : throw new InvalidOperationException($"The answer, {Status}, has no body.");

    public string ErrorId => Body["id"]!.GetValue<string>();
}

/// <summary>Reads a WebSocket message by message.</summary>
internal sealed class EventReader : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ClientWebSocket _socket = new();

    private EventReader()
    {
    }

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public static async Task<EventReader> OpenAsync(RunningSandbox sandbox, string token, string query, bool inHeader)
    {
        var reader = new EventReader();
        if (inHeader)
        {
            reader._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        await reader._socket.ConnectAsync(
            new Uri($"ws://{sandbox.Mattermost.Url.Authority}/api/v4/websocket{query}"), CancellationToken.None);
        if (!inHeader)
        {
            await reader.SendAsync($$$"""{"seq":1,"action":"authentication_challenge","data":{"token":"{{{token}}}"}}""");
        }

        return reader;
    }

    public async Task SendAsync(string text) => await _socket.SendAsync(
        Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <returns>The next message; null when the socket ended without a closing handshake.</returns>
    public async Task<JsonObject?> NextAsync()
    {
        using var bound = new CancellationTokenSource(Patience);
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            WebSocketReceiveResult received;
            do
            {
                received = await _socket.ReceiveAsync(buffer, bound.Token);
                text.Write(buffer, 0, received.Count);
            }
            while (!received.EndOfMessage);

            return JsonNode.Parse(text.ToArray()) as JsonObject;
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    /// <returns>Null also when nothing came in time.</returns>
    public async Task<JsonObject?> TryNextAsync()
    {
        try
        {
            return await NextAsync();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public async Task<JsonObject> NextAsync(string eventName)
    {
        while (true)
        {
            var message = await NextAsync() ?? throw new InvalidOperationException($"The socket ended before '{eventName}'.");
            if (message["event"]?.GetValue<string>() == eventName)
            {
                return message;
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
