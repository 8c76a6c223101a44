using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace CallsBot.Protocols.Mattermost;

/// <summary>
/// What every request to the server goes through: the token, the time limit, waiting out the rate limit, repeating what
/// may be repeated, and turning whatever is not a success into a <see cref="MattermostException"/>.
/// </summary>
internal sealed class RequestPipeline : DelegatingHandler
{
    /// <summary>The reply's body is left on the wire, for the caller to read.</summary>
    public static readonly HttpRequestOptionsKey<bool> Streamed = new("CallsBot.Streamed");

    /// <summary>The request's path is itself a secret: it is not printed, and the token is not sent.</summary>
    public static readonly HttpRequestOptionsKey<bool> SecretPath = new("CallsBot.SecretPath");

    // A thousand posts, which is as many as the server lists at once, come to one to three megabytes.
    private const int MaxReply = 16 * 1024 * 1024;
    private const int MaxErrorReply = 64 * 1024;
    private const int MaxServerWords = 300;

    // Slower than this, an upload is not going to end.
    private const int SlowestUploadBytesPerSecond = 256 * 1024;

    // While the first of two creates with one pending_post_id is still being saved, the second gets this
    // (mattermost server/channels/app/post.go, deduplicateCreatePost).
    private const string StillSaving = "api.post.deduplicate_create_post.pending";

    private static readonly ResiliencePropertyKey<Attempt> AttemptKey = new("CallsBot.Attempt");

