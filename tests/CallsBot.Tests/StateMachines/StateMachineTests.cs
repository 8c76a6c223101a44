using CallsBot.StateMachines;

namespace CallsBot.Tests.StateMachines;

public sealed class StateMachineTests
{
    private string _state = "closed";
    private bool _hasKey;

    [Fact]
    public void A_permitted_trigger_moves_the_state_that_the_caller_holds()
    {
        var door = Door();

        door.Fire("open");

        _state.ShouldBe("open");
        door.State.ShouldBe("open");
    }

    [Fact]
    public void A_state_set_from_outside_is_the_machines_state()
    {
        var door = Door();

        _state = "open";

        door.CanFire("close").ShouldBeTrue();
        door.CanFire("open").ShouldBeFalse();
    }

    [Fact]
    public void An_unpermitted_trigger_throws_and_changes_nothing()
    {
        var door = Door();

        Should.Throw<InvalidOperationException>(() => door.Fire("close")).Message
            .ShouldBe("State 'closed' does not permit trigger 'close'.");

        _state.ShouldBe("closed");
    }

    [Fact]
    public void An_unhandled_trigger_goes_to_the_action_that_was_given()
    {
        var door = Door();
        var unhandled = new List<(string State, string Trigger)>();
        door.OnUnhandledTrigger((state, trigger) => unhandled.Add((state, trigger)));

        door.Fire("close");
        door.Fire("kick");

        unhandled.ShouldBe([("closed", "close"), ("closed", "kick")]);
        _state.ShouldBe("closed");
    }

    [Fact]
    public void A_state_that_was_never_configured_permits_nothing()
    {
        var door = Door();
        _state = "burnt";

        door.PermittedTriggers.ShouldBeEmpty();
        door.CanFire("open").ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => door.Fire("open"));
    }

    [Fact]
    public void A_guard_decides_at_the_moment_of_firing()
    {
        var door = Door();

        door.CanFire("lock").ShouldBeFalse();
        _hasKey = true;
        door.CanFire("lock").ShouldBeTrue();
        door.Fire("lock");

        _state.ShouldBe("locked");
    }

    [Fact]
    public void Of_two_transitions_for_a_trigger_the_one_whose_guard_holds_is_taken()
    {
        var machine = new StateMachine<string, string>(() => _state, state => _state = state);
        machine.Configure("closed")
            .PermitIf("push", "open", () => _hasKey)
            .PermitIf("push", "bruised", () => !_hasKey);

        machine.Fire("push");

        _state.ShouldBe("bruised");
    }

    [Fact]
    public void Overlapping_guards_are_a_bug_and_throw()
    {
        var machine = new StateMachine<string, string>(() => _state, state => _state = state);
        machine.Configure("closed").Permit("push", "open").PermitIf("push", "bruised", () => true);

        Should.Throw<InvalidOperationException>(() => machine.Fire("push")).Message.ShouldContain("overlap");

        _state.ShouldBe("closed");
    }

    [Fact]
    public void A_dynamic_destination_is_chosen_when_the_trigger_fires()
    {
        var next = "open";
        var machine = new StateMachine<string, string>(() => _state, state => _state = state);
        machine.Configure("closed").PermitDynamicIf("push", () => next, () => _hasKey, "with the key");

        machine.CanFire("push").ShouldBeFalse();
        _hasKey = true;
        next = "ajar";
        machine.Fire("push");

        _state.ShouldBe("ajar");
    }

    [Fact]
    public void Reentry_is_permitted_only_by_its_own_name()
    {
        var machine = new StateMachine<string, string>(() => _state, state => _state = state);

        Should.Throw<ArgumentException>(() => machine.Configure("closed").Permit("knock", "closed"))
            .Message.ShouldContain("PermitReentry");

        machine.Configure("closed").PermitReentry("knock");
        machine.Fire("knock");
        _state.ShouldBe("closed");
    }

    [Fact]
    public void Permitted_triggers_come_once_each_in_the_order_of_configuration()
    {
        var machine = new StateMachine<string, string>(() => _state, state => _state = state);
        machine.Configure("closed").PermitReentry("knock").PermitIf("push", "open", () => true);
        machine.Configure("closed").PermitIf("lock", "locked", () => false).PermitIf("push", "bruised", () => true);

        machine.PermittedTriggers.ShouldBe(["knock", "push"]);
    }

    [Fact]
    public void What_was_configured_can_be_read_including_states_that_are_only_reached()
    {
        var info = Door().GetInfo();

        info.InitialState.ShouldBe("closed");
        info.States.Select(state => state.UnderlyingState).ShouldBe(["closed", "open", "locked", "ajar"]);
        info.States[0].FixedTransitions.ShouldBe(
        [
            new FixedTransitionInfo("open", "open", null),
            new FixedTransitionInfo("lock", "locked", "has a key"),
        ]);
        info.States[1].DynamicTransitions[0].PossibleDestinationStates.ShouldBe(["closed", "ajar"]);
        info.States[2].IsFinal.ShouldBeTrue();
    }

    [Fact]
    public void The_initial_state_is_the_one_at_construction()
    {
        var door = Door();
        door.Fire("open");

        door.GetInfo().InitialState.ShouldBe("closed");
    }

    private StateMachine<string, string> Door()
    {
        var door = new StateMachine<string, string>(() => _state, state => _state = state);
        door.Configure("closed").Permit("open", "open").PermitIf("lock", "locked", () => _hasKey, "has a key");
        door.Configure("open").PermitDynamicIf("close", () => "closed", () => true, null, ["closed", "ajar"]);
        return door;
    }
}
