using System.Runtime.Versioning;
using CallsBot.Setup;

namespace CallsBot.Tests.Setup;

// File modes are asserted.
[UnsupportedOSPlatform("windows")]
public sealed class SettingsDocumentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Other_keys_stay_as_they_are()
    {
        var path = _folder.Write("callsbot.json", """{ "Serilog": { "MinimumLevel": "Debug" }, "Mattermost": { "RequestTimeout": "00:00:30" } }""");

        var document = SettingsDocument.Load(path);
        document.Set("Mattermost:Server", "https://chat.example.com/ü?a&b");
        document.Set("Conversations:Administrators", ["ana", "bo"]);
        document.Save();

        File.ReadAllText(path).ReplaceLineEndings("\n").ShouldBe("""
            {
              "Serilog": {
                "MinimumLevel": "Debug"
              },
              "Mattermost": {
                "RequestTimeout": "00:00:30",
                "Server": "https://chat.example.com/ü?a&b"
              },
              "Conversations": {
                "Administrators": [
                  "ana",
                  "bo"
                ]
              }
            }

            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("""{ "mattermost": { "SERVER": "old" } }""")]
    [InlineData("""{ "Mattermost:Server": "old" }""")]
    [InlineData("""{ "Other": 1, "Mattermost": { "Server": "old", }, }""")]
    public void A_key_is_found_as_the_bot_finds_it(string json)
    {
        var path = _folder.Write("callsbot.json", json);

        var document = SettingsDocument.Load(path);
        document.Find("Mattermost:Server").ShouldBe("old");
        document.Set("Mattermost:Server", "new");
        document.Save();

        var saved = File.ReadAllText(path);
        saved.ShouldContain("new");
        saved.ShouldNotContain("old");
        SettingsDocument.Load(path).Find("Mattermost:Server").ShouldBe("new");
    }

    [Fact]
    public void What_is_the_same_is_no_change()
    {
        var document = SettingsDocument.Load(
            _folder.Write("callsbot.json", """{ "Mattermost": { "Server": "a" }, "Conversations": { "Administrators": ["ana"] } }"""));

        document.Set("Mattermost:Server", "a");
        document.Set("Conversations:Administrators", ["ana"]);
        document.Remove("Rtcd:ServiceUrl");

        document.Changed.ShouldBeEmpty();
    }

    [Fact]
    public void A_key_can_be_taken_out()
    {
        var document = SettingsDocument.Load(_folder.Write("callsbot.json", """{ "Rtcd": { "ServiceUrl": "http://a", "ConnectTimeout": "00:00:01" } }"""));

        document.Remove("Rtcd:ServiceUrl");
        document.Save();

        document.Changed.ShouldBe(["Rtcd:ServiceUrl"]);
        File.ReadAllText(document.Path).ShouldNotContain("ServiceUrl");
        File.ReadAllText(document.Path).ShouldContain("ConnectTimeout");
    }

    [Theory]
    [InlineData("{ // why\n \"A\": 1 }", true)]
    [InlineData("{ \"A\": \"http://no.comment/*\" }", false)]
    public void Comments_are_noticed(string json, bool hasComments) =>
        SettingsDocument.Load(_folder.Write("callsbot.json", json)).HasComments.ShouldBe(hasComments);

    [Theory]
    [InlineData("{ \"A\": hunter2 }", "line 1")]
    [InlineData("{\n \"A\": 1,\n \"A\": 2 }", "callsbot.json")]
    [InlineData("[]", "callsbot.json")]
    [InlineData("", "callsbot.json")]
    public void What_is_no_settings_file_is_refused_without_quoting_it(string json, string where)
    {
        var fault = Should.Throw<SetupException>(() => SettingsDocument.Load(_folder.Write("callsbot.json", json)));

        fault.Message.ShouldContain(where);
        fault.Message.ShouldNotContain("hunter2");
        fault.ExitCode.ShouldBe(2);
    }

    [Fact]
    public void A_new_file_may_be_read_by_others_and_an_old_one_keeps_its_mode()
    {
        var made = SettingsDocument.Load(_folder["new.json"]);
        made.Set("A", "b");
        made.Save();
        var kept = SettingsDocument.Load(_folder.Write("old.json", "{}", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead));
        kept.Set("A", "b");
        kept.Save();

        Convert.ToString((int)File.GetUnixFileMode(made.Path), 8).ShouldBe("644");
        Convert.ToString((int)File.GetUnixFileMode(kept.Path), 8).ShouldBe("640");
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        File.CreateSymbolicLink(_folder["callsbot.json"], _folder.Write("elsewhere.json", "{}"));

        var document = SettingsDocument.Load(_folder["callsbot.json"]);
        document.Set("A", "b");
        document.Save();

        new FileInfo(_folder["callsbot.json"]).LinkTarget.ShouldNotBeNull();
        File.ReadAllText(_folder["elsewhere.json"]).ShouldContain("\"A\": \"b\"");
    }
}
