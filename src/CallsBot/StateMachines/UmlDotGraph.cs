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

        foreach (var state in info.States)
        {
            foreach (var transition in state.FixedTransitions)
            {
                Append(state.UnderlyingState, transition.DestinationState, transition.Trigger, transition.GuardDescription);
            }

            foreach (var transition in state.DynamicTransitions)
            {
                foreach (var destination in transition.PossibleDestinationStates)
                {
                    Append(
                        state.UnderlyingState, destination, transition.Trigger, transition.GuardDescription, ", style=dashed");
                }
            }
        }

        return text.Append("}\n").ToString();

        void Append(object source, object destination, object trigger, string? guard, string style = "")
        {
            var label = guard is null ? $"{trigger}" : $"{trigger} [{guard}]";
            text.Append(
                CultureInfo.InvariantCulture, $"  {Quote(source)} -> {Quote(destination)} [label={Quote(label)}{style}]\n");
        }
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
