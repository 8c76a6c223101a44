using CallsBot.Sandbox.Mattermost.Routes;
using CallsBot.Sandbox.Page;
using Microsoft.AspNetCore.HostFiltering;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>The workspace's HTTP and WebSocket face. Can be stopped and started; the workspace stays.</summary>
internal sealed class MattermostServer(
    ReservedPort port,
    Workspace workspace,
    ServerConfiguration configuration,
    CallsPlugin calls,
    Integrations integrations,
    UnexpectedRequests unexpected,
    Rtcd.RtcdSandbox rtcd,
    TimeProvider time) : IAsyncDisposable
{
    private WebApplication? _application;

    public Uri Url { get; } = new($"http://{port.EndPoint}/");

    public RateLimit RateLimit { get; } = new();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(port.EndPoint);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));

        // A page elsewhere must not reach the public tokens here by pointing its own name at this machine.
        builder.Services.Configure<HostFilteringOptions>(hosts => hosts.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);

        var application = builder.Build();
        application.UseHostFiltering();
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(54) });
        application.Use(AddServerHeadersAsync);
        application.Use(OwnUpToFaultsAsync);
        application.UseRouting();
        Map(application);
        await application.StartAsync(cancellationToken);
        _application = application;
    }

    public async Task StopAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            var open = workspace.Events.Drop();
            await Task.WhenAll(open.Select(socket => socket.Ended));
            workspace.Events.Forget();
            await application.StopAsync();
            await application.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private void Map(WebApplication application)
    {
        var routes = new ApiRoutes(application, workspace);
        SystemRoutes.Map(routes, configuration);
        CallsPluginRoutes.Map(routes, calls);
        UserRoutes.Map(routes);
        TeamRoutes.Map(routes);
        ChannelRoutes.Map(routes);
        PostRoutes.Map(routes);
        FileRoutes.Map(routes);
        CommandRoutes.Map(routes, integrations);
        ActionRoutes.Map(routes, integrations);
        SocketRoute.Map(application, workspace, unexpected, time);
        PageRoutes.Map(application, routes, workspace, rtcd, unexpected);
        application.MapFallback("{*path}", RefuseUnknownAsync);
    }

    private async Task AddServerHeadersAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers["X-Request-Id"] = Ids.New();
        http.Response.Headers["X-Version-Id"] = Workspace.VersionId;
        var isApi = http.Request.Path.StartsWithSegments("/api/v4") && !http.WebSockets.IsWebSocketRequest;
        if (!isApi || !await RateLimit.RefusesAsync(http))
        {
            await next(http);
        }
    }

    /// <summary>A fault of the sandbox is said aloud, so that no test takes it for the server's behaviour.</summary>
    private async Task OwnUpToFaultsAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (Exception ex) when (!http.RequestAborted.IsCancellationRequested)
        {
            unexpected.Add($"{http.Request.Method} {http.Request.Path} broke the sandbox: {ex}");
            if (!http.Response.HasStarted)
            {
                var error = new ApiError(500, "sandbox.broken", ex.Message);
                await ApiRoutes.WriteAsync(http, new ApiReply(error.ToJson(""), error.Status));
            }
        }
    }

    private async Task RefuseUnknownAsync(HttpContext http)
    {
        var request = $"{http.Request.Method} {http.Request.Path}";
        unexpected.Add(request);
        var error = ApiError.Unexpected(request);
        await ApiRoutes.WriteAsync(http, new ApiReply(error.ToJson(http.Response.Headers["X-Request-Id"].ToString()), error.Status));
    }
}
