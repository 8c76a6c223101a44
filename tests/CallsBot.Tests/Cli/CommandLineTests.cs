using System.Net;
using System.Net.Sockets;
using CallsBot.Cli;
using CallsBot.Conversations;
using CallsBot.Hosting;
using CallsBot.Languages;
using CallsBot.Setup;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Cli;

/// <summary>The program as people start it: what it prints where, and what it ends with.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callsbot-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Help_names_every_command()
    {
        var run = await RunAsync(["--help"]);

        run.ExitCode.ShouldBe(0);
        CommandLine.Create().Subcommands.Count.ShouldBeGreaterThan(4);
        foreach (var command in CommandLine.Create().Subcommands)
        {
            run.Output.ShouldContain($"  {command.Name} ");
            command.Description.ShouldNotBeNullOrEmpty(command.Name);
        }
    }

    [Theory]
    [InlineData("serv")]
    [InlineData("serve", "--nonsense")]
    [InlineData("setup", "--check")]
    [InlineData("trees", "graph", "--format", "png")]
    [InlineData]
    public async Task A_wrong_command_line_is_usage_and_leaves_standard_output_empty(params string[] args)
    {
        var run = await RunAsync(args);

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Output.ShouldBeEmpty();
        run.Error.ShouldContain("callsbot --help");
    }

    [Fact]
    public async Task Serve_without_settings_says_all_that_is_missing_and_how_to_set_it()
    {
        var run = await RunAsync(["serve"]);

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Output.ShouldBeEmpty();
        foreach (var name in new[] { "Mattermost:Server", "Mattermost:BotToken", "Mattermost:CommandTokens", "Conversations:CallbackUrl", "Conversations:SigningKeys" })
        {
            run.Error.ShouldContain($"{name}: is missing. Set CALLSBOT_{name.Replace(":", "__", StringComparison.Ordinal)}");
        }

        run.Error.ShouldNotContain("Exception");
        run.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Serve_says_that_its_address_is_taken_and_how_to_choose_another()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        // There is no Mattermost either; whether that is logged before the end is a matter of time.
        var settings = Settings($"http://{taken.LocalEndpoint}");
        // The levels of Microsoft's own sources do not follow the default.
        settings["CALLSBOT_Serilog__MinimumLevel__Default"] = "Fatal";
        settings["CALLSBOT_Serilog__MinimumLevel__Override__Microsoft"] = "Fatal";
        settings["CALLSBOT_Serilog__MinimumLevel__Override__System"] = "Fatal";

        var run = await RunAsync(["serve"], settings);

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldContain("CALLSBOT_Urls");
        run.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Serve_says_that_the_database_cannot_be_used()
    {
        var settings = Settings("http://127.0.0.1:0");
        settings["CALLSBOT_Storage__ConnectionString"] = "Data Source=/nowhere/at/all/callsbot.db";

        var run = await RunAsync(["serve"], settings);

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldContain("Storage:ConnectionString");
        run.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Config_check_is_content_with_complete_settings()
    {
        var run = await RunAsync(["config", "check"], Settings("http://127.0.0.1:0"));

        run.ShouldBe(new ProgramRun(0, "The settings are complete.\n", ""));
    }

    [Fact]
    public async Task What_kubernetes_puts_into_the_environment_is_no_setting()
    {
        var settings = Settings("http://127.0.0.1:0");
        settings["CALLSBOT_SERVICE_HOST"] = "10.0.0.7";
        settings["CALLSBOT_PORT_8077_TCP"] = "tcp://10.0.0.7:8077";

        (await RunAsync(["config", "check"], settings)).ExitCode.ShouldBe(ExitCodes.Success);
    }

    [Fact]
    public async Task Config_show_prints_no_secret()
    {
        var settings = Settings("http://127.0.0.1:0");

        var run = await RunAsync(["config", "show"], settings);

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("http://127.0.0.1:9");
        foreach (var secret in new[] { "BotToken", "CommandTokens__0", "AdminToken" })
        {
            run.Output.ShouldNotContain(settings[$"CALLSBOT_Mattermost__{secret}"]!);
        }
    }

    [Fact]
    public async Task The_shipped_trees_are_sound_with_the_checks_there_are()
    {
        var run = await RunAsync(["trees", "check"]);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain(Conversation.FirstTree);
    }

    [Fact]
    public async Task A_broken_tree_is_told_with_all_its_faults()
    {
        var file = Path.Combine(_folder.FullName, "broken.yaml");
        await File.WriteAllTextAsync(file, "id: broken\ntitle: Broken\nstart: nowhere\nnodes:\n  a:\n    title: A\n    check: no-such-check\n    text: x\n");

        var run = await RunAsync(["trees", "check", file]);

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldContain("nowhere");
        run.Error.ShouldContain("no-such-check");
        run.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Chat_walks_the_tree_without_any_settings()
    {
        var run = await RunAsync(["chat"], new() { ["LC_ALL"] = "C" }, input: "1\nfor everyone\nback\nxyzzy\nquit\n");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("1. It keeps connecting, then gives up");
        run.Output.ShouldContain("Skipped: ");
        run.Output.ShouldContain("That is none of the answers.");
        run.Error.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("de_DE.UTF-8", "", "de", "beenden")]
    [InlineData("C", "--language=ja", "ja", "終了")]
    public async Task Chat_speaks_and_understands_the_terminals_language_or_the_one_that_is_named(string locale, string option, string code, string quit)
    {
        var run = await RunAsync(["chat", .. option.Length > 0 ? (string[])[option] : []], new() { ["LC_ALL"] = locale }, input: $"xyzzy\n{quit}\n");

        var texts = ChatTexts.In(Language.For(code));
        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldStartWith(texts.TerminalOpening);
        run.Output.ShouldContain(texts.TerminalNotUnderstood);
        run.Error.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Rtcd__ServiceUrl", "http://client:hunter2@rtcd.internal", "Rtcd:ServiceUrl: The URL has no port.")]
    [InlineData("Mattermost__Server", "chat.example.com", "Mattermost:Server: ")]
    [InlineData("Serilog__MinimumLevel__Default", "Loud", "Serilog:MinimumLevel:Default: 'Loud' is no log level")]
    public async Task Chat_says_which_setting_it_cannot_use_and_misses_none(string name, string value, string said)
    {
        var run = await RunAsync(["chat"], new() { [$"CALLSBOT_{name}"] = value }, input: "1\nfor everyone\nquit\n");

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldContain(said);
        run.Error.ShouldNotContain("is missing");
        run.Error.ShouldNotContain("Exception");
        run.Error.ShouldNotContain("hunter2");
    }

    [Fact]
    public void Setup_and_the_endpoints_agree_on_their_paths()
    {
        var plan = new Uri("http://callsbot.example.com:8077");

        new Uri(plan, SlashCommandEndpoint.Path).ToString().ShouldBe($"{plan}{SetupPlan.CommandPath.TrimStart('/')}");
        new Uri(plan, HealthEndpoints.Health).ToString().ShouldBe($"{plan}{SetupPlan.HealthPath.TrimStart('/')}");
    }

    private static Dictionary<string, string?> Settings(string url) => new()
    {
        ["CALLSBOT_Urls"] = url,
        ["CALLSBOT_Mattermost__Server"] = "http://127.0.0.1:9",
        ["CALLSBOT_Mattermost__BotToken"] = $"bot-{Some.Id()}",
        ["CALLSBOT_Mattermost__AdminToken"] = $"admin-{Some.Id()}",
        ["CALLSBOT_Mattermost__CommandTokens__0"] = $"command-{Some.Id()}",
        ["CALLSBOT_Conversations__CallbackUrl"] = "http://127.0.0.1:8077",
        ["CALLSBOT_Conversations__SigningKeys__0"] = Some.SigningKey(),
    };

    private Task<ProgramRun> RunAsync(string[] args, Dictionary<string, string?>? environment = null, string input = "") =>
        CallsBotProgram.RunAsync(_folder.FullName, args, environment, input);
}
