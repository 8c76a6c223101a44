using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Sandbox;

/// <summary>The program that people start: the servers, the bot as a child process, and a word about where to click.</summary>
internal static class SandboxApplication
{
    /// <returns>0 when it was ended, 1 when it could not start, 2 for a wrong option.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        if (args.Contains("--help"))
        {
            await output.WriteLineAsync(SandboxOptions.Usage + "\n\n" + RtcdOptions.Usage);
            return 0;
        }

        Func<CancellationToken, Task> run;
        try
        {
            run = Parse(args, output, errors);
        }
        catch (SandboxException ex)
        {
            await errors.WriteLineAsync(ex.Message);
            return 2;
        }

        using var ended = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        try
        {
            await run(ended.Token);
            return 0;
        }
        catch (SandboxException ex)
        {
            await errors.WriteLineAsync(ex.Message);
            return 1;
        }

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.Cancel();
        }
    }

    private static Func<CancellationToken, Task> Parse(string[] args, TextWriter output, TextWriter errors)
    {
        if (args is ["rtcd", .. var rest])
        {
            var rtcd = RtcdOptions.Parse(new Arguments(rest));
            return cancellationToken => RtcdApplication.RunAsync(rtcd, Console.In, output, errors, cancellationToken);
        }

        var options = SandboxOptions.Parse(args);
        return cancellationToken => RunAsync(options, output, cancellationToken);
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="SandboxException">A port is taken, or the bot is not built.</exception>
    public static async Task RunAsync(SandboxOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var botAssembly = options.WithBotProcess ? options.BotPath ?? BotProcess.Find(AppContext.BaseDirectory) : null;
        await using var sandbox = await RunningSandbox.StartAsync(
            new SandboxSettings
            {
                MattermostPort = options.MattermostPort,
                RtcdPort = options.RtcdPort,
                OffloaderPort = options.OffloaderPort,
                Rtcd = new RtcdSettings { MediaPort = options.MediaPort },
            },
            cancellationToken);
        foreach (var person in (string[])["sysadmin", "ana", "ben"])
        {
            sandbox.Mattermost.DirectMessageFrom(person);
        }

        sandbox.Mattermost.InstallCalls("1.12.2");
        sandbox.Mattermost.Calls.Set("JobServiceURL", sandbox.Offloader.Url.ToString().TrimEnd('/'));
        sandbox.Mattermost.LicenseIs("enterprise");

        // This Calls needs 11.0.0 (plugin.json, min_server_version).
        sandbox.Mattermost.ServerVersionIs("11.0.2");
        var callback = new Uri($"http://127.0.0.1:{FreePort()}");
        sandbox.Mattermost.CreateCommand(new Uri(callback, "mattermost/command"));
        var storage = Directory.CreateTempSubdirectory("callsbot-sandbox-");
        var settings = BotSettings(sandbox, callback, storage.FullName);
        await output.WriteLineAsync(Welcome(sandbox));
        try
        {
            if (botAssembly is null)
            {
                await output.WriteLineAsync("The bot is not started. To start it yourself, set:");
                foreach (var (name, value) in settings)
                {
                    await output.WriteLineAsync($"  export {name}='{value}'");
                }

                await WaitAsync(cancellationToken);
                return;
            }

            await new BotProcess(botAssembly, settings, output, TimeProvider.System).RunAsync(cancellationToken);
        }
        finally
        {
            storage.Delete(recursive: true);
        }
    }

    /// <summary>What the bot is told, by environment variables.</summary>
    public static IReadOnlyDictionary<string, string> BotSettings(RunningSandbox sandbox, Uri callback, string storage) => new Dictionary<string, string>
    {
        ["CALLSBOT_Urls"] = callback.ToString().TrimEnd('/'),
        ["CALLSBOT_Mattermost__Server"] = sandbox.Mattermost.Url.ToString(),
        ["CALLSBOT_Mattermost__BotToken"] = sandbox.Mattermost.BotToken,
        ["CALLSBOT_Mattermost__AdminToken"] = sandbox.Mattermost.AdminToken,
        ["CALLSBOT_Mattermost__CommandTokens__0"] = sandbox.Mattermost.CommandToken,
        ["CALLSBOT_Conversations__CallbackUrl"] = callback.ToString(),
        ["CALLSBOT_Conversations__SigningKeys__0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        ["CALLSBOT_Conversations__Administrators__0"] = "sysadmin",
        ["CALLSBOT_Rtcd__ServiceUrl"] = sandbox.Rtcd.Url.ToString(),
        ["CALLSBOT_Rtcd__ClientId"] = sandbox.Rtcd.ClientId,
        ["CALLSBOT_Rtcd__AuthKey"] = sandbox.Rtcd.AuthKey,
        ["CALLSBOT_Offloader__ServiceUrl"] = sandbox.Offloader.Url.ToString(),
        ["CALLSBOT_Offloader__ClientId"] = sandbox.Offloader.ClientId,
        ["CALLSBOT_Offloader__AuthKey"] = sandbox.Offloader.AuthKey,
        ["CALLSBOT_Storage__ConnectionString"] = $"Data Source={Path.Combine(storage, "callsbot.db")}",
    };

    private static string Welcome(RunningSandbox sandbox) => $"""

        Open  {sandbox.Mattermost.Url}
        and type  /callshelp  in the message box. Top right: who you are, and what ails the pretend RTCD
        ({sandbox.Rtcd.Url}). Ctrl-C ends everything; nothing is kept.

        """;

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task WaitAsync(CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(ended.SetResult);
        await ended.Task;
    }
}
