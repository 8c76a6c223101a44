using System.Text.RegularExpressions;
using YamlDotNet.Core;

namespace CallsBot.Troubleshooting;

/// <summary>Reads the texts of one tree file in another language. Reports every fault at once.</summary>
/// <remarks>
/// A translation has an entry for each node that people see, with the keys that the node's own texts have: a text that is
/// missing and one that is left over are faults, and so are commands, product terms in backticks and placeholders that
/// differ. <c>docs/trees.md</c> says how a file is written.
/// </remarks>
internal static partial class TreeTranslation
{
    /// <param name="file">The name that faults carry.</param>
    /// <param name="yaml">The file's text.</param>
    /// <param name="english">The nodes that are translated, as the tree file gives them.</param>
    /// <returns>The tree's title and nodes in the other language; half filled when there are faults.</returns>
    public static (TranslatedTree Tree, IReadOnlyList<TreeFault> Faults) Read(string file, string yaml, Tree english)
    {
        YamlValue? document;
        try
        {
            document = YamlValue.Read(yaml);
        }
        catch (YamlException ex)
        {
            return (TranslatedTree.None, [new TreeFault(file, (int)ex.Start.Line, $"not readable as YAML: {ex.Message}")]);
        }

        if (document is not YamlMap map)
        {
            return (TranslatedTree.None, [new TreeFault(file, document?.Line, "a translation is a mapping with title and nodes")]);
        }

        var reading = new Reading(file);
        var tree = reading.Tree(map, english);
        return (tree, [.. reading.Faults.OrderBy(fault => fault.Line ?? 0)]);
    }

    // `…` within a line; code blocks are compared as a whole.
    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex Code();

    [GeneratedRegex("\\bYOUR_[A-Z_]+")]
    private static partial Regex Placeholder();

    private sealed class Reading(string file)
    {
        private const string Fence = "```";

        public List<TreeFault> Faults { get; } = [];

        public TranslatedTree Tree(YamlMap map, Tree english)
        {
            KnownKeys(map, "", ["title", "nodes"]);
            var title = Text(map, "title", "", TreeFile.MaxTitleLength);
            var nodes = new Dictionary<string, Node>(StringComparer.Ordinal);
            if (map.Value("nodes") is not YamlMap entries)
            {
                Fault(map.Line, "nodes must be a mapping from node ids to texts");
                return new TranslatedTree(title, nodes);
            }

            foreach (var entry in entries.Entries)
            {
                if (!english.Own.TryGetValue(entry.Key, out var node) || node is TryNode)
                {
                    Fault(entry.Line, $"{entry.Key}: the tree has no such node with texts");
                }
                else if (entry.Value is not YamlMap texts)
                {
                    Fault(entry.Line, $"{entry.Key}: must be a mapping");
                }
                else if (!nodes.TryAdd(entry.Key, Translate(node, texts)))
                {
                    Fault(entry.Line, $"{entry.Key}: is there twice");
                }
            }

            foreach (var missing in english.Own.Values.Where(node => node is not TryNode && !nodes.ContainsKey(node.Id)))
            {
                Fault(map.Line, $"{missing.Id}: is missing");
            }

            return new TranslatedTree(title, nodes);
        }

        private Node Translate(Node node, YamlMap map)
        {
            string[] known = ["title", "text", .. node.AdminText is null ? (string[])[] : ["adminText"], .. node is AskNode ? (string[])["answers"] : []];
            KnownKeys(map, node.Id, known);
            var title = Text(map, "title", node.Id, TreeFile.MaxTitleLength);
            var text = SameCode(Text(map, "text", node.Id, TreeFile.MaxTextLength), node.Text, map.LineOf("text"), $"{node.Id}: text");
            var adminText = node.AdminText is null
                ? null
                : SameCode(Text(map, "adminText", node.Id, TreeFile.MaxTextLength), node.AdminText, map.LineOf("adminText"), $"{node.Id}: adminText");
            var translated = node with { Title = title, Text = text, AdminText = adminText };
            return translated is AskNode ask ? ask with { Answers = Answers(ask, map) } : translated;
        }

