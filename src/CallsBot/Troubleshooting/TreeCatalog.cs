using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace CallsBot.Troubleshooting;

/// <summary>Every tree there is, by id: those that ship with the bot, and those of a folder of the operator's.</summary>
internal sealed class TreeCatalog
{
    private const string ResourcePrefix = "Trees/";

    private readonly Dictionary<string, Tree> _trees;

    private TreeCatalog(IReadOnlyList<Tree> trees)
    {
        All = trees;
        _trees = trees.ToDictionary(tree => tree.Id, StringComparer.Ordinal);
    }

    /// <summary>In the order of their file names.</summary>
    public IReadOnlyList<Tree> All { get; }

    /// <summary>Ids of all items that the trees name.</summary>
    public IReadOnlySet<string> Items => All.SelectMany(tree => tree.Items).ToHashSet(StringComparer.Ordinal);

    public bool TryGet(string id, [NotNullWhen(true)] out Tree? tree) => _trees.TryGetValue(id, out tree);

    /// <summary>For a tree that ships with the bot. Throws <see cref="KeyNotFoundException"/> for any other that is not there.</summary>
    public Tree Get(string id) => _trees[id];

    /// <summary>Trees that are not read from files.</summary>
    public static TreeCatalog Of(IReadOnlyList<Tree> trees) => new(trees);

    /// <param name="folder">
    /// Holds more <c>*.yaml</c> files; one with the name of a shipped file replaces it. Null for the shipped trees alone.
    /// </param>
    /// <exception cref="TreeFileException">With all faults of all files.</exception>
    public static TreeCatalog Load(IReadOnlyCollection<CheckSignature> checks, string? folder = null)
    {
        var faults = new List<TreeFault>();
        var (trees, found) = Join(checks, Files(folder, faults));
        faults.AddRange(found);
        return faults.Count == 0 ? new TreeCatalog(trees) : throw new TreeFileException(faults);
    }

    /// <summary>The shipped trees and further files, one of which replaces the shipped file of its name.</summary>
    /// <param name="checks">The checks that trees may name.</param>
    /// <param name="files">Texts of files, by the path that faults are to name.</param>
    /// <returns>The trees of the further files, each with the nodes of all; and all faults.</returns>
    public static (IReadOnlyList<Tree> Trees, IReadOnlyList<TreeFault> Faults) Read(
        IReadOnlyCollection<CheckSignature> checks, IReadOnlyDictionary<string, string> files)
    {
        var names = files.Keys.Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        var (trees, faults) = Join(checks, Shipped().Where(file => !names.Contains(file.Key)).Concat(files));
        var ids = files.Select(file => TreeFile.ReadPart(file.Key, file.Value, checks).Tree?.Id).ToHashSet(StringComparer.Ordinal);
        return ([.. trees.Where(tree => ids.Contains(tree.Id))], faults);
    }

    private static (IReadOnlyList<Tree> Trees, IReadOnlyList<TreeFault> Faults) Join(
        IReadOnlyCollection<CheckSignature> checks, IEnumerable<KeyValuePair<string, string>> files) =>
        TreeJoin.Join([.. files.Select(file => TreeFile.ReadPart(file.Key, file.Value, checks))]);

    /// <summary>The shipped files, by name.</summary>
    public static IReadOnlyDictionary<string, string> Shipped()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var assembly = typeof(TreeCatalog).Assembly;

        foreach (var resource in Resources(assembly))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            files.Add(resource[ResourcePrefix.Length..], reader.ReadToEnd());
        }

        return files;
    }

    private static IEnumerable<string> Resources(Assembly assembly) =>
        assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal));

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
