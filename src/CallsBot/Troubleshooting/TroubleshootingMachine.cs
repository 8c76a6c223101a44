using CallsBot.StateMachines;

namespace CallsBot.Troubleshooting;

/// <summary>
/// A walk through one tree. Pure: the caller asks the question or runs the check that <see cref="Current"/> stands on, and
/// hands back what came of it.
/// </summary>
/// <remarks>
/// The state is the list of fired triggers, so storing, resuming, going back and the ticket's history are one thing.
/// Not safe for use from several threads at once.
/// </remarks>
internal sealed class TroubleshootingMachine
{
    private readonly List<Trigger> _history = [];
    private readonly List<Step> _path = [];
    private readonly HashSet<string> _configured = [];
    private readonly StateMachine<string, Exit> _machine;
    private string _current;
    private string? _shown;

    private TroubleshootingMachine(Tree tree)
    {
        Tree = tree;
        _current = tree.Start;
        _machine = new StateMachine<string, Exit>(() => _current, Enter);
        Enter(tree.Start);
    }

    public Tree Tree { get; }

    public Node Current => Tree.Nodes[_current];

    /// <summary>Everything that was fired, in order: what a session stores.</summary>
    public IReadOnlyList<Trigger> History => _history;

    /// <summary>The steps that lead from the start to <see cref="Current"/>, without those that were taken back.</summary>
    public IReadOnlyList<Step> Path => _path;

    /// <summary>
    /// What was written or pasted on the way here, by the name under which the tree keeps it; the newest where a loop in the
    /// tree asked twice.
    /// </summary>
    public IReadOnlyDictionary<string, string> Kept
    {
        get
        {
            var kept = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var step in _path)
            {
                if (step is { Node: CollectNode node, Trigger: Collected collected })
                {
                    kept[node.As] = collected.Text;
                }
            }

            return kept;
        }
    }

    /// <summary>What answers on the way here have told, by the name of the fact; the newest where it was told twice.</summary>
    public IReadOnlyDictionary<string, string> Facts
    {
        get
        {
            var facts = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var step in _path)
            {
                if (step is { Node: AskNode { As: { } fact }, Trigger: Answered { AnswerId: var answered } })
                {
                    facts[fact] = answered;
                }
                else if (step is { Node: AskNode { As: { } known }, Trigger: Found { AnswerId: var found } })
                {
                    facts[known] = found;
                }
            }

            return facts;
        }
    }

    public bool CanGoBack => LastByPerson() >= 0;

    public static TroubleshootingMachine Begin(Tree tree) => new(tree);

    /// <summary>
    /// Rebuilds a stored walk. Stops at the first trigger that does not fit, where the tree has since changed under it:
    /// <see cref="History"/> is then shorter than what was given.
    /// </summary>
    public static TroubleshootingMachine Replay(Tree tree, IEnumerable<Trigger> history)
    {
        var machine = new TroubleshootingMachine(tree);
        foreach (var trigger in history)
        {
            if (!machine.TryFire(trigger))
            {
                break;
            }
        }

        return machine;
    }

    public bool CanFire(Trigger trigger) =>
        trigger.NodeId == _current && ExitFor(trigger) is { } exit && _machine.CanFire(exit);

    /// <returns>False, and nothing changed, for a trigger that does not fit here, such as a click on an earlier question.</returns>
    public bool TryFire(Trigger trigger)
    {
        if (!CanFire(trigger) || ExitFor(trigger) is not { } exit)
        {
            return false;
        }

        var from = Current;
        var lastByPerson = LastByPerson();
        _shown = (trigger as Shown)?.Target;
        _machine.Fire(exit);
        _history.Add(trigger);

        switch (trigger)
        {
            case WentBack:
                _path.RemoveRange(lastByPerson, _path.Count - lastByPerson);
                break;

            case StartedOver:
                _path.Clear();
                break;

            default:
                _path.Add(new Step(from, trigger));
                break;
        }

        return true;
    }

    /// <summary>
    /// What the bot does here by itself: a question whose fact is known is answered, and the next cause is chosen. Null
    /// where a person or a check has to do something. The caller fires and stores it like any other trigger.
    /// </summary>
    /// <param name="role">The person's role, <see cref="FactNames.Administrator"/> or <see cref="FactNames.User"/>.</param>
    /// <param name="choose">Takes the likeliest of the causes that were not tried on this walk, given in the file's order.</param>
    public Trigger? Automatic(string role, Func<TryNode, IReadOnlyList<string>, string> choose)
    {
        switch (Current)
        {
            case AskNode { As: { } fact } ask:
                var known = fact == FactNames.Role ? role : Facts.GetValueOrDefault(fact);

                // Back at a question that was answered before, the answer has led nowhere: now the person is asked.
                var again = fact != FactNames.Role && _path.Any(step => step.Node == ask);
                return !again && ask.Answers.Any(answer => answer.Id == known) ? new Found(ask.Id, known!) : null;

            case TryNode causes:
                var tried = _path.Select(step => step.Node.Id).ToHashSet(StringComparer.Ordinal);
                List<string> left = [.. causes.Causes.Where(cause => !tried.Contains(cause))];
                return new Chosen(causes.Id, left.Count == 0 ? "" : choose(causes, left));

            default:
                return null;
        }
    }

    // Nodes are configured when they are first met: a walk is rebuilt for every click, and meets few of a tree's nodes.
    private void Enter(string id)
    {
        _current = id;
        if (_configured.Add(id))
        {
            TreeGraph.Configure(_machine, Current)
                .PermitDynamicIf(Exit.Back, () => _path[LastByPerson()].Node.Id, () => CanGoBack, "a person has answered")
                .PermitDynamicIf(Exit.Shown, () => _shown!, () => true)
                .PermitDynamicIf(Exit.StartOver, () => Tree.Start, () => true, possibleDestinationStates: [Tree.Start]);
        }
    }

    private int LastByPerson() => _path.FindLastIndex(step => step.Trigger.IsByPerson);

    private Exit? ExitFor(Trigger trigger) => (Current, trigger) switch
    {
        (_, WentBack) => Exit.Back,
        (_, StartedOver) => Exit.StartOver,
        (_, Shown shown) => shown.Target != _current && Tree.Nodes.ContainsKey(shown.Target) ? Exit.Shown : null,
        (AskNode, Answered answered) => Exit.Answer(answered.AnswerId),
        (AskNode, Found found) => Exit.Answer(found.AnswerId),
        (TryNode, Chosen { Cause: "" }) => Exit.NoneLeft,
        (TryNode, Chosen chosen) => Exit.Try(chosen.Cause),
        (CheckNode check, Checked { ReasonCode: { } code }) when check.ReasonExits.ContainsKey(code) => Exit.Of(code),
        (CheckNode, Checked result) => Exit.Of(result.Outcome),
        (CollectNode, Collected) => Exit.Collected,
        (CollectNode, Skipped) => Exit.Skipped,
        (InstructNode, Helped { Did: true }) => Exit.Helped,
        (InstructNode, Helped { Did: false }) => Exit.NotHelped,
        _ => null,
    };
}

/// <summary>What happened at one node on the way.</summary>
internal sealed record Step(Node Node, Trigger Trigger);
