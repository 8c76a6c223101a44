namespace CallsBot.StateMachines;

/// <summary>A configured machine, for drawing: names only, nothing that can be fired.</summary>
internal sealed record StateMachineInfo(object InitialState, IReadOnlyList<StateInfo> States)
{
    /// <summary>
    /// The arrows of a drawing. Transitions between the same two states share one: several reasons for the same end are one
    /// thought.
    /// </summary>
    internal IEnumerable<(object Source, object Destination, string Label, bool IsDynamic)> Arrows() =>
        from state in States
        from arrow in state.Lines().GroupBy(
            line => (line.Destination, line.IsDynamic),
            (key, lines) => (key.Destination, key.IsDynamic, Label: string.Join(", ", lines.Select(line => line.Label))))
        select (state.UnderlyingState, arrow.Destination, arrow.Label, arrow.IsDynamic);
}

internal sealed record StateInfo(
    object UnderlyingState,
    IReadOnlyList<FixedTransitionInfo> FixedTransitions,
    IReadOnlyList<DynamicTransitionInfo> DynamicTransitions)
{
    internal bool IsFinal => FixedTransitions.Count == 0 && DynamicTransitions.Count == 0;

    internal IEnumerable<(object Destination, string Label, bool IsDynamic)> Lines()
    {
        foreach (var transition in FixedTransitions)
        {
            yield return (transition.DestinationState, Label(transition.Trigger, transition.GuardDescription), false);
        }

        foreach (var transition in DynamicTransitions)
        {
            foreach (var destination in transition.PossibleDestinationStates)
            {
                yield return (destination, Label(transition.Trigger, transition.GuardDescription), true);
            }
        }
    }

    private static string Label(object trigger, string? guard) => guard is null ? $"{trigger}" : $"{trigger} [{guard}]";
}

internal sealed record FixedTransitionInfo(object Trigger, object DestinationState, string? GuardDescription);

/// <summary>A transition whose destination is chosen when it fires.</summary>
/// <param name="PossibleDestinationStates">Empty when they were not named.</param>
internal sealed record DynamicTransitionInfo(
    object Trigger, IReadOnlyList<object> PossibleDestinationStates, string? GuardDescription);
