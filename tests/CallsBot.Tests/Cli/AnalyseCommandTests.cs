using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CallsBot.Tests.Setup;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Cli;

/// <summary><c>callsbot analyse</c> as people start it.</summary>
public sealed class AnalyseCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_nobody_knows_is_named_with_what_to_do_and_is_no_success()
    {
        _folder.Write("shopping.txt", "milk\nbread\n");

        var run = await RunAsync("analyse", "shopping.txt");

        run.ExitCode.ShouldBe(2);
        run.Output.ShouldStartWith("Not recognised: ");
        run.Output.ShouldContain("  shopping.txt\n  I do not know what this is.");
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Json_is_one_document_and_nothing_else()
    {
        _folder.Write("in/shopping.txt", "milk\n");
        _folder.Write("in/deeper/notes.txt", "bread\n");

        var run = await RunAsync("analyse", "in", "--format", "json");

        var report = JsonDocument.Parse(run.Output).RootElement;
        report.GetProperty("schema").GetString().ShouldBe("callsbot-analysis/1");
        report.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetProperty("name").GetString())
            .ShouldBe(["in/deeper/notes.txt", "in/shopping.txt"]);
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Standard_input_is_read_for_a_dash()
    {
        var run = await CallsBotProgram.RunAsync(_folder.Path, ["analyse", "-"], input: "milk\n");

        run.ExitCode.ShouldBe(2);
        run.Output.ShouldContain("  standard input\n");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named_and_nothing_is_read()
    {
        _folder.Write("shopping.txt", "milk\n");

        var run = await RunAsync("analyse", "shopping.txt", "rtcd.log");

        run.ExitCode.ShouldBe(2);
        run.Output.ShouldBeEmpty();
        run.Error.ShouldBe("There is no file or folder 'rtcd.log'.\n");
    }

    [Fact]
    public async Task A_link_that_leads_back_does_not_keep_a_folder_from_ending()
    {
        _folder.Write("in/shopping.txt", "milk\n");
        Directory.CreateSymbolicLink(_folder["in/again"], _folder["in"]);
        File.CreateSymbolicLink(_folder["in/gone"], _folder["nowhere"]);

        var run = await RunAsync("analyse", "in");

        run.Output.ShouldContain("  in/shopping.txt\n");
        run.Output.ShouldContain("  in/gone: It cannot be opened: ");
        run.Output.ShouldNotContain("in/again");
    }

    [Fact]
    public async Task No_terminal_escape_of_the_evidence_reaches_the_terminal()
    {
        const string Bad = "\u001b[2J\u001b]0;owned\u0007\u009b31m";
        _folder.Write($"in/a{Bad}.log", $"{Bad} failed{Bad}\n");
        var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry($"b{Bad}.log").Open();
            entry.Write(Encoding.UTF8.GetBytes($"{Bad}\n"));
        }

        File.WriteAllBytes(_folder["in/z.zip"], packed.ToArray());

        foreach (var format in new[] { "text", "json" })
        {
            var run = await RunAsync("analyse", "in", "--format", format);

            (run.Output + run.Error).Where(c => char.IsControl(c) && c != '\n').ShouldBeEmpty(format);
            run.Output.ShouldContain(".log");
        }
    }

    private Task<ProgramRun> RunAsync(params string[] args) => CallsBotProgram.RunAsync(_folder.Path, args);
}
