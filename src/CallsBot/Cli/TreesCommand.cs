using System.CommandLine;
using System.Globalization;
using CallsBot.Checks;
using CallsBot.StateMachines;
using CallsBot.Troubleshooting;

namespace CallsBot.Cli;

/// <summary><c>callsbot trees check</c>, <c>callsbot trees coverage</c> and <c>callsbot trees graph</c>.</summary>
internal static class TreesCommand
{
    /// <param name="checks">The checks that trees may name; asked only when the command runs.</param>
    /// <param name="textFaults">What is wrong with the texts of the chat and of the checks in any language; asked only when the command runs.</param>
    /// <param name="covers">Ids of the items that each check covers, by the check's id; asked only when the command runs.</param>
    public static Command Create(
        Func<IReadOnlyCollection<CheckSignature>> checks,
        Func<IReadOnlyList<string>> textFaults,
        Func<IReadOnlyDictionary<string, IReadOnlyList<string>>> covers)
    {
        var files = new Argument<FileInfo[]>("file")
        {
            Description = "Tree files. Without any: those that ship with the bot.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var check = new Command("check", "Reads trees and reports every fault in them; without files, those in all texts of all languages as well.") { files };
        check.SetAction(result => Check(
            result.GetValue(files) ?? [],
            checks(),
            textFaults,
            result.InvocationConfiguration.Output,
            result.InvocationConfiguration.Error));

        var tree = new Argument<string?>("tree")
        {
            Description = "The id of a tree, or a tree file. May be left out while there is only one tree.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var format = new Option<string>("--format")
        {
            Description = "The language to draw in.",
            DefaultValueFactory = _ => "mermaid",
        };
        format.AcceptOnlyFromAmong("mermaid", "dot");
        var folder = new Option<DirectoryInfo?>("--output")
        {
            Description = "A folder into which a Markdown page with the drawing of each shipped tree is written.",
        };
        var graph = new Command("graph", "Draws a tree.") { tree, format, folder };
        graph.SetAction(result => result.GetValue(folder) is { } pages
            ? WritePages(pages, checks(), result.InvocationConfiguration.Error)
            : Graph(
                result.GetValue(tree),
                result.GetRequiredValue(format),
                checks(),
                result.InvocationConfiguration.Output,
                result.InvocationConfiguration.Error));

        var coverage = new Command("coverage", "Says which steps of the documentation the checks cover, and which need a person. Exit code 3 when one is neither.");
        coverage.SetAction(result => Cover(checks(), covers(), result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));

        var english = new Argument<FileInfo>("tree-file") { Description = "The tree file." };
        var translation = new Argument<FileInfo>("translation-file") { Description = "The file with its texts in another language." };
        var checkTranslation = new Command("check-translation", "Reports what is missing, left over or different in a translation of a tree.") { english, translation };
        checkTranslation.SetAction(result => CheckTranslation(
            result.GetRequiredValue(english), result.GetRequiredValue(translation), checks(), result.InvocationConfiguration.Error));

        return new Command("trees", "Checks and draws the troubleshooting trees.") { check, checkTranslation, coverage, graph };
    }

    private static int Check(
        FileInfo[] files,
        IReadOnlyCollection<CheckSignature> checks,
        Func<IReadOnlyList<string>> textFaults,
        TextWriter output,
        TextWriter error)
    {
        if (files.Length == 0)
        {
            if (Load(checks, error) is not { } catalog)
            {
                return ExitCodes.Usage;
            }

            foreach (var tree in catalog.All)
            {
                Describe(tree, tree.Id, output);
            }

            List<string> found = [.. catalog.TranslationFaults().Select(fault => fault.ToString()), .. textFaults()];
            found.ForEach(error.WriteLine);
            return found.Count > 0 ? ExitCodes.Usage : 0;
        }

        var (trees, faults) = Read(files, checks);
        foreach (var tree in trees.Where(_ => faults.Count == 0))
        {
            Describe(tree, tree.Id, output);
        }

        foreach (var fault in faults)
        {
            error.WriteLine(fault);
        }

        return faults.Count > 0 ? ExitCodes.Usage : 0;
    }

    private static int Cover(
        IReadOnlyCollection<CheckSignature> checks,
        IReadOnlyDictionary<string, IReadOnlyList<string>> covers,
        TextWriter output,
        TextWriter error)
    {
        if (Load(checks, error) is not { } catalog)
        {
            return ExitCodes.Usage;
        }

        var coverage = Coverage.Of(Coverage.EmbeddedText, covers, catalog.NodesByItem);
        Describe("items of the troubleshooting page", [.. coverage.Items.Where(item => !item.IsNewer)], output);
        output.WriteLine();
        Describe("newer items", [.. coverage.Items.Where(item => item.IsNewer)], output);
        output.WriteLine();
        Describe("numbered checks of the deployment guide", coverage.Vendor, output);
        foreach (var fault in coverage.Faults)
        {
            error.WriteLine(fault);
        }

        return coverage.Faults.Count == 0 ? ExitCodes.Success : ExitCodes.Failed;
    }

    private static void Describe(string name, IReadOnlyList<CoveredItem> items, TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {items.Count(item => item.Nodes.Count > 0)}/{items.Count} in the trees, {items.Count(item => item.Checks.Count > 0)}/{items.Count} seen to by checks"));
        foreach (var item in items)
        {
            var how = (item.Checks.Count, item.Person) switch
            {
                (0, null) => "not covered",
                (0, _) => $"person: {item.Person}",
                (_, null) => $"checks: {string.Join(", ", item.Checks)}",
                _ => $"checks: {string.Join(", ", item.Checks)}. {item.Person}",
            };
            output.WriteLine($"  {item.Id,-7} {item.What}");
            output.WriteLine($"          nodes: {(item.Nodes.Count == 0 ? "none" : string.Join(", ", item.Nodes))}");
            output.WriteLine($"          {how}");
        }
    }

    private static int Graph(
        string? name,
        string format,
        IReadOnlyCollection<CheckSignature> checks,
        TextWriter output,
        TextWriter error)
    {
        if (Find(name, checks, error) is not { } tree)
        {
            return ExitCodes.Usage;
        }

        var info = TreeGraph.Describe(tree);
        output.Write(format == "dot" ? UmlDotGraph.Format(info) : MermaidGraph.Format(info));
        return 0;
    }

    private static int CheckTranslation(FileInfo english, FileInfo translation, IReadOnlyCollection<CheckSignature> checks, TextWriter error)
    {
        try
        {
            if (TreeFile.ReadPart(english.ToString(), File.ReadAllText(english.FullName), checks) is not { Tree: { } tree })
            {
                error.WriteLine($"{english}: is no tree file; `callsbot trees check {english}` says why.");
                return ExitCodes.Usage;
            }

            var (_, faults) = TreeTranslation.Read(translation.ToString(), File.ReadAllText(translation.FullName), tree);
            foreach (var fault in faults)
            {
                error.WriteLine(fault);
            }

            return faults.Count > 0 ? ExitCodes.Usage : ExitCodes.Success;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"A file cannot be read: {ex.Message}");
            return ExitCodes.Usage;
        }
    }

    private static int WritePages(DirectoryInfo folder, IReadOnlyCollection<CheckSignature> checks, TextWriter error)
    {
        if (Load(checks, error) is not { } catalog)
        {
            return ExitCodes.Usage;
        }

        try
        {
            folder.Create();
            foreach (var (name, text) in TreePages.Of(catalog.All))
            {
                File.WriteAllText(Path.Combine(folder.FullName, name), text);
            }
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"The pages cannot be written: {ex.Message}");
            return ExitCodes.Usage;
        }

        return ExitCodes.Success;
    }

