using System.Globalization;
using System.Text;

namespace CallsBot.StateMachines;

/// <summary>Draws a machine as a Mermaid state diagram, which Mattermost, GitHub and GitLab render.</summary>
internal static class MermaidGraph
{
    public static string Format(StateMachineInfo info)
    {
        var ids = Ids(info);
        var text = new StringBuilder("stateDiagram-v2\n");

        foreach (var state in info.States)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {ids[state.UnderlyingState]} : {Escape(state.UnderlyingState)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"  [*] --> {ids[info.InitialState]}\n");

        foreach (var (source, destination, label, _) in info.Arrows())
        {
            text.Append(CultureInfo.InvariantCulture, $"  {ids[source]} --> {ids[destination]} : {Escape(label)}\n");
        }

        foreach (var state in info.States.Where(state => state.IsFinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {ids[state.UnderlyingState]} --> [*]\n");
        }

        return text.ToString();
    }

    // Mermaid's identifiers take no hyphen, and words such as "end" and "state" are its own: so every id gets a prefix.
    private static Dictionary<object, string> Ids(StateMachineInfo info)
    {
        var ids = new Dictionary<object, string>();
        var taken = new HashSet<string>(StringComparer.Ordinal);

        foreach (var state in info.States.Select(state => state.UnderlyingState))
        {
            var stem = "s_" + string.Concat($"{state}".Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
            var id = stem;
            for (var number = 2; !taken.Add(id); number++)
            {
                id = $"{stem}_{number.ToString(CultureInfo.InvariantCulture)}";
            }

            ids.Add(state, id);
        }

        return ids;
    }

    // Mermaid ends a label at a colon, a semicolon or a line end, and reads #name; and #number; as characters.
    private static string Escape(object label)
    {
        var text = new StringBuilder();
        foreach (var c in $"{label}")
        {
            if (char.IsControl(c))
            {
                text.Append(' ');
            }
            else if (c is '#' or ':' or ';' or '"' or '<' or '>' or '{' or '}' or '[' or ']' or '%' or '&' or '\\')
            {
                text.Append(CultureInfo.InvariantCulture, $"#{(int)c};");
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
