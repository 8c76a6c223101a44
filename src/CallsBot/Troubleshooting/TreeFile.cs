using System.Text.RegularExpressions;
using CallsBot.Checks;
using YamlDotNet.Core;

namespace CallsBot.Troubleshooting;

/// <summary>Reads tree files. Reports every fault in a file at once, so that its author mends them in one pass.</summary>
/// <remarks><c>docs/trees.md</c> says how a file is written.</remarks>
internal static partial class TreeFile
{
    public const int MaxTitleLength = 80;

    /// <summary>Longer attachment texts are folded behind "show more" by Mattermost's clients.</summary>
    public const int MaxTextLength = 4000;

    /// <summary>Longer labels are cut on a phone.</summary>
    public const int MaxLabelLength = 40;

    /// <summary>More buttons than this wrap over several rows; a menu takes over.</summary>
    public const int MaxButtons = 6;

    public const int MaxMenuEntries = 25;

    /// <summary>Ids travel in button tokens and in stored sessions.</summary>
    public const int MaxIdLength = 48;

    /// <summary>Buttons that every node has, or that a node kind brings along.</summary>
    public static readonly IReadOnlyList<string> ReservedLabels = ["Back", "Start over", "Talk to an administrator", "Skip"];

    /// <exception cref="TreeFileException">The file cannot be used.</exception>
    public static Tree Parse(string name, string yaml, IReadOnlyCollection<CheckSignature> checks)
    {
        var (tree, faults) = Read(name, yaml, checks);
        return tree ?? throw new TreeFileException(faults);
    }

    /// <returns>The tree, or null with what is wrong, in the order of the lines.</returns>
    public static (Tree? Tree, IReadOnlyList<TreeFault> Faults) Read(
        string name, string yaml, IReadOnlyCollection<CheckSignature> checks)
    {
        var (trees, faults) = TreeJoin.Join([ReadPart(name, yaml, checks)]);
        return faults.Count == 0 ? (trees[0], []) : (null, faults);
    }

