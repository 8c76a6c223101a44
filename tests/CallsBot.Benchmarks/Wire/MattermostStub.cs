using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;

namespace CallsBot.Benchmarks.Wire;

/// <param name="Id">The id that the stand-in gave it.</param>
/// <param name="Body">The draft as it came.</param>
/// <param name="At">When its last byte was there.</param>
internal readonly record struct ReceivedPost(string Id, ReadOnlyMemory<byte> Body, long At);

/// <summary>
/// Stands in for a Mattermost server, as cheaply as it can, because it runs on the same cores as what is measured: it
/// keeps nothing, looks up nothing, and answers with what it got. What the bot must notice it does as the server does:
/// hello and reply on the WebSocket, sequence numbers without gaps, posts in events as text, and the bot's own posts and
/// edits sent back to it as events.
/// </summary>
internal sealed class MattermostStub : IAsyncDisposable
{
    public const string BotId = "bot00000000000000000000000";

    private const string Api = "/api/v4/";
    private const string TeamId = "team0000000000000000000000";

    // As Go writes JSON: no escapes beyond what JSON needs.
    private static readonly JsonWriterOptions AsGo = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly byte[] Me = Encoding.ASCII.GetBytes($$"""{"id":"{{BotId}}","username":"callsbot","roles":"system_user","locale":"en","is_bot":true}""");
    private static readonly byte[] Teams = Encoding.ASCII.GetBytes($$"""[{"id":"{{TeamId}}","name":"ops","display_name":"Ops"}]""");
    private static readonly byte[] Nothing = "[]"u8.ToArray();

    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly Action<ReceivedPost> _onPost;
    private readonly Channel<byte[]> _echoes = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });

    // Not ahead of the socket: a message counts as written when the socket has room for it.
    private readonly Channel<Message> _messages = Channel.CreateBounded<Message>(new BoundedChannelOptions(1) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly long _startedAt;
    private long _posts;
    private long _patches;

    private MattermostStub(WebApplication app, TimeProvider time, Action<ReceivedPost> onPost)
    {
        _app = app;
        _time = time;
        _onPost = onPost;
        _startedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    public string Address => _app.Urls.Single();

    public int Patches => (int)Interlocked.Read(ref _patches);

    /// <summary>What was asked for and is not there.</summary>
    public ConcurrentQueue<string> Unknown { get; } = new();

    public TaskCompletionSource Listening { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="onPost">Called with every post that the bot creates, from any thread.</param>
    public static async Task<MattermostStub> StartAsync(TimeProvider time, Action<ReceivedPost> onPost)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var stub = new MattermostStub(app, time, onPost);
        app.UseWebSockets();
        app.Run(stub.HandleAsync);
        await app.StartAsync();
        return stub;
    }

    /// <summary>A direct message as the server's event for it; its sequence number comes when it is sent.</summary>
    public Message Direct(string postId, string channelId, string userId, string text, Action<long> onWritten)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var post = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"id":"{{{postId}}}","create_at":{{{now}}},"update_at":{{{now}}},"edit_at":0,"delete_at":0,"is_pinned":false,"user_id":"{{{userId}}}","channel_id":"{{{channelId}}}","root_id":"","parent_id":"","original_id":"","message":"{{{text}}}","type":"","props":{},"hashtags":"","pending_post_id":"","reply_count":0,"last_reply_at":0,"participants":null,"metadata":{}}"""));
        return new Message(Event("posted", "@ana", $"{BotId}__{userId}", post), onWritten);
    }

    /// <summary>Sends a message as soon as the socket takes it.</summary>
    public ValueTask SendAsync(Message message, CancellationToken cancellationToken) => _messages.Writer.WriteAsync(message, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private static byte[] Event(string name, string sender, string channelName, ReadOnlySpan<byte> post)
    {
        var bytes = new ArrayBufferWriter<byte>(post.Length + 512);
        using (var json = new Utf8JsonWriter(bytes, AsGo))
        {
            json.WriteStartObject();
            json.WriteString("event"u8, name);
            json.WriteStartObject("data"u8);
            json.WriteString("channel_display_name"u8, sender);
            json.WriteString("channel_name"u8, channelName);
            json.WriteString("channel_type"u8, "D"u8);
            json.WriteString("post"u8, post);
            json.WriteString("sender_name"u8, sender);
            json.WriteBoolean("set_online"u8, true);
            json.WriteString("team_id"u8, ""u8);
            json.WriteEndObject();
            json.WriteStartObject("broadcast"u8);
            json.WriteNull("omit_users"u8);
            json.WriteString("user_id"u8, ""u8);
            json.WriteString("channel_id"u8, ""u8);
            json.WriteString("team_id"u8, ""u8);
            json.WriteEndObject();
            json.WritePropertyName("seq"u8);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (!path.StartsWith(Api, StringComparison.Ordinal))
        {
            return UnknownAsync(context);
        }

        return (context.Request.Method, path[Api.Length..]) switch
        {
            ("POST", "posts") => CreatePostAsync(context),
            ("PUT", var patch) when patch.EndsWith("/patch", StringComparison.Ordinal) => PatchPostAsync(context, patch["posts/".Length..^"/patch".Length]),
            ("POST", "channels/direct") => DirectChannelAsync(context),
            ("GET", "websocket") => ListenAsync(context),
            ("GET", "users/me") => ReplyAsync(context, StatusCodes.Status200OK, Me),
            ("GET", "users/me/teams") => ReplyAsync(context, StatusCodes.Status200OK, Teams),
            ("GET", "users/me/teams/" + TeamId + "/channels") => ReplyAsync(context, StatusCodes.Status200OK, Nothing),
            ("GET", var user) when user.StartsWith("users/", StringComparison.Ordinal) && user.IndexOf('/', 6) < 0 => UserAsync(context, user[6..]),
            _ => UnknownAsync(context),
        };
    }

    private Task UnknownAsync(HttpContext context)
    {
        Unknown.Enqueue($"{context.Request.Method} {context.Request.Path}");
        return ReplyAsync(context, StatusCodes.Status501NotImplemented, Nothing);
    }

    private static Task UserAsync(HttpContext context, string id) => ReplyAsync(
        context, StatusCodes.Status200OK, Encoding.ASCII.GetBytes($$"""{"id":"{{id}}","username":"{{id}}","roles":"system_user","locale":"en"}"""));

    /// <summary>The channel of a person with the bot has the person's id with another first letter.</summary>
    private static async Task DirectChannelAsync(HttpContext context)
    {
        var (buffer, length) = await BodyAsync(context);
        var body = buffer.AsSpan(0, length);
        var user = Encoding.ASCII.GetString(body.Slice(body.LastIndexOf(",\""u8) + 2, BotId.Length));
        ArrayPool<byte>.Shared.Return(buffer);
        await ReplyAsync(
            context, StatusCodes.Status201Created,
            Encoding.ASCII.GetBytes($$"""{"id":"{{ChannelOf(user)}}","type":"D","name":"{{BotId}}__{{user}}","display_name":"","team_id":"","last_post_at":0}"""));
    }

    public static string ChannelOf(string userId) => "d" + userId[1..];

    private async Task CreatePostAsync(HttpContext context)
    {
        var (buffer, length) = await BodyAsync(context);
        var at = _time.GetTimestamp();
        var id = string.Create(CultureInfo.InvariantCulture, $"p{Interlocked.Increment(ref _posts):D25}");
        var draft = buffer.AsMemory(0, length);
        _onPost(new ReceivedPost(id, draft, at));
        var post = AsStored(id, edited: 0, draft.Span);
        ArrayPool<byte>.Shared.Return(buffer);
        await ReplyAsync(context, StatusCodes.Status201Created, post);
        _echoes.Writer.TryWrite(Event("posted", "@callsbot", "", post));
    }

    private async Task PatchPostAsync(HttpContext context, string id)
    {
        var (buffer, length) = await BodyAsync(context);
        Interlocked.Increment(ref _patches);
        var post = AsStored(id, edited: 1, buffer.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(buffer);
        await ReplyAsync(context, StatusCodes.Status200OK, post);
        _echoes.Writer.TryWrite(Event("post_edited", "@callsbot", "", post));
    }

    /// <summary>A draft or a patch with what the server adds.</summary>
    private byte[] AsStored(string id, int edited, ReadOnlySpan<byte> sent)
    {
        var channel = sent.IndexOf("\"channel_id\""u8) < 0 ? "\"channel_id\":\"\"," : "";
        var added = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"id":"{{id}}","create_at":{{_startedAt}},"update_at":{{_startedAt + edited}},"edit_at":{{_startedAt * edited}},"delete_at":0,"is_pinned":false,"user_id":"{{BotId}}",{{channel}}"type":"","hashtags":"","reply_count":0,"last_reply_at":0,"participants":null,"metadata":{},""");
        var post = new byte[added.Length + sent.Length - 1];
        Encoding.ASCII.GetBytes(added, post);
        sent[1..].CopyTo(post.AsSpan(added.Length));
        return post;
    }

    private static async Task<(byte[] Buffer, int Length)> BodyAsync(HttpContext context)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)(context.Request.ContentLength ?? 64 * 1024));
        var length = 0;
        while (length < buffer.Length && await context.Request.Body.ReadAsync(buffer.AsMemory(length)) is > 0 and var read)
        {
            length += read;
            if (length == context.Request.ContentLength)
            {
                break;
            }
        }

        return (buffer, length);
    }

    private static async Task ReplyAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = HttpText.Json;
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body);
    }

    private async Task ListenAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[4096];
        await socket.ReceiveAsync(buffer.AsMemory(), _stopping.Token);
        await SendAsync(socket, Encoding.ASCII.GetBytes($$"""{"event":"hello","data":{"connection_id":"connection0000000000000000","server_version":"5.37.0"},"broadcast":{"omit_users":null,"user_id":"{{BotId}}","channel_id":"","team_id":""},"seq":0}"""));
        await SendAsync(socket, """{"status":"OK","seq_reply":1}"""u8.ToArray());

        // Reading answers pings, and tells when the bot is gone.
        var reading = ReadAsync(socket, buffer);
        Listening.TrySetResult();
        try
        {
            await WriteAsync(socket, reading);
        }
        catch (Exception ex) when (ex is WebSocketException or OperationCanceledException or IOException)
        {
            // The bot is gone, or the measurement is over.
        }
    }

    private async Task ReadAsync(WebSocket socket, byte[] buffer)
    {
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), _stopping.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception ex) when (ex is WebSocketException or OperationCanceledException or IOException)
        {
            // As above.
        }
    }

    private async Task WriteAsync(WebSocket socket, Task reading)
    {
        var frame = new byte[64 * 1024];
        var echo = _echoes.Reader.WaitToReadAsync(_stopping.Token).AsTask();
        var message = _messages.Reader.WaitToReadAsync(_stopping.Token).AsTask();
        for (var sequence = 1L; await Task.WhenAny(echo, message, reading) != reading;)
        {
            while (_echoes.Reader.TryRead(out var own))
            {
                await SendAsync(socket, Frame(own, sequence++, ref frame));
            }

            if (_messages.Reader.TryRead(out var next))
            {
                var bytes = Frame(next.Event, sequence++, ref frame);
                next.OnWritten(_time.GetTimestamp());
                await SendAsync(socket, bytes);
            }

            echo = echo.IsCompleted ? _echoes.Reader.WaitToReadAsync(_stopping.Token).AsTask() : echo;
            message = message.IsCompleted ? _messages.Reader.WaitToReadAsync(_stopping.Token).AsTask() : message;
        }
    }

    private static ReadOnlyMemory<byte> Frame(byte[] begun, long sequence, ref byte[] frame)
    {
        if (frame.Length < begun.Length + 24)
        {
            frame = new byte[begun.Length * 2];
        }

        begun.CopyTo(frame, 0);
        Utf8Formatter.TryFormat(sequence, frame.AsSpan(begun.Length), out var digits);
        frame[begun.Length + digits] = (byte)'}';
        return frame.AsMemory(0, begun.Length + digits + 1);
    }

    private async ValueTask SendAsync(WebSocket socket, ReadOnlyMemory<byte> text) =>
        await socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, _stopping.Token);

    /// <param name="Event">The event up to its sequence number.</param>
    /// <param name="OnWritten">Called with the moment at which it is written to the socket.</param>
    internal sealed record Message(byte[] Event, Action<long> OnWritten);
}
