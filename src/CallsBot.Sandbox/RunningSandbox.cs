using CallsBot.Sandbox.Mattermost;
using CallsBot.Sandbox.Offloader;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Sandbox;

/// <summary>A pretend Mattermost workspace, a pretend RTCD and a pretend calls-offloader, on loopback, until disposed.</summary>
internal sealed class RunningSandbox : IAsyncDisposable
{
    private readonly IReadOnlyList<ReservedPort> _ports;
    private readonly Integrations _integrations;
    private readonly MattermostServer _server;

    private RunningSandbox(SandboxSettings settings, IReadOnlyList<ReservedPort> ports)
    {
        _ports = ports;
        var (mattermostPort, rtcdPort, offloaderPort) = (ports[0], ports[1], ports[2]);
        Offloader = new OffloaderSandbox(offloaderPort, Unexpected, settings.Time, settings.Patience);
        Rtcd = new RtcdSandbox([rtcdPort], settings.Rtcd, Unexpected, settings.Time, settings.Patience);
        var workspace = new Workspace(settings);
        var siteUrl = new Uri($"http://{mattermostPort.EndPoint}/");
        var configuration = new ServerConfiguration(siteUrl, Rtcd.Url);
        var calls = new CallsPlugin(configuration, settings.Time);
        _integrations = new Integrations(workspace, settings, () => siteUrl);
        _server = new MattermostServer(
            mattermostPort, workspace, configuration, calls, _integrations, Unexpected, Rtcd, settings.Time);
        Mattermost = new MattermostSandbox(workspace, configuration, calls, _integrations, _server, settings.Patience);
    }

    public MattermostSandbox Mattermost { get; }

    public RtcdSandbox Rtcd { get; }

    /// <summary>No setting of the workspace names it until a test does: <c>Mattermost.Calls.Set("JobServiceURL", …)</c>.</summary>
    public OffloaderSandbox Offloader { get; }

    /// <summary>What was asked that the sandbox does not know. A test asserts that it is empty.</summary>
    public UnexpectedRequests Unexpected { get; } = [];

    /// <exception cref="SandboxException">A port is taken, or the address is not a loopback address.</exception>
    public static async Task<RunningSandbox> StartAsync(SandboxSettings settings, CancellationToken cancellationToken)
    {
        var ports = new List<ReservedPort>();
        try
        {
            ports.Add(ReservedPort.Take(settings.Address, settings.MattermostPort, "the workspace"));
            ports.Add(ReservedPort.Take(settings.Address, settings.RtcdPort, "the pretend RTCD"));
            ports.Add(ReservedPort.Take(settings.Address, settings.OffloaderPort, "the pretend calls-offloader"));
        }
        catch (SandboxException)
        {
            ports.ForEach(port => port.Dispose());
            throw;
        }

        var sandbox = new RunningSandbox(settings, ports);
        try
        {
            await sandbox._server.StartAsync(cancellationToken);
            await sandbox.Rtcd.StartAsync(cancellationToken);
            await sandbox.Offloader.StartAsync(cancellationToken);
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await Rtcd.DisposeAsync();
        await Offloader.DisposeAsync();
        _integrations.Dispose();
        foreach (var port in _ports)
        {
            port.Dispose();
        }
    }
}
