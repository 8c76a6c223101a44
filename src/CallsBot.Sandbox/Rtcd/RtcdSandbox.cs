using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CallsBot.Sandbox.Mattermost;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>A pretend RTCD: HTTP, WebSocket and media, and every way in which they fail in the field.</summary>
internal sealed class RtcdSandbox : IAsyncDisposable
{
    public const string CurrentVersion = "v1.2.6";
    public const string OldVersion = "v0.11.3";

    private readonly PortServer _server;
    private readonly HeldRequests _held;
    private readonly RtcdSettings _settings;
    private readonly RtcdContext _context;
    private readonly RtcdAnswers _answers;
    private readonly TimeSpan _patience;
    private readonly SemaphoreSlim _switching = new(1, 1);
    private readonly Lazy<X509Certificate2> _certificate = new(SelfSigned);
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly ChangeLog _changes = new();
    private RtcdSessions? _sessions;
    private RtcdConditions _conditions = RtcdConditions.Good;

    /// <param name="ports">Where HTTP is served: the same port on one or more addresses.</param>
    /// <param name="settings">The client, and where media comes in.</param>
    /// <param name="unexpected">Takes what no RTCD understands.</param>
    /// <param name="time">For everything that waits.</param>
    /// <param name="patience">How long a driver waits for what it expects.</param>
    public RtcdSandbox(IReadOnlyList<ReservedPort> ports, RtcdSettings settings, UnexpectedRequests unexpected, TimeProvider time, TimeSpan patience)
    {
        (_settings, _patience) = (settings, patience);
        _server = new PortServer(ports, AnswerAsync);
        _held = new HeldRequests(time);
        _context = new RtcdContext(new RtcdLog(time), () => Conditions, () => VersionNow, settings.Resolve, () => _changes.Add(), unexpected, time);
        Clients = new RegisteredClients(time);
        _answers = new RtcdAnswers(_context, Clients);
        Url = new Uri($"http://{ports[0].EndPoint}/");
        Clients.Put(ClientId, AuthKey);
    }

    /// <summary>As a setting of Calls names it.</summary>
    public Uri Url { get; }

    /// <summary>UDP and TCP. The same for as long as the sandbox lives.</summary>
    public int MediaPort { get; private set; }

    public IReadOnlyList<IPAddress> MediaAddresses => _settings.MediaAddresses;

    /// <summary>A client that is registered, unless the <see cref="Conditions"/> say otherwise.</summary>
    public string ClientId => _settings.ClientId;

    public string AuthKey => _settings.AuthKey;

    public RegisteredClients Clients { get; }

    public RtcdFault Fault { get; private set; } = RtcdFault.Healthy;

    /// <summary>In force as soon as they are set, for what comes next; open sessions and sockets stay.</summary>
    public RtcdConditions Conditions
    {
        get => Volatile.Read(ref _conditions);
        set
        {
            var before = Interlocked.Exchange(ref _conditions, value);
            if (before.Client != value.Client)
            {
                ApplyToClient(value.Client);
            }

            _sessions?.Media.ApplyConditions();
        }
    }

    /// <summary>How late a slow answer comes.</summary>
    public TimeSpan SlowFor { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>A processor profile takes no longer, however long it is asked to.</summary>
    public TimeSpan LongestRecording
    {
        get => _answers.LongestRecording;
        set => _answers.LongestRecording = value;
    }

    /// <summary>The version that a healthy RTCD tells, and behaves as.</summary>
    public string Version { get; set; } = CurrentVersion;

    /// <summary>Writes the keys of <c>/version</c> as a page of the documentation shows them; no RTCD does.</summary>
    public bool SnakeCaseKeys { get; set; }

    /// <summary>What it was asked, such as "GET /version", oldest first. Refused connections are not among them.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>How many sessions there are.</summary>
    public int Sessions => _sessions?.Count ?? 0;

    /// <summary>How many WebSockets are open.</summary>
    public int Sockets => _sessions?.ConnectionCount ?? 0;

    /// <summary>How many of its pings have been answered, over all sockets of this run.</summary>
    public int Pongs => _sessions?.Pongs ?? 0;

    /// <summary>The lines of its log, as JSON; they go on over restarts.</summary>
    public IReadOnlyList<string> Log => _context.Log.Lines;

    /// <summary>The latest packets on the media port, those that were lost among them.</summary>
    public IReadOnlyList<MediaPacket> Packets => _sessions?.Media.Packets ?? [];

    /// <summary>One of its metrics, such as ("rtcd_rtc_conn_states_total", "type=\"connected\""); 0 when it has not been used.</summary>
    public long Metric(string name, string labels) => _sessions?.Metrics.Value(name, labels) ?? 0;

    /// <summary>Waits until it has been asked so often in all.</summary>
    public Task Asked(int times) => Wait.ForAsync(
        _changes, _patience, () => _requests.Count >= times, () => $"The pretend RTCD was asked {_requests.Count} times, not {times}.");

    /// <summary>Waits until something is so.</summary>
    /// <param name="what">What was waited for, for the message when it does not come.</param>
    public Task Until(Func<RtcdSandbox, bool> look, string what) => Wait.ForAsync(
        _changes, _patience, () => look(this), () => $"The pretend RTCD did not come to this: {what}. It has {Sessions} sessions and {Sockets} sockets.");

    /// <exception cref="SandboxException">The media port is taken, or an address is not this machine's.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Open();
        await ListenAsync(cancellationToken);
    }

