using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using CallsBot.Benchmarks.Wire;

namespace CallsBot.Benchmarks.Children;

/// <summary>
/// What answering costs when nothing is thought about and nothing is kept: a message comes back as it came, sixteen at a
/// time, as many as the bot answers at once.
/// </summary>
internal static class EchoBot
{
    public const string Argument = "--echo-bot";

    private const int AtOnce = 16;

    /// <param name="arguments">The address of the Mattermost server.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var server = new Uri(arguments[0]);
        using var http = new HttpClient { BaseAddress = server };
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = "/api/v4/websocket" }.Uri, CancellationToken.None);
        await socket.SendAsync(
            Encoding.UTF8.GetBytes("""{"seq":1,"action":"authentication_challenge","data":{"token":"x"}}"""),
            WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        using var free = new SemaphoreSlim(AtOnce);
        var buffer = new byte[256 * 1024];
        for (var length = 0; ;)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return 0;
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                if (ReplyTo(buffer.AsMemory(0, length)) is { } reply)
                {
                    await free.WaitAsync();
                    _ = AnswerAsync(http, reply, free);
                }

                length = 0;
            }
        }
    }

    private static async Task AnswerAsync(HttpClient http, byte[] reply, SemaphoreSlim free)
    {
        try
        {
            using var content = new ByteArrayContent(reply) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var response = await http.PostAsync(new Uri("api/v4/posts", UriKind.Relative), content);
            await response.Content.ReadAsByteArrayAsync();
        }
        finally
        {
            free.Release();
        }
    }

    private static byte[]? ReplyTo(ReadOnlyMemory<byte> frame)
    {
        using var document = JsonDocument.Parse(frame);
        if (!document.RootElement.TryGetProperty("event", out var name) || name.GetString() != "posted")
        {
            return null;
        }

        using var post = JsonDocument.Parse(document.RootElement.GetProperty("data").GetProperty("post").GetString()!);
        if (post.RootElement.GetProperty("user_id").GetString() == MattermostStub.BotId)
        {
            return null;
        }

        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("channel_id", post.RootElement.GetProperty("channel_id").GetString());
            json.WriteString("message", post.RootElement.GetProperty("message").GetString());
            json.WriteStartObject("props");
            json.WriteString("callsbot_in_reply_to", post.RootElement.GetProperty("id").GetString());
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
