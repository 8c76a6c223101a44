using CallsBot.Troubleshooting;

namespace CallsBot.Conversations;

/// <summary>What a button or a menu entry stands for, as it travels in the action's context.</summary>
internal static class Choice
{
    public const string Administrator = "administrator";
    public const string Back = "back";
    public const string StartOver = "start-over";
    public const string Helped = "helped";
    public const string NotHelped = "not-helped";
    public const string Write = "write";
    public const string Skip = "skip";
    public const string Retry = "retry";

    /// <summary>On the card of a diagnosis.</summary>
    public const string CancelDiagnosis = "cancel-diagnosis";

    /// <summary>On the card of a diagnosis.</summary>
    public const string DiagnoseAgain = "diagnose-again";

    /// <summary>On a conclusion.</summary>
    public const string Ticket = "ticket";

    /// <summary>On the card of a ticket, as are the others.</summary>
    public const string TicketFillIn = "ticket-fill-in";
    public const string TicketPreview = "ticket-preview";
    public const string TicketPassOn = "ticket-pass-on";

    /// <summary>On the preview of a ticket.</summary>
    public const string TicketYes = "ticket-yes";

    private const string AnswerPrefix = "answer ";

    public static string Answer(string answerId) => AnswerPrefix + answerId;

    /// <returns>Null for a choice that this node does not offer.</returns>
    public static Trigger? Read(Node node, string choice) => (choice, node) switch
    {
        (Back, _) => new WentBack(node.Id),
        (StartOver, _) => new StartedOver(node.Id),
        (Helped, InstructNode) => new Helped(node.Id, true),
        (NotHelped, InstructNode) => new Helped(node.Id, false),
        (Skip, CollectNode) => new Skipped(node.Id),
        (_, AskNode) when choice.StartsWith(AnswerPrefix, StringComparison.Ordinal) =>
            new Answered(node.Id, choice[AnswerPrefix.Length..]),
        _ => null,
    };
}