    /// <summary>Reads one file of several, whose nodes may lead to those of the others; <see cref="TreeJoin"/> proves them.</summary>
    internal static TreePart ReadPart(string name, string yaml, IReadOnlyCollection<CheckSignature> checks)
    {
        YamlValue? document;
        try
        {
            document = YamlValue.Read(yaml);
        }
        catch (YamlException ex)
        {
            return TreePart.Unread(name, new TreeFault(name, (int)ex.Start.Line, $"not readable as YAML: {ex.Message}"));
        }

        if (document is not YamlMap map)
        {
            return TreePart.Unread(name, new TreeFault(name, document?.Line, "a tree file is a mapping with id, title, start and nodes"));
        }

        return new Reading(name, checks).Part(map);
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex KebabCase();

    // A1.2, X12, G1b; 1.6.3 and 2B.2.1 are the vendor's own numbers.
    [GeneratedRegex("^([A-Z][0-9]{1,2}(\\.[0-9]{1,2})?[a-z]?|[0-9][A-Z]?(\\.[0-9]{1,2}){1,2})$")]
    private static partial Regex ItemId();

    /// <summary>One pass over one file. The only place where a half-filled tree can exist.</summary>
    private sealed class Reading(string file, IReadOnlyCollection<CheckSignature> checks)
    {
        private static readonly string[] NodeKinds = ["ask", "check", "collect", "instruct", "try", "conclude"];

        private readonly Dictionary<string, CheckSignature> _checks = checks.ToDictionary(check => check.Id);
        private readonly Dictionary<string, int> _lines = [];

        // Nodes that could not be read, standing in the tree as conclusions so that the proofs can go on.
        private readonly HashSet<string> _unread = [];

        private readonly List<TreeFault> _faults = [];

        public TreePart Part(YamlMap map)
        {
            KnownKeys(map, "", "id", "title", "start", "nodes");
            var id = Id(map, "id", "");
            var title = Text(map, "title", "", MaxTitleLength);
            var start = Text(map, "start", "");
            var tree = new Tree(id, title, start, Nodes(map));

            if (start.Length > 0 && !tree.Own.ContainsKey(start))
            {
                Fault(map.LineOf("start"), $"start: there is no node '{start}'");
            }

            return new TreePart(file, tree, _lines, _unread, _faults);
        }

        private OrderedDictionary<string, Node> Nodes(YamlMap map)
        {
            var nodes = new OrderedDictionary<string, Node>(StringComparer.Ordinal);

            switch (map.Value("nodes"))
            {
                case YamlMap { Entries.Count: > 0 } entries:
                    foreach (var entry in entries.Entries)
                    {
                        if (_lines.TryAdd(entry.Key, entry.Line))
                        {
                            nodes.Add(entry.Key, ReadNode(entry));
                        }
                        else
                        {
                            Fault(entry.Line, $"{entry.Key}: there is already a node of this id in line {_lines[entry.Key]}");
                        }
                    }

                    break;

                case null:
                    Fault(map.Line, "nodes is missing");
                    break;

                case var other:
                    Fault(other.Line, "nodes must be a mapping from node ids to nodes");
                    break;
            }

            return nodes;
        }

        private Node ReadNode(YamlEntry entry)
        {
            var id = entry.Key;
            if (!KebabCase().IsMatch(id) || id.Length > MaxIdLength)
            {
                Fault(entry.Line, $"{id}: a node id is kebab-case and at most {MaxIdLength} characters long");
            }

            if (entry.Value is not YamlMap map)
            {
                Fault(entry.Line, $"{id}: a node is a mapping");
                return Unread(id);
            }

            string[] kinds = [.. NodeKinds.Where(kind => map.Value(kind) is not null)];
            if (kinds is not [var kind])
            {
                Fault(entry.Line, $"{id}: needs exactly one of {string.Join(", ", NodeKinds)}");
                return Unread(id);
            }

            var title = Text(map, "title", id, MaxTitleLength);
            var adminText = map.Value("adminText") is null ? null : Text(map, "adminText", id, MaxTextLength);
            var items = Items(map, id);
            var interrupts = Flag(map, "interrupts", id);
            if (interrupts && adminText is null)
            {
                Fault(map.LineOf("interrupts"), $"{id}: interrupts is about the commands of adminText, and there is none");
            }

            switch (kind)
            {
                case "ask":
                    KnownKeys(map, id, "title", "ask", "adminText", "items", "as", "answers", "menu", "interrupts");
                    var menu = Flag(map, "menu", id);
                    var answers = Answers(map, id, menu);
                    var fact = map.Value("as") is null ? null : Id(map, "as", id);
                    if (fact == FactNames.Role && !answers.Select(answer => answer.Id).Order(StringComparer.Ordinal).SequenceEqual([FactNames.Administrator, FactNames.User]))
                    {
                        Fault(map.LineOf("as"), $"{id}: the answers to the role are '{FactNames.Administrator}' and '{FactNames.User}'");
                    }

                    return new AskNode(id, title, Text(map, "ask", id, MaxTextLength), adminText, items, answers, menu)
                    {
                        As = fact,
                        Interrupts = interrupts,
                    };

                case "check":
                    KnownKeys(map, id, "title", "check", "text", "adminText", "items", "exits");
                    var check = Text(map, "check", id);
                    var (outcomes, reasons) = CheckExits(map, id, check);
                    return new CheckNode(
                        id, title, Text(map, "text", id, MaxTextLength), adminText, items, check, outcomes, reasons);

                case "collect":
                    KnownKeys(map, id, "title", "collect", "adminText", "items", "as", "next", "skip", "interrupts");
                    return new CollectNode(
                        id,
                        title,
                        Text(map, "collect", id, MaxTextLength),
                        adminText,
                        items,
                        Id(map, "as", id),
                        Text(map, "next", id),
                        map.Value("skip") is null ? null : Text(map, "skip", id))
                    {
                        Interrupts = interrupts,
                    };

                case "instruct":
                    KnownKeys(map, id, "title", "instruct", "adminText", "items", "helped", "notHelped", "interrupts");
                    return new InstructNode(
                        id,
                        title,
                        Text(map, "instruct", id, MaxTextLength),
                        adminText,
                        items,
                        Text(map, "helped", id),
                        Text(map, "notHelped", id))
                    {
                        Interrupts = interrupts,
                    };

                case "try":
                    KnownKeys(map, id, "title", "try", "items", "then");
                    return new TryNode(id, title, items, Causes(map, id), Text(map, "then", id));

                default:
                    KnownKeys(map, id, "title", "conclude", "adminText", "items", "cause", "resolved", "ticket");
                    return new ConcludeNode(
                        id,
                        title,
                        Text(map, "conclude", id, MaxTextLength),
                        adminText,
                        items,
                        Id(map, "cause", id),
                        Flag(map, "resolved", id),
                        Flag(map, "ticket", id));
            }
        }

        private ConcludeNode Unread(string id)
        {
            _unread.Add(id);
            return new ConcludeNode(id, "", "", null, [], "", Resolved: false, OffersTicket: false);
        }

        private List<Answer> Answers(YamlMap map, string id, bool menu)
        {
            var answers = new List<Answer>();
            if (map.Value("answers") is not YamlList { Items.Count: > 0 } list)
            {
                Fault(map.LineOf("answers"), $"{id}: an ask node needs a list of answers");
                return answers;
            }

            var ids = new HashSet<string>();
            var labels = new HashSet<string>(ReservedLabels.Select(label => WordMatcher.Normalise(label)));
            var words = new Dictionary<string, string>();

            foreach (var item in list.Items)
            {
                if (item is not YamlMap entry)
                {
                    Fault(item.Line, $"{id}: an answer is a mapping with id, label, next and, if wanted, words");
                    continue;
                }

                KnownKeys(entry, id, "id", "label", "next", "words");
                var answer = new Answer(
                    Id(entry, "id", id), Text(entry, "label", id, MaxLabelLength), Text(entry, "next", id), Words(entry, id));
                answers.Add(answer);

                if (WordMatcher.IsCommand(answer.Id))
                {
                    Fault(entry.Line, $"{id}: who writes '{answer.Id}' does not mean an answer: the bot has that word itself");
                }

                if (answer.Id.Length > 0 && !ids.Add(answer.Id))
                {
                    Fault(entry.Line, $"{id}: there is already an answer '{answer.Id}'");
                }

                if (answer.Label.Length > 0 && !labels.Add(WordMatcher.Normalise(answer.Label)))
                {
                    Fault(entry.Line, $"{id}: the label '{answer.Label}' is taken by another button");
                }

                foreach (var word in answer.Words.Select(word => WordMatcher.Normalise(word, asPattern: true)))
                {
                    if (!words.TryAdd(word, answer.Id))
                    {
                        Fault(entry.Line, $"{id}: '{word}' is given for '{words[word]}' already");
                    }
                }
            }

            if (answers.Count > MaxMenuEntries)
            {
                Fault(list.Line, $"{id}: {answers.Count} answers are more than the {MaxMenuEntries} that a menu takes");
            }
            else if (answers.Count > MaxButtons && !menu)
            {
                Fault(list.Line, $"{id}: {answers.Count} answers are more than {MaxButtons} buttons: write menu: true");
            }

            return answers;
        }

        private List<string> Causes(YamlMap map, string id)
        {
            var causes = Texts(map, "try", id);
            if (causes.Count < 2)
            {
                Fault(map.LineOf("try"), $"{id}: a try node needs a list of two causes or more");
            }

            foreach (var twice in causes.GroupBy(cause => cause, StringComparer.Ordinal).Where(group => group.Count() > 1))
            {
                Fault(map.LineOf("try"), $"{id}: '{twice.Key}' is to be tried twice");
            }

            return causes;
        }

        private List<string> Words(YamlMap answer, string id)
        {
            var words = Texts(answer, "words", id);
            foreach (var word in words.Where(word => WordMatcher.Normalise(word).Length == 0))
            {
                Fault(answer.LineOf("words"), $"{id}: '{word}' in words holds no word");
            }

            return words;
        }

        private List<string> Items(YamlMap map, string id)
        {
            var items = Texts(map, "items", id);
            foreach (var item in items.Where(item => !ItemId().IsMatch(item)))
            {
                Fault(map.LineOf("items"), $"{id}: '{item}' is not an item id such as A1.2, X8 or 1.6.3");
            }

            return items;
        }

        private (OrderedDictionary<Outcome, string> Outcomes, OrderedDictionary<string, string> Reasons) CheckExits(
            YamlMap map, string id, string check)
        {
            var outcomes = new OrderedDictionary<Outcome, string>();
            var reasons = new OrderedDictionary<string, string>(StringComparer.Ordinal);
            var line = map.LineOf("exits");

            if (check.Length > 0 && !_checks.ContainsKey(check))
            {
                Fault(map.LineOf("check"), $"{id}: there is no check '{check}'");
            }

            if (map.Value("exits") is not YamlMap exits)
            {
                Fault(line, $"{id}: a check node needs exits, a mapping from outcomes and reason codes to nodes");
                return (outcomes, reasons);
            }

            foreach (var entry in exits.Entries)
            {
                if (entry.Value is not YamlText { Value: { Length: > 0 } next })
                {
                    Fault(entry.Line, $"{id}: exit '{entry.Key}' must name a node");
                    continue;
                }

                foreach (var word in entry.Key.Split(',', StringSplitOptions.TrimEntries))
                {
                    var added = OutcomeWords.All.TryGetValue(word, out var outcome)
                        ? outcomes.TryAdd(outcome, next)
                        : reasons.TryAdd(word, next);
                    if (!added)
                    {
                        Fault(entry.Line, $"{id}: there is already an exit for '{word}'");
                    }
                }
            }

            if (!_checks.TryGetValue(check, out var signature))
            {
                return (outcomes, reasons);
            }

            // Whoever runs checks gives up after a while, whatever the check says of itself.
            HashSet<Outcome> possible = [.. signature.Outcomes, Outcome.Inconclusive];

            foreach (var outcome in outcomes.Keys.Where(outcome => !possible.Contains(outcome)))
            {
                Fault(line, $"{id}: check '{check}' never ends in '{OutcomeWords.For(outcome)}'");
            }

            foreach (var reason in reasons.Keys.Where(reason => !signature.ReasonCodes.ContainsKey(reason)))
            {
                Fault(line, $"{id}: check '{check}' has no outcome or reason code '{reason}'");
            }

            foreach (var outcome in possible.Order().Where(outcome => !outcomes.ContainsKey(outcome)))
            {
                var codes = signature.ReasonCodes.Where(code => code.Value == outcome).Select(code => code.Key).ToList();
                var always = outcome is Outcome.Pass or Outcome.Inconclusive || codes.Count == 0;
                var missing = codes.Where(code => !reasons.ContainsKey(code)).ToList();

                if (always || missing.Count > 0)
                {
                    var instead = always ? "" : $", nor for its reason codes {string.Join(", ", missing)}";
                    Fault(line, $"{id}: check '{check}' can end in '{OutcomeWords.For(outcome)}', and there is no exit for it{instead}");
                }
            }

            return (outcomes, reasons);
        }

        private void KnownKeys(YamlMap map, string id, params string[] known)
        {
            var met = new Dictionary<string, int>();
            foreach (var entry in map.Entries)
            {
                if (!known.Contains(entry.Key))
                {
                    Fault(entry.Line, $"{Prefix(id)}'{entry.Key}' is not one of {string.Join(", ", known)}");
                }
                else if (!met.TryAdd(entry.Key, entry.Line))
                {
                    Fault(entry.Line, $"{Prefix(id)}'{entry.Key}' is given in line {met[entry.Key]} already");
                }
            }
        }

        private string Id(YamlMap map, string key, string node)
        {
            var id = Text(map, key, node);
            if (id.Length > 0 && (!KebabCase().IsMatch(id) || id.Length > MaxIdLength))
            {
                Fault(map.LineOf(key), $"{Prefix(node)}{key} '{id}' must be kebab-case and at most {MaxIdLength} characters long");
            }

            return id;
        }

        private string Text(YamlMap map, string key, string node, int maxLength = int.MaxValue)
        {
            switch (map.Value(key))
            {
                case null:
                    Fault(map.Line, $"{Prefix(node)}{key} is missing");
                    return "";

                case YamlText text when string.IsNullOrWhiteSpace(text.Value):
                    Fault(text.Line, $"{Prefix(node)}{key} is empty");
                    return "";

                case YamlText text:
                    var trimmed = Prose.Unwrap(text.Value.Trim());
                    if (trimmed.Length > maxLength)
                    {
                        Fault(text.Line, $"{Prefix(node)}{key} has {trimmed.Length} characters, and at most {maxLength} are shown well");
                    }

                    return trimmed;

                case var other:
                    Fault(other.Line, $"{Prefix(node)}{key} must be text");
                    return "";
            }
        }

        private List<string> Texts(YamlMap map, string key, string node)
        {
            var texts = new List<string>();
            switch (map.Value(key))
            {
                case null:
                    break;

                case YamlList list:
                    foreach (var item in list.Items)
                    {
                        if (item is YamlText { Value: { Length: > 0 } text })
                        {
                            texts.Add(text);
                        }
                        else
                        {
                            Fault(item.Line, $"{Prefix(node)}{key} holds something other than text");
                        }
                    }

                    break;

                case var other:
                    Fault(other.Line, $"{Prefix(node)}{key} must be a list");
                    break;
            }

            return texts;
        }

        private bool Flag(YamlMap map, string key, string node)
        {
            switch (map.Value(key))
            {
                case null or YamlText { Value: "false" }:
                    return false;

                case YamlText { Value: "true" }:
                    return true;

                case var other:
                    Fault(other.Line, $"{Prefix(node)}{key} must be true or false");
                    return false;
            }
        }

        private static string Prefix(string node) => node.Length == 0 ? "" : $"{node}: ";

        private void Fault(int? line, string text) => _faults.Add(new TreeFault(file, line, text));
    }
}
