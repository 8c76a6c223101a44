using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CallsBot.Protocols.Rtcd;
using CallsBot.Sandbox.Mattermost;

namespace CallsBot.Sandbox.Offloader;

/// <summary>What ails the pretend calls-offloader.</summary>
internal enum OffloaderFault
{
    /// <summary>Nothing: version v0.9.5 answers.</summary>
    Healthy,

    /// <summary>The process is gone: connections are refused.</summary>
    Stopped,

    /// <summary>Connections are taken, requests never answered.</summary>
    Silent,

    /// <summary>A proxy in front answers 502 with its own page.</summary>
    ProxyError,

    /// <summary>Version v0.8.0, below the least that Calls takes, v0.9.0.</summary>
    OldVersion,

    /// <summary>A development build: no version in it.</summary>
    EmptyVersion,

    /// <summary>The client is not registered, and may not register.</summary>
    Unauthorized,

    /// <summary>The client is registered with another key.</summary>
    WrongKey,

    /// <summary>The images of the runners cannot be pulled.</summary>
    PullFails,
}

/// <summary>
/// A pretend calls-offloader, as v0.9.5 is where the Calls plugin meets it when it starts (service/auth.go,
/// service/jobs_api.go). It runs no jobs: asking for one is unexpected.
/// </summary>
internal sealed partial class OffloaderSandbox : IAsyncDisposable
{
    public const string CurrentVersion = "v0.9.5";
    public const string OldVersion = "v0.8.0";

    // public/job/job.go.
    private static readonly Dictionary<string, string> LeastRunners = new() { ["recorder"] = "0.6.0", ["transcriber"] = "0.1.0" };

    private readonly ClientAnswers _clientAnswers;
    private readonly PortServer _server;
    private readonly HeldRequests _held;
    private readonly UnexpectedRequests _unexpected;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _switching = new(1, 1);
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly ChangeLog _changes = new();
    private readonly TimeSpan _patience;

    public OffloaderSandbox(ReservedPort port, UnexpectedRequests unexpected, TimeProvider time, TimeSpan patience)
    {
        (_unexpected, _time, _patience) = (unexpected, time, patience);
        Clients = new RegisteredClients(time) { RegistersOnSight = true };
        Clients.Put(ClientId, AuthKey);
        _clientAnswers = new ClientAnswers(Clients);
        _server = new PortServer([port], AnswerAsync);
        _held = new HeldRequests(time);
        Url = new Uri($"http://{port.EndPoint}/");
    }

    /// <summary>As a setting of Calls names it.</summary>
    public Uri Url { get; }

    /// <summary>A client that is registered, unless the <see cref="Fault"/> says otherwise.</summary>
    public string ClientId { get; } = "callsbot";

    public string AuthKey { get; } = RegisteredClients.NewKey();

    public RegisteredClients Clients { get; }

    public OffloaderFault Fault { get; private set; }

    /// <summary>The version that a healthy one tells.</summary>
    public string Version { get; set; } = CurrentVersion;

    /// <summary>What it was asked, such as "GET /version", oldest first. Refused connections are not among them.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>The runners of the last initialisation that went well.</summary>
    public IReadOnlyList<string> Runners { get; private set; } = [];

    /// <summary>Waits until it has been asked so often in all.</summary>
    public Task Asked(int times) => Wait.ForAsync(
        _changes, _patience, () => _requests.Count >= times, () => $"The pretend calls-offloader was asked {_requests.Count} times, not {times}.");

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(certificate: null, cancellationToken);

