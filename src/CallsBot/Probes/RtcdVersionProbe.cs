using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;
using RestEase;

namespace CallsBot.Probes;

/// <summary>
/// Asks every address of an RTCD for its version, and tells apart everything that can keep it from answering.
/// </summary>
/// <remarks>
/// Every address, because the Calls plugin does the same: it makes a client for each and does not start when one of them
/// fails (mattermost-plugin-calls v1.12.2, server/rtcd.go, newRTCDClientManager).
/// </remarks>
internal sealed class RtcdVersionProbe(TargetAddresses addresses, IOptions<RtcdOptions> options, TimeProvider time)
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

    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    public async Task<RtcdVersionReplies> AskAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var started = time.GetTimestamp();
        var resolved = await addresses.ResolveAsync(target, cancellationToken);
        if (resolved.Problem is { } problem)
        {
            var unknown = Failed(null, RtcdVersionFailure.NameNotFound, problem);
            return new RtcdVersionReplies(target, [unknown with { Duration = time.GetElapsedTime(started) }]);
        }

        return new RtcdVersionReplies(
            target, await Task.WhenAll(resolved.Addresses.Select(a => AskAsync(target, a, cancellationToken))));
    }

    private async Task<RtcdVersionReply> AskAsync(
        ProbeTarget target, CheckedAddress checkedAddress, CancellationToken cancellationToken)
    {
        var (address, refusal) = checkedAddress;
        if (refusal is not null)
        {
            return Failed(address, RtcdVersionFailure.AddressRefused, $"this is {refusal}, and nothing was sent to it");
        }

        var started = time.GetTimestamp();
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var reply = await ConnectAsync(socket, new IPEndPoint(address, target.Port), cancellationToken)
            ?? await AskOverAsync(socket, target, address, cancellationToken);
        return reply with { Duration = time.GetElapsedTime(started) };
    }

    /// <returns>Null when connected.</returns>
    private async Task<RtcdVersionReply?> ConnectAsync(
        Socket socket, IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var limit = options.Value.ConnectTimeout;
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
                RtcdVersionFailure.ConnectTimeout,
                $"no reply to the connection request within {Seconds(limit)}");
        }
    }

    private async Task<RtcdVersionReply> AskOverAsync(
        Socket socket, ProbeTarget target, IPAddress address, CancellationToken cancellationToken)
    {
        var limit = options.Value.ResponseTimeout;
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

        // Owned, because SocketsHttpHandler ends a read by closing the stream.
        using var stream = new FirstBytesStream(new NetworkStream(socket, ownsSocket: true));
        CertificateSeen? certificate = null;
        using var handler = HandlerOver(stream, seen => certificate = seen);
        using var body = new CappedBody(handler, BodyLimit);
        using var http = new HttpClient(body) { BaseAddress = target.Uri, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestVersion = HttpVersion.Version11;
        http.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        http.DefaultRequestHeaders.Add("User-Agent", "CallsBot");
        http.DefaultRequestHeaders.Add("Accept", "application/json");

        RtcdVersionReply reply;
        try
        {
            var response = await RtcdApi.Create(http).GetVersionAsync(either.Token);
            using var message = response.ResponseMessage;
            reply = Read(response, body, address);
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException)
        {
            reply = Explain(ex, target, address, stream, certificate);
            if (!target.IsTls
                && reply.Failure is RtcdVersionFailure.ConnectionReset
                && stream.Received == 0
                && await SpeaksTlsAsync(target, address, either.Token))
            {
                reply = Failed(
                    address,
                    RtcdVersionFailure.PlainOnTlsPort,
                    "plain HTTP got the connection closed without a word, a TLS greeting got a TLS answer");
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            reply = Failed(address, RtcdVersionFailure.ResponseTimeout, Silence(limit, target, stream, certificate));
        }

        return reply with { Certificate = certificate };
    }

    /// <summary>A handler for one request over one connection, made beforehand to an address that was checked.</summary>
    private SocketsHttpHandler HandlerOver(FirstBytesStream stream, Action<CertificateSeen> seen)
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
            ConnectCallback = (_, _) => Interlocked.Increment(ref connections) == 1
                ? ValueTask.FromResult<Stream>(stream)
                : throw new IOException("The connection was for one request."),
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = ChainPolicy(),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    if (certificate is X509Certificate2 shown)
                    {
                        seen(CertificateSeen.From(shown, chain, errors));
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

    private static RtcdVersionReply Read(Response<RtcdVersion> response, CappedBody body, IPAddress address)
    {
        var status = (int)response.ResponseMessage.StatusCode;
        var text = response.StringContent ?? "";
        RtcdVersionReply Say(RtcdVersionFailure? failure, string seen) => new(address, seen)
        {
            Failure = failure,
            Status = status,
            BodyStart = SafeText.From(text),
        };

        if (status == 400 && Array.Exists(AsksForTls, s => text.Contains(s, StringComparison.OrdinalIgnoreCase)))
        {
            return Say(RtcdVersionFailure.PlainOnTlsPort, "the server says that it got plain HTTP where it expects TLS");
        }

        if (status is >= 300 and < 400 && response.ResponseMessage.Headers.TryGetValues("Location", out var locations))
        {
            return Say(
                RtcdVersionFailure.Redirected, $"HTTP {status}, sent on to {SafeText.From(string.Join(' ', locations))}");
        }

        if (IsHtml(body.MediaType, text))
        {
            return Say(RtcdVersionFailure.HtmlResponse, $"HTTP {status} with a web page");
        }

        if (status != 200)
        {
            return Say(RtcdVersionFailure.HttpStatus, $"HTTP {status}");
        }

        if (body.IsCut)
        {
            return Say(RtcdVersionFailure.ResponseTooLarge, $"more than {BodyLimit / 1024} KiB, read no further");
        }

        try
        {
            var version = response.GetContent();
            return Say(null, $"version \"{SafeText.From(version.BuildVersion, 40)}\"") with { Version = version };
        }
        catch (JsonException ex)
        {
            return IsJson(text)
                ? Say(RtcdVersionFailure.UnexpectedJson, $"JSON, but not a version: {SafeText.From(ex.Message)}")
                : Say(RtcdVersionFailure.NotJson, text.Length == 0 ? "HTTP 200 with an empty body" : "HTTP 200, but the body is not JSON");
        }
    }

    private static RtcdVersionReply Explain(
        Exception ex, ProbeTarget target, IPAddress address, FirstBytesStream stream, CertificateSeen? certificate)
    {
        if (certificate is { IsGood: false })
        {
            var failure = certificate switch
            {
                { OutOfDate: true } => RtcdVersionFailure.CertificateExpired,
                { WrongName: true } => RtcdVersionFailure.CertificateNameMismatch,
                _ => RtcdVersionFailure.CertificateUntrusted,
            };
            return Failed(address, failure, $"the certificate is {certificate}");
        }

        if (!target.IsTls && stream.LooksLikeTls)
        {
            return Failed(address, RtcdVersionFailure.PlainOnTlsPort, "plain HTTP got a TLS answer");
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
                    RtcdVersionFailure.TlsOnPlainPort,
                    $"the port answered a TLS greeting with \"{FirstOf(stream)}\", which is not TLS")
                : Failed(
                    address,
                    RtcdVersionFailure.TlsFailed,
                    stream.Received == 0
                        ? "the connection was closed on the TLS greeting"
                        : SafeText.From(Inner<AuthenticationException>(ex)?.GetBaseException().Message ?? ex.GetBaseException().Message));
        }

        return (ex as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.ConfigurationLimitExceeded => Failed(
                address, RtcdVersionFailure.ResponseTooLarge, $"headers of more than {HeaderLimitInKilobytes} KiB"),
            HttpRequestError.InvalidResponse => Failed(
                address,
                RtcdVersionFailure.NotJson,
                target.IsTls ? "the answer is not HTTP" : $"the answer is not HTTP: it begins with \"{FirstOf(stream)}\""),
            _ => Failed(
                address,
                RtcdVersionFailure.ConnectionReset,
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

    private static RtcdVersionFailure FailureOf(SocketError error, bool connected) => error switch
    {
        SocketError.ConnectionRefused => RtcdVersionFailure.ConnectionRefused,
        SocketError.TimedOut when connected => RtcdVersionFailure.ResponseTimeout,
        SocketError.TimedOut => RtcdVersionFailure.ConnectTimeout,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown =>
            RtcdVersionFailure.ConnectionReset,
        _ => RtcdVersionFailure.Unreachable,
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

    private static RtcdVersionReply Failed(IPAddress? address, RtcdVersionFailure failure, string seen) =>
        new(address, seen) { Failure = failure };
}
