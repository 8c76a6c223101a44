using System.IO.Compression;
using CallsBot.Tests.Setup;
using CallsBot.Tests.Support;
using CallsBot.Tests.Tickets;

namespace CallsBot.Tests.Cli;

/// <summary><c>callsbot redact</c> as people start it.</summary>
public sealed class RedactCommandTests : IDisposable
{
    private const string Secret = "Fake9pw2Xq7Lm4Rt";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_is_copied_without_secrets_and_the_report_says_what_was_replaced()
    {
        _folder.Write("rtcd.log", $"from 10.1.2.3 authKey={Secret}\r\nfine\n");

        var run = await RunAsync("redact", "rtcd.log", "out.log", "--report", "report.txt");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Error.ShouldBeEmpty();
        (await File.ReadAllTextAsync(_folder["out.log"])).ShouldBe("from ip4-private-1.net-1 authKey=[secret-key-1]\r\nfine\n");
        run.Output.ShouldBe("rtcd.log: key 1, address 1\nIn all: 1 of 1 files; key 1, address 1\n");
        (await File.ReadAllTextAsync(_folder["report.txt"])).ShouldBe(run.Output);
    }

    [Fact]
    public async Task A_folder_is_copied_with_its_paths_and_one_name_for_one_thing()
    {
        _folder.Write("in/node-1/rtcd.log", "from 10.1.2.3\n");
        _folder.Write("in/node-2/rtcd.log", $"from 10.1.2.3, password: {Secret}\n");

        var run = await RunAsync("redact", "in", "out");

        run.ExitCode.ShouldBe(0, run.Error);
        (await File.ReadAllTextAsync(_folder["out/node-1/rtcd.log"])).ShouldBe("from ip4-private-1.net-1\n");
        (await File.ReadAllTextAsync(_folder["out/node-2/rtcd.log"])).ShouldBe("from ip4-private-1.net-1, password: [secret-password-1]\n");
        run.Output.ShouldNotContain(Secret);
    }

    [Fact]
    public async Task A_bundle_that_was_made_earlier_comes_out_as_it_went_in()
    {
        var (_, zip) = await SomeTicket.WriteAsync(SomeTicket.Facts());
        await File.WriteAllBytesAsync(_folder["bundle.zip"], zip);

        var run = await RunAsync("redact", "bundle.zip", "again.zip");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("In all: 12 of 12 files; nothing replaced");
        var again = SomeTicket.Unzip(await File.ReadAllBytesAsync(_folder["again.zip"]));
        again.Keys.ShouldBe(SomeTicket.Unzip(zip).Keys);
        foreach (var (name, content) in SomeTicket.Unzip(zip))
        {
            again[name].ShouldBe(content, name);
        }
    }

    [Fact]
    public async Task A_support_packet_is_redacted_and_what_is_no_text_is_left_out_and_named()
    {
        using (var packet = ZipFile.Open(_folder["packet.zip"], ZipArchiveMode.Create))
        {
            await using (var config = new StreamWriter(packet.CreateEntry("sanitized_config.json").Open()))
            {
                await config.WriteAsync($"{{\"rtcdserviceurl\":\"http://calls:{Secret}@rtcd.corp-nowhere.com:8045\"}}");
            }

            await using var profile = packet.CreateEntry("node/heap.prof").Open();
            profile.Write([0x1f, 0x8b, 0, 0]);
        }

        var run = await RunAsync("redact", "packet.zip", "out.zip");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("node/heap.prof: left out, not text");
        SomeTicket.Unzip(await File.ReadAllBytesAsync(_folder["out.zip"])).ShouldHaveSingleItem().Value.Text()
            .ShouldBe("{\"rtcdserviceurl\":\"http://[secret-userinfo-1]@host-1.example:8045\"}");
    }

    [Fact]
    public async Task Two_runs_with_one_key_agree_and_nothing_is_overwritten()
    {
        _folder.Write("a.log", "from 10.1.2.3\n");
        _folder.Write("b.log", "to 10.9.9.9 from 10.1.2.3\n");
        _folder.Write("key", "0123456789abcdef");

        await RunAsync("redact", "a.log", "a.out", "--key", "key");
        await RunAsync("redact", "b.log", "b.out", "--key", "key");
        var again = await RunAsync("redact", "b.log", "a.out", "--key", "key");

        var name = (await File.ReadAllTextAsync(_folder["a.out"]))["from ".Length..];
        (await File.ReadAllTextAsync(_folder["b.out"])).ShouldEndWith($" from {name}");
        again.ExitCode.ShouldBe(ExitCodes.Usage);
        again.Output.ShouldBeEmpty();
        again.Error.ShouldContain("exists already");
    }

    [Fact]
    public async Task An_input_without_any_text_ends_in_3_and_one_that_is_missing_in_2()
    {
        await File.WriteAllBytesAsync(_folder["heap.prof"], [0, 1, 2, 3]);

        (await RunAsync("redact", "heap.prof", "out")).ExitCode.ShouldBe(ExitCodes.Failed);
        File.Exists(_folder["out"]).ShouldBeFalse();
        var missing = await RunAsync("redact", "nothing.log", "out");
        missing.ExitCode.ShouldBe(ExitCodes.Usage);
        missing.Error.ShouldContain("does not exist");
    }

    private Task<ProgramRun> RunAsync(params string[] args) => CallsBotProgram.RunAsync(_folder.Path, args);
}