    /// <summary>Takes effect before it returns, for new connections and for requests that still wait.</summary>
    public async Task Is(RtcdFault fault)
    {
        await _switching.WaitAsync();
        try
        {
            var listener = ListenerFor(Fault);
            Fault = fault;
            _held.Release();
            if (ListenerFor(fault) != listener)
            {
                await HangUpAsync();
                if (fault == RtcdFault.Stopped)
                {
                    await CloseAsync();
                }
                else
                {
                    Open();
                }

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
        _held.Release();
        await HangUpAsync();
        await CloseAsync();
        _switching.Dispose();
        if (_certificate.IsValueCreated)
        {
            _certificate.Value.Dispose();
        }
    }

    private string VersionNow => Fault switch
    {
        RtcdFault.OldVersion => OldVersion,
        RtcdFault.EmptyVersion => "",
        _ => Version,
    };

    private static Listener ListenerFor(RtcdFault fault) => fault switch
    {
        RtcdFault.Stopped => Listener.None,
        RtcdFault.Tls => Listener.Tls,
        _ => Listener.Plain,
    };

    /// <summary>Begins a run of the process: no sessions, all counters at zero.</summary>
    private void Open()
    {
        if (_sessions is null)
        {
            _sessions = new RtcdSessions(_context, _settings.MediaAddresses, MediaPort == 0 ? _settings.MediaPort : MediaPort);
            MediaPort = _sessions.Media.Number;
        }
    }

    private async Task CloseAsync()
    {
        if (_sessions is { } sessions)
        {
            _sessions = null;
            await sessions.DisposeAsync();
        }
    }

    private void ApplyToClient(ClientState state)
    {
        switch (state)
        {
            case ClientState.Registered:
                Clients.Put(ClientId, AuthKey);
                break;
            case ClientState.WrongKey:
                Clients.Put(ClientId, RegisteredClients.NewKey());
                break;
            case ClientState.Unregistered:
                Clients.Remove(ClientId);
                break;
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var listener = ListenerFor(Fault);
        if (listener == Listener.None)
        {
            return;
        }

        await _server.StartAsync(listener == Listener.Tls ? _certificate.Value : null, cancellationToken);
    }

    private async Task HangUpAsync()
    {
        _sessions?.Cut();
        await _server.StopAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        _requests.Enqueue($"{http.Request.Method} {http.Request.Path}");
        _changes.Add();
        http.Response.Headers.Date = (_context.Time.GetUtcNow() + Conditions.ClockSkew).ToString("r", CultureInfo.InvariantCulture);
        switch (Fault)
        {
            case RtcdFault.Silent:
                // Until the caller gives up or the fault is lifted; then the connection just ends.
                await _held.HoldAsync(Timeout.InfiniteTimeSpan, http.RequestAborted);
                http.Abort();
                break;
            case RtcdFault.Slow:
                await _held.HoldAsync(SlowFor, http.RequestAborted);
                await AnswerRightlyAsync(http);
                break;
            case RtcdFault.ProxyError:
                await GoAnswers.PageAsync(http, StatusCodes.Status502BadGateway, "502 Bad Gateway");
                break;
            case RtcdFault.ProxyPage:
                await GoAnswers.PageAsync(http, StatusCodes.Status200OK, "Welcome to nginx!");
                break;
            case RtcdFault.WrongJson:
                await GoAnswers.WriteAsync(http, StatusCodes.Status200OK, "application/json", """{"status":"ok"}""" + "\n");
                break;
            case RtcdFault.Redirect:
                http.Response.StatusCode = StatusCodes.Status302Found;
                http.Response.Headers.Location = $"https://login.example.test/?next={Uri.EscapeDataString(http.Request.Path)}";
                break;
            case RtcdFault.ServerError:
                await GoAnswers.WriteAsync(http, StatusCodes.Status500InternalServerError, "text/plain; charset=utf-8", "Internal Server Error\n");
                break;
            default:
                await AnswerRightlyAsync(http);
                break;
        }
    }

    private async Task AnswerRightlyAsync(HttpContext http)
    {
        if (_sessions is not { } sessions)
        {
            // It has been stopped while this request waited.
            http.Abort();
            return;
        }

        await _answers.AnswerAsync(http, SnakeCaseKeys, sessions);
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
