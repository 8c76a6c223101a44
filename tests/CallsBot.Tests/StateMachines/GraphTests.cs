using CallsBot.StateMachines;

namespace CallsBot.Tests.StateMachines;

public sealed class GraphTests
{
    [Fact]
    public void Mermaid_draws_states_arrows_guards_and_ends() => MermaidGraph.Format(Door()).ShouldBe(
        """
        stateDiagram-v2
          s_closed : closed
          s_open : open
          s_locked : locked
          [*] --> s_closed
          s_closed --> s_open : push, pull
          s_closed --> s_locked : lock #91;has a key#93;
          s_open --> s_closed : close
          s_locked --> [*]

        """);

    [Fact]
    public void Dot_draws_states_arrows_and_guards_and_dashes_what_is_chosen_late() => UmlDotGraph.Format(Door()).ShouldBe(
        """
        digraph {
          rankdir="LR"
          node [shape=box, style=rounded]
          "closed"
          "open"
          "locked"
          "" [shape=point]
          "" -> "closed"
          "closed" -> "open" [label="push, pull"]
          "closed" -> "locked" [label="lock [has a key]"]
          "open" -> "closed" [label="close", style=dashed]
        }

        """);

    [Fact]
    public void Mermaid_labels_cannot_end_their_line_or_open_markup()
    {
        var graph = MermaidGraph.Format(Odd("a:b;c\"d#e<f>\ng{h}%%i", "end"));

        graph.ShouldContain(" : a#58;b#59;c#34;d#35;e#60;f#62; g#123;h#125;#37;#37;i\n");
        graph.ShouldContain("s_end : end\n");
    }

    [Fact]
    public void Mermaid_ids_differ_where_the_states_differ_in_signs_only()
    {
        var graph = MermaidGraph.Format(Odd("a-b", "a_b"));

        graph.ShouldContain("  s_a_b : a-b\n");
        graph.ShouldContain("  s_a_b_2 : a_b\n");
        graph.ShouldContain("  s_a_b --> s_a_b_2 : go\n");
    }

    [Fact]
    public void Dot_labels_cannot_end_their_quotes_or_their_line()
    {
        UmlDotGraph.Format(Odd("say \"hi\"\n", "C:\\")).ShouldContain("  \"say \\\"hi\\\" \" -> \"C:\\\\\" [label=\"go\"]\n");
    }

    private static StateMachineInfo Odd(string first, string second)
    {
        var machine = new StateMachine<string, string>(() => first, _ => { });
        machine.Configure(first).Permit("go", second);
        return machine.GetInfo();
    }

    private static StateMachineInfo Door()
    {
        var door = new StateMachine<string, string>(() => "closed", _ => { });
        door.Configure("closed")
            .Permit("push", "open")
            .PermitIf("lock", "locked", () => false, "has a key")
            .Permit("pull", "open");
        door.Configure("open").PermitDynamicIf("close", () => "closed", () => true, null, ["closed"]);
        return door.GetInfo();
    }
}
