namespace CallsBot.Troubleshooting;

/// <summary>What was read of one tree file: the tree, and what is wrong with it by itself.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Tree">Null when the file could not be read at all. Half filled when there are faults.</param>
/// <param name="Lines">The line of each node.</param>
/// <param name="UnreadNodes">Nodes whose ways out are not known, standing in the tree as conclusions.</param>
/// <param name="Faults">In the order of their finding.</param>
internal sealed record TreePart(
    string File,
    Tree? Tree,
    IReadOnlyDictionary<string, int> Lines,
    IReadOnlySet<string> UnreadNodes,
    IReadOnlyList<TreeFault> Faults)
{
    public static TreePart Unread(string file, TreeFault fault) =>
        new(file, null, new Dictionary<string, int>(), new HashSet<string>(), [fault]);
}

/// <summary>Puts tree files together into one net of nodes, and proves it sound.</summary>
internal static class TreeJoin
{
    /// <summary>More than this, and people give up.</summary>
    public const int MostAnswersToAnEnd = 7;

    /// <summary>The check that has to come before a node that interrupts calls.</summary>
    public const string CallsInProgress = "calls-in-progress";

    /// <returns>The trees, each with the nodes of all; and every fault, by file and line. With faults the trees are not to be walked.</returns>
    public static (IReadOnlyList<Tree> Trees, IReadOnlyList<TreeFault> Faults) Join(IReadOnlyList<TreePart> parts)
    {
        var joining = new Joining(parts);
        var trees = joining.Trees();
        joining.Prove(trees);
        List<string> order = [.. parts.Select(part => part.File)];
        return (trees, [.. joining.Faults.OrderBy(fault => order.IndexOf(fault.File)).ThenBy(fault => fault.Line ?? 0)]);
    }

    private sealed class Joining(IReadOnlyList<TreePart> parts)
    {
        private readonly Dictionary<string, TreePart> _partOf = new(StringComparer.Ordinal);
        private readonly OrderedDictionary<string, Node> _nodes = new(StringComparer.Ordinal);

        public List<TreeFault> Faults { get; } = [.. parts.SelectMany(part => part.Faults)];

        public IReadOnlyList<Tree> Trees()
        {
            var fileOf = new Dictionary<string, string>(StringComparer.Ordinal);
            var trees = new List<Tree>();
            foreach (var part in parts)
            {
                if (part.Tree is not { } tree)
                {
                    continue;
                }

                if (!fileOf.TryAdd(tree.Id, part.File))
                {
                    Faults.Add(new TreeFault(part.File, null, $"the id '{tree.Id}' is taken by {fileOf[tree.Id]}"));
                    continue;
                }

                trees.Add(tree);
                foreach (var (id, node) in tree.Own)
                {
                    if (_nodes.TryAdd(id, node))
                    {
                        _partOf.Add(id, part);
                    }
                    else
                    {
                        Faults.Add(new TreeFault(part.File, part.Lines[id], $"{id}: there is already a node of this id in {_partOf[id].File}"));
                    }
                }
            }

            return [.. trees.Select(tree => tree with { Nodes = _nodes })];
        }

        public void Prove(IReadOnlyList<Tree> trees)
        {
            if (trees.Count == 0)
            {
                return;
            }

            var whole = trees[0];
            foreach (var (node, exit, next) in TreeProofs.WaysToNowhere(whole).Where(way => way.Next.Length > 0))
            {
                Fault(node.Id, $"'{exit}' leads to '{next}', and there is no such node");
            }

            foreach (var tree in trees.Where(tree => tree.Nodes.Count > 0 && !tree.Nodes.Values.Any(node => node is ConcludeNode)))
            {
                Faults.Add(new TreeFault(parts.First(part => part.Tree?.Id == tree.Id).File, null, "there is no conclude node"));
            }

            foreach (var id in TreeProofs.DeadEnds(whole))
            {
                Fault(id, "no way leads from here to a conclusion");
            }

            foreach (var id in TreeProofs.LoopsWithoutPerson(whole))
            {
                Fault(id, "a loop leads back here without asking anybody");
            }

            // The ways out of an unread node are unknown, and so is what can be reached through it.
            if (parts.All(part => part.Tree is not null && part.UnreadNodes.Count == 0 && part.Tree.Own.ContainsKey(part.Tree.Start)))
            {
                foreach (var id in TreeProofs.Unreachable(whole, [.. trees.Select(tree => tree.Start)]))
                {
                    Fault(id, trees.Count == 1 ? $"no way leads here from '{whole.Start}'" : "no way leads here");
                }

                foreach (var tree in trees)
                {
                    if (TreeProofs.FewestAnswers(whole, tree.Start) is { } fewest and > MostAnswersToAnEnd)
                    {
                        Fault(tree.Start, $"the nearest conclusion is {fewest} answers away; at most {MostAnswersToAnEnd} are asked of anybody");
                    }
                }
            }

            ProveNames();
            ProveInterruptions(whole);
        }

        private void ProveNames()
        {
            var kept = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var node in _nodes.Values.OfType<CollectNode>().Where(node => node.As.Length > 0))
            {
                if (!kept.TryAdd(node.As, node.Id))
                {
                    Fault(node.Id, $"'{node.As}' is kept by node '{kept[node.As]}' already");
                }
            }

            foreach (var node in _nodes.Values.OfType<AskNode>().Where(node => node.As is { } fact && kept.ContainsKey(fact)))
            {
                Fault(node.Id, $"'{node.As}' is kept by node '{kept[node.As!]}' already");
            }
        }

        // Whoever is told to stop something was asked first whether anybody is in a call.
        private void ProveInterruptions(Tree whole)
        {
            foreach (var tree in parts.Select(part => part.Tree).OfType<Tree>().Where(tree => whole.Nodes.TryGetValue(tree.Start, out var start) && start.Interrupts))
            {
                Fault(tree.Start, "a tree does not begin with commands that cut calls off");
            }

            foreach (var node in whole.Nodes.Values)
            {
                foreach (var (exit, next) in node.Exits().Where(way => whole.Nodes.TryGetValue(way.Next, out var to) && to.Interrupts))
                {
                    if (node is not CheckNode { Check: CallsInProgress })
                    {
                        Fault(node.Id, $"'{exit}' leads to '{next}', whose commands cut calls off; ask with check '{CallsInProgress}' first");
                    }
                    else if (exit.Value is "warn" or "fail" || exit.Value == "calls-running")
                    {
                        Fault(node.Id, $"'{exit}' leads to '{next}', whose commands cut calls off");
                    }
                }
            }
        }

        private void Fault(string nodeId, string text)
        {
            var part = _partOf[nodeId];
            Faults.Add(new TreeFault(part.File, part.Lines[nodeId], $"{nodeId}: {text}"));
        }
    }
}
