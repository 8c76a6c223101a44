using System.Diagnostics.CodeAnalysis;
using CallsBot.Languages;

namespace CallsBot.Troubleshooting;

/// <summary>Every tree there is, by id: those that ship with the bot, and those of a folder of the operator's.</summary>
internal sealed class TreeCatalog
{
    private const string ResourcePrefix = "Trees/";

    private readonly Task<OrderedDictionary<string, Tree>> _trees;

    private TreeCatalog(Task<OrderedDictionary<string, Tree>> trees)
    {
        _trees = trees;
    }

    /// <summary>Ends when the trees have been read. Until then, whoever asks for one waits.</summary>
    public Task Loading => _trees;

    /// <summary>In the order of their file names.</summary>
    public IReadOnlyList<Tree> All => Trees.Values;

    private OrderedDictionary<string, Tree> Trees => _trees.GetAwaiter().GetResult();

    /// <summary>Ids of the nodes that cover each item, by the item's id.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> NodesByItem => All
        .SelectMany(tree => tree.Own.Values)
        .SelectMany(node => node.Items.Distinct().Select(item => (Item: item, node.Id)))
        .GroupBy(entry => entry.Item, entry => entry.Id, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group], StringComparer.Ordinal);

    public bool TryGet(string id, [NotNullWhen(true)] out Tree? tree) => Trees.TryGetValue(id, out tree);

    /// <summary>For a tree that ships with the bot. Throws <see cref="KeyNotFoundException"/> for any other that is not there.</summary>
    public Tree Get(string id) => Trees[id];

    /// <summary>Trees that are not read from files.</summary>
    public static TreeCatalog Of(IReadOnlyList<Tree> trees) => new(Task.FromResult(ById(trees)));

    /// <summary>Begins to read the shipped trees, beside whatever else a start has to do. <see cref="Loading"/> tells how it ended.</summary>
    public static TreeCatalog Begin(IReadOnlyCollection<CheckSignature> checks) => new(Task.Run(() => ById(Read(checks, folder: null))));

    /// <param name="folder">
    /// Holds more <c>*.yaml</c> files; one with the name of a shipped file replaces it. Null for the shipped trees alone.
    /// </param>
    /// <exception cref="TreeFileException">With all faults of all files.</exception>
    public static TreeCatalog Load(IReadOnlyCollection<CheckSignature> checks, string? folder = null) => Of(Read(checks, folder));

    private static IReadOnlyList<Tree> Read(IReadOnlyCollection<CheckSignature> checks, string? folder)
    {
        var faults = new List<TreeFault>();
        var (trees, found) = TreeJoin.Join([.. Parts(checks, Files(folder, faults))]);
        faults.AddRange(found);
        if (faults.Count > 0)
        {
            throw new TreeFileException(faults);
        }

        // Read when the first person of a language comes: the start does not wait for texts that nobody may need.
        var translations = Language.All.ToDictionary(
            language => language,
            language => new Lazy<IReadOnlyDictionary<string, Node>>(() => Translate(trees, language).Nodes));
        return [.. trees.Select(tree => tree with { Translations = language => translations[language].Value })];
    }

    private static OrderedDictionary<string, Tree> ById(IReadOnlyList<Tree> trees) =>
        new(trees.Select(tree => KeyValuePair.Create(tree.Id, tree)), StringComparer.Ordinal);

    /// <summary>All that is wrong with the shipped translations of the shipped trees.</summary>
    public IReadOnlyList<TreeFault> TranslationFaults() =>
        [.. Language.All.Where(language => language != Language.English).SelectMany(language => Translate(All, language).Faults)];

    private static (Dictionary<string, Node> Nodes, List<TreeFault> Faults) Translate(IReadOnlyList<Tree> trees, Language language)
    {
        var nodes = new Dictionary<string, Node>(StringComparer.Ordinal);
        var faults = new List<TreeFault>();
        var folder = $"{language.Code}/";
        var texts = Shipped(folder);
        foreach (var (file, yaml) in texts)
        {
            // A translation bears the name of its tree's file, which bears the name of its tree.
            if (trees.FirstOrDefault(tree => tree.Id + ".yaml" == file) is not { } tree)
            {
                faults.Add(new TreeFault(folder + file, null, "there is no tree of this name"));
                continue;
            }

            var (translated, found) = TreeTranslation.Read(folder + file, yaml, tree);
            faults.AddRange(found);
            foreach (var (id, node) in translated.Nodes)
            {
                nodes.TryAdd(id, node);
            }
        }

        faults.AddRange(trees.Where(tree => !texts.ContainsKey(tree.Id + ".yaml")).Select(tree => new TreeFault($"{folder}{tree.Id}.yaml", null, "is missing")));
        return (nodes, faults);
    }

    /// <summary>The shipped trees and further files, one of which replaces the shipped file of its name.</summary>
    /// <param name="checks">The checks that trees may name.</param>
    /// <param name="files">Texts of files, by the path that faults are to name.</param>
    /// <returns>The trees of the further files, each with the nodes of all; and all faults.</returns>
    public static (IReadOnlyList<Tree> Trees, IReadOnlyList<TreeFault> Faults) Read(
        IReadOnlyCollection<CheckSignature> checks, IReadOnlyDictionary<string, string> files)
    {
        var names = files.Keys.Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        TreePart[] further = [.. files.Select(file => TreeFile.ReadPart(file.Key, file.Value, checks))];
        var (trees, faults) = TreeJoin.Join([.. Parts(checks, Shipped().Where(file => !names.Contains(file.Key))), .. further]);
        return ([.. trees.Where(tree => further.Any(part => part.Tree?.Id == tree.Id))], faults);
    }

    private static ParallelQuery<TreePart> Parts(IReadOnlyCollection<CheckSignature> checks, IEnumerable<KeyValuePair<string, string>> files) =>
        files.AsParallel().AsOrdered().Select(file => TreeFile.ReadPart(file.Key, file.Value, checks));

    /// <summary>The shipped tree files, by name.</summary>
    public static IReadOnlyDictionary<string, string> Shipped() => Shipped("");

    /// <param name="folder">The folder of a language with its slash; empty for the tree files themselves.</param>
    private static Dictionary<string, string> Shipped(string folder)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var assembly = typeof(TreeCatalog).Assembly;
        var prefix = ResourcePrefix + folder;
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (resource.StartsWith(prefix, StringComparison.Ordinal) && !resource[prefix.Length..].Contains('/', StringComparison.Ordinal))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                files.Add(resource[prefix.Length..], reader.ReadToEnd());
            }
        }

        return files;
    }

    private static SortedDictionary<string, string> Files(string? folder, List<TreeFault> faults)
    {
        var files = new SortedDictionary<string, string>(new Dictionary<string, string>(Shipped()), StringComparer.Ordinal);

        if (folder is not null)
        {
            try
            {
                foreach (var path in Directory.EnumerateFiles(folder, "*.yaml"))
                {
                    files[Path.GetFileName(path)] = File.ReadAllText(path);
                }
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                faults.Add(new TreeFault(folder, null, $"cannot be read: {ex.Message}"));
            }
        }

        return files;
    }
}
