namespace CallsBot.Troubleshooting;

/// <summary>
/// What must hold of a tree as a graph. Each proof is a function of the tree alone. A way to a node that does not exist
/// counts as a way to a conclusion, so that one misspelt name is one fault and not ten.
/// </summary>
internal static class TreeProofs
{
    /// <summary>Every way that leads to no node.</summary>
    public static IEnumerable<(Node Node, Exit Exit, string Next)> WaysToNowhere(Tree tree) =>
        from node in tree.Nodes.Values
        from way in node.Exits()
        where !tree.Nodes.ContainsKey(way.Next)
        select (node, way.Exit, way.Next);

    /// <summary>Nodes that no walk from the start meets.</summary>
    public static IReadOnlyList<string> Unreachable(Tree tree) => Unreachable(tree, [tree.Start]);

    /// <summary>Nodes that no walk from any of these nodes meets.</summary>
    public static IReadOnlyList<string> Unreachable(Tree tree, IReadOnlyList<string> starts)
    {
        var met = new HashSet<string>();
        var open = new Stack<string>(starts);
        while (open.TryPop(out var id))
        {
            if (tree.Nodes.TryGetValue(id, out var node) && met.Add(id))
            {
                foreach (var (_, next) in node.Exits())
                {
                    open.Push(next);
                }
            }
        }

        return [.. tree.Nodes.Keys.Where(id => !met.Contains(id))];
    }

    /// <summary>Nodes from which no conclusion can be reached.</summary>
    public static IReadOnlyList<string> DeadEnds(Tree tree)
    {
        var ending = new HashSet<string>();
        bool grew;
        do
        {
            grew = false;
            foreach (var node in tree.Nodes.Values.Where(node => !ending.Contains(node.Id)))
            {
                if (node is ConcludeNode
                    || node.Exits().Any(way => ending.Contains(way.Next) || !tree.Nodes.ContainsKey(way.Next)))
                {
                    grew |= ending.Add(node.Id);
                }
            }
        }
        while (grew);

        return [.. tree.Nodes.Keys.Where(id => !ending.Contains(id))];
    }

    /// <summary>Nodes of a loop in which nobody is ever asked anything: the bot would run round it for ever.</summary>
    public static IReadOnlyList<string> LoopsWithoutPerson(Tree tree)
    {
        return [.. tree.Nodes.Values.Where(node => !node.IsForPerson && ComesBackUnasked(node)).Select(node => node.Id)];

        bool ComesBackUnasked(Node origin)
        {
            var met = new HashSet<string>();
            var open = new Stack<string>(origin.Exits().Select(way => way.Next));
            while (open.TryPop(out var id))
            {
                if (id == origin.Id)
                {
                    return true;
                }

                if (tree.Nodes.TryGetValue(id, out var node) && !node.IsForPerson && met.Add(id))
                {
                    foreach (var (_, next) in node.Exits())
                    {
                        open.Push(next);
                    }
                }
            }

            return false;
        }
    }

    /// <summary>How many answers of a person the shortest walk from a node to a conclusion takes; null when there is none.</summary>
    public static int? FewestAnswers(Tree tree, string from)
    {
        var fewest = new Dictionary<string, int>(StringComparer.Ordinal);
        var open = new PriorityQueue<string, int>();
        open.Enqueue(from, 0);
        while (open.TryDequeue(out var id, out var answers))
        {
            if (!tree.Nodes.TryGetValue(id, out var node) || !fewest.TryAdd(id, answers))
            {
                continue;
            }

            if (node is ConcludeNode)
            {
                return answers;
            }

            foreach (var (_, next) in node.Exits())
            {
                open.Enqueue(next, answers + (node.IsForPerson ? 1 : 0));
            }
        }

        return null;
    }

    /// <summary>How many answers the longest walk to a conclusion takes of a person; null when a loop leaves it open.</summary>
    public static int? MostAnswers(Tree tree)
    {
        var most = new Dictionary<string, int?>();
        var onTheWay = new HashSet<string>();
        return From(tree.Start);

        int? From(string id)
        {
            if (!tree.Nodes.TryGetValue(id, out var node))
            {
                return 0;
            }

            if (most.TryGetValue(id, out var known))
            {
                return known;
            }

            if (!onTheWay.Add(id))
            {
                return null;
            }

            int? longest = 0;
            foreach (var (_, next) in node.Exits())
            {
                longest = From(next) is { } further && longest is { } soFar ? Math.Max(soFar, further) : null;
            }

            onTheWay.Remove(id);
            return most[id] = longest + (node.IsForPerson ? 1 : 0);
        }
    }
}
