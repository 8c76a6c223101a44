using System.Diagnostics;

namespace CallsBot.Setup;

/// <summary>What came of one step. Each has its word in the output.</summary>
internal enum SetupOutcome
{
    /// <summary>As it should be.</summary>
    Ok,
    Created,
    Repaired,

    /// <summary>Missing, and only looked at.</summary>
    WouldCreate,

    /// <summary>Wrong, and only looked at.</summary>
    WouldRepair,

    /// <summary>Worth knowing, and not judged.</summary>
    Note,

    /// <summary>Not asked for; the text says what goes without.</summary>
    Skipped,

    /// <summary>Only an administrator can do this.</summary>
    ByHand,

    /// <summary>Left alone, because it is somebody else's or the server said no.</summary>
    Refused,
}

/// <summary>One line of the output.</summary>
internal sealed record SetupStep(SetupOutcome Outcome, string Text)
{
    public bool IsSettled => Outcome is not (
        SetupOutcome.WouldCreate or SetupOutcome.WouldRepair or SetupOutcome.ByHand or SetupOutcome.Refused);

    public override string ToString() => $"{Word,-12}  {Text}";

    private string Word => Outcome switch
    {
        SetupOutcome.Ok => "ok",
        SetupOutcome.Created => "created",
        SetupOutcome.Repaired => "repaired",
        SetupOutcome.WouldCreate => "would create",
        SetupOutcome.WouldRepair => "would repair",
        SetupOutcome.Note => "note",
        SetupOutcome.Skipped => "skipped",
        SetupOutcome.ByHand => "by hand",
        SetupOutcome.Refused => "refused",
        _ => throw new UnreachableException(),
    };
}

/// <summary>Writes each step as it is taken, and keeps it.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="checkOnly">Nothing is changed: what would be created or repaired is said as that.</param>
internal sealed class SetupReport(TextWriter output, bool checkOnly)
{
    private readonly List<SetupStep> _steps = [];

    public bool CheckOnly => checkOnly;

    public IReadOnlyList<SetupStep> Steps => _steps;

    /// <summary>Whether there is nothing left to do, for setup or for a person.</summary>
    public bool IsSettled => _steps.All(step => step.IsSettled);

    public void Ok(string text) => Add(SetupOutcome.Ok, text);

    /// <param name="thing">A noun phrase, so that it reads well after "created" and "would create".</param>
    public void Created(string thing) => Add(checkOnly ? SetupOutcome.WouldCreate : SetupOutcome.Created, thing);

    /// <param name="thing">A noun phrase, so that it reads well after "repaired" and "would repair".</param>
    public void Repaired(string thing) => Add(checkOnly ? SetupOutcome.WouldRepair : SetupOutcome.Repaired, thing);

    public void Note(string text) => Add(SetupOutcome.Note, text);

    public void Skipped(string text) => Add(SetupOutcome.Skipped, text);

    public void ByHand(string text) => Add(SetupOutcome.ByHand, text);

    public void Refused(string text) => Add(SetupOutcome.Refused, text);

    private void Add(SetupOutcome outcome, string text)
    {
        // Names and addresses come from the server, where anybody may have typed them.
        var step = new SetupStep(outcome, new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]));
        _steps.Add(step);
        output.WriteLine(step);
    }
}
