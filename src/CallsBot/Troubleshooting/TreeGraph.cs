using CallsBot.StateMachines;

namespace CallsBot.Troubleshooting;

/// <summary>A tree as a state machine: a state for each node, a trigger for each way out of it.</summary>
internal static class TreeGraph
{
    public static StateMachine<string, Exit> Machine(Tree tree, Func<string> stateAccessor, Action<string> stateMutator)
    {
        var machine = new StateMachine<string, Exit>(stateAccessor, stateMutator);

        foreach (var node in tree.Nodes.Values)
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
        }

        return machine;
    }

    /// <summary>The way forward only: back and start over lead from every node and would hide the tree.</summary>
    public static StateMachineInfo Describe(Tree tree) => Machine(tree, () => tree.Start, _ => { }).GetInfo();
}
