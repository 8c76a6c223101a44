using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace CallsBot.Sandbox;

/// <summary>A web server on reserved ports that stops and starts, with TLS or without.</summary>
internal sealed class PortServer(IReadOnlyList<ReservedPort> ports, RequestDelegate answer)
{
    private WebApplication? _application;

    /// <param name="certificate">Null for plain HTTP.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public async Task StartAsync(X509Certificate2? certificate, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var port in ports)
            {
                kestrel.Listen(port.EndPoint, endpoint =>
                {
                    if (certificate is not null)
                    {
                        endpoint.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate });
                    }
                });
            }
        });
        var application = builder.Build();
        application.Run(answer);
        await application.StartAsync(cancellationToken);
        _application = application;
    }

    /// <summary>Hangs up. From then on connections are refused.</summary>
    public async Task StopAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            await application.StopAsync();
            await application.DisposeAsync();
        }
    }
}
