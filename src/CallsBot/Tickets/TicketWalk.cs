using CallsBot.Checks;
using CallsBot.Troubleshooting;

namespace CallsBot.Tickets;

/// <summary>The way that one person went through a tree, as a ticket tells it.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="TreeId">The tree that it began in.</param>
/// <param name="Steps">What was asked, checked and tried, in order; nothing that was taken back.</param>
/// <param name="Texts">What was pasted on the way.</param>
/// <param name="Facts">What the answers told, such as "scope" and "everyone".</param>
/// <param name="Stands">Where the walk ended, or stands; its title.</param>
/// <param name="End">The conclusion; null when the walk has not come to one.</param>
internal sealed record TicketWalk(
    string SessionId,
    string TreeId,
    IReadOnlyList<WalkStep> Steps,
    IReadOnlyList<TicketText> Texts,
    IReadOnlyDictionary<string, string> Facts,
    string Stands,
    WalkEnd? End)
{
    /// <summary>The fact that tells for whom it fails.</summary>
    public const string Scope = "scope";

    /// <summary>The facts that tell with what it fails.</summary>
    public const string Client = "client";

    public const string System = "system";

    /// <param name="sessionId">The session.</param>
    /// <param name="machine">Where its walk stands.</param>
    /// <param name="resultOf">What a check on the way found; null when that is not known any more.</param>
    public static TicketWalk Of(string sessionId, TroubleshootingMachine machine, Func<Trigger, CheckResult?> resultOf) => new(
        sessionId,
        machine.Tree.Id,
        [.. machine.Path.Where(step => step.Trigger is not Chosen).Select(step => StepOf(step, resultOf))],
        [.. machine.Kept.Select(kept => new TicketText(kept.Key, "pasted in the chat", kept.Value))],
        machine.Facts,
        machine.Current.Title,
        machine.Current is ConcludeNode end ? new WalkEnd(end.Title, end.Cause, end.Resolved, end.OffersTicket) : null);

    public override string ToString() => $"{nameof(TicketWalk)} of session {SessionId}, {Steps.Count} steps";

    private static WalkStep StepOf(Step step, Func<Trigger, CheckResult?> resultOf)
    {
        var finding = step.Trigger is Checked ? resultOf(step.Trigger) : null;
        return new WalkStep(
            step.Node.Id,
            step.Node.Title,
            AnswerOf(step, finding),
            finding,
            step is { Node: InstructNode, Trigger: Helped helped } ? helped.Did : null,
            step.Node.Items);
    }

    private static string AnswerOf(Step step, CheckResult? finding) => (step.Node, step.Trigger) switch
    {
        (AskNode ask, Answered answered) => ask.Answers.First(answer => answer.Id == answered.AnswerId).Label,
        (AskNode ask, Found found) => $"{ask.Answers.First(answer => answer.Id == found.AnswerId).Label} (known before)",
        (CollectNode collect, Collected) => $"pasted (`{collect.As}`)",
        (_, Shown) => "seen in evidence",
        (_, Skipped) => "skipped",
        (_, Helped { Did: true }) => "it helped",
        (_, Helped) => "it did not help",
        (_, Checked result) => finding?.Summary ?? OutcomeWords.For(result.Outcome),
        _ => "",
    };
}

/// <param name="NodeId">The node of the tree.</param>
/// <param name="Title">Its title.</param>
/// <param name="Answer">What was answered, found or tried, in short.</param>
/// <param name="Finding">What a check found; null for other steps.</param>
/// <param name="Helped">Whether what was tried helped; null where nothing was tried.</param>
/// <param name="Items">Ids of the troubleshooting items that it covers.</param>
internal sealed record WalkStep(
    string NodeId, string Title, string Answer, CheckResult? Finding, bool? Helped, IReadOnlyList<string> Items);

/// <param name="Title">The conclusion's title.</param>
/// <param name="Cause">Kebab-case and stable.</param>
/// <param name="Resolved">The trouble is over.</param>
/// <param name="OffersTicket">Whether the tree thinks a ticket worth offering here.</param>
internal sealed record WalkEnd(string Title, string Cause, bool Resolved, bool OffersTicket);

/// <summary>A text that goes with a ticket, such as pasted log lines. <see cref="ToString"/> leaves it out.</summary>
/// <param name="Name">The name under which it was kept.</param>
/// <param name="Source">Where it is from, a few words.</param>
/// <param name="Text">The text itself, not redacted.</param>
internal sealed record TicketText(string Name, string Source, string Text)
{
    public string FileName => FileNameOf(Name);

    /// <summary>The file of a bundle that holds the text.</summary>
    public static string FileNameOf(string name) => $"logs/{SafeName(name)}.txt";

    public override string ToString() => $"{nameof(TicketText)} {{ Name = {Name}, Text = {Text.Length} characters }}";

    private static string SafeName(string name) => string.Concat(
        name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-') is { Length: > 0 } safe ? safe : "text";
}