        private IReadOnlyList<Answer> Answers(AskNode ask, YamlMap map)
        {
            if (map.Value("answers") is not YamlMap entries)
            {
                Fault(map.LineOf("answers"), $"{ask.Id}: answers must be a mapping from answer ids to label and words");
                return ask.Answers;
            }

            foreach (var entry in entries.Entries.Where(entry => ask.Answers.All(answer => answer.Id != entry.Key)))
            {
                Fault(entry.Line, $"{ask.Id}: the tree has no answer '{entry.Key}'");
            }

            var labels = new HashSet<string>(StringComparer.Ordinal);
            var answers = new List<Answer>();
            foreach (var answer in ask.Answers)
            {
                var found = entries.Entries.Where(entry => entry.Key == answer.Id).ToList();
                if (found is not [{ Value: YamlMap texts }])
                {
                    Fault(map.LineOf("answers"), $"{ask.Id}: the answer '{answer.Id}' is missing, is there twice, or is no mapping");
                    answers.Add(answer);
                    continue;
                }

                KnownKeys(texts, ask.Id, ["label", "words"]);
                var label = SameCode(
                    Text(texts, "label", ask.Id, TreeFile.MaxLabelLength), answer.Label, texts.Line, $"{ask.Id}: label of '{answer.Id}'");
                if (label.Length > 0 && !labels.Add(WordMatcher.Normalise(label)))
                {
                    Fault(texts.Line, $"{ask.Id}: the label '{label}' is taken by another button");
                }

                answers.Add(answer with { Label = label, Words = Words(texts, ask.Id) });
            }

            return answers;
        }

        private List<string> Words(YamlMap map, string id)
        {
            switch (map.Value("words"))
            {
                case null:
                    return [];

                case YamlList list when list.Items.All(item => item is YamlText { Value: var word } && WordMatcher.Normalise(word).Length > 0):
                    return [.. list.Items.Cast<YamlText>().Select(item => item.Value)];

                case var other:
                    Fault(other.Line, $"{id}: words must be a list of words");
                    return [];
            }
        }

        private string SameCode(string text, string english, int line, string what)
        {
            if (text.Length == 0)
            {
                return text;
            }

            if (!Blocks(text).SequenceEqual(Blocks(english)))
            {
                Fault(line, $"{what}: the code blocks differ from the English ones");
            }

            if (!Spans(text).SequenceEqual(Spans(english)))
            {
                Fault(line, $"{what}: the words in backticks differ from the English ones: {Difference(Spans(english), Spans(text))}");
            }

            if (!Placeholders(text).SequenceEqual(Placeholders(english)))
            {
                Fault(line, $"{what}: the placeholders differ from the English ones");
            }

            return text;
        }

        private static string Difference(IReadOnlyList<string> wanted, IReadOnlyList<string> found)
        {
            var missing = wanted.Except(found).ToList();
            var more = found.Except(wanted).ToList();
            return (missing.Count, more.Count) switch
            {
                (0, 0) => "their number",
                (_, 0) => $"{string.Join(" ", missing)} is missing",
                (0, _) => $"{string.Join(" ", more)} is new",
                _ => $"{string.Join(" ", missing)} is missing, {string.Join(" ", more)} is new",
            };
        }

        // Every second part between fences is code.
        private static IEnumerable<string> Blocks(string text) =>
            text.Split(Fence).Where((_, index) => index % 2 == 1).Select(block => block.Trim());

        private static IReadOnlyList<string> Spans(string text) =>
            [.. Code().Matches(string.Concat(text.Split(Fence).Where((_, index) => index % 2 == 0))).Select(match => match.Value).Order(StringComparer.Ordinal)];

        private static IEnumerable<string> Placeholders(string text) =>
            Placeholder().Matches(text).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);

        private void KnownKeys(YamlMap map, string id, IReadOnlyCollection<string> known)
        {
            var met = new HashSet<string>(StringComparer.Ordinal);
            foreach (var entry in map.Entries)
            {
                if (!known.Contains(entry.Key))
                {
                    Fault(entry.Line, $"{Prefix(id)}'{entry.Key}' is left over: there are {string.Join(", ", known)}");
                }
                else if (!met.Add(entry.Key))
                {
                    Fault(entry.Line, $"{Prefix(id)}'{entry.Key}' is there twice");
                }
            }
        }

        private string Text(YamlMap map, string key, string id, int maxLength)
        {
            if (map.Value(key) is not YamlText text || string.IsNullOrWhiteSpace(text.Value))
            {
                Fault(map.LineOf(key), $"{Prefix(id)}{key} is missing or empty");
                return "";
            }

            var trimmed = Prose.Unwrap(text.Value.Trim());
            if (trimmed.Length > maxLength)
            {
                Fault(text.Line, $"{Prefix(id)}{key} has {trimmed.Length} characters, and at most {maxLength} are shown well");
            }

            return trimmed;
        }

        private static string Prefix(string id) => id.Length == 0 ? "" : $"{id}: ";

        private void Fault(int line, string text) => Faults.Add(new TreeFault(file, line, text));
    }
}

/// <param name="Title">The tree's title.</param>
/// <param name="Nodes">Its nodes with their texts, by id; the ways on are those of the tree itself.</param>
internal sealed record TranslatedTree(string Title, IReadOnlyDictionary<string, Node> Nodes)
{
    public static readonly TranslatedTree None = new("", new Dictionary<string, Node>());
}
