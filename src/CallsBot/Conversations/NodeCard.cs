using System.Text;
using CallsBot.Checks;
using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using CallsBot.Reports;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

/// <summary>Draws the node a session stands on: what was found, the question, its buttons, and the way back.</summary>
/// <remarks>
/// Up to six answers are buttons, more are a menu. Colour is never the only sign: every finding carries its word. The
/// message of a card is empty, so that a card that replaces another leaves nothing of it behind.
/// </remarks>
internal sealed class NodeCard(
    SignedTokens tokens, IOptions<ConversationOptions> options)
{
    private const int ButtonsInARow = 5;
    private const int LongestTrail = 300;

    private readonly string _url = options.Value.CallbackTo(ActionEndpoint.Path);

    /// <param name="session">The session.</param>
    /// <param name="administrator">Whether to show what administrators see: hosts, evidence, commands.</param>
    /// <param name="language">The reader's.</param>
    /// <param name="addresses">What is filled into commands.</param>
    public PostPatch For(Session session, bool administrator, Language language, InstallationAddresses addresses)
    {
        var texts = ChatTexts.In(language);
        var token = tokens.Issue(new SignedToken(SignedToken.Card, session.Id, session.Position, session.UserId, Nonce: ""));
        var attachments = new List<Attachment>();
        if (session.LatestFindings.Where(finding => administrator || finding.Outcome != Outcome.Skipped).ToList() is { Count: > 0 } findings)
        {
            attachments.Add(Findings(findings, administrator, session.Current, texts));
        }

        attachments.AddRange(Question(session, administrator, token, texts, addresses));
        attachments.Add(Ways(session, token, texts));
        return new PostPatch { Message = "", Props = CardProps.Fit(attachments) };
    }

    /// <summary>What is left of a card that words have answered: the question and the answer.</summary>
    public static PostPatch Answered(string question, string answer, ChatTexts texts) => Closed(texts.Answered(question, answer));

    /// <summary>A card without buttons, for one that nobody needs to press any more.</summary>
    public static PostPatch Closed(string text) => new()
    {
        Message = "",
        Props = new PostProps { Attachments = [new Attachment { Color = CardProps.Grey, Text = text, Fallback = text }] },
    };

    /// <summary>The answers of a question, numbered as a written answer may name them; empty for other nodes.</summary>
    public static string NumberedAnswers(Node node) => node is AskNode ask
        ? string.Join('\n', ask.Answers.Select((answer, index) => $"{index + 1}. {answer.Label}"))
        : "";

    /// <summary>What is wrong comes first and in full. Of what is right several are a line each, and people other than administrators see the last.</summary>
    private static Attachment Findings(List<CheckResult> findings, bool administrator, Node current, ChatTexts texts)
    {
        List<CheckResult> trouble = [.. findings.Where(finding => finding.Outcome != Outcome.Pass)];
        List<CheckResult> inFull = findings.Count == 1 ? findings : trouble;
        List<CheckResult> inShort =
        [
            .. findings.Except(inFull).Skip(administrator ? 0 : trouble.Count > 0 ? findings.Count : findings.Count - 1),
        ];

        // A node with steps of its own says what to do; the same steps twice would be one too many.
        var withSteps = administrator && current is not (InstructNode or ConcludeNode { AdminText: not null });
        var words = ReportWords.In(texts.Language);
        var text = new StringBuilder();
        foreach (var finding in inFull)
        {
            text.Append(texts.Finding(words.Of(finding.Outcome), words.Summary(finding))).Append('\n');
            if (administrator)
            {
                AppendForAdministrator(text, finding, withSteps);
            }
        }

        foreach (var finding in inShort)
        {
            text.Append(texts.Finding(words.Of(finding.Outcome), words.Summary(finding))).Append('\n');
        }

        var telling = trouble.Count > 0 ? trouble[^1] : findings[^1];
        return new Attachment
        {
            Color = CardProps.ColourOf(telling.Outcome),
            Title = texts.WhatIFound,
            Text = text.ToString().TrimEnd(),
            Fallback = texts.WhatIFoundInShort(words.Summary(telling)),
            Fields = administrator
                ? [.. inFull.SelectMany(finding => finding.Evidence).Distinct().Select(evidence => new AttachmentField
                {
                    Title = evidence.Label, Value = evidence.Value, Short = evidence.Value.Length <= 40,
                })]
                : null,
        };
    }

    private static void AppendForAdministrator(StringBuilder text, CheckResult finding, bool withSteps)
    {
        if (finding.Detail is { } detail)
        {
            text.Append(detail).Append('\n');
        }

        foreach (var step in withSteps ? finding.NextSteps : [])
        {
            text.Append("- ").Append(step.Text).Append('\n');
            if (step.Command is { } command)
            {
                text.Append("```\n").Append(command).Append("\n```\n");
            }
        }
    }

    private IEnumerable<Attachment> Question(
        Session session, bool administrator, string token, ChatTexts texts, InstallationAddresses addresses)
    {
        var node = session.CurrentIn(texts.Language);
        var card = new Attachment
        {
            Color = node is ConcludeNode conclusion ? conclusion.Resolved ? CardProps.Green : CardProps.Amber : CardProps.Neutral,
            Title = node is ConcludeNode { Resolved: true } ? texts.Solved(node.Title) : node.Title,
            Text = Text(node, administrator, texts, addresses),
            Fallback = node.Title,
        };

        if (node is AskNode { Menu: false, Answers.Count: <= TreeFile.MaxButtons } ask)
        {
            var buttons = ask.Answers.Select((answer, index) =>
                Button($"answer{index}", answer.Label, Choice.Answer(answer.Id), token)).ToList();

            // Six would leave one alone on a second row: two rows of three read better.
            var row = buttons.Count > ButtonsInARow ? (buttons.Count + 1) / 2 : ButtonsInARow;
            yield return card with { Actions = buttons[..Math.Min(row, buttons.Count)] };
            if (buttons.Count > row)
            {
                yield return new Attachment { Color = card.Color, Fallback = card.Fallback, Actions = buttons[row..] };
            }

            yield break;
        }

        yield return card with
        {
            Actions = node switch
            {
                AskNode menu => [Menu(menu, token, texts)],
                InstructNode =>
                [
                    Button("helped", texts.ItHelpedButton, Choice.Helped, token, "primary"),
                    Button("nothelped", texts.ItDidNotHelpButton, Choice.NotHelped, token),
                ],
                CollectNode { Skip: null } => [Button("write", texts.WriteItButton, Choice.Write, token, "primary")],
                CollectNode =>
                [
                    Button("write", texts.WriteItButton, Choice.Write, token, "primary"),
                    Button("skip", texts.SkipButton, Choice.Skip, token),
                ],
                ConcludeNode { OffersTicket: true } => [Button("ticket", texts.TicketButton, Choice.Ticket, token, "primary")],
                CheckNode => [Button("retry", texts.TryAgainButton, Choice.Retry, token)],
                _ => null,
            },
        };
    }

    private static string Text(Node node, bool administrator, ChatTexts texts, InstallationAddresses addresses)
    {
        var text = administrator ? Placeholders.Fill(node.TextFor(administrator), addresses) : node.TextFor(administrator);
        if (administrator && node.Interrupts)
        {
            text = $"**{texts.InterruptsCalls}**\n\n{text}";
        }

        return node switch
        {
            InstructNode => $"{text}\n\n**{texts.DidThatHelp}**",
            CollectNode => $"{text}\n\n{texts.WriteOrPaste}",
            _ => text,
        };
    }

    private Attachment Ways(Session session, string token, ChatTexts texts)
    {
        var trail = string.Join(" › ", Trail.Answers(session, texts.Language));
        return new Attachment
        {
            Color = CardProps.Grey,
            Fallback = texts.Language.List([texts.BackButton, texts.StartOverButton, texts.AdministratorButton]),
            Footer = trail.Length <= LongestTrail ? trail : "… " + trail[^(LongestTrail - 2)..],
            Actions =
            [
                Button("back", texts.BackButton, Choice.Back, token),
                Button("startover", texts.StartOverButton, Choice.StartOver, token),
                Button("administrator", texts.AdministratorButton, Choice.Administrator, token),
            ],
        };
    }

    private PostAction Button(string id, string name, string choice, string token, string? style = null) => new()
    {
        Id = id,
        Name = name,
        Style = style,
        Integration = new ActionIntegration
        {
            Url = _url,
            Context = new Dictionary<string, string> { [ActionEndpoint.TokenKey] = token, [ActionEndpoint.ChoiceKey] = choice },
        },
    };

    private PostAction Menu(AskNode ask, string token, ChatTexts texts) => new()
    {
        Id = "choose",
        Name = texts.ChooseMenu,
        Type = PostAction.Select,
        Options = [.. ask.Answers.Select(answer => new Option { Text = answer.Label, Value = Choice.Answer(answer.Id) })],
        Integration = new ActionIntegration
        {
            Url = _url,
            Context = new Dictionary<string, string> { [ActionEndpoint.TokenKey] = token },
        },
    };
}
