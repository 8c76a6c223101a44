using CallsBot.Setup;

namespace CallsBot.Tests.Setup;

public sealed class FileStepsTests : IDisposable
{
    private static readonly ServerSettings AllOn = new(true, true, true, "");

    private readonly TemporaryFolder _folder = new();
    private readonly SetupReport _report = new(TextWriter.Null, checkOnly: false);
    private readonly SecretsFolder _secrets;

    public FileStepsTests()
    {
        _secrets = new SecretsFolder(_folder["secrets"]);
        _secrets.Prepare(new SetupReport(TextWriter.Null, checkOnly: false));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_team_gets_a_file_and_keeps_it()
    {
        Steps().CommandTokens([new("ops", "a"), new("dev", "b")], elsewhere: []);
        Steps().CommandTokens([new("dev", "b"), new("ops", "a")], elsewhere: []);

        CommandTokens().ShouldBe(["0 a", "1 b"]);
        Outcomes().ShouldBe([SetupOutcome.Created, SetupOutcome.Created, SetupOutcome.Ok, SetupOutcome.Ok]);
    }

    [Fact]
    public void The_token_of_another_team_is_left_alone()
    {
        _secrets.Write(SecretsFolder.CommandToken(0), "other");

        Steps().CommandTokens([new("ops", "a")], elsewhere: ["other"]);

        CommandTokens().ShouldBe(["0 other", "1 a"]);
    }

    [Fact]
    public void The_token_of_a_command_that_is_gone_makes_room()
    {
        _secrets.Write(SecretsFolder.CommandToken(0), "gone");
        _secrets.Write(SecretsFolder.CommandToken(1), "gone too");
        _secrets.Write(SecretsFolder.CommandToken(2), "b");

        Steps().CommandTokens([new("ops", "a"), new("dev", "b")], elsewhere: []);

        CommandTokens().ShouldBe(["0 a", "2 b"]);
        Outcomes().ShouldBe([SetupOutcome.Repaired, SetupOutcome.Ok, SetupOutcome.Repaired]);
    }

    [Fact]
    public void Nothing_is_thrown_away_while_it_is_not_known_what_is_in_use()
    {
        _secrets.Write(SecretsFolder.CommandToken(0), "perhaps");

        Steps().CommandTokens([new("ops", "a")], elsewhere: null);

        CommandTokens().ShouldBe(["0 perhaps", "1 a"]);
    }

    [Fact]
    public void A_look_at_commands_that_are_not_there_yet_says_a_file_for_each()
    {
        var look = new SetupReport(TextWriter.Null, checkOnly: true);

        Steps(look).CommandTokens([new("ops", null), new("dev", null)], elsewhere: []);

        look.Steps.Select(step => step.Text[^1]).ShouldBe(['0', '1']);
        CommandTokens().ShouldBeEmpty();
    }

    [Fact]
    public void A_signing_key_is_made_once()
    {
        Steps().SigningKey();
        var made = _secrets.Read(SecretsFolder.SigningKey)!;
        Steps().SigningKey();

        Convert.FromBase64String(made).Length.ShouldBe(32);
        _secrets.Read(SecretsFolder.SigningKey).ShouldBe(made);
        Outcomes().ShouldBe([SetupOutcome.Created, SetupOutcome.Ok]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64 at all, though long enough for a key")]
    [InlineData("AAECAwQFBgcICQoLDA0ODw==")]
    public void A_signing_key_that_the_bot_would_refuse_is_replaced(string key)
    {
        _secrets.Write(SecretsFolder.SigningKey, key);

        Steps().SigningKey();

        Convert.FromBase64String(_secrets.Read(SecretsFolder.SigningKey)!).Length.ShouldBe(32);
        Outcomes().ShouldBe([SetupOutcome.Repaired]);
    }

    [Fact]
    public void An_address_of_RTCD_without_credentials_is_a_setting()
    {
        Settings(Plans.Good with { Rtcd = "http://rtcd:8045" });

        File.ReadAllText(_folder["callsbot.json"]).ShouldContain("\"ServiceUrl\": \"http://rtcd:8045\"");
        _secrets.Read(SecretsFolder.Rtcd).ShouldBeNull();
    }

    [Theory]
    [InlineData("http://client:hunter2@rtcd:8045")]
    [InlineData("http://client:hunter2%23@rtcd:8045")]
    public void An_address_of_RTCD_with_credentials_is_a_secret(string rtcd)
    {
        Settings(Plans.Good with { Rtcd = "http://rtcd:8045" });
        Settings(Plans.Good with { Rtcd = rtcd });

        File.ReadAllText(_folder["callsbot.json"]).ShouldNotContain("ServiceUrl");
        _secrets.Read(SecretsFolder.Rtcd).ShouldBe(rtcd);
        string.Concat(_report.Steps).ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("http://rtcd:8045", "http://client:key@rtcd:8045")]
    [InlineData("http://other:8045", "http://other:8045")]
    public void A_secret_address_of_RTCD_would_win_so_it_follows_what_is_asked_for(string asked, string afterwards)
    {
        _secrets.Write(SecretsFolder.Rtcd, "http://client:key@rtcd:8045");

        Settings(Plans.Good with { Rtcd = asked });

        _secrets.Read(SecretsFolder.Rtcd).ShouldBe(afterwards);
        File.ReadAllText(_folder["callsbot.json"]).ShouldNotContain("ServiceUrl");
    }

    [Fact]
    public void Settings_with_comments_are_left_for_a_person_to_change()
    {
        _folder.Write("callsbot.json", "{ /* why */ }");

        Settings(Plans.Good);

        File.ReadAllText(_folder["callsbot.json"]).ShouldBe("{ /* why */ }");
        _report.Steps[^1].Outcome.ShouldBe(SetupOutcome.ByHand);
        _report.Steps[^1].Text.ShouldContain("Mattermost:Server, Conversations:CallbackUrl");
    }

    [Fact]
    public void The_administrators_token_is_kept_only_when_that_is_asked_for()
    {
        Steps().AdministratorToken("t1", AllOn);
        _secrets.Read(SecretsFolder.AdminToken).ShouldBeNull();
        _report.Steps[^1].Outcome.ShouldBe(SetupOutcome.Skipped);

        foreach (var token in new[] { "t1", "t1", "t2" })
        {
            Steps(arguments: Plans.Good with { KeepAdminToken = true }).AdministratorToken(token, AllOn);
            _secrets.Read(SecretsFolder.AdminToken).ShouldBe(token);
        }

        Outcomes().ShouldBe([SetupOutcome.Skipped, SetupOutcome.Created, SetupOutcome.Ok, SetupOutcome.Repaired]);
    }

    [Fact]
    public void A_token_that_ends_with_a_session_is_pointed_out_when_it_is_to_be_kept()
    {
        Steps(arguments: Plans.Good with { KeepAdminToken = true }).AdministratorToken("t1", AllOn with { EnableUserAccessTokens = false });

        Outcomes().ShouldBe([SetupOutcome.ByHand, SetupOutcome.Created]);
    }

    private void Settings(SetupArguments arguments) => Steps(arguments: arguments).Settings(administrators: null);

    private FileSteps Steps(SetupReport? report = null, SetupArguments? arguments = null) => new(
        Plans.Of(arguments ?? Plans.Good), _secrets, SettingsDocument.Load(_folder["callsbot.json"]), report ?? _report);

    private IEnumerable<string> CommandTokens() => _secrets.ReadCommandTokens().Select(file => $"{file.Key} {file.Value}");

    private IEnumerable<SetupOutcome> Outcomes() => _report.Steps.Select(step => step.Outcome);
}
