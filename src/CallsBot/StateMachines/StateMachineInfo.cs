namespace CallsBot.StateMachines;

/// <summary>A configured machine, for drawing: names only, nothing that can be fired.</summary>
internal sealed record StateMachineInfo(object InitialState, IReadOnlyList<StateInfo> States);

internal sealed record StateInfo(
    object UnderlyingState,
    IReadOnlyList<FixedTransitionInfo> FixedTransitions,
    IReadOnlyList<DynamicTransitionInfo> DynamicTransitions);

internal sealed record FixedTransitionInfo(object Trigger, object DestinationState, string? GuardDescription);

/// <summary>A transition whose destination is chosen when it fires.</summary>
/// <param name="PossibleDestinationStates">Empty when they were not named.</param>
internal sealed record DynamicTransitionInfo(
    object Trigger, IReadOnlyList<object> PossibleDestinationStates, string? GuardDescription);
