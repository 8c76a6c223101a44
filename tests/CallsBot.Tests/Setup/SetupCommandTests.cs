using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using CallsBot.Cli;
using CallsBot.Sandbox.Mattermost;
using CallsBot.Setup;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Setup;

public sealed class SetupCommandTests : IAsyncLifetime
{
    // Nothing listens on port 1, and the pretend server may call 127.0.0.1.
    private const string Callback = "http://127.0.0.1:1";

    private readonly TemporaryFolder _folder = new();
    private WatchedWorkspace _server = null!;
    private SetupArguments _arguments = null!;

    public async Task InitializeAsync()
    {
        _server = await WatchedWorkspace.StartAsync();
        _arguments = new SetupArguments
        {
            Mattermost = _server.Address.ToString(),
            AdminTokenFile = _folder.Write("admin-token", _server.Workspace.AdminToken + "\n"),
            Teams = ["ops"],
            CallbackUrl = Callback,
            Output = _folder["out"],
        };
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_server_that_knows_nothing_of_the_bot_ends_up_with_all_of_it()
    {
        var run = await RunAsync(_arguments with { Administrators = ["sysadmin", "@ana"] });

        run.ExitCode.ShouldBe(ExitCodes.Success, run.Error);
        run.Error.ShouldBeEmpty();
        Approved.Match(run.Output);

        var bot = _server.Workspace.FindByName("callsbot")!;
        bot.IsBot.ShouldBeTrue();
        _server.Workspace.IsTeamMember(bot.Id).ShouldBeTrue();
        _server.Workspace.FindByToken(Secret(SecretsFolder.BotToken))!.Id.ShouldBe(bot.Id);
        var command = TheCommand();
        (command.Url, command.Method, command.AutoComplete).ShouldBe(($"{Callback}/mattermost/command", "P", true));
        command.AutoCompleteHint.ShouldBe("[what is wrong | admin | help]");
        Secret("Mattermost__CommandTokens__0").ShouldBe(command.Token);
        Convert.FromBase64String(Secret(SecretsFolder.SigningKey)).Length.ShouldBe(32);
        File.Exists(_folder["out/secrets/Mattermost__AdminToken"]).ShouldBeFalse();
        JsonNode.DeepEquals(JsonNode.Parse(File.ReadAllText(_folder["out/callsbot.json"])), new JsonObject
        {
            ["Mattermost"] = new JsonObject { ["Server"] = _server.Address.ToString().TrimEnd('/') },
            ["Conversations"] = new JsonObject { ["CallbackUrl"] = Callback, ["Administrators"] = new JsonArray("sysadmin", "ana") },
        }).ShouldBeTrue();
    }

    [Fact]
    public async Task A_look_at_a_server_that_knows_nothing_of_the_bot_says_all_and_does_nothing()
    {
        var run = await LookAsync(_arguments);

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        Approved.Match(run.Output);
    }

    [Fact]
    public async Task A_second_run_finds_all_well_and_changes_nothing()
    {
        await RunAsync(_arguments);
        var before = _folder.Snapshot();
        _server.TakeRequests();

        var run = await RunAsync(_arguments);

        run.ExitCode.ShouldBe(ExitCodes.Success);
        run.Words.ShouldBeSubsetOf(["ok", "skipped", "note"]);
        _server.TakeRequests().ShouldAllBe(request => request.StartsWith("GET "));
        _folder.Snapshot().ShouldBe(before);
        (await LookAsync(_arguments)).ExitCode.ShouldBe(ExitCodes.Success);
    }

    [Fact]
    public async Task A_deleted_command_is_made_again_and_its_token_replaces_the_old_one()
    {
        await RunAsync(_arguments);
        _server.Workspace.DeleteCommand(_server.Workspace.Administrator, TheCommand().Id);

        (await LookAsync(_arguments)).Words.Count(word => word.StartsWith("would")).ShouldBe(2);
        (await RunAsync(_arguments)).ExitCode.ShouldBe(ExitCodes.Success);

        Secret("Mattermost__CommandTokens__0").ShouldBe(TheCommand().Token);
        File.Exists(_folder["out/secrets/Mattermost__CommandTokens__1"]).ShouldBeFalse();
        (await LookAsync(_arguments)).ExitCode.ShouldBe(ExitCodes.Success);
    }

    [Fact]
    public async Task A_disabled_bot_is_enabled_and_keeps_its_token()
    {
        await RunAsync(_arguments);
        var token = Secret(SecretsFolder.BotToken);
        ChangeBot(bot => bot with { DeleteAt = 1 });

        (await LookAsync(_arguments)).Line("would repair").ShouldContain("it was disabled");
        (await RunAsync(_arguments)).ExitCode.ShouldBe(ExitCodes.Success);

        _server.Workspace.FindByToken(token).ShouldNotBeNull();
        Secret(SecretsFolder.BotToken).ShouldBe(token);
    }

    [Fact]
    public async Task A_new_callback_url_goes_into_the_command_and_the_settings()
    {
        await RunAsync(_arguments);
        var token = TheCommand().Token;
        var moved = _arguments with { CallbackUrl = "http://localhost:1/bot/" };

        (await LookAsync(moved)).Words.Count(word => word == "would repair").ShouldBe(2);
        (await RunAsync(moved)).ExitCode.ShouldBe(ExitCodes.Success);

        TheCommand().Url.ShouldBe("http://localhost:1/bot/mattermost/command");
        TheCommand().Token.ShouldBe(token);
        SettingsDocument.Load(_folder["out/callsbot.json"]).Find("Conversations:CallbackUrl").ShouldBe("http://localhost:1/bot");
        (await LookAsync(moved)).ExitCode.ShouldBe(ExitCodes.Success);
    }

    [Fact]
    public async Task A_command_that_was_changed_by_hand_is_repaired_and_keeps_what_is_not_ours()
    {
        await RunAsync(_arguments);
        var command = TheCommand();
        ChangeCommand(command with { Method = "G", AutoComplete = false, AutoCompleteHint = "", IconUrl = "http://icons/a.png", DisplayName = "Help!" });

        var run = await RunAsync(_arguments);

        run.ExitCode.ShouldBe(ExitCodes.Success);
        run.Line("repaired").ShouldEndWith("it was sent with GET, it was not offered while typing, its hint was another");
        TheCommand().ShouldBe(command with { IconUrl = "http://icons/a.png", DisplayName = "Help!", UpdateAt = TheCommand().UpdateAt });
    }

    [Theory]
    [InlineData("garbage", "the server does not take it")]
    [InlineData("two words", "it is no token")]
    [InlineData("", "it is no token")]
    [InlineData("ana's", "it is @ana's")]
    public async Task A_token_that_is_not_the_bots_is_replaced(string kept, string fault)
    {
        await RunAsync(_arguments);
        kept = kept == "ana's" ? _server.Workspace.TokenOf(_server.Workspace.Ana.Id) : kept;
        _folder.Write($"out/secrets/{SecretsFolder.BotToken}", kept);

        (await LookAsync(_arguments)).Line("would repair").ShouldContain(fault);
        (await RunAsync(_arguments)).ExitCode.ShouldBe(ExitCodes.Success);

        _server.Workspace.FindByToken(Secret(SecretsFolder.BotToken))!.Username.ShouldBe("callsbot");
    }

    [Fact]
    public async Task A_bot_that_was_there_before_gets_another_token_and_the_old_ones_are_pointed_out()
    {
        await RunAsync(_arguments);

        var run = await RunAsync(_arguments with { Output = _folder["elsewhere"] });

        run.ExitCode.ShouldBe(ExitCodes.Success);
        run.Output.ShouldContain("Tokens that it had before stay valid");
        _server.Workspace.FindByToken(Secret(SecretsFolder.BotToken)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_bot_that_left_the_team_is_brought_back()
    {
        await RunAsync(_arguments);
        var bot = _server.Workspace.FindByName("callsbot")!;
        var team = _server.Workspace.Team;
        var gone = team.MemberJson(bot.Id);
        gone["delete_at"] = 1;
        _server.Answer($"GET /api/v4/teams/{team.Id}/members/{bot.Id}", HttpStatusCode.OK, gone.ToJsonString());
        _server.TakeRequests();

        (await RunAsync(_arguments)).Line("created").ShouldContain("the membership of @callsbot in team ops");

        _server.TakeRequests().ShouldContain($"POST /api/v4/teams/{team.Id}/members");
    }

    [Fact]
    public async Task Another_teams_token_is_kept_when_one_team_is_set_up_alone()
    {
        await RunAsync(_arguments);
        var dev = AddTeam("dev");

        (await RunAsync(_arguments with { Teams = ["ops", "dev"] })).ExitCode.ShouldBe(ExitCodes.Success);
        Secret("Mattermost__CommandTokens__1").ShouldBe("tokenofthedevteam");
        (await RunAsync(_arguments with { Teams = ["dev"] })).ExitCode.ShouldBe(ExitCodes.Success);

        Secret("Mattermost__CommandTokens__0").ShouldBe(TheCommand().Token);
        Secret("Mattermost__CommandTokens__1").ShouldBe("tokenofthedevteam");
        dev.ShouldNotBe(_server.Workspace.Team.Id);
    }

    [Fact]
    public async Task Somebody_elses_command_is_left_alone_and_named()
    {
        _server.Mattermost.CreateCommand(new Uri("http://user:hunter2@pbx.example.com/hook?key=hunter2"));
        var command = TheCommand();

        var run = await RunAsync(_arguments);

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Line("refused").ShouldContain("/callshelp in team ops is somebody else's: \"Calls help\", made by @sysadmin, sent to http://pbx.example.com.");
        run.Output.ShouldNotContain("hunter2");
        TheCommand().ShouldBe(command);
        File.Exists(_folder["out/secrets/Mattermost__CommandTokens__0"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_plugins_command_is_not_hidden_behind_ours()
    {
        var team = _server.Workspace.Team.Id;
        await RunAsync(_arguments with { CheckOnly = true });
        var list = _server.TakeRequests().Single(request => request.StartsWith("GET /api/v4/commands") && request.EndsWith("alse"));
        _server.Answer(list, HttpStatusCode.OK, $$"""[{ "id": "", "team_id": "{{team}}", "trigger": "callshelp", "method": "", "url": "" }]""");

        (await RunAsync(_arguments)).Line("refused").ShouldContain("belongs to a plugin");

        _server.Workspace.Commands().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_person_with_the_bots_name_is_left_alone()
    {
        _server.Workspace.CreateAccount(_server.Workspace.Administrator, new JsonObject { ["username"] = "callsbot", ["email"] = "c@example.test" });

        var run = await RunAsync(_arguments);

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Line("refused").ShouldContain("--name");
        _server.TakeRequests().ShouldAllBe(request => request.StartsWith("GET "));
        Directory.Exists(_folder["out"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_plugins_bot_is_left_alone()
    {
        await RunAsync(_arguments);
        ChangeBot(bot => bot with { BotOwnerId = "com.mattermost.calls" });
        _server.TakeRequests();

        (await RunAsync(_arguments)).Line("refused").ShouldContain("the plugin com.mattermost.calls");

        _server.TakeRequests().ShouldAllBe(request => request.StartsWith("GET "));
    }

    [Theory]
    [InlineData("EnableBotAccountCreation", "System Console > Integrations > Bot Accounts > Enable Bot Account Creation")]
    [InlineData("EnableCommands", "System Console > Integrations > Integration Management > Enable Custom Slash Commands")]
    public async Task A_setting_that_is_in_the_way_is_for_an_administrator_to_change(string setting, string place)
    {
        _server.Mattermost.Configuration.Patch(Setting(setting, false));

        var run = await RunAsync(_arguments);

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Line("by hand").ShouldContain(place);
        _server.Workspace.Commands().ShouldBeEmpty();
        _server.Mattermost.Configuration.Config["ServiceSettings"]![setting]!.GetValue<bool>().ShouldBeFalse();

        _server.Mattermost.Configuration.Patch(Setting(setting, true));
        (await RunAsync(_arguments)).ExitCode.ShouldBe(ExitCodes.Success);
    }

    [Fact]
    public async Task An_address_that_the_server_refuses_to_call_is_for_an_administrator_to_allow()
    {
        _server.Mattermost.Configuration.Patch(Setting("AllowedUntrustedInternalConnections", "10.0.0.0/8"));

        var run = await RunAsync(_arguments);

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Line("by hand").ShouldEndWith("'10.0.0.0/8 127.0.0.1'");
        _server.TakeRequests().ShouldNotContain(request => request.Contains("config") && !request.StartsWith("GET "));
    }

    [Fact]
    public async Task Without_a_team_of_that_name_nothing_is_made()
    {
        var run = await RunAsync(_arguments with { Teams = ["Ops"] });

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Line("refused").ShouldContain("there is no team Ops");
        _server.Workspace.FindByName("callsbot").ShouldBeNull();
        Directory.Exists(_folder["out"]).ShouldBeFalse();
    }

    [Fact]
    public async Task An_administrator_who_is_not_there_is_not_set_and_nobody_is_forgotten()
    {
        await RunAsync(_arguments with { Administrators = ["sysadmin"] });

        var run = await RunAsync(_arguments with { Administrators = ["ana", "anna", "callsbot"] });

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Words.Count(word => word == "refused").ShouldBe(2);
        SettingsDocument.Load(_folder["out/callsbot.json"]).FindList("Conversations:Administrators").ShouldBe(["sysadmin"]);
    }

    [Fact]
    public async Task A_wrong_token_is_named_by_its_file()
    {
        _folder.Write("admin-token", "garbage");

        var run = await RunAsync(_arguments);

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Error.ShouldContain($"The server does not take the token in {_folder["admin-token"]}.");
        run.Output.ShouldBeEmpty();
        Directory.Exists(_folder["out"]).ShouldBeFalse();
    }

    [Fact]
    public async Task An_ordinary_persons_token_is_not_enough()
    {
        _folder.Write("admin-token", _server.Workspace.TokenOf(_server.Workspace.Ana.Id));

        var run = await RunAsync(_arguments);

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Error.ShouldStartWith($"The token in {_folder["admin-token"]} is that of @ana, who is not a system administrator.");
    }

    [Fact]
    public async Task A_bots_token_is_not_enough_whatever_its_role()
    {
        await RunAsync(_arguments);
        ChangeBot(bot => bot with { Roles = "system_admin system_user" });

        var run = await RunAsync(_arguments with { AdminTokenFile = _folder[$"out/secrets/{SecretsFolder.BotToken}"] });

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Error.ShouldContain("a bot may not make bots");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_by_its_address()
    {
        var run = await RunAsync(_arguments with { Mattermost = "http://127.0.0.1:1" });

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Error.ShouldStartWith("http://127.0.0.1:1 is not usable as a Mattermost server.");
    }

    [Fact]
    public async Task What_the_server_refuses_half_way_is_said_and_the_next_run_goes_on_from_there()
    {
        var team = _server.Workspace.Team.Id;
        _server.Answer("POST /api/v4/commands", HttpStatusCode.InternalServerError, """{ "id": "store.sql_command.save.app_error", "message": "Unable to save the command.", "status_code": 500 }""");

        var first = await RunAsync(_arguments);
        first.ExitCode.ShouldBe(ExitCodes.Failed);
        first.Line("refused").ShouldContain("Unable to save the command.");
        var token = Secret(SecretsFolder.BotToken);

        _server.AnswerAgainAsItIs();
        (await RunAsync(_arguments)).ExitCode.ShouldBe(ExitCodes.Success);
        Secret(SecretsFolder.BotToken).ShouldBe(token);
        TheCommand().TeamId.ShouldBe(team);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_found_out_before_a_token_is_made()
    {
        _folder.Write("out/secrets", "a file");

        var run = await RunAsync(_arguments);

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldStartWith(_folder["out/secrets"]);
        _server.TakeRequests().ShouldNotContain(request => request.EndsWith("/tokens"));
    }

    [Fact]
    public async Task A_settings_file_that_cannot_be_read_stops_setup_before_the_server_is_changed()
    {
        _folder.Write("out/callsbot.json", "{ nonsense");

        var run = await RunAsync(_arguments);

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        _server.TakeRequests().ShouldAllBe(request => request.StartsWith("GET "));
    }

    [Fact]
    public async Task Stopping_it_is_no_fault_of_the_program()
    {
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        var run = await RunAsync(_arguments, stopped.Token);

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Error.ShouldStartWith("Stopped.");
    }

    [Fact]
    public async Task The_command_line_says_what_the_arguments_are()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] line =
        [
            "--mattermost", _server.Address.ToString(), "--admin-token-file", _arguments.AdminTokenFile, "--team", "ops", "--callback-url", Callback,
            "--output", _folder["out"], "--administrator", "ana", "sysadmin", "--administrator", "ben", "--name", "helper",
            "--rtcd", "http://client:hunter2@rtcd:8045", "--keep-admin-token",
        ];

        var parsed = SetupCommand.Create().Parse(line);
        parsed.Errors.ShouldBeEmpty();
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error });

        exitCode.ShouldBe(ExitCodes.Success, error.ToString());
        _server.Workspace.FindByName("helper").ShouldNotBeNull();
        Secret(SecretsFolder.AdminToken).ShouldBe(_server.Workspace.AdminToken);
        Secret(SecretsFolder.Rtcd).ShouldBe("http://client:hunter2@rtcd:8045");
        SettingsDocument.Load(_folder["out/callsbot.json"]).FindList("Conversations:Administrators").ShouldBe(["ana", "sysadmin", "ben"]);
        output.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public void What_is_needed_and_missing_is_named() =>
        SetupCommand.Create().Parse([]).Errors.Select(error => error.Message).ShouldBe(
            ["Option '--mattermost' is required.", "Option '--admin-token-file' is required.", "Option '--team' is required.", "Option '--callback-url' is required."]);

    [Fact]
    public async Task Wrong_arguments_are_said_all_at_once_and_nothing_is_asked_of_the_server()
    {
        var run = await RunAsync(_arguments with { CallbackUrl = "bot:8077", BotName = "B" });

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
        _server.TakeRequests().ShouldBeEmpty();
    }

    private static JsonObject Setting(string name, JsonNode value) => new() { ["ServiceSettings"] = new JsonObject { [name] = value } };

    private CustomCommand TheCommand() => _server.Workspace.Commands().ShouldHaveSingleItem();

    private void ChangeCommand(CustomCommand command) =>
        _server.Workspace.UpdateCommand(_server.Workspace.Administrator, command.Id, command);

    private void ChangeBot(Func<Account, Account> change) =>
        _server.Workspace.ChangeBot(_server.Workspace.Administrator, _server.Workspace.FindByName("callsbot")!.Id, change);

    private string Secret(string name) => File.ReadAllText(_folder[$"out/secrets/{name}"]).Trim();

    /// <summary>A second team in which the bot is, and has its command.</summary>
    private string AddTeam(string name)
    {
        var bot = _server.Workspace.FindByName("callsbot")!;
        var dev = _server.Workspace.Team with { Id = Ids.New(), Name = name };
        var command = TheCommand() with { Id = Ids.New(), TeamId = dev.Id, Token = "tokenofthedevteam" };
        _server.Answer($"GET /api/v4/teams/name/{name}", HttpStatusCode.OK, dev.ToJson().ToJsonString());
        _server.Answer($"GET /api/v4/teams/{dev.Id}/members/{bot.Id}", HttpStatusCode.OK, dev.MemberJson(bot.Id).ToJsonString());
        _server.Answer("GET /api/v4/users/me/teams", HttpStatusCode.OK, $"[{_server.Workspace.Team.ToJson().ToJsonString()},{dev.ToJson().ToJsonString()}]");
        foreach (var yes in new[] { "true", "True" })
        {
            _server.Answer($"GET /api/v4/commands?team_id={dev.Id}&custom_only={yes}", HttpStatusCode.OK, $"[{command.ToJson(withToken: true).ToJsonString()}]");
        }

        return dev.Id;
    }

    /// <summary>Runs with --check, and sees to it that nothing is touched.</summary>
    private async Task<Run> LookAsync(SetupArguments arguments)
    {
        var before = _folder.Snapshot();
        _server.TakeRequests();

        var run = await RunAsync(arguments with { CheckOnly = true });

        _folder.Snapshot().ShouldBe(before);
        _server.TakeRequests().ShouldAllBe(request => request.StartsWith("GET "));
        run.Words.ShouldNotContain(word => word == "created" || word == "repaired");
        return run;
    }

    /// <summary>Sees to it that no secret is printed, whatever else happens.</summary>
    private async Task<Run> RunAsync(SetupArguments arguments, CancellationToken cancellationToken = default)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await SetupCommand.RunAsync(
            arguments,
            output,
            error,
            (host, _) => throw new InvalidOperationException($"Tests have no name server to ask for {host}."),
            TimeProvider.System,
            cancellationToken);

        var printed = output.ToString() + error;
        var secrets = Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".json", StringComparison.Ordinal))
            .Select(file => File.ReadAllText(file).Trim())
            .Where(text => text.Length > 0)
            .Append(_server.Workspace.AdminToken)
            .Concat(_server.Workspace.Commands().Select(command => command.Token));
        foreach (var secret in secrets)
        {
            printed.ShouldNotContain(secret);
        }

        return new Run(
            exitCode,
            output.ToString().Replace(_folder.Path, "/home/admin", StringComparison.Ordinal).Replace(_server.Address.Authority, "chat:8065", StringComparison.Ordinal),
            error.ToString());
    }

    private sealed record Run(int ExitCode, string Output, string Error)
    {
        public IReadOnlyList<string> Words => [.. Lines.Select(line => line[..14].Trim())];

        private IEnumerable<string> Lines => Output.Split("\n\n")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public string Line(string word) => Lines.Single(line => line[..14].Trim() == word);
    }
}
