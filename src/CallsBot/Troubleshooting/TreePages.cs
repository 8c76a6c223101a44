using CallsBot.StateMachines;

namespace CallsBot.Troubleshooting;

/// <summary>The drawings of all trees as pages of the documentation. A test holds <c>docs/trees/</c> to them.</summary>
internal static class TreePages
{
    /// <summary>Texts of Markdown pages, by file name: one for each tree, and an index.</summary>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyList<Tree> trees)
    {
        var pages = trees.ToDictionary(tree => $"{tree.Id}.md", Page, StringComparer.Ordinal);
        pages["README.md"] =
            $"""
            # The troubleshooting tree, drawn

            One page for each file of the tree. A way that leaves a drawing at a name without further ways goes on in the file
            that has the node of that name. `callsbot trees graph --output docs/trees` draws them anew.

            {string.Join('\n', trees.Select(tree => $"- [{tree.Title}]({tree.Id}.md)"))}

            """;
        return pages;
    }

    private static string Page(Tree tree) =>
        $"""
        # {tree.Title}

        ```mermaid
        {MermaidGraph.Format(TreeGraph.Describe(tree)).TrimEnd()}
        ```

        """;
}
