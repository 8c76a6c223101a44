using System.Buffers;
using System.Diagnostics;
using System.Text;
using CallsBot.Redaction;
using CallsBot.Tests.Support;
using Xunit.Abstractions;

namespace CallsBot.Tests.Redaction;

/// <summary>Files with planted secrets, all of them made up and listed in <c>manifest.tsv</c>, and files without any.</summary>
public sealed class RedactionCorpusTests(ITestOutputHelper output)
{
    private const int Fragment = 6;

    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "CallsBot.Tests", "Redaction");

    private static readonly ILookup<string, string> Planted = File.ReadLines(Path.Combine(Folder, "Corpus", "manifest.tsv"))
        .Where(line => !line.StartsWith('#'))
        .Select(line => line.Split('\t'))
        .ToLookup(parts => parts[0], parts => parts[1]);

    public static TheoryData<string> Files => [.. Planted.Select(file => file.Key)];

    [Fact]
    public void The_corpus_is_large_enough_and_its_secrets_are_in_it()
    {
        Planted.Count.ShouldBeGreaterThanOrEqualTo(30);
        Planted.Sum(file => file.Count()).ShouldBeGreaterThanOrEqualTo(300);
        foreach (var file in Planted)
        {
            var text = Encoding.UTF8.GetString(Read(file.Key));
            file.ShouldAllBe(secret => text.Contains(secret), file.Key);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_six_characters_of_a_planted_secret_survive(string file)
    {
        var redacted = Encoding.UTF8.GetString(RedactorTests.Stream(Read(file), int.MaxValue));

        foreach (var secret in Planted[file])
        {
            for (var start = 0; start + Fragment <= secret.Length; start++)
            {
                redacted.ShouldNotContain(secret.Substring(start, Fragment), Case.Sensitive, $"{file}: {secret}");
            }
        }

        redacted.ShouldNotContain(Redactor.LeftOutNotice);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Any_cut_into_pieces_gives_the_same_bytes_and_so_does_redacting_again(string file)
    {
        var text = Read(file);
        var whole = RedactorTests.Stream(text, int.MaxValue);

        foreach (var piece in new[] { 1, 2, 7, 64, 1000 })
        {
            RedactorTests.Stream(text, piece).ShouldBe(whole);
        }

        RedactorTests.Stream(whole, 13).ShouldBe(whole);
        whole.Count(b => b == '\n').ShouldBe(text.Count(b => b == '\n'));
        whole.Count(b => b == '\r').ShouldBe(text.Count(b => b == '\r'));
    }

    [Theory]
    [InlineData("rtcd.log")]
    [InlineData("plugin.log")]
    [InlineData("console.log")]
    public void A_clean_log_changes_in_at_most_one_token_of_two_hundred(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder, "Clean", file));
        var before = text.Split([' ', '\n'], StringSplitOptions.None);
        var after = new Redactor(Pseudonyms.Random()).Redact(text).Split([' ', '\n'], StringSplitOptions.None);

        after.Length.ShouldBe(before.Length);
        before.Zip(after).Count(pair => pair.First != pair.Second).ShouldBeLessThanOrEqualTo(before.Length / 200);
    }

    /// <summary>Prints the speed where <c>CALLSBOT_TEST_SPEED</c> is set; meant for a build with optimisation.</summary>
    [Fact]
    public void Redaction_allocates_at_most_three_bytes_a_byte()
    {
        var log = string.Concat(Enumerable.Repeat(
            string.Concat(new[] { "rtcd.log", "plugin.log", "console.log" }.Select(file => File.ReadAllText(Path.Combine(Folder, "Clean", file))))
            + "{\"timestamp\":\"2026-11-22 06:18:00.123 Z\",\"level\":\"info\",\"msg\":\"got public IP\",\"localAddr\":\"10.1.2.3\",\"remoteAddr\":\"203.0.113.9\"}\n"
            + "debug [x] registerClient caller=\"service/audit.go:20\" remoteAddr=10.1.2.4:40000 authKey=Fake0123456789abcdefghij\n",
            100));
        var bytes = Encoding.UTF8.GetBytes(log);
        var rounds = Environment.GetEnvironmentVariable("CALLSBOT_TEST_SPEED") is null ? 1 : 50;
        var redactor = new Redactor(Pseudonyms.Random());
        var written = new ArrayBufferWriter<byte>(bytes.Length * 2);

        // The runtime needs as long to settle on its best code.
        for (var round = 0; round < rounds; round++)
        {
            written.ResetWrittenCount();
            redactor.Append(bytes, written);
        }

        var watch = Stopwatch.StartNew();
        var processor = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < rounds; round++)
        {
            written.ResetWrittenCount();
            redactor.Append(bytes, written);
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var total = (double)bytes.Length * rounds;
        processor = Environment.CpuUsage.TotalTime - processor;
        output.WriteLine($"{total / watch.Elapsed.TotalSeconds / 1e6:F1} MB/s by the clock, {total / processor.TotalSeconds / 1e6:F1} MB/s of processor time, {allocated / total:F3} bytes allocated a byte");
        (allocated / total).ShouldBeLessThanOrEqualTo(3);
    }

    private static byte[] Read(string file) => File.ReadAllBytes(Path.Combine(Folder, "Corpus", file));
}
