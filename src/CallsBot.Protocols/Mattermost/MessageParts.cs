namespace CallsBot.Protocols.Mattermost;

/// <summary>
/// A piece of a message. <paramref name="Content"/> is the piece as it stood; when it begins or ends inside a fenced code
/// block, <paramref name="Opening"/> and <paramref name="Closing"/> keep the block a block.
/// </summary>
internal sealed record MessagePart(string Opening, string Content, string Closing)
{
    public string Text => Opening + Content + Closing;
}

/// <summary>Cuts messages that are too long for one post.</summary>
internal static class MessageParts
{
    /// <summary>Counts as the server does (Go's utf8.RuneCountInString).</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>
    /// Cuts at line ends; a line that is too long by itself is cut at a space, or else between two characters.
    /// </summary>
    /// <param name="text">The message.</param>
    /// <param name="limit">The most characters that a part may have; 64 at least.</param>
    public static IReadOnlyList<MessagePart> Split(string text, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 64);
        return Length(text) <= limit ? [new MessagePart("", text, "")] : new Splitter(text, limit).Split();
    }

    private sealed class Splitter(string text, int limit)
    {
        private readonly List<MessagePart> _parts = [];
        private string _opening = "";
        private int _start;
        private int _end;
        private int _length;

        private int LongestMarker => limit / 8;

        public List<MessagePart> Split()
        {
            CodeFence? before = null;
            while (_end < text.Length)
            {
                var lineEnd = text.IndexOf('\n', _end) is var found and >= 0 ? found + 1 : text.Length;
                var line = text.AsSpan(_end, lineEnd - _end);
                var after = FenceAfter(before, line);
                var length = Length(line);

                // A block that has just been opened should bring some of its lines along.
                var room = before is null && after is not null ? limit / 8 : 0;
                if (_end > _start && _length + length + ClosingLength(after) + room > limit)
                {
                    Flush(before);
                    continue;
                }

                if (_length + length + ClosingLength(after) > limit)
                {
                    // What is left of the line begins the next part: from here on it is a line of its own.
                    var cut = CutOf(line, limit - _length - 1 - LongestMarker);
                    before = FenceAfter(before, line[..cut]);
                    _end += cut;
                    Flush(before);
                    continue;
                }

                _end = lineEnd;
                _length += length;
                before = after;
            }

            if (_end > _start)
            {
                Flush(fence: null);
            }

            return _parts;
        }

        private CodeFence? FenceAfter(CodeFence? before, ReadOnlySpan<char> line) =>
            before is null ? CodeFence.TryOpen(line, LongestMarker) : before.IsClosedBy(line) ? null : before;

        private static int ClosingLength(CodeFence? fence) => fence is null ? 0 : 1 + fence.Marker.Length;

        /// <summary>Where to cut a line so that at most <paramref name="most"/> characters are before the cut.</summary>
        private static int CutOf(ReadOnlySpan<char> line, int most)
        {
            var cut = 0;
            var afterSpace = 0;
            var count = 0;
            foreach (var rune in line.EnumerateRunes())
            {
                if (count++ == most)
                {
                    break;
                }

                cut += rune.Utf16SequenceLength;
                afterSpace = rune.Value == ' ' ? cut : afterSpace;
            }

            return afterSpace > cut / 2 ? afterSpace : cut;
        }

        private void Flush(CodeFence? fence)
        {
            var content = text[_start.._end];
            var closing = fence is null ? "" : (content.EndsWith('\n') ? "" : "\n") + fence.Marker;
            _parts.Add(new MessagePart(_opening, content, closing));
            _opening = fence is null ? "" : fence.OpeningLine + "\n";
            _start = _end;
            _length = Length(_opening);
        }
    }

    /// <summary>CommonMark 0.31 section 4.5, for blocks that are not inside a list or a quotation.</summary>
    private sealed record CodeFence(string Marker, string OpeningLine)
    {
        public static CodeFence? TryOpen(ReadOnlySpan<char> line, int longest)
        {
            var marker = MarkerOf(line, out var rest);
            if (marker.IsEmpty || marker.Length > longest || (marker[0] == '`' && rest.Contains('`')))
            {
                return null;
            }

            var opening = string.Concat(marker, rest.Trim());
            return new CodeFence(marker.ToString(), Length(opening) <= longest ? opening : marker.ToString());
        }

        public bool IsClosedBy(ReadOnlySpan<char> line)
        {
            var marker = MarkerOf(line, out var rest);
            return marker.Length >= Marker.Length && marker[0] == Marker[0] && rest.IsWhiteSpace();
        }

        private static ReadOnlySpan<char> MarkerOf(ReadOnlySpan<char> line, out ReadOnlySpan<char> rest)
        {
            var trimmed = line.TrimStart(' ');
            var length = trimmed.IsEmpty || trimmed[0] is not ('`' or '~') ? 0 : trimmed.IndexOfAnyExcept(trimmed[0]);
            length = length < 0 ? trimmed.Length : length;
            if (length < 3 || line.Length - trimmed.Length > 3)
            {
                rest = default;
                return default;
            }

            rest = trimmed[length..];
            return trimmed[..length];
        }
    }
}
