using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using CallsBot.Protocols.Calls;
using RestEase;

namespace CallsBot.Protocols.Mattermost;

/// <summary>One account's connection to a Mattermost server. Every method throws <see cref="MattermostException"/>.</summary>
/// <remarks>
/// The rate limit is waited out within the time limit. Lost connections and 502, 503 and 504 are tried again for what can
/// be repeated without harm: reading, changing a post or a command, and creating a post that has a <c>pending_post_id</c>. Safe for concurrent use.
/// </remarks>
public sealed class MattermostClient : IDisposable
{
    /// <summary>The longest message that the server takes, in characters (model/post.go, PostMessageMaxRunesV2).</summary>
    public const int MaxMessageLength = 16_383;

    // A longer run of posts buries the channel.
    private const int MaxPosts = 5;
    private const int ExcerptLength = 2_000;
    private const int DownloadBuffer = 64 * 1024;

    private readonly HttpClient _http;
    private readonly HttpClient _calls;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly OutgoingGate _gate;

    /// <param name="server">The address of the server, with its sub-path if it has one.</param>
    /// <param name="tokenName">What the token is called in settings, for the message that says that it is wrong.</param>
    /// <param name="token">A bot's or a person's access token.</param>
    /// <param name="timeout">For one request, its retries included.</param>
    /// <param name="time">The clock.</param>
    /// <param name="mayRepeat">False where the first failure is the answer that is looked for; only the rate limit is waited out then.</param>
    /// <param name="gate">What every text passes; null for a connection that only asks, and sends none.</param>
    public MattermostClient(Uri server, string tokenName, string token, TimeSpan timeout, TimeProvider time, bool mayRepeat = true, OutgoingGate? gate = null)
        : this(server, timeout, time, new RequestPipeline(tokenName, token, timeout, time, mayRepeat), gate ?? OutgoingGate.Closed)
    {
    }

    private MattermostClient(Uri server, TimeSpan timeout, TimeProvider time, RequestPipeline pipeline, OutgoingGate gate)
    {
        Server = RootOf(server);
        _timeout = timeout;
        _time = time;
        _gate = gate;
        _http = ClientOf(pipeline, new Uri(Server, "api/v4/"));
        _calls = ClientOf(pipeline, new Uri(Server, "plugins/com.mattermost.calls/"));
        Api = RestOf(_http, gate).For<IMattermostApi>();
        Calls = RestOf(_calls, gate).For<ICallsApi>();
    }

    /// <summary>Ends in a slash.</summary>
    public Uri Server { get; }

    public IMattermostApi Api { get; }

    /// <summary>The Calls plugin, asked by the same account.</summary>
    public ICallsApi Calls { get; }

    /// <summary>
    /// Asks as nobody, for what a server tells anyone. No failure is tried again: whether the server answers is what is asked.
    /// </summary>
    public static MattermostClient Anonymous(Uri server, TimeSpan timeout, TimeProvider time) =>
        new(server, timeout, time, new RequestPipeline("", token: null, timeout, time, mayRepeat: false), OutgoingGate.Closed);

    /// <summary>
    /// Creates a post. A message over <see cref="MaxMessageLength"/> is split into several posts at line ends, the files
    /// and attachments under the last; over five times that it becomes a file with an excerpt. A draft with a
    /// <c>pending_post_id</c> may be sent again within half a minute, and is there once.
    /// </summary>
    /// <returns>The last post made: the one with the attachments.</returns>
    public async Task<Post> PostAsync(PostDraft draft, CancellationToken cancellationToken)
    {
        // As a whole, because a part may end in the middle of a secret.
        draft = _gate.Pass(draft);
        draft = draft with { PendingPostId = draft.PendingPostId is { Length: > 0 } given ? given : NewPendingPostId() };
        if (MessageParts.Length(draft.Message) > MaxPosts * MaxMessageLength)
        {
            return await PostAsFileAsync(draft, cancellationToken);
        }

        var parts = MessageParts.Split(draft.Message, MaxMessageLength);
        if (parts.Count > MaxPosts)
        {
            return await PostAsFileAsync(draft, cancellationToken);
        }

        for (var i = 0; i < parts.Count - 1; i++)
        {
            var part = new PostDraft
            {
                ChannelId = draft.ChannelId,
                RootId = draft.RootId,
                Message = parts[i].Text,
                PendingPostId = $"{draft.PendingPostId}-{i + 1}",
            };
            await Api.CreatePostAsync(part, cancellationToken);
        }

        return await Api.CreatePostAsync(draft with { Message = parts[^1].Text }, cancellationToken);
    }

