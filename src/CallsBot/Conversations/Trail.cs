using CallsBot.Checks;
using CallsBot.Troubleshooting;

namespace CallsBot.Conversations;

/// <summary>The way a session came: each question with its answer, each check with what it found.</summary>
internal static class Trail
{
    public static IEnumerable<(string Title, string Answer)> Of(Session session) =>
        session.Machine.Path
            .Where(step => step is not ({ Trigger: Chosen } or { Node: AskNode { As: FactNames.Role } }))
            .Select(step => (step.Node.Title, Answer(step, session)));

    /// <summary>The person's answers alone, in short.</summary>
    public static IEnumerable<string> Answers(Session session) =>
        session.Machine.Path.Where(step => step.Trigger.IsByPerson).Select(step => Answer(step, session));

    /// <summary>What a person did at a node, in short; empty for what leaves no answer, such as going back.</summary>
    public static string AnswerOf(Node node, Trigger trigger) => (node, trigger) switch
    {
        (AskNode ask, Answered answered) => ask.Answers.First(answer => answer.Id == answered.AnswerId).Label,
        (AskNode ask, Found found) => ask.Answers.First(answer => answer.Id == found.AnswerId).Label,
        (_, Collected) => ConversationTexts.PastedText,
        (_, Skipped) => ConversationTexts.Skip,
        (_, Helped { Did: true }) => ConversationTexts.ItHelped,
        (_, Helped) => ConversationTexts.ItDidNotHelp,
        _ => "",
    };

    private static string Answer(Step step, Session session) => step.Trigger is Checked result
        ? Finding(session, result)?.Summary ?? OutcomeWords.For(result.Outcome)
        : AnswerOf(step.Node, step.Trigger);

    private static CheckResult? Finding(Session session, Checked result) =>
        session.Steps.FirstOrDefault(step => ReferenceEquals(step.Trigger, result))?.Result;
}
