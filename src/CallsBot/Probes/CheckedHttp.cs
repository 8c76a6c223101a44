using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using RestEase;

namespace CallsBot.Probes;

/// <summary>
/// Puts one HTTP request to an address that was checked, over a connection of its own, and tells apart everything
/// that can keep the answer from coming. Follows no redirect, uses no proxy, keeps no cookie, reads no more than a limit.
/// </summary>
internal sealed class CheckedHttp(TargetAddresses addresses, TimeProvider time)
{
    private const int BodyLimit = 64 * 1024;
    private const int HeaderLimitInKilobytes = 16;

    /// <summary>What servers say to plain HTTP on a TLS port: Go, nginx, Apache httpd, Tomcat.</summary>
    private static readonly string[] AsksForTls =
    [
        "HTTP request to an HTTPS server",
        "plain HTTP request was sent to HTTPS port",
        "speaking plain HTTP to an SSL-enabled server port",
        "combination of host and port requires TLS",
    ];

    /// <summary>Certificates that are trusted besides the machine's own.</summary>
    public X509Certificate2Collection ExtraRoots { get; init; } = [];

    /// <returns>
    /// A reply for each address that the name has, in the name service's order; one without an address when it has none.
    /// Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.
    /// </returns>
    public async Task<IReadOnlyList<HttpReply<T>>> AskAsync<T>(
        ProbeTarget target, HttpQuestion<T> question, CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await AskAsync(target, await addresses.ResolveAsync(target, cancellationToken), question, cancellationToken);
    }

