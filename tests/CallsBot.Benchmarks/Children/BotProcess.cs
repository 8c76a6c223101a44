using System.Security.Cryptography;
using CallsBot.Benchmarks.Wire;
using CallsBot.Hosting;

namespace CallsBot.Benchmarks.Children;

/// <summary><c>callsbot serve</c> as it was built, on a new database, against a stand-in for Mattermost.</summary>
internal sealed class BotProcess : IAsyncDisposable
{
    /// <summary>What the stand-in puts into slash commands.</summary>
    public const string CommandToken = "benchmarkcommandtoken00001";

    private const string BotToken = "benchmarkbottoken000000001";

    private BotProcess(ChildProcess process, int port, double readyAfter)
    {
        Process = process;
        Port = port;
        ReadyAfterMilliseconds = readyAfter;
    }

    public ChildProcess Process { get; }

    public int Port { get; }

    public double ReadyAfterMilliseconds { get; }

    /// <summary>The bot's own build output: this program is in <c>artifacts/bin/CallsBot.Benchmarks/CONFIGURATION</c>.</summary>
    public static string Program
    {
        get
        {
            var here = new DirectoryInfo(AppContext.BaseDirectory);
            var program = Path.Combine(here.Parent!.Parent!.FullName, "CallsBot", here.Name, "callsbot.dll");
            return File.Exists(program) ? program : throw new FileNotFoundException($"The bot is not built: there is no {program}.");
        }
    }

    public static async Task<BotProcess> StartAsync(MattermostStub mattermost, TimeProvider time, CancellationToken cancellationToken)
    {
        var port = ChildProcess.FreePort();
        var folder = ChildProcess.NewFolder();
        var settings = new Dictionary<string, string>
        {
            ["CALLSBOT_Urls"] = $"http://127.0.0.1:{port}",
            ["CALLSBOT_Mattermost__Server"] = mattermost.Address,
            ["CALLSBOT_Mattermost__BotToken"] = BotToken,
            ["CALLSBOT_Mattermost__CommandTokens__0"] = CommandToken,
            ["CALLSBOT_Conversations__CallbackUrl"] = $"http://127.0.0.1:{port}",
            ["CALLSBOT_Conversations__SigningKeys__0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["CALLSBOT_Storage__ConnectionString"] = $"Data Source={Path.Combine(folder, "callsbot.db")}",
        };

        var startedAt = time.GetTimestamp();
        var process = ChildProcess.Start(Program, ["serve"], folder, settings);
        try
        {
            return new BotProcess(
                process, port, await process.ReadyAsync(port, HealthEndpoints.Ready, startedAt, time, cancellationToken));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
