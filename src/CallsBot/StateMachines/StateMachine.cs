namespace CallsBot.StateMachines;

/// <summary>
/// A finite state machine in the vocabulary and call shape of the Stateless package: configure what each state permits,
/// then fire triggers. Entry and exit actions, substates and trigger parameters are left out because nothing here needs
/// them.
/// </summary>
/// <remarks>
/// The state lives with the caller, behind the accessor and the mutator. Not safe for use from several threads at once.
/// </remarks>
internal sealed class StateMachine<TState, TTrigger>
    where TState : notnull
    where TTrigger : notnull
{
    private readonly Func<TState> _stateAccessor;
    private readonly Action<TState> _stateMutator;
    private readonly TState _initialState;
    private readonly Dictionary<TState, StateConfiguration> _configurations = [];
    private Action<TState, TTrigger> _unhandledTrigger = ThrowUnhandled;

    public StateMachine(Func<TState> stateAccessor, Action<TState> stateMutator)
    {
        _stateAccessor = stateAccessor;
        _stateMutator = stateMutator;
        _initialState = stateAccessor();
    }

    public TState State => _stateAccessor();

    /// <summary>The triggers whose guards hold now, in the order in which they were configured, each once.</summary>
    public IEnumerable<TTrigger> PermittedTriggers =>
        _configurations.TryGetValue(State, out var configuration)
            ? configuration.Transitions.Where(transition => transition.Guard()).Select(t => t.Trigger).Distinct()
            : [];

    /// <summary>Begins, or goes on with, the configuration of a state.</summary>
    public StateConfiguration Configure(TState state)
    {
        if (!_configurations.TryGetValue(state, out var configuration))
        {
            configuration = new StateConfiguration(state);
            _configurations.Add(state, configuration);
        }

        return configuration;
    }

    public bool CanFire(TTrigger trigger) => Permitted(State, trigger).Any();

    /// <summary>Moves to where the trigger leads. A trigger that is not permitted changes nothing.</summary>
    /// <exception cref="InvalidOperationException">
    /// The trigger is not permitted and no other action was given to <see cref="OnUnhandledTrigger"/>; or the guards of
    /// two transitions hold at once.
    /// </exception>
    public void Fire(TTrigger trigger)
    {
        var source = State;
        var permitted = Permitted(source, trigger).Take(2).ToList();

        switch (permitted.Count)
        {
            case 0:
                _unhandledTrigger(source, trigger);
                break;

            case 1:
                _stateMutator(permitted[0].Destination());
                break;

            default:
                throw new InvalidOperationException(
                    $"State '{source}' permits trigger '{trigger}' to more than one destination: their guards overlap.");
        }
    }

    /// <summary>Replaces the exception that an unpermitted trigger throws.</summary>
    public void OnUnhandledTrigger(Action<TState, TTrigger> action) => _unhandledTrigger = action;

    /// <summary>
    /// What was configured, for drawing. States come in the order of their configuration, followed by those that are only
    /// ever a destination.
    /// </summary>
    public StateMachineInfo GetInfo()
    {
        var configured = _configurations.Values.Select(configuration => configuration.ToInfo()).ToList();
        var bare = configured
            .SelectMany(state => state.FixedTransitions.Select(t => t.DestinationState)
                .Concat(state.DynamicTransitions.SelectMany(t => t.PossibleDestinationStates)))
            .Prepend(_initialState)
            .Where(state => !_configurations.ContainsKey((TState)state))
            .Distinct()
            .Select(state => new StateInfo(state, [], []));

        return new StateMachineInfo(_initialState, [.. configured, .. bare]);
    }

    private static void ThrowUnhandled(TState state, TTrigger trigger) =>
        throw new InvalidOperationException($"State '{state}' does not permit trigger '{trigger}'.");

    private IEnumerable<Transition> Permitted(TState state, TTrigger trigger) =>
        _configurations.TryGetValue(state, out var configuration)
            ? configuration.Transitions.Where(t => EqualityComparer<TTrigger>.Default.Equals(t.Trigger, trigger) && t.Guard())
            : [];

    /// <summary>What one state permits.</summary>
    internal sealed class StateConfiguration(TState state)
    {
        private readonly List<Transition> _transitions = [];

        internal IReadOnlyList<Transition> Transitions => _transitions;

        public StateConfiguration Permit(TTrigger trigger, TState destination) =>
            PermitIf(trigger, destination, Always, guardDescription: null);

        public StateConfiguration PermitIf(
            TTrigger trigger, TState destination, Func<bool> guard, string? guardDescription = null)
        {
            if (EqualityComparer<TState>.Default.Equals(state, destination))
            {
                throw new ArgumentException(
                    $"Trigger '{trigger}' leads from '{state}' to itself: use {nameof(PermitReentry)}.", nameof(destination));
            }

            return Add(new Transition(trigger, () => destination, guard, [destination], IsDynamic: false, guardDescription));
        }

        public StateConfiguration PermitReentry(TTrigger trigger) =>
            Add(new Transition(trigger, () => state, Always, [state], IsDynamic: false, GuardDescription: null));

        /// <param name="destinationStateSelector">Asked when the trigger fires, and only if the guard holds.</param>
        /// <param name="possibleDestinationStates">For drawing only.</param>
        public StateConfiguration PermitDynamicIf(
            TTrigger trigger,
            Func<TState> destinationStateSelector,
            Func<bool> guard,
            string? guardDescription = null,
            IEnumerable<TState>? possibleDestinationStates = null) =>
            Add(new Transition(
                trigger,
                destinationStateSelector,
                guard,
                [.. possibleDestinationStates ?? []],
                IsDynamic: true,
                guardDescription));

        internal StateInfo ToInfo() => new(
            state,
            [
                .. _transitions.Where(t => !t.IsDynamic)
                    .Select(t => new FixedTransitionInfo(t.Trigger, t.Possible[0], t.GuardDescription)),
            ],
            [
                .. _transitions.Where(t => t.IsDynamic)
                    .Select(t => new DynamicTransitionInfo(t.Trigger, [.. t.Possible.Cast<object>()], t.GuardDescription)),
            ]);

        private static bool Always() => true;

        private StateConfiguration Add(Transition transition)
        {
            _transitions.Add(transition);
            return this;
        }
    }

    internal sealed record Transition(
        TTrigger Trigger,
        Func<TState> Destination,
        Func<bool> Guard,
        IReadOnlyList<TState> Possible,
        bool IsDynamic,
        string? GuardDescription);
}
