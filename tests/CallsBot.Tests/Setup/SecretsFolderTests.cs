using System.Runtime.Versioning;
using CallsBot.Setup;

namespace CallsBot.Tests.Setup;

// File modes are asserted.
[UnsupportedOSPlatform("windows")]
public sealed class SecretsFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SecretsFolder _secrets;

    public SecretsFolderTests() => _secrets = new SecretsFolder(_folder["secrets"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nobody_else_may_open_the_folder_or_a_file_in_it()
    {
        _secrets.Prepare(new SetupReport(TextWriter.Null, checkOnly: false));
        _secrets.Write(SecretsFolder.BotToken, "t");

        Mode(_folder["secrets"]).ShouldBe("700");
        Mode(_secrets.PathOf(SecretsFolder.BotToken)).ShouldBe("600");
        Directory.GetFiles(_folder["secrets"]).ShouldHaveSingleItem();
        _secrets.Read(SecretsFolder.BotToken).ShouldBe("t");
    }

    [Fact]
    public void What_is_open_to_others_is_shut_and_what_a_group_may_read_is_left()
    {
        _folder.Write("secrets/open", "a", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        _folder.Write("secrets/group", "a", UnixFileMode.UserRead | UnixFileMode.GroupRead);
        File.SetUnixFileMode(_folder["secrets"], (UnixFileMode)Convert.ToInt32("755", 8));
        var report = new SetupReport(TextWriter.Null, checkOnly: false);

        _secrets.Prepare(report);

        report.Steps.Count.ShouldBe(2);
        report.Steps.ShouldAllBe(step => step.Outcome == SetupOutcome.Repaired);
        Mode(_folder["secrets"]).ShouldBe("700");
        Mode(_folder["secrets/open"]).ShouldBe("600");
        Mode(_folder["secrets/group"]).ShouldBe("440");
    }

    [Fact]
    public void A_look_makes_no_folder_and_changes_no_mode()
    {
        var report = new SetupReport(TextWriter.Null, checkOnly: true);
        _secrets.Prepare(report);
        Directory.Exists(_folder["secrets"]).ShouldBeFalse();

        _folder.Write("secrets/open", "a", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        _secrets.Prepare(report);
        Mode(_folder["secrets/open"]).ShouldBe("404");

        report.Steps.Select(step => step.Outcome).Distinct().ShouldBe([SetupOutcome.WouldCreate, SetupOutcome.WouldRepair]);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_found_out_before_anything_is_written()
    {
        _folder.Write("file", "");
        var fault = Should.Throw<SetupException>(
            () => new SecretsFolder(_folder["file/secrets"]).Prepare(new SetupReport(TextWriter.Null, checkOnly: false)));

        fault.Message.ShouldStartWith(_folder["file/secrets"]);
        fault.ExitCode.ShouldBe(2);
    }

    [Fact]
    public void Only_files_that_the_bot_reads_as_command_tokens_are_command_tokens()
    {
        foreach (var name in new[] { "0", "7", "x", "01", "-1", "" })
        {
            _folder.Write($"secrets/Mattermost__CommandTokens__{name}", $"token{name}\n");
        }

        _secrets.ReadCommandTokens().ShouldBe(new Dictionary<int, string> { [0] = "token0", [7] = "token7" });
    }

    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);
}