    /// <summary>Uploads a file, to be put under a post in that channel by its id.</summary>
    /// <param name="channelId">The channel; the account must be in it.</param>
    /// <param name="file">The file, made by a gate. It is closed afterwards.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<FileInfo> UploadFileAsync(
        string channelId, OutgoingFile file, CancellationToken cancellationToken)
    {
        using var form = new MultipartFormDataContent();
        using var content = new StreamContent(file.Content);

        // The server reads the parts in order, and wants the channel before the file.
        form.Add(new StringContent(channelId), "channel_id");
        content.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "files", FileNameStar = file.Name };
        form.Add(content);
        var upload = await Api.UploadFilesAsync(form, cancellationToken);
        return upload.Files is [var info, ..]
            ? info
            : throw new MattermostException($"The server took the file {file.Name} and named no file.", HttpStatusCode.Created, errorId: null);
    }

    /// <summary>
    /// Copies a file. Throws when it is longer than <paramref name="maxBytes"/>, or when nothing comes for the length of
    /// the time limit; part of it may have been written then.
    /// </summary>
    /// <returns>How many bytes were written.</returns>
    public async Task<long> DownloadFileAsync(
        string fileId, Stream destination, long maxBytes, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"files/{Uri.EscapeDataString(fileId)}");
        request.Options.Set(RequestPipeline.Streamed, true);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.Content.Headers.ContentLength > maxBytes)
        {
            throw TooLong();
        }

        var buffer = ArrayPool<byte>.Shared.Rent(DownloadBuffer);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var total = 0L;
            while (await ReadAsync(body, buffer, request, cancellationToken) is var length and > 0)
            {
                total += length;
                if (total > maxBytes)
                {
                    throw TooLong();
                }

                await destination.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
            }

            return total;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        MattermostException TooLong() => new(
            $"{RequestPipeline.NameOf(request)}: the file is longer than {maxBytes} bytes.", response.StatusCode, errorId: null);
    }

    /// <summary>
    /// Sends a late answer to a slash command. Up to five within 30 minutes of the command.
    /// </summary>
    /// <param name="responseUrl">
    /// The command's <c>response_url</c>, which is to end in <c>/hooks/commands/</c> and an id. Only the id is used, on the
    /// configured server: what came in a request does not say where the bot connects to.
    /// </param>
    /// <param name="response">The answer.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task RespondAsync(string responseUrl, SlashCommandResponse response, CancellationToken cancellationToken)
    {
        if (HookIdOf(responseUrl) is not { } id)
        {
            throw new MattermostException(
                "The response_url of a slash command does not end in /hooks/commands/ and an id.", statusCode: null, errorId: null);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server, $"hooks/commands/{id}"));
        request.Content = JsonBody.From(_gate.Pass(response));
        request.Options.Set(RequestPipeline.SecretPath, true);
        using var reply = await _http.SendAsync(request, cancellationToken);
    }

    public void Dispose()
    {
        _http.Dispose();
        _calls.Dispose();
    }

    /// <summary>The address with a slash at its end, so that relative addresses keep a sub-path.</summary>
    internal static Uri RootOf(Uri server)
    {
        if (!server.IsAbsoluteUri || server.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"The address of a Mattermost server begins with http:// or https://, unlike {server}.", nameof(server));
        }

        return new UriBuilder(server.Scheme, server.Host, server.Port, server.AbsolutePath.TrimEnd('/') + "/").Uri;
    }

    private static HttpClient ClientOf(RequestPipeline pipeline, Uri root) => new(pipeline)
    {
        BaseAddress = root,
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "CallsBot" } },
    };

    private static RestClient RestOf(HttpClient http, OutgoingGate gate) => new(http)
    {
        RequestBodySerializer = new JsonBodySerializer(gate),
        RequestQueryParamSerializer = new JsonQuerySerializer(),
        ResponseDeserializer = new JsonReplyDeserializer(),
        FormatProvider = CultureInfo.InvariantCulture,
    };

    private static string? HookIdOf(string responseUrl)
    {
        const string Hooks = "/hooks/commands/";

        if (!Uri.TryCreate(responseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            return null;
        }

        var path = url.AbsolutePath;
        var id = path[(path.LastIndexOf('/') + 1)..];
        return id.Length > 0 && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && path.EndsWith(Hooks + id, StringComparison.Ordinal)
            ? id
            : null;
    }

    private string NewPendingPostId() =>
        $"{Guid.NewGuid():N}:{_time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}";

    private async Task<Post> PostAsFileAsync(PostDraft draft, CancellationToken cancellationToken)
    {
        using var whole = _gate.File("message.md", draft.Message);
        var file = await UploadFileAsync(draft.ChannelId, whole, cancellationToken);

        // Enough for an excerpt whatever its characters take, and no more of what may be megabytes.
        var excerpt = MessageParts.Split(draft.Message[..(2 * ExcerptLength + 2)], ExcerptLength)[0].Text;
        var post = draft with { Message = $"{excerpt}\n\n…", FileIds = [file.Id, .. draft.FileIds ?? []] };
        return await Api.CreatePostAsync(post, cancellationToken);
    }

    private async Task<int> ReadAsync(
        Stream body, byte[] buffer, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var stalled = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancellationToken);
        try
        {
            return await body.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MattermostException(
                $"{RequestPipeline.NameOf(request)}: nothing came for {_timeout.TotalSeconds:0.#} s.", statusCode: null, errorId: null, ex);
        }
        catch (Exception ex) when (ex is IOException or HttpRequestException)
        {
            throw new MattermostException(
                $"{RequestPipeline.NameOf(request)}: {ex.Message}", statusCode: null, errorId: null, ex);
        }
    }
}
