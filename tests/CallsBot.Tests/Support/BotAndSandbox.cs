using System.Net;
using System.Net.Sockets;
using CallsBot.Conversations;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Probes.Media;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Mattermost;
using CallsBot.Settings;
using CallsBot.Storage;
using CallsBot.Tests.Troubleshooting;
using CallsBot.Troubleshooting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CallsBot.Tests.Support;

/// <summary>
/// The bot, as <c>serve</c> runs it, and the sandbox, in one process. At the end nothing may have been asked of the
/// sandbox that it does not know.
/// </summary>
internal sealed class BotAndSandbox : IAsyncDisposable
{
    /// <summary>Read once for all bots of a test run.</summary>
    private static readonly Lazy<TreeCatalog> Trees = new(() => TreeCatalog.Load(KnownChecks.All));

    // Only a failure waits so long; machines that run the tests are slow at times.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callsbot-scenario-");
    private readonly string _signingKey = Some.SigningKey();
    private readonly TimeProvider? _time;
    private WebApplication? _bot;

    private BotAndSandbox(RunningSandbox sandbox, TimeProvider? time)
    {
        Sandbox = sandbox;
        _time = time;
        BotUrl = new Uri($"http://127.0.0.1:{FreePort()}");
        sandbox.Mattermost.CreateCommand(new Uri(BotUrl, SlashCommandEndpoint.Path));
    }

    public RunningSandbox Sandbox { get; }

    public MattermostSandbox Mattermost => Sandbox.Mattermost;

    public Uri BotUrl { get; }

    public RecordingLogger Log { get; } = new();

    public IServiceProvider Services => _bot!.Services;

    /// <summary>Further settings, before the bot starts.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>What the bot's name service knows, before the bot starts; null for the system's.</summary>
    public HostResolver? Resolve { get; set; }

    /// <param name="start">False leaves the bot to <see cref="StartBotAsync"/>.</param>
    /// <param name="time">The bot's clock; null for the system's.</param>
    /// <param name="settings">How the sandbox starts; null for what suits a test.</param>
    public static async Task<BotAndSandbox> StartAsync(bool start = true, TimeProvider? time = null, SandboxSettings? settings = null)
    {
        var sandbox = await RunningSandbox.StartAsync(settings ?? new SandboxSettings { Patience = Bound }, CancellationToken.None);
        var both = new BotAndSandbox(sandbox, time);
        if (start)
        {
            await both.StartBotAsync();
        }

        return both;
    }

    /// <summary>Starts the bot, and waits until it listens to the workspace.</summary>
    public async Task StartBotAsync(bool untilConnected = true)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(BotSettings()).AddInMemoryCollection(Settings).Build();
        _bot = BotApplication.Build(new LoadedSettings(settings, []), builder =>
        {
            builder.Logging.ClearProviders().AddProvider(Log).SetMinimumLevel(LogLevel.Debug);
            builder.Services.AddSingleton(Trees.Value);
            builder.Services.AddSingleton<MediaAddressFilter>(IPAddress.IsLoopback);
            if (Resolve is not null)
            {
                builder.Services.AddSingleton(Resolve);
            }

            if (_time is not null)
            {
                builder.Services.AddSingleton(_time);
            }
        });
        await _bot.Services.GetRequiredService<Database>().MigrateAsync(CancellationToken.None);
        await _bot.StartAsync();

        if (untilConnected)
        {
            await WaitAsync(() => Services.GetRequiredService<BotAccount>().IsConnected && Services.GetRequiredService<Inbox>().CaughtUp, "the bot to be connected");
        }
    }

    /// <summary>An installation on which calls work: the plugin runs, with a licence for RTCD.</summary>
    public void CallsAreInstalled()
    {
        Mattermost.InstallCalls("1.12.2");
        Mattermost.LicenseIs("enterprise");

        // This Calls needs 11.0.0 (plugin.json, min_server_version).
        Mattermost.ServerVersionIs("11.0.2");
    }

    public async Task StopBotAsync()
    {
        await _bot!.StopAsync();
        await _bot.DisposeAsync();
        _bot = null;
    }

    public async Task RestartBotAsync()
    {
        await StopBotAsync();
        await StartBotAsync();
    }

    /// <summary>The settings as a process of its own takes them from the environment.</summary>
    public Dictionary<string, string?> BotSettings() => new()
    {
        ["Urls"] = BotUrl.ToString().TrimEnd('/'),
        ["Mattermost:Server"] = Mattermost.Url.ToString(),
        ["Mattermost:BotToken"] = Mattermost.BotToken,
        ["Mattermost:AdminToken"] = Mattermost.AdminToken,
        ["Mattermost:CommandTokens:0"] = Mattermost.CommandToken,
        ["Conversations:CallbackUrl"] = BotUrl.ToString(),
        ["Conversations:SigningKeys:0"] = _signingKey,
        ["Conversations:Administrators:0"] = "sysadmin",
        ["Rtcd:ServiceUrl"] = Sandbox.Rtcd.Url.ToString(),
        ["Rtcd:ClientId"] = Sandbox.Rtcd.ClientId,
        ["Rtcd:AuthKey"] = Sandbox.Rtcd.AuthKey,
        ["Storage:ConnectionString"] = $"Data Source={Path.Combine(_folder.FullName, "callsbot.db")}",
    };

    /// <summary>The session that a conversation is about, as it is stored.</summary>
    public async Task<Session> SessionOf(Chat chat) =>
        await Services.GetRequiredService<SessionStore>().FindLatestAsync(chat.Channel.Id, "", CancellationToken.None)
        ?? throw new InvalidOperationException("There is no session.");

    public void ShouldHaveLoggedNoWarnings() => Log.Lines.Where(line => line.Level >= LogLevel.Warning).ShouldBeEmpty();

    /// <summary>Looks again and again, with a bound, for what has no event to wait for.</summary>
    public static async Task WaitAsync(Func<bool> isSo, string what)
    {
        using var bound = new CancellationTokenSource(Bound);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!isSo())
        {
            try
            {
                await timer.WaitForNextTickAsync(bound.Token);
            }
            catch (OperationCanceledException ex)
            {
                throw new TimeoutException($"Waited {Bound} for {what}.", ex);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_bot is not null)
        {
            await StopBotAsync();
        }

        var unexpected = Sandbox.Unexpected.ToList();
        await Sandbox.DisposeAsync();
        _folder.Delete(recursive: true);
        unexpected.ShouldBeEmpty();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
