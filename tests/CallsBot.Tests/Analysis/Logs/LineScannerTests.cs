using System.Text;
using CallsBot.Analysis;
using CallsBot.Analysis.Logs;

namespace CallsBot.Tests.Analysis.Logs;

public sealed class LineScannerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    [InlineData(4_000_000)]
    public async Task Lines_are_handed_over_whole_and_with_their_numbers_however_the_bytes_arrive(int chunk)
    {
        var count = chunk < 100 ? 2_000 : 30_000;
        var text = new StringBuilder();
        for (var i = 1; i <= count; i++)
        {
            text.Append(i % 97 == 0 ? $"line {i} has a NEEDLE in it" : new string('h', i % 120)).Append(i % 2 == 0 ? "\n" : "\r\n");
        }

        var (lines, scanner) = await ScanAsync(new ChunkedStream(Encoding.UTF8.GetBytes(text.ToString()), chunk), "needle");

        lines.Select(line => line.Text).ShouldBe(Enumerable.Range(1, count).Where(i => i % 97 == 0).Select(i => $"line {i} has a NEEDLE in it"));
        lines.Select(line => line.Number).ShouldBe(Enumerable.Range(1, count).Where(i => i % 97 == 0).Select(i => (long)i));
        scanner.Lines.ShouldBe(count);
        scanner.LongLines.ShouldBe(0);
    }

    [Fact]
    public async Task A_last_line_without_an_end_counts_and_is_searched()
    {
        var (lines, scanner) = await ScanAsync(new ChunkedStream("one\ntwo needle"u8.ToArray(), 5), "needle");

        lines.ShouldHaveSingleItem().ShouldBe((2L, "two needle"));
        scanner.Lines.ShouldBe(2);
        Encoding.UTF8.GetString(scanner.End.Span).ShouldBe("one\ntwo needle");
    }

    [Fact]
    public async Task Nothing_at_all_is_no_line()
    {
        var (lines, scanner) = await ScanAsync(new ChunkedStream([], 5), "needle");

        lines.ShouldBeEmpty();
        scanner.Lines.ShouldBe(0);
    }

    [Fact]
    public async Task A_line_longer_than_the_buffer_is_one_line_and_searched_to_its_end()
    {
        var text = "first\n" + new string('x', LineScanner.LongestLine * 2) + " needle " + new string('y', 100) + "\nneedle\n";

        var (lines, scanner) = await ScanAsync(new ChunkedStream(Encoding.UTF8.GetBytes(text), 60_000), "needle");

        lines.Select(line => line.Number).ShouldBe([2, 3]);
        scanner.Lines.ShouldBe(3);
        scanner.LongLines.ShouldBe(1);
    }

    [Fact]
    public async Task An_endless_line_takes_no_more_memory_than_a_short_one()
    {
        var length = Environment.GetEnvironmentVariable("CALLSBOT_SOAK") == "1" ? 2_500_000_000 : 100_000_000;
        using var content = new RepeatingStream(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("failed to xx and no end of it ", 2_000))), length);

        // The stream gives its bytes at once, so that all is done on this thread.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (lines, scanner) = await ScanAsync(content, "failed to signal");
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        lines.ShouldBeEmpty();
        scanner.Lines.ShouldBe(1);
        scanner.LongLines.ShouldBe(1);
        allocated.ShouldBeLessThan(4_000_000);
    }

    private static async Task<(List<(long Number, string Text)> Lines, LineScanner Scanner)> ScanAsync(Stream content, params string[] texts)
    {
        var lines = new List<(long, string)>();
        var scanner = new LineScanner(texts);
        await scanner.ScanAsync(content, (number, line, _) => lines.Add((number, Encoding.UTF8.GetString(line[..Math.Min(line.Length, 1_000)]))), CancellationToken.None);
        return (lines, scanner);
    }
}

/// <summary>Gives at most so many bytes at a time.</summary>
internal sealed class ChunkedStream(byte[] bytes, int chunk) : ReadOnlyStream
{
    private int _at;

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(Math.Min(buffer.Length, chunk), bytes.Length - _at);
        bytes.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
}

/// <summary>The same bytes again and again.</summary>
internal sealed class RepeatingStream(byte[] bytes, long length) : ReadOnlyStream
{
    private long _left = length;

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, _left);
        for (var at = 0; at < count; at += bytes.Length)
        {
            bytes.AsSpan(0, Math.Min(bytes.Length, count - at)).CopyTo(buffer[at..]);
        }

        _left -= count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
}
