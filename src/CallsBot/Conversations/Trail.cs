using CallsBot.Checks;
using CallsBot.Languages;
using CallsBot.Reports;
using CallsBot.Troubleshooting;

namespace CallsBot.Conversations;

/// <summary>The way a session came: each question with its answer, each check with what it found.</summary>
internal static class Trail
{
    public static IEnumerable<(string Title, string Answer)> Of(Session session, Language language) =>
        session.Machine.Path
            .Where(step => step is not ({ Trigger: Chosen } or { Node: AskNode { As: FactNames.Role } }))
            .Select(step => (session.Tree.In(language, step.Node.Id).Title, Answer(step, session, language)));

    /// <summary>The person's answers alone, in short.</summary>
    public static IEnumerable<string> Answers(Session session, Language language) =>
        session.Machine.Path.Where(step => step.Trigger.IsByPerson).Select(step => Answer(step, session, language));

    /// <summary>What a person did at a node, in short; empty for what leaves no answer, such as going back.</summary>
    public static string AnswerOf(Node node, Trigger trigger, ChatTexts texts) => (node, trigger) switch
    {
        (AskNode ask, Answered answered) => ask.Answers.First(answer => answer.Id == answered.AnswerId).Label,
        (AskNode ask, Found found) => ask.Answers.First(answer => answer.Id == found.AnswerId).Label,
        (_, Collected) => texts.PastedText,
        (_, Shown) => texts.SeenInEvidence,
        (_, Skipped) => texts.SkipButton,
        (_, Helped { Did: true }) => texts.ItHelpedButton,
        (_, Helped) => texts.ItDidNotHelpButton,
        _ => "",
    };

    private static string Answer(Step step, Session session, Language language)
    {
        if (step.Trigger is not Checked result)
        {
            return AnswerOf(session.Tree.In(language, step.Node.Id), step.Trigger, ChatTexts.In(language));
        }

        var words = ReportWords.In(language);
        return Finding(session, result) is { } finding ? words.Summary(finding) : words.Of(result.Outcome);
    }

    private static CheckResult? Finding(Session session, Checked result) =>
        session.Steps.FirstOrDefault(step => ReferenceEquals(step.Trigger, result))?.Result;
}
