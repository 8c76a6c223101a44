using CallsBot.Sandbox.Mattermost;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Sandbox;

/// <summary>A pretend Mattermost workspace and a pretend RTCD, on loopback, until disposed.</summary>
internal sealed class RunningSandbox : IAsyncDisposable
{
    private readonly ReservedPort _mattermostPort;
    private readonly ReservedPort _rtcdPort;
    private readonly Integrations _integrations;
    private readonly MattermostServer _server;

    private RunningSandbox(SandboxSettings settings, ReservedPort mattermostPort, ReservedPort rtcdPort)
    {
        _mattermostPort = mattermostPort;
        _rtcdPort = rtcdPort;
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

    /// <summary>What was asked that the sandbox does not know. A test asserts that it is empty.</summary>
    public UnexpectedRequests Unexpected { get; } = [];

    /// <exception cref="SandboxException">A port is taken, or the address is not a loopback address.</exception>
    public static async Task<RunningSandbox> StartAsync(SandboxSettings settings, CancellationToken cancellationToken)
    {
        var mattermostPort = ReservedPort.Take(settings.Address, settings.MattermostPort, "the workspace");
        ReservedPort rtcdPort;
        try
        {
            rtcdPort = ReservedPort.Take(settings.Address, settings.RtcdPort, "the pretend RTCD");
        }
        catch (SandboxException)
        {
            mattermostPort.Dispose();
            throw;
        }

        var sandbox = new RunningSandbox(settings, mattermostPort, rtcdPort);
        try
        {
            await sandbox._server.StartAsync(cancellationToken);
            await sandbox.Rtcd.StartAsync(cancellationToken);
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
        _integrations.Dispose();
        _mattermostPort.Dispose();
        _rtcdPort.Dispose();
    }
}
