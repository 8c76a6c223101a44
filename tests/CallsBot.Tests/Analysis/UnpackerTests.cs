using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using CallsBot.Analysis;

namespace CallsBot.Tests.Analysis;

/// <summary>What is handed in comes out as single files, however it was packed and whatever is wrong with it.</summary>
public sealed class UnpackerTests
{
    [Fact]
    public async Task A_plain_file_comes_out_as_it_went_in()
    {
        var files = await OpenAsync("rtcd.log", "one\ntwo\n"u8.ToArray());

        files.ShouldBe([new Read("rtcd.log", "one\ntwo\n")]);
    }

    [Fact]
    public async Task Every_member_of_a_gzip_is_read_under_the_name_of_the_file()
    {
        var files = await OpenAsync("rtcd.log.gz", [.. Gzip("one\n"u8), .. Gzip("two\n"u8)]);

        files.ShouldBe([new Read("rtcd.log.gz", "one\ntwo\n")]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_files_of_a_zip_are_named_after_it_whether_it_can_be_read_in_any_order_or_not(bool canSeek)
    {
        var zip = Zip(("logs/rtcd.log", "one"), ("logs/", ""), ("mattermost.log", "two"));

        var files = await OpenAsync("a.zip", zip, canSeek);

        files.ShouldBe([new Read("a.zip/logs/rtcd.log", "one"), new Read("a.zip/mattermost.log", "two")]);
    }

    [Fact]
    public async Task Names_of_members_are_labels_and_no_two_are_alike()
    {
        var zip = Zip(("../../etc/passwd", "1"), ("/root", "2"), ("a\u001b[31m\nb", "3"), ("same", "4"), ("same", "5"), (new string('x', 5_000), "6"));

        var files = await OpenAsync("a.zip", zip);

        files.Select(file => file.Name).Take(5).ShouldBe(["a.zip/../../etc/passwd", "a.zip//root", "a.zip/ab", "a.zip/same", "a.zip/same (2)"]);
        files[5].Name.Length.ShouldBeLessThan(200);
        files.Select(file => file.Text).ShouldBe(["1", "2", "3", "4", "5", "6"]);
    }

    [Fact]
    public async Task Tar_and_tar_in_gzip_are_taken_apart()
    {
        var longName = $"{new string('d', 120)}/{new string('f', 120)}.log";
        foreach (var format in new[] { TarEntryFormat.Gnu, TarEntryFormat.Pax, TarEntryFormat.Ustar, TarEntryFormat.V7 })
        {
            var name = format is TarEntryFormat.Gnu or TarEntryFormat.Pax ? longName : "b.log";
            var tar = Tar(format, ("a.log", "one"), (name, new string('x', 3_000)), ("c.log", ""));

            var plain = await OpenAsync("t.tar", tar);
            var packed = await OpenAsync("t.tgz", Gzip(tar));

            plain.Select(file => file.Text).ShouldBe(["one", new string('x', 3_000), ""], $"{format}");
            plain[0].Name.ShouldBe("t.tar/a.log");
            plain[1].Name.ShouldStartWith($"t.tar/{name[..Math.Min(name.Length, 150)]}");
            packed.Select(file => file.Text).ShouldBe(plain.Select(file => file.Text), $"{format}");
            packed.ShouldAllBe(file => file.Trouble == null);
        }
    }

    [Fact]
    public async Task Archives_in_archives_are_opened_three_deep_and_the_next_one_is_left_out()
    {
        var deep = Zip(("c.zip", Zip(("b.zip", Zip(("a.log", "found"u8.ToArray()))))));

        (await OpenAsync("d.zip", deep)).ShouldBe([new Read("d.zip/c.zip/b.zip/a.log", "found")]);
        var deeper = (await OpenAsync("f.zip", Zip(("e.zip", Zip(("d.zip", deep)))))).ShouldHaveSingleItem();
        deeper.Text.ShouldBeNull();
        deeper.Trouble!.ShouldContain("archive in archives");
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    [InlineData("utf-8", true)]
    public async Task Text_of_Windows_becomes_UTF_8(string name, bool hasMark)
    {
        var encoding = Encoding.GetEncoding(name);
        var text = string.Concat(Enumerable.Repeat("Verbindung geschlossen: größer 🎧 als erwartet\r\n", 3_000));
        byte[] bytes = [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];

        (await OpenAsync("a.log", bytes)).ShouldBe([new Read("a.log", text)]);
    }

    [Fact]
    public async Task Bytes_of_Latin_1_are_let_through()
    {
        byte[] bytes = [.. "gr"u8, 0xF6, 0xDF, .. "er\n"u8];

        (await OpenRawAsync("a.log", bytes)).ShouldBe(bytes);
    }

    [Fact]
    public async Task What_is_before_the_damage_of_a_gzip_is_read_and_the_rest_is_said_to_be_missing()
    {
        var text = Lines(5_000);
        var packed = Gzip(Encoding.UTF8.GetBytes(text));

        var file = (await OpenAsync("a.gz", packed[..(packed.Length / 2)])).ShouldHaveSingleItem();

        text.ShouldStartWith(file.Text!);
        file.Text!.Length.ShouldBeGreaterThan(10_000);
        file.Trouble!.ShouldContain("cut off");
    }

    [Fact]
    public async Task The_whole_members_of_a_zip_that_was_cut_off_are_read()
    {
        var zip = Zip(("a.log", Lines(100)), ("b.log", Lines(200)), ("c.log", Lines(4_000)));
        var files = await OpenAsync("a.zip", zip[..(zip.Length / 2)]);

        files[0].Trouble!.ShouldContain("cut off");
        files.Single(file => file.Name == "a.zip/a.log").Text.ShouldBe(Lines(100));
        files.Single(file => file.Name == "a.zip/b.log").Text.ShouldBe(Lines(200));
        var last = files.Single(file => file.Name == "a.zip/c.log");
        Lines(4_000).ShouldStartWith(last.Text!);
        last.Trouble.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_damaged_zip_is_looked_through_for_so_many_headers_and_so_long()
    {
        // Local headers with one letter as the name, no data, and no directory at the end.
        static byte[] Headers(char name, int count) =>
            [.. Enumerable.Repeat<byte[]>([.. "PK\u0003\u0004"u8, .. new byte[22], 1, 0, 0, 0, (byte)name], count).SelectMany(header => header)];
        static async Task<int> CountAsync(byte[] zip, CancellationToken stop = default) =>
            (await ZipDirectory.ReadAsync(new MemoryStream(zip), most: 10, stop, CancellationToken.None)).Members.Count;

        (await CountAsync([.. Headers('/', 10), .. Headers('a', 5)])).ShouldBe(1);
        (await CountAsync([.. Headers('/', 11), .. Headers('a', 5)])).ShouldBe(0);
        (await CountAsync(Headers('a', 5))).ShouldBe(5);
        (await CountAsync(Headers('a', 5), new CancellationToken(canceled: true))).ShouldBe(0);
    }

    [Fact]
    public async Task The_files_before_the_end_of_a_tar_that_was_cut_off_are_read()
    {
        var tar = Tar(TarEntryFormat.Pax, ("a.log", "one"), ("b.log", Lines(1_000)));
        var files = await OpenAsync("a.tar", tar[..6_000]);

        files[0].ShouldBe(new Read("a.tar/a.log", "one"));
        Lines(1_000).ShouldStartWith(files[1].Text!);
        files.Select(file => file.Trouble).ShouldContain(trouble => trouble != null && trouble.Contains("cut off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bomb_is_not_unpacked_to_its_end()
    {
        var zeros = new byte[64 * 1024 * 1024];
        var gzip = (await OpenAsync("a.gz", Gzip(zeros))).ShouldHaveSingleItem();
        var zip = await OpenAsync("a.zip", Zip(("a", zeros), ("b", zeros), ("c", zeros)));

        gzip.Text!.Length.ShouldBeLessThan(40 * 1024 * 1024);
        gzip.Trouble!.ShouldContain("200 times its size");
        zip.Sum(file => file.Text?.Length ?? 0).ShouldBeLessThan(80 * 1024 * 1024);
        zip.Count(file => file.Trouble != null).ShouldBe(2, "the member that went too far, and the archive for the rest");
    }

    [Fact]
    public async Task After_a_bomb_the_next_file_is_read()
    {
        var sources = new[] { Source("a.gz", Gzip(new byte[64 * 1024 * 1024])), Source("b.log", "fine"u8.ToArray()) };

        (await OpenAsync(AnalysisLimits.Default, sources))[^1].ShouldBe(new Read("b.log", "fine"));
    }

    [Fact]
    public async Task Too_many_members_too_many_bytes_and_too_little_time_are_said_once()
    {
        var zip = Zip([.. Enumerable.Range(0, 50).Select(number => ($"{number}.log", "x"))]);

        var many = await OpenAsync(new AnalysisLimits { MostPieces = 10 }, Source("a.zip", zip), Source("b.log", "y"u8.ToArray()));
        var large = await OpenAsync(new AnalysisLimits { MostBytes = zip.Length + 25 }, Source("a.zip", zip), Source("b.log", "y"u8.ToArray()));
        var late = await OpenAsync(new AnalysisLimits { Stop = new CancellationToken(canceled: true) }, Source("a.zip", zip), Source("b.log", "y"u8.ToArray()));

        many.Count(file => file.Text == "x").ShouldBe(10);
        many.Count(file => file.Says("More than 10 files")).ShouldBe(1);
        large.Count(file => file.Text == "x").ShouldBeInRange(20, 26);
        large.Count(file => file.Says("not read in one run")).ShouldBe(2, "the member that was cut, and the archive for the rest");
        late.ShouldHaveSingleItem().Trouble!.ShouldContain("stopped before its end");
    }

    [Fact]
    public async Task An_encrypted_member_and_one_of_a_strange_method_are_named_and_the_others_read()
    {
        var zip = Zip(("a.log", "one"), ("b.log", "two"), ("c.log", "three"));
        foreach (var (start, flags, method) in new[] { (Position(zip, "a.log", 0), 1, 8), (Position(zip, "b.log", 0), 0, 93) })
        {
            foreach (var header in new[] { start.Local, start.Central })
            {
                zip[header.Flags] |= (byte)flags;
                zip[header.Method] = (byte)method;
            }
        }

        var files = await OpenAsync("a.zip", zip);

        files[0].Trouble!.ShouldContain("encrypted");
        files[1].Trouble!.ShouldContain("method 93");
        files[2].ShouldBe(new Read("a.zip/c.log", "three"));
    }

    [Theory]
    [InlineData(new byte[] { 0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 1, 2 }, "xz")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 1, 2 }, "zstd")]
    public async Task Other_archives_are_named(byte[] head, string program)
    {
        (await OpenAsync("a.bin", head)).ShouldHaveSingleItem().Trouble!.ShouldContain($"packed with {program}");
    }

    [Fact]
    public async Task A_source_that_cannot_be_opened_does_not_keep_the_others_from_being_read()
    {
        var files = await OpenAsync(
            AnalysisLimits.Default,
            new EvidenceSource("a.log", _ => throw new UnauthorizedAccessException("Access is denied.")),
            Source("b.log", "fine"u8.ToArray()));

        files[0].Trouble!.ShouldContain("Access is denied");
        files[1].ShouldBe(new Read("b.log", "fine"));
    }

    [Fact]
    public async Task A_Support_Packet_is_named_as_one_and_its_files_follow()
    {
        var zip = Zip(("mattermost.log", "x"), ("sanitized_config.json", "{}"), ("metadata.yaml", "a: b"));

        var names = new List<(string, PieceKind?)>();
        await foreach (var file in new Unpacker(AnalysisLimits.Default).OpenAsync([Source("packet.zip", zip)], CancellationToken.None))
        {
            names.Add((file.Name, file.Kind));
        }

        names.ShouldBe(
            [("packet.zip", PieceKind.SupportPacket), ("packet.zip/mattermost.log", null), ("packet.zip/sanitized_config.json", null), ("packet.zip/metadata.yaml", null)]);
    }

    [Fact]
    public async Task Cut_and_mutated_archives_end_in_words_and_not_in_an_exception()
    {
        var random = new Random(20_260);
        byte[][] seeds =
        [
            Zip(("a.log", Encoding.UTF8.GetBytes(Lines(50))), ("b/c.log.gz", Gzip("deep"u8)), ("d.zip", Zip(("e", "f")))),
            Gzip(Tar(TarEntryFormat.Pax, ("a", "b"), (new string('n', 200), Lines(20)))),
            Tar(TarEntryFormat.Gnu, (new string('n', 200), "b"), ("c", Lines(20))),
            Gzip(Encoding.Unicode.GetBytes(Lines(20))),
        ];
        var count = Environment.GetEnvironmentVariable("CALLSBOT_SOAK") == "1" ? 200 * 200 : 200;
        for (var round = 0; round < count; round++)
        {
            var bytes = (byte[])seeds[round % seeds.Length].Clone();
            for (var change = random.Next(6); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            bytes = bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)];
            await OpenAsync(new AnalysisLimits { MostBytes = 1_000_000 }, Source($"{round}", bytes, canSeek: round % 2 == 0)).WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    private static (Header Local, Header Central) Position(byte[] zip, string name, int from)
    {
        var text = Encoding.Latin1.GetString(zip);
        var local = text.IndexOf(name, from, StringComparison.Ordinal);
        var central = text.IndexOf(name, local + 1, StringComparison.Ordinal);
        return (new Header(local - 30 + 6, local - 30 + 8), new Header(central - 46 + 8, central - 46 + 10));
    }

    private static string Lines(int count) => string.Concat(Enumerable.Range(0, count).Select(number => $"line {number * 7919 % 10_007} {number}\n"));

    private static byte[] Gzip(ReadOnlySpan<byte> content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private static byte[] Zip(params (string Name, string Text)[] members) =>
        Zip([.. members.Select(member => (member.Name, Encoding.UTF8.GetBytes(member.Text)))]);

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

    private static byte[] Tar(TarEntryFormat format, params (string Name, string Text)[] members)
    {
        var packed = new MemoryStream();
        using (var tar = new TarWriter(packed, format, leaveOpen: true))
        {
            foreach (var (name, text) in members)
            {
                var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
                var type = format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile;
                TarEntry entry = format switch
                {
                    TarEntryFormat.Gnu => new GnuTarEntry(type, name),
                    TarEntryFormat.Pax => new PaxTarEntry(type, name),
                    TarEntryFormat.Ustar => new UstarTarEntry(type, name),
                    _ => new V7TarEntry(type, name),
                };
                entry.DataStream = content;
                tar.WriteEntry(entry);
            }
        }

        return packed.ToArray();
    }

    private static EvidenceSource Source(string name, byte[] bytes, bool canSeek = true) =>
        new(name, _ => Task.FromResult<Stream>(canSeek ? new MemoryStream(bytes, writable: false) : new JoinedStream(bytes, Stream.Null)));

    private static Task<List<Read>> OpenAsync(string name, byte[] bytes, bool canSeek = true) =>
        OpenAsync(AnalysisLimits.Default, Source(name, bytes, canSeek));

    private static async Task<List<Read>> OpenAsync(AnalysisLimits limits, params EvidenceSource[] sources)
    {
        var files = new List<Read>();
        await foreach (var file in new Unpacker(limits).OpenAsync(sources, CancellationToken.None))
        {
            string? text = null;
            if (file.Content is { } content)
            {
                var bytes = new MemoryStream();
                await content.CopyToAsync(bytes);
                text = Encoding.UTF8.GetString(bytes.ToArray());
            }

            files.Add(new Read(file.Name, text, file.Trouble));
        }

        return files;
    }

    private static async Task<byte[]> OpenRawAsync(string name, byte[] content)
    {
        var bytes = new MemoryStream();
        await foreach (var file in new Unpacker(AnalysisLimits.Default).OpenAsync([Source(name, content)], CancellationToken.None))
        {
            await file.Content!.CopyToAsync(bytes);
        }

        return bytes.ToArray();
    }

    private sealed record Header(int Flags, int Method);
}

internal sealed record Read(string Name, string? Text, string? Trouble = null)
{
    public bool Says(string words) => Trouble?.Contains(words, StringComparison.Ordinal) == true;
}