    /// <summary>Takes effect before it returns, for new connections and for requests that still wait.</summary>
    public async Task Is(OffloaderFault fault)
    {
        await _switching.WaitAsync();
        try
        {
            var before = Fault;
            Fault = fault;
            ApplyToClient();
            _held.Release();
            if (fault == OffloaderFault.Stopped && before != OffloaderFault.Stopped)
            {
                await _server.StopAsync();
            }
            else if (fault != OffloaderFault.Stopped && before == OffloaderFault.Stopped)
            {
                await _server.StartAsync(certificate: null, CancellationToken.None);
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
        await _server.StopAsync();
        _switching.Dispose();
    }

    [GeneratedRegex(@"^mattermost/calls-(?<kind>recorder|transcriber):v(?<version>(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*))(-dev\d*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Runner();

    [GeneratedRegex("^/jobs/[a-z0-9]{12,26}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex JobPath();

    private void ApplyToClient()
    {
        switch (Fault)
        {
            case OffloaderFault.Unauthorized:
                Clients.Remove(ClientId);
                break;
            case OffloaderFault.WrongKey:
                Clients.Put(ClientId, RegisteredClients.NewKey());
                break;
            default:
                Clients.Put(ClientId, AuthKey);
                break;
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        _requests.Enqueue($"{http.Request.Method} {http.Request.Path}");
        _changes.Add();
        http.Response.Headers.Date = _time.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
        switch (Fault)
        {
            case OffloaderFault.Silent:
                await _held.HoldAsync(Timeout.InfiniteTimeSpan, http.RequestAborted);
                http.Abort();
                break;
            case OffloaderFault.ProxyError:
                await GoAnswers.PageAsync(http, StatusCodes.Status502BadGateway, "502 Bad Gateway");
                break;
            default:
                await AnswerRightlyAsync(http);
                break;
        }
    }

    private Task AnswerRightlyAsync(HttpContext http)
    {
        const string profiles = "/debug/pprof/";
        var method = http.Request.Method;
        var path = http.Request.Path.Value ?? "/";
        return path switch
        {
            "/version" => method == "GET" ? GoAnswers.JsonAsync(http, 200, VersionBody()) : GoAnswers.NotFoundAsync(http),
            "/login" => method == "POST" ? _clientAnswers.LoginAsync(http) : GoAnswers.NotFoundAsync(http),
            "/register" => method == "POST" ? _clientAnswers.RegisterAsync(http) : GoAnswers.NotFoundAsync(http),
            "/unregister" => method == "POST" ? _clientAnswers.UnregisterAsync(http) : GoAnswers.NotFoundAsync(http),
            "/jobs/init" => method == "POST" ? InitAsync(http) : RefuseMethodAsync(http),
            "/jobs" when method != "POST" => RefuseMethodAsync(http),
            _ when JobPath().IsMatch(path) => method is "GET" or "DELETE" ? NoJobAsync(http) : RefuseMethodAsync(http),
            _ when path.StartsWith(profiles, StringComparison.Ordinal) && path[profiles.Length..] is "heap" or "goroutine" or "mutex" or "profile" or "trace" =>
                GoAnswers.ProfileAsync(http, path[profiles.Length..], _time),
            _ => UnknownAsync(http, path),
        };
    }

    // gorilla/mux, for routes that name their methods.
    private static Task RefuseMethodAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    private Task UnknownAsync(HttpContext http, string path)
    {
        _unexpected.Add($"Offloader {http.Request.Method} {path}");
        return path == "/jobs" || path.StartsWith("/jobs/", StringComparison.Ordinal)
            ? GoAnswers.TextAsync(http, StatusCodes.Status501NotImplemented, "The pretend calls-offloader runs no jobs.")
            : GoAnswers.NotFoundAsync(http);
    }

    private JsonObject VersionBody()
    {
        var version = Fault switch
        {
            OffloaderFault.OldVersion => OldVersion,
            OffloaderFault.EmptyVersion => "",
            _ => Version,
        };
        return new JsonObject
        {
            ["buildDate"] = version.Length > 0 ? "2026-03-06 15:30" : "",
            ["buildVersion"] = version,
            ["buildHash"] = version.Length > 0 ? "9ad35ec7" : "",
            ["goVersion"] = "go1.24.6",
        };
    }

    private async Task InitAsync(HttpContext http)
    {
        if (!_clientAnswers.TryAuthenticate(http, out _, out var refused))
        {
            await ClientAnswers.RefuseAsync(http, 401, refused);
            return;
        }

        var (body, fault) = await GoAnswers.ReadAsync(http);
        if (fault.Length > 0 || body is not (null or JsonObject))
        {
            var why = fault.Length > 0 ? fault : $"json: cannot unmarshal {GoAnswers.KindOf(body!)} into Go value of type job.ServiceConfig";
            await ClientAnswers.RefuseAsync(http, 400, $"failed to decode request body: {why}");
            return;
        }

        var runners = RunnersIn(body as JsonObject);
        if (FaultOf(runners) is { } invalid)
        {
            await ClientAnswers.RefuseAsync(http, 400, $"invalid job service config: {invalid}");
            return;
        }

        if (Fault == OffloaderFault.PullFails)
        {
            await ClientAnswers.RefuseAsync(
                http, 500, $"failed to update job runner: failed to pull docker image: Error response from daemon: manifest for {runners[0]} not found");
            return;
        }

        // Nothing is written, which makes it a 200 (service/audit.go).
        Runners = runners;
        http.Response.ContentLength = 0;
    }

    private async Task NoJobAsync(HttpContext http) => await (_clientAnswers.TryAuthenticate(http, out _, out var refused)
        ? ClientAnswers.RefuseAsync(http, 404, "failed to get job failed to get job: error: not found")
        : ClientAnswers.RefuseAsync(http, 401, refused));

    /// <summary>Go finds the field whatever its case.</summary>
    private static IReadOnlyList<string> RunnersIn(JsonObject? body) =>
        body?.FirstOrDefault(field => field.Key.Equals("Runners", StringComparison.OrdinalIgnoreCase)).Value is JsonArray list
            && list.All(item => item?.GetValueKind() == JsonValueKind.String) ? list.Texts("Runners") : [];

    // public/job/job.go, ServiceConfig.IsValid.
    private static string? FaultOf(IReadOnlyList<string> runners)
    {
        if (runners.Count == 0)
        {
            return "invalid empty Runners";
        }

        foreach (var runner in runners)
        {
            var match = Runner().Match(runner);
            if (!match.Success)
            {
                return runner.Length == 0 ? "runner should not be empty" : $"failed to validate runner \"{runner}\"";
            }

            var least = LeastRunners[match.Groups["kind"].Value];
            if (RtcdSemver.TryParse(match.Groups["version"].Value, out var version) && RtcdSemver.TryParse(least, out var needed) && version < needed)
            {
                return $"actual version ({match.Groups["version"].Value}) is lower than minimum supported version ({least})";
            }
        }

        return null;
    }
}
