using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CallsBot.Sandbox;

namespace CallsBot.Tests.Sandbox;

public sealed class SandboxApplicationTests
{
    [Theory]
    [InlineData("--colour", "'--colour' is not an option.")]
    [InlineData("--port", "--port needs a value.")]
    [InlineData("--port=1", "'--port=1' is not an option.")]
    [InlineData("--rtcd-port 70000", "--rtcd-port needs a port number from 0 to 65535, not '70000'.")]
    public async Task A_wrong_option_is_said_in_one_line_and_ends_with_2(string line, string message)
    {
        var (exitCode, output, errors) = await RunAsync(line.Split(' '));

        exitCode.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldStartWith(message);
        errors.TrimEnd().ShouldNotContain("\n");
    }

    [Fact]
    public async Task A_taken_port_is_said_in_one_line_and_ends_with_1()
    {
        await using var other = await RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);

        var (exitCode, _, errors) = await RunAsync("--no-bot", "--port", $"{other.Mattermost.Url.Port}");

        exitCode.ShouldBe(1);
        errors.TrimEnd().ShouldBe($"Port {other.Mattermost.Url.Port} for the workspace is taken. Stop what uses it, or choose another one.");
    }

    [Fact]
    public void A_bot_that_is_not_built_is_said_with_the_next_step()
    {
        using var folder = new TemporaryFolder();

        Should.Throw<SandboxException>(() => BotProcess.Find(Path.Combine(folder.Path, "CallsBot.Sandbox", "debug")))
            .Message.ShouldContain("Run 'dotnet build'");
    }

    [Fact]
    public void The_bot_is_looked_for_in_the_same_configuration()
    {
        using var folder = new TemporaryFolder();
        var bot = Path.Combine(folder.Path, "CallsBot", "release", "callsbot.dll");
        Directory.CreateDirectory(Path.GetDirectoryName(bot)!);
        File.WriteAllText(bot, "");

        BotProcess.Find(Path.Combine(folder.Path, "CallsBot.Sandbox", "release") + Path.DirectorySeparatorChar).ShouldBe(bot);
    }

    [Fact]
    public async Task Without_the_bot_its_settings_are_printed_and_fit_the_workspace()
    {
        using var ended = new CancellationTokenSource();
        var output = new WaitingWriter();
        var running = SandboxApplication.RunAsync(
            SandboxOptions.Default with { MattermostPort = 0, RtcdPort = 0, MediaPort = 0, OffloaderPort = 0, WithBotProcess = false }, output, ended.Token);
        await output.Contains("CALLSBOT_Storage__ConnectionString");
        var settings = output.ToString().Split('\n').Where(line => line.Contains("export ", StringComparison.Ordinal))
            .Select(line => line.Trim()["export ".Length..].Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim('\''));

        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", settings["CALLSBOT_Mattermost__BotToken"]);
        var me = await http.GetFromJsonAsync<JsonObject>(new Uri(new Uri(settings["CALLSBOT_Mattermost__Server"]), "api/v4/users/me"));
        var version = await http.GetStringAsync(new Uri(new Uri(settings["CALLSBOT_Rtcd__ServiceUrl"]), "version"));

        me!["username"]!.GetValue<string>().ShouldBe("callsbot");
        version.ShouldContain("v1.2.6");
        Convert.FromBase64String(settings["CALLSBOT_Conversations__SigningKeys__0"]).Length.ShouldBe(32);
        output.ToString().ShouldContain("/callshelp");
        await ended.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_bot_that_ends_is_said_with_its_exit_code_and_started_again()
    {
        using var folder = new TemporaryFolder();
        folder.AddProgram("dotnet", "exit 42");
        var time = new Support.ManualTimeProvider();
        var output = new WaitingWriter();
        using var ended = new CancellationTokenSource();
        var running = new BotProcess("callsbot.dll", folder.OnPath(), output, time).RunAsync(ended.Token);

        await output.Contains("The bot ended with exit code 42. It starts again in 1 s.");
        await time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        await output.Contains("The bot ended with exit code 42. It starts again in 2 s.");

        await ended.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_bot_that_runs_is_ended_with_the_sandbox_and_was_given_its_settings()
    {
        using var folder = new TemporaryFolder();
        folder.AddProgram("dotnet", $"""
            trap 'echo ended > "{folder.Path}/ended"; exit 0' TERM
            echo "$CALLSBOT_Test $*" > "{folder.Path}/started"
            while :; do read -t 1 line || /bin/sleep 0.05; done
            """);
        var settings = folder.OnPath();
        settings["CALLSBOT_Test"] = "given";
        using var ended = new CancellationTokenSource();
        var running = new BotProcess("/x/callsbot.dll", settings, new WaitingWriter(), TimeProvider.System).RunAsync(ended.Token);

        (await folder.Appears("started")).ShouldBe("given /x/callsbot.dll serve\n");
        await ended.CancelAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(10));
        (await folder.Appears("ended")).ShouldBe("ended\n");
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await SandboxApplication.RunAsync(args, output, errors).WaitAsync(TimeSpan.FromSeconds(10));
        return (exitCode, output.ToString(), errors.ToString());
    }

    /// <summary>Collects lines, and lets a test wait for one.</summary>
    private sealed class WaitingWriter : StringWriter
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Task WriteLineAsync(string? value)
        {
            lock (_gate)
            {
                WriteLine(value);
                _written.TrySetResult();
                _written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return Task.CompletedTask;
        }

        public async Task Contains(string text)
        {
            while (true)
            {
                Task written;
                lock (_gate)
                {
                    written = _written.Task;
                    if (ToString().Contains(text, StringComparison.Ordinal))
                    {
                        return;
                    }
                }

                await written.WaitAsync(TimeSpan.FromSeconds(10));
            }
        }
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sandbox-tests-");

        public string Path => _folder.FullName;

        public void AddProgram(string name, string script)
        {
            var file = System.IO.Path.Combine(Path, name);
            File.WriteAllText(file, $"#!/bin/bash\n{script}\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        public Dictionary<string, string> OnPath() => new()
        {
            ["PATH"] = $"{Path}:{Environment.GetEnvironmentVariable("PATH")}",
        };

        /// <summary>Waits for a file with something in it.</summary>
        public async Task<string> Appears(string name)
        {
            var file = System.IO.Path.Combine(Path, name);
            var appeared = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var watcher = new FileSystemWatcher(Path) { EnableRaisingEvents = true };
            watcher.Created += (_, _) => Look();
            watcher.Changed += (_, _) => Look();
            Look();
            return await appeared.Task.WaitAsync(TimeSpan.FromSeconds(10));

            void Look()
            {
                if (File.Exists(file) && File.ReadAllText(file) is { Length: > 0 } text)
                {
                    appeared.TrySetResult(text);
                }
            }
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
