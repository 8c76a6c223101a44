using System.IO.Compression;
using System.Text;
using CallsBot.Redaction;

namespace CallsBot.Tests.Redaction;

public sealed class FileRedactorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callsbot-redact-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_folder_keeps_its_paths_and_leaves_out_what_is_no_text()
    {
        Directory.CreateDirectory(At("in/node-1"));
        await File.WriteAllTextAsync(At("in/node-1/rtcd.log"), "password=Fake9pw2Xq7\n");
        await File.WriteAllBytesAsync(At("in/heap.prof"), [0x1f, 0x8b, 0, 0, 1]);
        await File.WriteAllTextAsync(At("in/utf16.txt"), "password=Fake9pw2Xq7\r\n", Encoding.Unicode);

        var files = await Redact("in", "out");

        (await File.ReadAllTextAsync(At("out/node-1/rtcd.log"))).ShouldBe("password=[secret-password-1]\n");
        (await File.ReadAllTextAsync(At("out/utf16.txt"))).ShouldEndWith("password=[secret-password-1]\r\n");
        File.Exists(At("out/heap.prof")).ShouldBeFalse();
        files.Single(file => file.LeftOut is not null).Name.ShouldBe("heap.prof");
    }

    [Fact]
    public async Task A_zip_comes_out_as_a_zip_with_the_same_names()
    {
        Zip("in.zip", ("a/b/rtcd.log", "token=Fake9pw2Xq7\n"), ("settings.json", "{}"));

        await Redact("in.zip", "out.zip");

        await using var zip = await ZipFile.OpenReadAsync(At("out.zip"));
        zip.Entries.Select(entry => entry.FullName).ShouldBe(["a/b/rtcd.log", "settings.json"]);
        using var reader = new StreamReader(await zip.Entries[0].OpenAsync());
        (await reader.ReadToEndAsync()).ShouldBe("token=[secret-token-1]\n");
    }

    [Theory]
    [InlineData("../evil.log")]
    [InlineData("/etc/evil.log")]
    [InlineData("a\\..\\..\\evil.log")]
    [InlineData("C:/evil.log")]
    public async Task A_zip_whose_names_point_outside_is_refused_and_leaves_nothing(string name)
    {
        Zip("in.zip", ("fine.log", "x"), (name, "y"));

        await Should.ThrowAsync<RedactionException>(() => Redact("in.zip", "out.zip"));

        _folder.EnumerateFileSystemInfos().Select(entry => entry.Name).ShouldBe(["in.zip"]);
    }

    [Fact]
    public async Task A_zip_that_unpacks_to_more_than_the_limit_is_refused()
    {
        Zip("in.zip", ("bomb.log", new string('x', 1_000_000)));
        Zip("many.zip", ("1", "x"), ("2", "x"), ("3", "x"));
        var limits = new FileRedactionLimits(Files: 2, Bytes: 500_000);

        await Should.ThrowAsync<RedactionException>(() => Redact("in.zip", "out.zip", limits));
        await Should.ThrowAsync<RedactionException>(() => Redact("many.zip", "out.zip", limits));

        File.Exists(At("out.zip")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_output_must_be_a_new_place_outside_of_the_input()
    {
        Directory.CreateDirectory(At("in"));
        await File.WriteAllTextAsync(At("in/a.log"), "x");
        await File.WriteAllTextAsync(At("there.log"), "kept");
        File.CreateSymbolicLink(At("link.log"), At("in/a.log"));

        foreach (var (from, to) in new[] { ("in", "in"), ("in", "in/out"), ("in/a.log", "link.log"), ("in/a.log", "there.log"), ("missing", "out") })
        {
            await Should.ThrowAsync<RedactionException>(() => Redact(from, to), $"{from} to {to}");
        }

        (await File.ReadAllTextAsync(At("there.log"))).ShouldBe("kept");
        (await File.ReadAllTextAsync(At("in/a.log"))).ShouldBe("x");
    }

    [Fact]
    public async Task Links_are_not_followed_and_names_of_files_are_redacted()
    {
        Directory.CreateDirectory(At("in"));
        await File.WriteAllTextAsync(At("outside.log"), "x");
        await File.WriteAllTextAsync(At("in/10.1.2.3.log"), "x");
        File.CreateSymbolicLink(At("in/link.log"), At("outside.log"));

        var files = await Redact("in", "out");

        files.Select(file => (file.Name, file.LeftOut)).ShouldBe([("ip4-private-1.net-1.log", null), ("link.log", "a link")]);
        Directory.EnumerateFiles(At("out")).Select(Path.GetFileName).ShouldBe(["ip4-private-1.net-1.log"]);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private Task<IReadOnlyList<RedactedFile>> Redact(string from, string to, FileRedactionLimits? limits = null) =>
        new FileRedactor(Pseudonyms.Random(), limits).RedactAsync(At(from), At(to), CancellationToken.None);

    private void Zip(string name, params (string Name, string Text)[] files)
    {
        using var zip = ZipFile.Open(At(name), ZipArchiveMode.Create);
        foreach (var (file, text) in files)
        {
            using var writer = new StreamWriter(zip.CreateEntry(file).Open());
            writer.Write(text);
        }
    }
}
