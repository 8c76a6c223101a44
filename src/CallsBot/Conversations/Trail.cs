using CallsBot.Checks;
using CallsBot.Troubleshooting;

namespace CallsBot.Conversations;

/// <summary>The way a session came: each question with its answer, each check with what it found.</summary>
internal static class Trail
{
    public static IEnumerable<(string Title, string Answer)> Of(Session session) =>
        session.Machine.Path.Select(step => (step.Node.Title, Answer(step, session)));

    /// <summary>The person's answers alone, in short.</summary>
    public static IEnumerable<string> Answers(Session session) =>
        session.Machine.Path.Where(step => step.Trigger.IsByPerson).Select(step => Answer(step, session));

    private static string Answer(Step step, Session session) => (step.Node, step.Trigger) switch
    {
        (AskNode ask, Answered answered) => ask.Answers.First(answer => answer.Id == answered.AnswerId).Label,
        (_, Checked result) => Finding(session, result)?.Summary ?? OutcomeWords.For(result.Outcome),
        (_, Collected) => ConversationTexts.PastedText,
        (_, Skipped) => ConversationTexts.Skip,
        (_, Helped { Did: true }) => ConversationTexts.ItHelped,
        (_, Helped) => ConversationTexts.ItDidNotHelp,
        _ => "",
    };

    private static CheckResult? Finding(Session session, Checked result) =>
        session.Steps.FirstOrDefault(step => ReferenceEquals(step.Trigger, result))?.Result;
}
