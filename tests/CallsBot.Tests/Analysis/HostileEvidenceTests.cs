using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using CallsBot.Tests.Setup;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Analysis;

/// <summary>What nobody should hand in, and somebody will: <c>callsbot analyse</c> ends with words, in bounded memory.</summary>
public sealed class HostileEvidenceTests : IDisposable
{
    /// <summary>Some three times what the program has in memory when it reads one line.</summary>
    private const long MostMemory = 300L * 1024 * 1024;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_line_without_end_takes_no_more_memory_than_a_short_one()
    {
        await using (var file = File.Create(_folder["endless.log"]))
        {
            var part = Encoding.ASCII.GetBytes(new string('x', 1024 * 1024));
            for (var count = 0; count < 400; count++)
            {
                await file.WriteAsync(part);
            }
        }

        var run = await MeasureAsync("analyse", "endless.log");

        run.ExitCode.ShouldBe(2, run.Error);
        run.Output.ShouldContain("endless.log");
    }

    [Fact]
    public async Task A_bomb_of_zips_in_zips_is_left_with_words()
    {
        // As 42.zip is made: a little file that packs well, many times over, several times deep. 16 GiB in all.
        var content = Zip(("zeros", new byte[64 * 1024 * 1024]));
        for (var depth = 0; depth < 2; depth++)
        {
            content = Zip([.. Enumerable.Range(0, 16).Select(number => ($"{number}.zip", content))]);
        }

        File.WriteAllBytes(_folder["bomb.zip"], content);

        var run = await MeasureAsync("analyse", "bomb.zip");

        run.ExitCode.ShouldBe(2, run.Error);
        run.Output.ShouldContain("200 times its size");
        run.Output.Length.ShouldBeLessThan(20_000);
    }

    [Fact]
    public async Task Broken_files_are_each_named_with_what_is_wrong()
    {
        var junk = new byte[200_000];
        new Random(1).NextBytes(junk);
        Directory.CreateDirectory(_folder["in"]);
        File.WriteAllBytes(_folder["in/junk.bin"], junk);
        File.WriteAllText(_folder["in/windows.log"], "nothing that anybody knows\r\n", Encoding.Unicode);
        File.WriteAllBytes(_folder["in/empty.log"], []);
        var zip = Zip(("a.log", junk), ("b.log", junk));
        File.WriteAllBytes(_folder["in/cut.zip"], zip[..(zip.Length / 3)]);
        File.CreateSymbolicLink(_folder["memory"], "/proc/self/mem");

        var run = await MeasureAsync("analyse", "in", "memory");

        run.ExitCode.ShouldBe(2, run.Error);
        run.Error.ShouldBeEmpty();
        run.Output.ShouldContain("  in/empty.log: it is empty.\n");
        run.Output.ShouldContain("  in/cut.zip: The zip is damaged or cut off");
        run.Output.ShouldContain("  in/cut.zip/a.log: The archive is damaged or cut off here");
        run.Output.ShouldContain("  memory: It could not be read to its end: ");
        run.Output.ShouldContain("  in/junk.bin\n");
        run.Output.ShouldContain("  in/windows.log\n");
        run.Output.ShouldContain("I do not know what these are.");
    }

    [Fact]
    public async Task Of_a_folder_with_too_many_files_the_first_thousand_are_read()
    {
        for (var number = 0; number < 2_000; number++)
        {
            _folder.Write($"in/{number:0000}.txt", "milk\n");
        }

        var run = await MeasureAsync("analyse", "in");

        run.ExitCode.ShouldBe(2, run.Error);
        run.Output.ShouldContain("More than 1,000 files are not read in one run");
        run.Output.ShouldContain("… and 980 more");
    }

    [Fact]
    public async Task An_interrupt_ends_it_with_what_was_read_by_then()
    {
        _folder.Write("shopping.txt", "milk\n");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(BotApplication).Assembly.Location, "analyse", "shopping.txt", "-"])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            // The first bytes are taken when it waits for more of them.
            var bytes = Encoding.ASCII.GetBytes(new string('x', 200_000));
            await process.StandardInput.BaseStream.WriteAsync(bytes).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            await process.StandardInput.BaseStream.FlushAsync();

            Shell($"kill -INT {process.Id}");

            var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
            process.ExitCode.ShouldBe(2);
            output.ShouldContain("shopping.txt");
            output.ShouldContain("The reading was stopped before its end");
            (await process.StandardError.ReadToEndAsync()).ShouldBe("Stopped. The report holds what was read by then.\n");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    [Fact]
    public async Task When_the_time_is_up_the_report_says_so()
    {
        Shell($"mkfifo {_folder["pipe"]}");

        // Opened for both directions, so that neither end waits for the other. Nobody writes.
        await using var pipe = new FileStream(_folder["pipe"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        var run = await CallsBotProgram.RunAsync(_folder.Path, ["analyse", "pipe", "--timeout", "1s"]);

        run.ExitCode.ShouldBe(2, run.Error);
        run.Output.ShouldContain("The reading was stopped before its end: allow more time");
    }

    private async Task<ProgramRun> MeasureAsync(params string[] args)
    {
        var run = await CallsBotProgram.RunAsync(_folder.Path, args, measuresMemory: true);
        run.PeakMemory.ShouldBeInRange(10L * 1024 * 1024, MostMemory, $"callsbot {string.Join(' ', args)}");
        return run;
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] members)
    {
        var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in members)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return packed.ToArray();
    }

    private static void Shell(string command)
    {
        using var shell = Process.Start("sh", ["-c", command]);
        shell.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        shell.ExitCode.ShouldBe(0, command);
    }
}