    private static Tree? Find(
        string? name, IReadOnlyCollection<CheckSignature> checks, TextWriter error)
    {
        if (name is not null && File.Exists(name))
        {
            var (trees, faults) = Read([new FileInfo(name)], checks);
            foreach (var fault in faults)
            {
                error.WriteLine(fault);
            }

            return faults.Count == 0 ? trees[0] : null;
        }

        if (Load(checks, error) is not { } catalog)
        {
            return null;
        }

        if (name is null && catalog.All is [var only])
        {
            return only;
        }

        if (name is not null && catalog.TryGet(name, out var found))
        {
            return found;
        }

        var ids = string.Join(", ", catalog.All.Select(tree => tree.Id));
        error.WriteLine(name is null ? $"Name one of the trees: {ids}." : $"There is no tree and no file '{name}'. Trees: {ids}.");
        return null;
    }

    private static TreeCatalog? Load(IReadOnlyCollection<CheckSignature> checks, TextWriter error)
    {
        try
        {
            return TreeCatalog.Load(checks);
        }
        catch (TreeFileException ex)
        {
            foreach (var fault in ex.Faults)
            {
                error.WriteLine(fault);
            }

            return null;
        }
    }

    /// <summary>Reads files beside the shipped ones: a node of theirs may lead to one of those.</summary>
    private static (IReadOnlyList<Tree> Trees, IReadOnlyList<TreeFault> Faults) Read(
        IReadOnlyList<FileInfo> files, IReadOnlyCollection<CheckSignature> checks)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var unreadable = new List<TreeFault>();
        foreach (var file in files)
        {
            try
            {
                texts[file.ToString()] = File.ReadAllText(file.FullName);
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                unreadable.Add(new TreeFault(file.ToString(), null, $"cannot be read: {ex.Message}"));
            }
        }

        var (trees, faults) = TreeCatalog.Read(checks, texts);
        return (trees, [.. unreadable, .. faults]);
    }

    private static void Describe(Tree tree, string name, TextWriter output)
    {
        var nodes = tree.Own.Values;
        var fewest = TreeProofs.FewestAnswers(tree, tree.Start);

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {name}: {tree.Title}
              nodes    {nodes.Count()}: {Count<AskNode>()} ask, {Count<CheckNode>()} check, {Count<CollectNode>()} collect, {Count<InstructNode>()} instruct, {Count<TryNode>()} try, {Count<ConcludeNode>()} conclude
              proofs   every node can be reached; every node leads to a conclusion; no loop runs without a person
              answers  {fewest} from the start to the nearest conclusion
              checks   {string.Join(", ", nodes.OfType<CheckNode>().Select(node => node.Check).Distinct().Order(StringComparer.Ordinal))}
              items    {string.Join(", ", tree.Items)}
            """));

        int Count<T>() => nodes.OfType<T>().Count();
    }
}
