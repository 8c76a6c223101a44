using System.Buffers;
using System.Text;

namespace CallsBot.Redaction;

/// <summary>
/// Replaces what must not leave the house by pseudonyms, line by line: as many lines come out as went in, and how the input
/// is cut into pieces does not matter. One redactor reads one stream at a time; several may share their
/// <see cref="Pseudonyms"/>. Not safe for several threads.
/// </summary>
/// <remarks>
/// A line is redacted again until nothing in it changes, so that redacting what was redacted changes nothing. A line that
/// does not settle, or at which a detector fails, is left out with a notice.
/// </remarks>
internal sealed class Redactor
{
    public const int LongestLine = 1024 * 1024;

    public const string CutNotice = "[line cut: it was longer than 1 MiB]";
    public const string LeftOutNotice = "[line left out: it could not be redacted]";

    private const int KeptOfLongLine = 64 * 1024;
    private const int MaxRounds = 6;

    private readonly IDetector[] _detectors;
    private readonly Line _line;
    private readonly ArrayBufferWriter<char> _result = new(512);
    private byte[] _pending = new byte[4096];
    private int _length;
    private bool _tooLong;

    /// <param name="pseudonyms">The names that stand for what is replaced.</param>
    /// <param name="secretsOnly">Leaves names of people and hosts, and addresses, as they are.</param>
    public Redactor(Pseudonyms pseudonyms, bool secretsOnly = false)
        : this(pseudonyms,
        [
            new PseudonymGuard(), new PemDetector(), new KeyedValueDetector(), new TokenShapeDetector(), new UrlDetector(), new NameDetector(),
            new AddressDetector(), new NearKeyWordDetector(),
        ],
        secretsOnly)
    {
    }

    internal Redactor(Pseudonyms pseudonyms, IDetector[] detectors, bool secretsOnly = false)
    {
        _line = new Line(pseudonyms, secretsOnly);
        _detectors = detectors;
    }

    /// <summary>What stands in place of lines that were cut or left out.</summary>
    public static IReadOnlyList<string> Notices { get; } = [CutNotice, LeftOutNotice];

    public RedactionCounts Counts { get; } = new();

    /// <summary>Redacts a text that is complete in itself.</summary>
    public string Redact(string text)
    {
        var output = new ArrayBufferWriter<byte>(text.Length + 16);
        Append(Encoding.UTF8.GetBytes(text), output);
        Complete(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Redacts the next piece of a stream. What follows the last line end waits for the next piece.</summary>
    public void Append(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        while (piece.IndexOf((byte)'\n') is >= 0 and var end)
        {
            if (_length == 0 && !_tooLong && end <= LongestLine)
            {
                Write(piece[..end], cut: false, output);
            }
            else
            {
                Keep(piece[..end]);
                Flush(output);
            }

            output.Write("\n"u8);
            piece = piece[(end + 1)..];
        }

        Keep(piece);
    }

    /// <summary>Redacts what is left after the last line end, and makes ready for another stream.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        if (_length > 0 || _tooLong)
        {
            Flush(output);
        }

        (_line.State, _line.InPem) = (LineState.None, false);
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        if (_tooLong || piece.IsEmpty)
        {
            return;
        }

        if (_length + piece.Length > LongestLine)
        {
            _tooLong = true;
            piece = piece[..(LongestLine - _length)];
        }

        if (_pending.Length < _length + piece.Length)
        {
            Array.Resize(ref _pending, Math.Max(_length + piece.Length, _pending.Length * 2));
        }

        piece.CopyTo(_pending.AsSpan(_length));
        _length += piece.Length;
    }

    private void Flush(IBufferWriter<byte> output)
    {
        Write(_pending.AsSpan(0, _length), _tooLong, output);
        _length = 0;
        _tooLong = false;
    }

    private void Write(ReadOnlySpan<byte> line, bool cut, IBufferWriter<byte> output)
    {
        var content = cut ? Head(line) : line.EndsWith((byte)'\r') ? line[..^1] : line;
#pragma warning disable CA1031 // Whatever goes wrong, the line must not pass.
        try
        {
            if (!TryRedact(content, cut, output))
            {
                LeaveOut(output);
            }
        }
        catch (Exception)
        {
            LeaveOut(output);
        }
#pragma warning restore CA1031

        if (!cut && content.Length < line.Length)
        {
            output.Write("\r"u8);
        }
    }

    /// <summary>The beginning of an over-long line, up to a blank or comma: no secret may be cut in two and so lose its shape.</summary>
    private static ReadOnlySpan<byte> Head(ReadOnlySpan<byte> line)
    {
        var head = line[..KeptOfLongLine];
        return head[..(head.LastIndexOfAny(" ,;\t"u8) + 1)];
    }

    private bool TryRedact(ReadOnlySpan<byte> content, bool cut, IBufferWriter<byte> output)
    {
        var text = _line.Start(content.Length + (cut ? CutNotice.Length : 0));
        Encoding.Latin1.GetChars(content, text);
        if (cut)
        {
            CutNotice.CopyTo(text[content.Length..]);
            Counts.Add(RedactionClass.Line);
        }

        var (before, wasInPem, inPem) = (_line.State, _line.InPem, false);
        for (var round = 0; round < MaxRounds; round++)
        {
            (_line.State, _line.InPem) = (before, wasInPem);
            foreach (var detector in _detectors)
            {
                detector.Find(_line);
            }

            inPem |= _line.InPem;
            if (_line.Edits.Count == 0)
            {
                if (_line.Length > LongestLine)
                {
                    return false;
                }

                // The begin mark is gone after the first round; the block goes on all the same.
                _line.InPem = inPem;
                Encoding.Latin1.GetBytes(_line.Text, output.GetSpan(Math.Max(1, _line.Length)));
                output.Advance(_line.Length);
                return true;
            }

            foreach (var edit in _line.Edits)
            {
                Counts.Add(edit.Class);
            }

            _result.ResetWrittenCount();
            _line.Apply(_result);
            _result.WrittenSpan.CopyTo(_line.Start(_result.WrittenCount));
        }

        return false;
    }

    private void LeaveOut(IBufferWriter<byte> output)
    {
        _line.State = LineState.None;
        Counts.Add(RedactionClass.Line);
        output.Write(Encoding.UTF8.GetBytes(LeftOutNotice));
    }
}
