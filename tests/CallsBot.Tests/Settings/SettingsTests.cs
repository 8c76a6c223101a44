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

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Server=db;Foo")]
    [InlineData("Host=db;Password=hunter2;Foo=1")]
    [InlineData("Host=db;Port=hunter2")]
    [InlineData("Data Source=a.db;Password2=hunter2")]
    [InlineData("Mode=ReadOnly")]
    [InlineData("=")]
    public void A_connection_string_that_no_engine_reads_is_a_fault_and_not_shown(string value)
    {
        var settings = Load($$"""{ "Storage": { "ConnectionString": "{{value}}" } }""");

        var fault = Faults(settings).Where(fault => fault.StartsWith("Storage")).ShouldHaveSingleItem();

        fault.ShouldStartWith("Storage:ConnectionString: is neither a connection string of SQLite");
        fault.ShouldNotContain("hunter2");
        fault.ShouldNotContain($"'{value}'");
    }

    [Theory]
    [InlineData("Data Source=callsbot.db")]
    [InlineData("Filename=/data/callsbot.db;Mode=ReadWrite")]
    [InlineData("Host=db;Database=callsbot;Username=callsbot;Password=hunter2")]
    [InlineData("Server=db,db2;Port=5433")]
    public void A_connection_string_that_an_engine_reads_is_no_fault(string value) =>
        Faults(Load($$"""{ "Storage": { "ConnectionString": "{{value}}" } }""")).ShouldNotContain(fault => fault.StartsWith("Storage"));

    [Theory]
    [InlineData("""{ "Serilog": { "MinimumLevel": { "Default": "Loud" } } }""", "Serilog:MinimumLevel:Default: 'Loud' is no log level (callsbot.json). There are Verbose, Debug,")]
    [InlineData("""{ "Serilog": { "MinimumLevel": { "Override": { "System": "5" } } } }""", "Serilog:MinimumLevel:Override:System: '5' is no log level")]
    [InlineData("""{ "serilog": { "minimumLevel": "Loud" } }""", "Serilog:MinimumLevel: 'Loud' is no log level")]
    [InlineData("""{ "Urls": "8077" }""", "Urls: '8077' is no address to listen on (callsbot.json).")]
    [InlineData("""{ "Urls": "" }""", "Urls: '' is no address")]
    [InlineData("""{ "Urls": "http://127.0.0.1:8077; http://+:80" }""", "Urls: ' http://+:80' is no address")]
    [InlineData("""{ "Urls": "http://+:80770" }""", "Urls: 'http://+:80770' is no address")]
    [InlineData("""{ "Urls": "http://*8077" }""", "Urls: 'http://*8077' is no address")]
    [InlineData("""{ "Urls": "http://127.0.0.1:8077/bot" }""", "Urls: 'http://127.0.0.1:8077/bot' is no address")]
    [InlineData("""{ "Urls": "ftp://127.0.0.1" }""", "Urls: 'ftp://127.0.0.1' is no address")]
    public void What_the_host_and_the_logger_would_stumble_over_is_a_fault(string json, string said) =>
        Faults(Load(json)).Where(fault => fault.StartsWith("Serilog") || fault.StartsWith("Urls")).ShouldHaveSingleItem().ShouldStartWith(said);

    [Theory]
    [InlineData("http://127.0.0.1:8077")]
    [InlineData("http://+:8077")]
    [InlineData("http://*:8077/")]
    [InlineData("http://[::1]:0;https://bot.example.com;")]
    public void Every_address_that_the_host_listens_on_is_no_fault(string urls) =>
        Faults(Load($$"""{ "Urls": "{{urls}}", "Serilog": { "MinimumLevel": { "Default": "debug" } } }"""))
            .ShouldNotContain(fault => fault.StartsWith("Urls") || fault.StartsWith("Serilog"));

    [Fact]
    public void Secrets_of_the_host_and_the_logger_are_masked_however_their_names_are_written()
    {
        var settings = Load("""
            {
              "kestrel": { "Certificates": { "Default": { "Path": "/cert.pfx", "Password": "hunter2" } } },
              "Serilog": { "WriteTo": { "0": { "Args": { "apiKey": "hunter2", "ACCESSTOKEN": "hunter2", "url": "http://a:hunter2@log" } } } }
            }
            """);

        var shown = BotSettings.Known.Show(settings.Settings).ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.OrdinalIgnoreCase);

        shown["Kestrel:Certificates:Default:Password"].ShouldBe("***");
        shown["Kestrel:Certificates:Default:Path"].ShouldBe("/cert.pfx");
        shown.Values.ShouldNotContain(value => value.Contains("hunter2"));
    }

    [Fact]
    public void The_name_of_an_administrator_is_no_credential() =>
        BotSettings.Known.Show(Load("""{ "Conversations": { "Administrators": [ "@ana" ] } }""").Settings)
            .Single(setting => setting.Key == "Conversations:Administrators:0").Value.ShouldBe("@ana");

    [Fact]
    public void The_image_sets_nothing_but_where_it_listens()
    {
        var image = File.ReadAllLines(Path.Combine(Repository.Root, "Dockerfile")).Where(line => !line.StartsWith('#'));

        image.Where(line => line.Contains("CALLSBOT_")).ShouldHaveSingleItem().ShouldBe("ENV CALLSBOT_Urls=http://0.0.0.0:8077");
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