    /// <inheritdoc cref="AskAsync{T}(ProbeTarget, HttpQuestion{T}, CancellationToken)"/>
    /// <param name="target">The name that the request and the certificate are held to.</param>
    /// <param name="resolved">What the name service said about it.</param>
    /// <param name="question">The request.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public async Task<IReadOnlyList<HttpReply<T>>> AskAsync<T>(
        ProbeTarget target, ResolvedTarget resolved, HttpQuestion<T> question, CancellationToken cancellationToken)
        where T : class
    {
        if (resolved.Problem is { } problem)
        {
            var unknown = new HttpReply(null, problem) { Failure = HttpFailure.NameNotFound, Duration = resolved.Duration };
            return [new HttpReply<T>(unknown, null)];
        }

        return await Task.WhenAll(resolved.Addresses.Select(a => AskAsync(target, a, question, cancellationToken)));
    }

    /// <summary>As <see cref="SendAsync"/>, for an answer that is to be 200 with JSON.</summary>
    public async Task<HttpReply<T>> AskAsync<T>(
        ProbeTarget target, CheckedAddress address, HttpQuestion<T> question, CancellationToken cancellationToken)
        where T : class
    {
        Response<T>? response = null;
        var reply = await SendAsync(
            target,
            address,
            async (http, token) =>
            {
                response = await question.SendAsync(http, token);
                return response.ResponseMessage;
            },
            question.ConnectTimeout,
            question.ResponseTimeout,
            cancellationToken);
        var kept = question.AnswerIsSecret && reply.Status == 200 ? reply with { Body = "", BodyStart = null } : reply;
        HttpReply<T> Fail(HttpFailure failure, string seen) => new(kept with { Failure = failure, Seen = seen }, null);
        if (reply.Failure is not null || response is null)
        {
            return new HttpReply<T>(reply, null);
        }

        if (reply.Status != 200)
        {
            return Fail(HttpFailure.HttpStatus, reply.Seen);
        }

        if (reply.IsCut)
        {
            return Fail(HttpFailure.ResponseTooLarge, $"more than {BodyLimit / 1024} KiB, read no further");
        }

        try
        {
            var value = response.GetContent();
            return new HttpReply<T>(kept with { Seen = question.Describe(value) }, value);
        }
        catch (JsonException ex)
        {
            return IsJson(reply.Body)
                ? Fail(HttpFailure.UnexpectedJson, $"JSON, but not {question.Expected}: {SafeText.From(ex.Message)}")
                : Fail(HttpFailure.NotJson, reply.Body.Length == 0 ? "HTTP 200 with an empty body" : "HTTP 200, but the body is not JSON");
        }
    }

    /// <summary>
    /// Any status is an answer, unless it is a redirect, a web page or a demand for TLS. Throws
    /// <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.
    /// </summary>
    /// <param name="target">The name that the request and the certificate are held to.</param>
    /// <param name="checkedAddress">Where to connect to; nothing is sent when it is refused.</param>
    /// <param name="send">Sends one request with the client that it gets.</param>
    /// <param name="connectTimeout">For the connection.</param>
    /// <param name="responseTimeout">From the connection to the last byte of the answer, TLS handshake included.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <param name="bodyLimit">How much of the answer's body is read, in bytes.</param>
    public async Task<HttpReply> SendAsync(
        ProbeTarget target,
        CheckedAddress checkedAddress,
        Func<HttpClient, CancellationToken, Task<HttpResponseMessage>> send,
        TimeSpan connectTimeout,
        TimeSpan responseTimeout,
        CancellationToken cancellationToken,
        int bodyLimit = BodyLimit)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (address, refusal) = checkedAddress;
        if (refusal is not null)
        {
            return Failed(address, HttpFailure.AddressRefused, $"this is {refusal}, and nothing was sent to it");
        }

        var started = time.GetTimestamp();
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (await ConnectAsync(socket, new IPEndPoint(address, target.Port), connectTimeout, cancellationToken) is { } unconnected)
        {
            return unconnected with { Duration = time.GetElapsedTime(started) };
        }

        var connected = time.GetElapsedTime(started);
        var reply = await SendOverAsync(socket, target, address, send, responseTimeout, bodyLimit, cancellationToken);
        return reply with { ConnectDuration = connected, Duration = time.GetElapsedTime(started) };
    }

    /// <summary>
    /// For a connection that goes on after its first answer, as a WebSocket does. Whatever it is given to send goes to this
    /// address, under the same rules as <see cref="SendAsync"/>; what fails throws <see cref="HttpRequestException"/>.
    /// </summary>
    /// <param name="target">The name that the certificate is held to.</param>
    /// <param name="checkedAddress">Where to connect to. One that is refused is a bug and throws <see cref="ArgumentException"/>.</param>
    public HttpMessageInvoker InvokerTo(ProbeTarget target, CheckedAddress checkedAddress)
    {
        if (checkedAddress.Refusal is not null)
        {
            throw new ArgumentException("The address is refused.", nameof(checkedAddress));
        }

        var handler = HandlerOver(
            async cancellationToken =>
            {
                var socket = new Socket(checkedAddress.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(new IPEndPoint(checkedAddress.Address, target.Port), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
            new Handshake());
        return new HttpMessageInvoker(handler);
    }

    /// <returns>Null when connected.</returns>
    private async Task<HttpReply?> ConnectAsync(
        Socket socket, IPEndPoint endPoint, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(endPoint, either.Token);
            return null;
        }
        catch (SocketException ex)
        {
            return Failed(endPoint.Address, FailureOf(ex.SocketErrorCode, connected: false), ex.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(
                endPoint.Address,
                HttpFailure.ConnectTimeout,
                $"no reply to the connection request within {Seconds(limit)}");
        }
    }

    private async Task<HttpReply> SendOverAsync(
        Socket socket,
        ProbeTarget target,
        IPAddress address,
        Func<HttpClient, CancellationToken, Task<HttpResponseMessage>> send,
        TimeSpan limit,
        int bodyLimit,
        CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

        // Owned, because SocketsHttpHandler ends a read by closing the stream.
        using var stream = new FirstBytesStream(new NetworkStream(socket, ownsSocket: true));
        var handshake = new Handshake();
        using var handler = HandlerOver(_ => ValueTask.FromResult<Stream>(stream), handshake);
        using var body = new CappedBody(handler, bodyLimit);
        using var http = new HttpClient(body) { BaseAddress = target.Uri, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestVersion = HttpVersion.Version11;
        http.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        http.DefaultRequestHeaders.Add("User-Agent", "CallsBot");
        http.DefaultRequestHeaders.Add("Accept", "application/json");

        HttpReply reply;
        var asked = time.GetUtcNow();
        try
        {
            using var message = await send(http, either.Token);
            var answered = time.GetUtcNow();
            reply = Read(message, await message.Content.ReadAsStringAsync(either.Token), body, address) with
            {
                Clock = message.Headers.Date is { } theirs ? new ClockSeen(theirs, asked, answered) : null,
                Tls = handshake.Seen(),
            };
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException)
        {
            reply = Explain(ex, target, address, stream, handshake.Certificate);
            if (!target.IsTls
                && reply.Failure is HttpFailure.ConnectionReset
                && stream.Received == 0
                && await SpeaksTlsAsync(target, address, either.Token))
            {
                reply = Failed(
                    address,
                    HttpFailure.PlainOnTlsPort,
                    "plain HTTP got the connection closed without a word, a TLS greeting got a TLS answer");
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            reply = Failed(address, HttpFailure.ResponseTimeout, Silence(limit, target, stream, handshake.Certificate));
        }

        return reply with { Certificate = handshake.Certificate };
    }

    /// <summary>A handler for one request over one connection, to an address that was checked.</summary>
    private SocketsHttpHandler HandlerOver(Func<CancellationToken, ValueTask<Stream>> connect, Handshake handshake)
    {
        var connections = 0;
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            MaxResponseHeadersLength = HeaderLimitInKilobytes,
            MaxResponseDrainSize = 0,
            MaxConnectionsPerServer = 1,
            ConnectCallback = (_, cancellationToken) => Interlocked.Increment(ref connections) == 1
                ? connect(cancellationToken)
                : throw new IOException("The connection was for one request."),
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = ChainPolicy(),
                RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                {
                    handshake.Stream = sender as SslStream;
                    if (certificate is X509Certificate2 shown)
                    {
                        handshake.Certificate = CertificateSeen.From(shown, chain, errors);
                    }

                    return errors == SslPolicyErrors.None;
                },
            },
        };
    }

    /// <summary>For every handshake: a chain is built even where the answer is not asked for.</summary>
    private X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,

            // A certificate can name a URL to fetch its issuer from: a way to send us anywhere.
            DisableCertificateDownloads = true,
        };
        if (ExtraRoots.Count > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(ExtraRoots);
        }

        return policy;
    }

    private static HttpReply Read(HttpResponseMessage message, string text, CappedBody body, IPAddress address)
    {
        var status = (int)message.StatusCode;
        HttpReply Say(HttpFailure? failure, string seen) => new(address, seen)
        {
            Failure = failure,
            Status = status,
            Body = text,
            BodyStart = SafeText.From(text),
            IsCut = body.IsCut,
            MediaType = body.MediaType,
        };

        if (status == 400 && Array.Exists(AsksForTls, s => text.Contains(s, StringComparison.OrdinalIgnoreCase)))
        {
            return Say(HttpFailure.PlainOnTlsPort, "the server says that it got plain HTTP where it expects TLS");
        }

        if (status is >= 300 and < 400 && message.Headers.TryGetValues("Location", out var locations))
        {
            return Say(HttpFailure.Redirected, $"HTTP {status}, sent on to {SafeText.From(string.Join(' ', locations))}");
        }

        return IsHtml(body.MediaType, text)
            ? Say(HttpFailure.HtmlResponse, $"HTTP {status} with a web page")
            : Say(null, $"HTTP {status}");
    }

    private static HttpReply Explain(
        Exception ex, ProbeTarget target, IPAddress address, FirstBytesStream stream, CertificateSeen? certificate)
    {
        if (certificate is { IsGood: false })
        {
            var failure = certificate switch
            {
                { OutOfDate: true } => HttpFailure.CertificateExpired,
                { WrongName: true } => HttpFailure.CertificateNameMismatch,
                _ => HttpFailure.CertificateUntrusted,
            };
            return Failed(address, failure, $"the certificate is {certificate}");
        }

        if (!target.IsTls && stream.LooksLikeTls)
        {
            return Failed(address, HttpFailure.PlainOnTlsPort, "plain HTTP got a TLS answer");
        }

        if (Inner<SocketException>(ex) is { } socket)
        {
            return Failed(address, FailureOf(socket.SocketErrorCode, connected: true), socket.Message);
        }

        if (target.IsTls && certificate is null)
        {
            return stream.Received > 0 && !stream.LooksLikeTls
                ? Failed(
                    address,
                    HttpFailure.TlsOnPlainPort,
                    $"the port answered a TLS greeting with \"{FirstOf(stream)}\", which is not TLS")
                : Failed(
                    address,
                    HttpFailure.TlsFailed,
                    stream.Received == 0
                        ? "the connection was closed on the TLS greeting"
                        : SafeText.From(Inner<AuthenticationException>(ex)?.GetBaseException().Message ?? ex.GetBaseException().Message));
        }

        return (ex as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.ConfigurationLimitExceeded => Failed(
                address, HttpFailure.ResponseTooLarge, $"headers of more than {HeaderLimitInKilobytes} KiB"),
            HttpRequestError.InvalidResponse => Failed(
                address,
                HttpFailure.NotJson,
                target.IsTls ? "the answer is not HTTP" : $"the answer is not HTTP: it begins with \"{FirstOf(stream)}\""),
            _ => Failed(
                address,
                HttpFailure.ConnectionReset,
                stream.Received == 0
                    ? "the connection was closed without an answer"
                    : string.Create(
                        CultureInfo.InvariantCulture, $"the connection was closed in the middle of the answer, after {stream.Received} bytes")),
        };
    }

    /// <summary>
    /// Some TLS servers close on plain HTTP without a word. Only a TLS greeting on a second connection tells those from a
    /// server that is broken; the answer's first bytes are enough, so no certificate is accepted.
    /// </summary>
    private async Task<bool> SpeaksTlsAsync(ProbeTarget target, IPAddress address, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, target.Port), cancellationToken);
            using var stream = new FirstBytesStream(new NetworkStream(socket));
            using var tls = new SslStream(stream);
            try
            {
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = target.Host,
                        CertificateChainPolicy = ChainPolicy(),
                        RemoteCertificateValidationCallback = (_, _, _, _) => false,
                    },
                    cancellationToken);
            }
            catch (Exception ex) when (ex is AuthenticationException or IOException or OperationCanceledException)
            {
                return stream.LooksLikeTls;
            }

            return stream.LooksLikeTls;
        }
        catch (Exception ex) when (ex is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private static HttpFailure FailureOf(SocketError error, bool connected) => error switch
    {
        SocketError.ConnectionRefused => HttpFailure.ConnectionRefused,
        SocketError.TimedOut when connected => HttpFailure.ResponseTimeout,
        SocketError.TimedOut => HttpFailure.ConnectTimeout,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown =>
            HttpFailure.ConnectionReset,
        _ => HttpFailure.Unreachable,
    };

    private static string Silence(
        TimeSpan limit, ProbeTarget target, FirstBytesStream stream, CertificateSeen? certificate)
    {
        if (target.IsTls && certificate is null)
        {
            return $"connected, but the TLS handshake did not end within {Seconds(limit)}";
        }

        return stream.Received == 0
            ? $"connected, but no answer within {Seconds(limit)}"
            : string.Create(
                CultureInfo.InvariantCulture, $"the answer did not end within {Seconds(limit)}; {stream.Received} bytes had come");
    }

    private static bool IsHtml(string? mediaType, string text)
    {
        var start = text.AsSpan().TrimStart();
        return mediaType is "text/html" or "application/xhtml+xml"
            || start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static T? Inner<T>(Exception? ex)
        where T : Exception
    {
        while (ex is not null and not T)
        {
            ex = ex.InnerException;
        }

        return ex as T;
    }

    private static string FirstOf(FirstBytesStream stream) =>
        SafeText.From(string.Concat(stream.First.ToArray().Select(b => b is >= 0x20 and < 0x7f ? (char)b : '.')));

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s");

    private static HttpReply Failed(IPAddress address, HttpFailure failure, string seen) =>
        new(address, seen) { Failure = failure };

    /// <summary>What a TLS handshake showed.</summary>
    private sealed class Handshake
    {
        public CertificateSeen? Certificate { get; set; }

        public SslStream? Stream { get; set; }

        /// <summary>To be asked while the connection is open.</summary>
        public TlsSeen? Seen() =>
            Stream is { IsAuthenticated: true } stream ? new TlsSeen(stream.SslProtocol, stream.NegotiatedCipherSuite.ToString()) : null;
    }
}
