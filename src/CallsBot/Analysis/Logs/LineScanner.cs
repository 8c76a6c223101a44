using System.Buffers;

namespace CallsBot.Analysis.Logs;

/// <summary>Told of each line that holds one of the texts.</summary>
/// <param name="number">The line's number in the stream, from 1.</param>
/// <param name="line">Its bytes without the line end; of a line that is cut, the part that holds the text.</param>
/// <param name="hits">The texts in it, by their index; one that is there twice is there twice.</param>
internal delegate void MatchedLine(long number, ReadOnlySpan<byte> line, ReadOnlySpan<int> hits);

/// <summary>Goes through a stream of lines of any length for those that hold one of many texts, in memory that does not grow.</summary>
/// <param name="literals">See <see cref="LiteralSearch"/>.</param>
internal sealed class LineScanner(IReadOnlyList<string> literals)
{
    /// <summary>Lines beyond it are read in parts, each looked at by itself.</summary>
    public const int LongestLine = 512 * 1024;

    private const int SampleSize = 64 * 1024;
    private const int KeptEnd = 4 * 1024;

    private readonly int[] _lineHits = new int[256];
    private LiteralSearch? _search;
    private LiteralSearch.Hit[] _hits = [];
    private bool _inLongLine;

    /// <summary>How many lines were read; one without a line end at the end counts.</summary>
    public long Lines { get; private set; }

    /// <summary>How many of them were longer than <see cref="LongestLine"/>.</summary>
    public long LongLines { get; private set; }

    /// <summary>The first 64 KiB of the stream.</summary>
    public ReadOnlyMemory<byte> Start { get; private set; }

    /// <summary>The last 4 KiB of the stream.</summary>
    public ReadOnlyMemory<byte> End { get; private set; }

    /// <summary>Reads to the end.</summary>
    /// <exception cref="IOException">The stream's own.</exception>
    /// <param name="content">From where it stands.</param>
    /// <param name="matched">Told of each line, in order, on the same thread.</param>
    /// <param name="cancellationToken">Ends the reading between blocks.</param>
    public async Task ScanAsync(Stream content, MatchedLine matched, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LongestLine);
        try
        {
            var filled = 0;
            var ended = false;
            while (!ended)
            {
                while (filled < LongestLine)
                {
                    var read = await content.ReadAsync(buffer.AsMemory(filled, LongestLine - filled), cancellationToken);
                    if (read == 0)
                    {
                        ended = true;
                        break;
                    }

                    filled += read;
                }

                filled = ScanBlock(buffer, filled, ended, matched);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>How many bytes, moved to the beginning, belong to a line that goes on.</returns>
    private int ScanBlock(byte[] buffer, int filled, bool ended, MatchedLine matched)
    {
        var all = buffer.AsSpan(0, filled);
        if (_search is null)
        {
            Start = all[..Math.Min(filled, SampleSize)].ToArray();
            _search = new LiteralSearch(literals, Start.Span);
            _hits = new LiteralSearch.Hit[Math.Max(1024, _search.MostAtOnePlace * 2)];
        }

        if (ended)
        {
            End = all[^Math.Min(filled, KeptEnd)..].ToArray();
        }

        var end = ended ? filled : all.LastIndexOf((byte)'\n') + 1;
        if (end == 0 && filled > 0)
        {
            // One line, and longer than the buffer: its parts are lines by themselves, with one number.
            ScanLines(all, matched);
            if (!_inLongLine)
            {
                LongLines++;
                _inLongLine = true;
            }

            return 0;
        }

        ScanLines(all[..end], matched);
        if (ended && (filled > 0 ? all[^1] != '\n' : _inLongLine))
        {
            Lines++;
        }

        _inLongLine = _inLongLine && end == 0;
        all[end..].CopyTo(buffer);
        return filled - end;
    }

    private void ScanLines(ReadOnlySpan<byte> text, MatchedLine matched)
    {
        var counted = 0;
        var (lineStart, lineEnd, inLine) = (0, -1, 0);
        var at = 0;
        while (at < text.Length)
        {
            at = _search!.Search(text, at, _hits, out var count);
            for (var i = 0; i < count; i++)
            {
                var (place, literal) = _hits[i];
                if (place > lineEnd)
                {
                    Hand(text, lineStart, lineEnd, inLine, ref counted, matched);
                    lineStart = text[..place].LastIndexOf((byte)'\n') + 1;
                    var length = text[place..].IndexOf((byte)'\n');
                    lineEnd = length < 0 ? text.Length : place + length;
                    inLine = 0;
                }

                if (inLine < _lineHits.Length)
                {
                    _lineHits[inLine++] = literal;
                }
            }
        }

        Hand(text, lineStart, lineEnd, inLine, ref counted, matched);
        Lines += text[counted..].Count((byte)'\n');
    }

    private void Hand(ReadOnlySpan<byte> text, int start, int end, int hits, ref int counted, MatchedLine matched)
    {
        if (hits == 0)
        {
            return;
        }

        Lines += text[counted..start].Count((byte)'\n');
        counted = start;
        var line = text[start..end];
        matched(Lines + 1, line is [.. var rest, (byte)'\r'] ? rest : line, _lineHits.AsSpan(0, hits));
    }
}
