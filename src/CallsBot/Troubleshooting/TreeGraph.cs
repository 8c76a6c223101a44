using CallsBot.StateMachines;

namespace CallsBot.Troubleshooting;

/// <summary>A tree as a state machine: a state for each node, a trigger for each way out of it.</summary>
internal static class TreeGraph
{
    /// <summary>Permits every way on from the node.</summary>
    public static StateMachine<string, Exit>.StateConfiguration Configure(StateMachine<string, Exit> machine, Node node)
    {
        var state = machine.Configure(node.Id);
        foreach (var (exit, next) in node.Exits())
        {
            if (next == node.Id)
            {
                state.PermitReentry(exit);
            }
            else
            {
                state.Permit(exit, next);
            }
        }

        return state;
    }

    /// <summary>
    /// The way forward only: back and start over lead from every node and would hide the tree. Ways into other trees end at
    /// the name of the node there.
    /// </summary>
    public static StateMachineInfo Describe(Tree tree)
    {
        var machine = new StateMachine<string, Exit>(() => tree.Start, _ => { });
        foreach (var node in tree.Own.Values)
        {
            Configure(machine, node);
        }

        foreach (var elsewhere in tree.Own.Values.SelectMany(node => node.Exits()).Select(way => way.Next).Where(next => !tree.Own.ContainsKey(next)).Distinct())
        {
            machine.Configure(elsewhere);
        }

        return machine.GetInfo();
    }
}
