using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CallsBot.Troubleshooting;

/// <summary>
/// YAML as it is written, with line numbers and with repeated keys still there. YamlDotNet's own document model stops at the
/// first repeated key, and its deserialiser forgets the lines.
/// </summary>
internal abstract record YamlValue(int Line)
{
    // A tree needs five levels. Without a bound, a file of brackets would overflow the stack.
    private const int MaxDepth = 16;

    /// <exception cref="YamlException">The text is not YAML, or uses what tree files do without.</exception>
    public static YamlValue? Read(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        try
        {
            return ReadDocument(parser);
        }
        catch (InvalidOperationException ex)
        {
            // YamlDotNet's scanner, in place of its own exception, for a "#" that touches a word within brackets.
            var mark = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(mark, mark, "something after here is not YAML", ex);
        }
    }

    private static YamlValue? ReadDocument(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            return null;
        }

        parser.Consume<DocumentStart>();
        var value = Read(parser, depth: 0);
        parser.Consume<DocumentEnd>();

        return parser.Accept<StreamEnd>(out _)
            ? value
            : throw new YamlException(parser.Current!.Start, parser.Current.End, "a tree file holds one document");
    }

    private static YamlValue Read(IParser parser, int depth)
    {
        var here = parser.Current!;
        var line = (int)here.Start.Line;

        if (depth > MaxDepth)
        {
            throw new YamlException(here.Start, here.End, "nested too deeply");
        }

        if (here is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias or NodeEvent { Tag.IsEmpty: false })
        {
            throw new YamlException(here.Start, here.End, "tree files do without anchors, aliases and tags");
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new YamlText(line, scalar.Value);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<YamlValue>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Read(parser, depth + 1));
            }

            return new YamlList(line, items);
        }

        parser.Consume<MappingStart>();
        var entries = new List<YamlEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = Read(parser, depth + 1);
            if (key is not YamlText { Value: var name })
            {
                throw new YamlException(here.Start, here.End, $"line {key.Line}: a key must be a word");
            }

            entries.Add(new YamlEntry(name, key.Line, Read(parser, depth + 1)));
        }

        return new YamlMap(line, entries);
    }
}

internal sealed record YamlText(int Line, string Value) : YamlValue(Line);

internal sealed record YamlList(int Line, IReadOnlyList<YamlValue> Items) : YamlValue(Line);

internal sealed record YamlMap(int Line, IReadOnlyList<YamlEntry> Entries) : YamlValue(Line)
{
    /// <summary>The value of a key's first entry; null when there is none.</summary>
    public YamlValue? Value(string key) => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;

    /// <summary>The line of a key's first entry; the map's own when there is none.</summary>
    public int LineOf(string key) => Entries.FirstOrDefault(entry => entry.Key == key)?.Line ?? Line;
}

internal sealed record YamlEntry(string Key, int Line, YamlValue Value);
