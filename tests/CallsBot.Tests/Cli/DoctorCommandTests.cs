using System.Text.Json;
using System.Xml.Linq;
using CallsBot.Reports;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Cli;

/// <summary><c>callsbot doctor</c> as people run it, where nothing listens.</summary>
public sealed class DoctorCommandTests : IDisposable
{
    /// <summary>The discard port: refused on a machine that runs no such service.</summary>
    private const string Nobody = "http://127.0.0.1:9";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callsbot-doctor-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_failure_is_exit_code_three_and_the_report_is_all_of_standard_output()
    {
        var run = await RunAsync("--rtcd", Nobody);

        run.ExitCode.ShouldBe(ExitCodes.Failed, run.Error);
        run.Output.ShouldStartWith("FAILED: ");
        run.Output.ShouldContain(ReportWords.English.DoThisNext);
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_anything_to_look_at_it_says_so_and_ends_in_four()
    {
        var run = await RunAsync();

        run.ExitCode.ShouldBe(ExitCodes.Warned, run.Error);
        run.Output.ShouldStartWith("NOT CLEAR: Nothing could be tested.");
        run.Output.ShouldContain("Rtcd:ServiceUrl");
    }

    [Fact]
    public async Task Json_is_one_document_and_nothing_else()
    {
        var run = await RunAsync("--rtcd", Nobody, "--format", "json");

        using var report = JsonDocument.Parse(run.Output);
        report.RootElement.GetProperty("schema").GetString().ShouldBe(JsonReport.Schema);
        report.RootElement.GetProperty("verdict").GetProperty("outcome").GetString().ShouldBe("fail");
    }

    [Fact]
    public async Task A_report_can_go_to_a_file_and_what_cannot_be_written_is_not_lost()
    {
        var file = Path.Combine(_folder.FullName, "report.xml");

        var written = await RunAsync("--rtcd", Nobody, "--format", "junit", "--output", file);
        var lost = await RunAsync("--rtcd", Nobody, "--output", Path.Combine(_folder.FullName, "no", "such", "folder.txt"));

        written.ExitCode.ShouldBe(ExitCodes.Failed);
        written.Output.ShouldBeEmpty();
        written.Error.ShouldContain(file);
        XDocument.Load(file).Root!.Name.LocalName.ShouldBe("testsuites");
        lost.ExitCode.ShouldBe(ExitCodes.Usage);
        lost.Output.ShouldStartWith("FAILED: ");
        lost.Error.ShouldContain("could not be written");
    }

    [Theory]
    [InlineData("--rtcd", "rtcd.example.test", "--rtcd: the URL does not begin with http:// or https://.")]
    [InlineData("--rtcd", "http://id:hunter2@rtcd.example.test", "--rtcd: the URL has no port.")]
    [InlineData("--only", "no-such-check", "there is no check 'no-such-check'")]
    [InlineData("--timeout", "never", "'never' is not a time from 1s to 5m")]
    [InlineData("--timeout", "1h", "'1h' is not a time from 1s to 5m")]
    [InlineData("--client-id", "someone", "belong together")]
    [InlineData("--token-file", "missing", "there is no file 'missing'")]
    [InlineData("--mattermost", "chat.example.test", "Mattermost:Server")]
    [InlineData("--format", "pdf", "pdf")]
    public async Task What_cannot_be_used_is_named_with_the_option(string option, string value, string said)
    {
        var run = await RunAsync(option, value);

        run.ExitCode.ShouldBe(ExitCodes.Usage, run.Output);
        run.Output.ShouldBeEmpty();
        run.Error.ShouldContain(said);
        run.Error.ShouldNotContain("hunter2");
        run.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Several_rtcds_are_each_in_the_report()
    {
        var run = await RunAsync("--rtcd", Nobody, "--rtcd", "http://localhost:9", "--format", "json", "--only", "rtcd-version");

        using var report = JsonDocument.Parse(run.Output);
        report.RootElement.GetProperty("checks").EnumerateArray()
            .Where(check => check.GetProperty("check").GetString() == "rtcd-version")
            .Select(check => check.GetProperty("target").GetString())
            .ShouldBe([Nobody, "http://localhost:9"]);
    }

    [Fact]
    public async Task Credentials_are_in_no_output()
    {
        var key = Path.Combine(_folder.FullName, "key");
        await File.WriteAllTextAsync(key, "hunter2hunter2hunter2hunter2hunter2\n");

        foreach (var format in Enum.GetNames<ReportFormat>())
        {
            var one = await RunAsync("--rtcd", "http://someone:hunter2@127.0.0.1:9", "--format", format);
            var two = await RunAsync("--rtcd", Nobody, "--rtcd", "http://localhost:9", "--client-id", "someone", "--auth-key-file", key, "--format", format);

            $"{one.Output}{one.Error}{two.Output}{two.Error}".ShouldNotContain("hunter2", Case.Insensitive, format);
            one.Output.ShouldContain("127.0.0.1:9", Case.Insensitive, format);
        }
    }

    private Task<ProgramRun> RunAsync(params string[] args) => CallsBotProgram.RunAsync(_folder.FullName, ["doctor", .. args]);
}
