using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using CallsBot.Sandbox.Mattermost;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>A pretend RTCD: its HTTP API as far as it is recorded, and every way in which it fails in the field.</summary>
internal sealed class RtcdSandbox(ReservedPort port, UnexpectedRequests unexpected, TimeProvider time, TimeSpan patience)
    : IAsyncDisposable
{
    public const string CurrentVersion = "v1.2.6";
    public const string OldVersion = "v0.11.3";

    // Known to a real RTCD, not pretended here (service/service.go).
    private static readonly string[] KnownElsewhere = ["/login", "/register", "/unregister", "/ws", "/metrics"];

    private readonly SemaphoreSlim _switching = new(1, 1);
    private readonly Lazy<X509Certificate2> _certificate = new(SelfSigned);
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly ChangeLog _changes = new();
    private TaskCompletionSource _switched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _application;

    /// <summary>As a setting of Calls names it.</summary>
    public Uri Url { get; } = new($"http://{port.EndPoint}/");

    public RtcdFault Fault { get; private set; } = RtcdFault.Healthy;

    /// <summary>How late a slow answer comes.</summary>
    public TimeSpan SlowFor { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The version that a healthy RTCD tells.</summary>
    public string Version { get; set; } = CurrentVersion;

    /// <summary>Writes the keys of <c>/version</c> as a page of the documentation shows them; no RTCD does.</summary>
    public bool SnakeCaseKeys { get; set; }

    /// <summary>What it was asked, such as "GET /version", oldest first. Refused connections are not among them.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Waits until it has been asked so often in all.</summary>
    public Task Asked(int times) => Wait.ForAsync(
        _changes, patience, () => _requests.Count >= times, () => $"The pretend RTCD was asked {_requests.Count} times, not {times}.");

    public async Task StartAsync(CancellationToken cancellationToken) => await ListenAsync(cancellationToken);

    /// <summary>Takes effect before it returns, for new connections and for requests that still wait.</summary>
    public async Task Is(RtcdFault fault)
    {
        await _switching.WaitAsync();
        try
        {
            var listener = ListenerFor(Fault);
            Fault = fault;
            var waiting = _switched;
            _switched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.SetResult();
            if (ListenerFor(fault) != listener)
            {
                await HangUpAsync();
                await ListenAsync(CancellationToken.None);
            }
        }
        finally
        {
            _switching.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _switched.TrySetResult();
        await HangUpAsync();
        _switching.Dispose();
        if (_certificate.IsValueCreated)
        {
            _certificate.Value.Dispose();
        }
    }

    private static Listener ListenerFor(RtcdFault fault) => fault switch
    {
        RtcdFault.Stopped => Listener.None,
        RtcdFault.Tls => Listener.Tls,
        _ => Listener.Plain,
    };

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var listener = ListenerFor(Fault);
        if (listener == Listener.None)
        {
            return;
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(port.EndPoint, endpoint =>
            {
                if (listener == Listener.Tls)
                {
                    endpoint.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = _certificate.Value });
                }
            });
        });
        var application = builder.Build();
        application.Run(AnswerAsync);
        await application.StartAsync(cancellationToken);
        _application = application;
    }

    private async Task HangUpAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            await application.StopAsync();
            await application.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        _requests.Enqueue($"{http.Request.Method} {http.Request.Path}");
        _changes.Add();
        switch (Fault)
        {
            case RtcdFault.Silent:
                // Until the caller gives up or the fault is lifted; then the connection just ends.
                await Task.WhenAny(_switched.Task, Task.Delay(Timeout.InfiniteTimeSpan, time, http.RequestAborted));
                http.Abort();
                break;
            case RtcdFault.Slow:
                using (var switched = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted))
                {
                    await Task.WhenAny(_switched.Task, Task.Delay(SlowFor, time, switched.Token));
                    await switched.CancelAsync();
                }

                await AnswerRightlyAsync(http, Version);
                break;
            case RtcdFault.ProxyError:
                await WriteAsync(http, HttpStatusCode.BadGateway, "text/html", Page("502 Bad Gateway"));
                break;
            case RtcdFault.ProxyPage:
                await WriteAsync(http, HttpStatusCode.OK, "text/html; charset=utf-8", Page("Welcome to nginx!"));
                break;
            case RtcdFault.WrongJson:
                await WriteAsync(http, HttpStatusCode.OK, "application/json", """{"status":"ok"}""" + "\n");
                break;
            case RtcdFault.OldVersion:
                await AnswerRightlyAsync(http, OldVersion);
                break;
            case RtcdFault.EmptyVersion:
                await AnswerRightlyAsync(http, version: "");
                break;
            case RtcdFault.Redirect:
                http.Response.StatusCode = (int)HttpStatusCode.Found;
                http.Response.Headers.Location = $"https://login.example.test/?next={Uri.EscapeDataString(http.Request.Path)}";
                break;
            case RtcdFault.ServerError:
                await WriteAsync(http, HttpStatusCode.InternalServerError, "text/plain; charset=utf-8", "Internal Server Error\n");
                break;
            default:
                await AnswerRightlyAsync(http, Version);
                break;
        }
    }

    private async Task AnswerRightlyAsync(HttpContext http, string version)
    {
        var path = http.Request.Path.Value ?? "/";
        var isGet = HttpMethods.IsGet(http.Request.Method);
        var isOld = version == OldVersion;
        switch (path)
        {
            case "/version" when isGet:
                await WriteAsync(http, HttpStatusCode.OK, "application/json", VersionBody(version, isOld));
                break;

            // Since v0.15.0.
            case "/system" when isGet && !isOld:
                await WriteAsync(http, HttpStatusCode.OK, "application/json", """{"cpu_load":0.27}""" + "\n");
                break;
            default:
                if (KnownElsewhere.Contains(path) || path.StartsWith("/calls/", StringComparison.Ordinal))
                {
                    unexpected.Add($"RTCD {http.Request.Method} {path}");
                    await WriteAsync(http, HttpStatusCode.NotImplemented, "text/plain; charset=utf-8", "The pretend RTCD has no such service.\n");
                    break;
                }

                await WriteAsync(http, HttpStatusCode.NotFound, "text/plain; charset=utf-8", "404 page not found\n");
                break;
        }
    }

    private string VersionBody(string version, bool isOld)
    {
        var hasStamps = version.Length > 0;
        var values = new Dictionary<string, string>
        {
            [SnakeCaseKeys ? "build_date" : "buildDate"] = hasStamps ? "2026-06-29 10:00" : "",
            [SnakeCaseKeys ? "build_version" : "buildVersion"] = version,
            [SnakeCaseKeys ? "build_hash" : "buildHash"] = hasStamps ? "b3dee597" : "",
            [SnakeCaseKeys ? "go_version" : "goVersion"] = isOld ? "go1.19.8" : "go1.24.6",
        };
        if (!isOld)
        {
            values[SnakeCaseKeys ? "go_os" : "goOS"] = "linux";
            values[SnakeCaseKeys ? "go_arch" : "goArch"] = "amd64";
        }

        return JsonSerializer.Serialize(values) + "\n";
    }

    private static string Page(string title) =>
        $"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

    private static async Task WriteAsync(HttpContext http, HttpStatusCode status, string contentType, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        http.Response.StatusCode = (int)status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=rtcd.example.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("rtcd.example.test");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(
            new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2036, 1, 1, 0, 0, 0, TimeSpan.Zero));

        // TLS on Windows needs a key that has been through PKCS#12.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }

    private enum Listener
    {
        None,
        Plain,
        Tls,
    }
}
