using System.Globalization;
using System.Text;

namespace CallsBot.StateMachines;

/// <summary>Draws a machine in Graphviz' DOT language.</summary>
internal static class UmlDotGraph
{
    public static string Format(StateMachineInfo info)
    {
        var text = new StringBuilder("digraph {\n  rankdir=\"LR\"\n  node [shape=box, style=rounded]\n");

        foreach (var state in info.States)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Quote(state.UnderlyingState)}\n");
        }

        // The dot from which UML enters the initial state.
        text.Append("  \"\" [shape=point]\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"\" -> {Quote(info.InitialState)}\n");

        foreach (var (source, destination, label, isDynamic) in info.Arrows())
        {
            var style = isDynamic ? ", style=dashed" : "";
            text.Append(
                CultureInfo.InvariantCulture, $"  {Quote(source)} -> {Quote(destination)} [label={Quote(label)}{style}]\n");
        }

        return text.Append("}\n").ToString();
    }

    // Inside quotes DOT knows one escape, \", and labels read a few more that begin with a backslash.
    private static string Quote(object label)
    {
        var text = new StringBuilder("\"");
        foreach (var c in $"{label}")
        {
            if (c is '"' or '\\')
            {
                text.Append('\\');
            }

            text.Append(char.IsControl(c) ? ' ' : c);
        }

        return text.Append('"').ToString();
    }
}
