using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CallsBot.Tests.Support;

/// <summary>
/// A real HTTP and WebSocket listener on a free port of loopback. What its handler throws, such as a failed expectation,
/// is thrown again when the server is disposed.
/// </summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Exception> _faults = [];

    private LoopbackServer(RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(async context =>
        {
            try
            {
                await handler(context);
            }
            catch (Exception ex) when (!context.RequestAborted.IsCancellationRequested)
            {
                _faults.Enqueue(ex);
                throw;
            }
        });
    }

    public Uri Address => new(
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<LoopbackServer> StartAsync(RequestDelegate handler)
    {
        var server = new LoopbackServer(handler);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        // Connections that a test leaves open are broken, not waited for.
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
        if (_faults.TryDequeue(out var fault))
        {
            throw new InvalidOperationException("The loopback server met what it did not expect.", fault);
        }
    }
}
