using CallsBot.Settings;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Settings;

public sealed class SettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callsbot-settings-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var settings = Load("""
            {
              "Mattermost": { "Server": "not an address", "BotToken": "short", "RequestTimeout": "soon", "BotTokn": "x" },
              "Conversations": { "CallbackUrl": "http://127.0.0.1:8077", "SigningKeys": [ "dG9vIHNob3J0" ], "SessionLifetime": "00:00:01" },
              "Convresations": {}
            }
            """);

        var faults = Faults(settings);

        faults.ShouldContain(fault => fault.StartsWith("Mattermost:BotTokn: there is no such setting"));
        faults.ShouldContain(fault => fault.StartsWith("Convresations: there is no such group of settings"));
        faults.ShouldContain(fault => fault.StartsWith("Mattermost:BotToken: must be"));
        faults.ShouldContain(fault => fault.StartsWith("Mattermost:RequestTimeout: cannot be read as a time such as 00:00:10. It is 'soon'."));
        faults.ShouldContain(fault => fault.StartsWith("Mattermost:CommandTokens: is missing."));
        faults.ShouldContain(fault => fault.StartsWith("Conversations:SigningKeys: ") && fault.Contains("openssl rand -base64 32"));
        faults.ShouldContain(fault => fault.StartsWith("Conversations:SessionLifetime: must be between"));
        faults.ShouldContain(fault => fault.StartsWith("Mattermost:Server: "), "a relative address is no address");
        faults.Count.ShouldBe(8);
    }

    [Fact]
    public void No_fault_shows_a_secret()
    {
        var settings = Load("""{ "Mattermost": { "BotToken": "hunter2" }, "Conversations": { "SigningKeys": [ "c2VjcmV0LWtleQ==" ] } }""");

        var text = string.Join('\n', Faults(settings));

        text.ShouldContain("Mattermost:BotToken");
        text.ShouldNotContain("hunter2");
        text.ShouldNotContain("c2VjcmV0LWtleQ==");
    }

    [Theory]
    [InlineData("http://client:hunter2@rtcd.internal:8045")]
    [InlineData("http://client:hunter2@")]
    [InlineData("hunter2@rtcd")]
    public void Credentials_in_an_address_are_shown_nowhere(string url)
    {
        var settings = Load($$"""{ "Rtcd": { "ServiceUrl": "{{url}}" }, "Mattermost": { "Server": "{{url}}" } }""");

        string.Join('\n', Faults(settings)).ShouldNotContain("hunter2");
        BotSettings.Known.Show(settings.Settings).ShouldNotContain(setting => setting.Value.Contains("hunter2"));
        BotSettings.Known.Show(settings.Settings).Single(setting => setting.Key == "Rtcd:ServiceUrl").Value.ShouldContain("***@");
    }

    [Fact]
    public void What_is_shown_masks_secrets_and_names_sources()
    {
        Secret("Mattermost__BotToken", "abcdefghijklmnopqrstuvwxyz");
        var settings = Load("""{ "Mattermost": { "Server": "https://chat.example.com" } }""");

        var shown = BotSettings.Known.Show(settings.Settings).ToDictionary(setting => setting.Key);

        shown["Mattermost:Server"].Value.ShouldBe("https://chat.example.com");
        shown["Mattermost:Server"].Source.ShouldBe("callsbot.json");
        shown["Mattermost:BotToken"].Value.ShouldBe("***");
        shown["Mattermost:BotToken"].Source.ShouldEndWith("secrets/Mattermost__BotToken");
        shown["Mattermost:RequestTimeout"].Source.ShouldBe("default");
        shown["Mattermost:AdminToken"].Value.ShouldBe("(not set)");
    }

    [Fact]
    public void A_secret_file_wins_over_the_settings_file_and_loses_its_line_end()
    {
        Secret("Mattermost__BotToken", "from-the-secret-file-0123\n");
        var settings = Load("""{ "Mattermost": { "BotToken": "from-the-settings-file-01" } }""");

        settings.Settings["Mattermost:BotToken"].ShouldBe("from-the-secret-file-0123");
    }

    [Fact]
    public void A_secret_that_everybody_may_read_is_refused()
    {
        var path = Secret("Mattermost__BotToken", "abcdefghijklmnopqrstuvwxyz", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var settings = Load("{}");

        settings.Faults.ShouldHaveSingleItem().ShouldBe($"{path}: everybody on this machine may read this secret. Run: chmod 600 {path}");
        settings.Settings["Mattermost:BotToken"].ShouldBeNull();
    }

    [Theory]
    [InlineData("{ \"a\": ", "line 1: this is not JSON")]
    [InlineData("{\n  \"a\": 1,\n  b\n}", "line 3: this is not JSON")]
    [InlineData("[1]", "a settings file is one JSON object")]
    [InlineData("", "this is not JSON")]
    public void A_broken_settings_file_is_named_with_the_line(string json, string said)
    {
        var settings = Load(json);

        settings.Faults.ShouldHaveSingleItem().ShouldContain(said);
    }

    [Fact]
    public void A_settings_file_that_was_asked_for_and_is_not_there_is_a_fault() =>
        SettingsFiles.Load(Path.Combine(_folder.FullName, "nowhere.json")).Faults
            .ShouldHaveSingleItem().ShouldEndWith("nowhere.json: there is no such settings file.");

    [Fact]
    public void Every_setting_stands_in_the_readme()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

        BotSettings.Known.Names.Where(name => !readme.Contains($"`{name}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static List<string> Faults(LoadedSettings settings) =>
        [.. settings.Faults, .. BotSettings.Known.Faults(settings.Settings)];

    private LoadedSettings Load(string json)
    {
        var path = Path.Combine(_folder.FullName, "callsbot.json");
        File.WriteAllText(path, json);
        return SettingsFiles.Load(path);
    }

    private string Secret(string name, string value, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = Path.Combine(_folder.CreateSubdirectory("secrets").FullName, name);
        File.WriteAllText(path, value);
#pragma warning disable CA1416 // The tests run on Linux.
        File.SetUnixFileMode(path, mode);
#pragma warning restore CA1416
        return path;
    }
}