    private readonly string _tokenName;
    private readonly string? _token;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    /// <param name="tokenName">What the token is called in settings.</param>
    /// <param name="token">Null to ask as nobody.</param>
    /// <param name="timeout">For one request, its retries included.</param>
    /// <param name="time">The clock.</param>
    /// <param name="mayRepeat">False where the first failure is the answer that is looked for; only the rate limit is waited out then.</param>
    public RequestPipeline(string tokenName, string? token, TimeSpan timeout, TimeProvider time, bool mayRepeat = true)
        : base(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        })
    {
        _tokenName = tokenName;
        _token = token;
        _timeout = timeout;
        _time = time;
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddTimeout(new TimeoutStrategyOptions
            {
                TimeoutGenerator = args => new(args.Context.Properties.GetValue(AttemptKey, null!).Limit),
            })
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = 4,
                Delay = TimeSpan.FromMilliseconds(200),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = async args => (mayRepeat || args.Outcome.Result?.StatusCode == HttpStatusCode.TooManyRequests)
                    && await MayRepeatAsync(args.Outcome, args.Context.Properties.GetValue(AttemptKey, null!)),
                DelayGenerator = args => new(WaitAskedFor(args.Outcome.Result)),
            })
            .Build();
    }

    /// <summary>The request as it may be printed.</summary>
    public static string NameOf(HttpRequestMessage? request)
    {
        if (request?.RequestUri is not { IsAbsoluteUri: true } uri)
        {
            return "request";
        }

        var path = request.Options.TryGetValue(SecretPath, out var secret) && secret
            ? uri.AbsolutePath[..(uri.AbsolutePath.LastIndexOf('/') + 1)] + "***"
            : uri.AbsolutePath;
        return $"{request.Method} {uri.Scheme}://{uri.Authority}{path}";
    }

    public static string TypeOf(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType is { } type ? OneLine(type) : "of no type";

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_token is not null && (!request.Options.TryGetValue(SecretPath, out var secret) || !secret))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        }

        var response = await SendRepeatedlyAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalAsync(response, request);
        }
    }

    private static string OneLine(string text) =>
        new([.. text.Take(MaxServerWords).Select(c => char.IsControl(c) ? ' ' : c)]);

    private static async Task<ServerError?> ErrorOfAsync(HttpResponseMessage response)
    {
        try
        {
            // The body is in memory already, so this reads no socket and needs no token.
            return JsonSerializer.Deserialize(
                await response.Content.ReadAsByteArrayAsync(CancellationToken.None), MattermostJson.Default.ServerError);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage> SendRepeatedlyAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var attempt = new Attempt(request, LimitOf(request), _time.GetTimestamp());
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(AttemptKey, attempt);
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (context, self) =>
                    await self.SendOnceAsync(context.Properties.GetValue(AttemptKey, null!).Request, context.CancellationToken),
                context,
                this);
        }
        catch (TimeoutRejectedException ex)
        {
            throw new MattermostException(
                $"{NameOf(request)}: no reply within {attempt.Limit.TotalSeconds:0.#} s.", statusCode: null, errorId: null, ex);
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException)
        {
            throw new MattermostException(
                $"{NameOf(request)}: {OneLine(ex.GetBaseException().Message)}", statusCode: null, errorId: null, ex);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            if (!response.IsSuccessStatusCode)
            {
                await KeepErrorAsync(response, cancellationToken);
            }
            else if (!request.Options.TryGetValue(Streamed, out var streamed) || !streamed)
            {
                await response.Content.LoadIntoBufferAsync(MaxReply, cancellationToken);
            }

            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static async Task KeepErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxErrorReply, cancellationToken);
        }
        catch (HttpRequestException ex) when (ex.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            // A proxy's page, however long, says no more than its status.
            var type = response.Content.Headers.ContentType;
            response.Content.Dispose();
            response.Content = new ByteArrayContent([]) { Headers = { ContentType = type } };
        }
    }

    private TimeSpan LimitOf(HttpRequestMessage request) => request.Content is MultipartContent
        ? _timeout + TimeSpan.FromSeconds((double)(request.Content.Headers.ContentLength ?? 0) / SlowestUploadBytesPerSecond)
        : _timeout;

    private async ValueTask<bool> MayRepeatAsync(Outcome<HttpResponseMessage> outcome, Attempt attempt)
    {
        // Doing a PUT twice is doing it once (RFC 9110 section 9.2.2).
        var repeatable = attempt.Request.Method == HttpMethod.Get || attempt.Request.Method == HttpMethod.Put
            || attempt.Request.Content is JsonBody { Repeatable: true };
        if (outcome.Result is not { } response)
        {
            return repeatable && outcome.Exception is HttpRequestException
            {
                HttpRequestError: not HttpRequestError.SecureConnectionError and not HttpRequestError.ConfigurationLimitExceeded,
            };
        }

        return response.StatusCode switch
        {
            // Refused before anything was done, so it may be repeated whatever it was.
            HttpStatusCode.TooManyRequests => FitsIn(attempt, response),
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                repeatable && FitsIn(attempt, response),
            HttpStatusCode.InternalServerError when attempt.Request.Content is JsonBody { Repeatable: true } =>
                await ErrorOfAsync(response) is { Id: StillSaving },
            _ => false,
        };
    }

    private bool FitsIn(Attempt attempt, HttpResponseMessage response) =>
        (WaitAskedFor(response) ?? TimeSpan.Zero) < attempt.Limit - _time.GetElapsedTime(attempt.Started);

    /// <summary>How long the server asks to wait; null when it does not say.</summary>
    private TimeSpan? WaitAskedFor(HttpResponseMessage? response)
    {
        if (response?.Headers.RetryAfter is { } retryAfter)
        {
            var wait = retryAfter.Delta ?? retryAfter.Date - _time.GetUtcNow();
            return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
        }

        // Seconds from now; the server rounds them down, so 0 stands for less than one.
        if (response?.StatusCode == HttpStatusCode.TooManyRequests
            && response.Headers.TryGetValues("X-RateLimit-Reset", out var reset)
            && int.TryParse(reset.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(Math.Max(1, seconds));
        }

        return null;
    }

    private async Task<MattermostException> RefusalAsync(HttpResponseMessage response, HttpRequestMessage request)
    {
        var status = (int)response.StatusCode;
        var error = await ErrorOfAsync(response);
        var message = new StringBuilder($"{NameOf(request)}: {status.ToString(CultureInfo.InvariantCulture)}");
        if (error is null)
        {
            message.Append(CultureInfo.InvariantCulture, $", and the reply ({TypeOf(response)}) is not Mattermost's.");
            if (response.Headers.Location is { } location)
            {
                message.Append(CultureInfo.InvariantCulture, $" It redirects to {Origin(location, request)}: use the address it ends at.");
            }
        }
        else
        {
            message.Append(CultureInfo.InvariantCulture, $" {Words(error.Id)}, {Words(error.Message)}");
        }

        if (response.StatusCode == HttpStatusCode.Unauthorized && request.Headers.Authorization is not null)
        {
            message.Append(
                CultureInfo.InvariantCulture,
                $" The server does not take the token in {_tokenName}. Make a new one: for a bot under Integrations > Bot Accounts, for a person under Profile > Security > Personal Access Tokens.");
        }

        return new MattermostException(message.ToString(), response.StatusCode, error is null ? null : Words(error.Id));
    }

    // detailed_error is never read: it repeats the token that was sent.
    private string Words(string fromServer) =>
        OneLine(_token is null ? fromServer : fromServer.Replace(_token, "***", StringComparison.Ordinal)).Trim();

    private static string Origin(Uri location, HttpRequestMessage request)
    {
        var target = location.IsAbsoluteUri ? location : new Uri(request.RequestUri!, location);
        return $"{target.Scheme}://{target.Authority}";
    }

    private sealed record Attempt(HttpRequestMessage Request, TimeSpan Limit, long Started);
}
