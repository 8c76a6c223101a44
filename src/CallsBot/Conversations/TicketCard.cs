using System.Globalization;
using System.Text;
using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tickets;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

/// <summary>Draws a ticket in the making, its preview, and what is left of it afterwards.</summary>
internal sealed class TicketCard(SignedTokens tokens, IOptions<ConversationOptions> options)
{
    private const int LongestValue = 300;

    private readonly string _url = options.Value.CallbackTo(ActionEndpoint.Path);

    /// <param name="draft">The ticket.</param>
    /// <param name="userId">Who is shown it, and may press its buttons.</param>
    /// <param name="administrator">Whether they are an administrator, who has nobody to pass it on to.</param>
    /// <param name="texts">In their language.</param>
    public PostPatch Draft(TicketDraft draft, string userId, bool administrator, ChatTexts texts)
    {
        var text = new StringBuilder();
        text.Append(administrator ? texts.TicketIntroduction : texts.TicketIntroductionUser).Append("\n\n");
        foreach (var (field, label) in new[]
        {
            (TicketField.Description, texts.TicketDescriptionDialogLabel), (TicketField.Since, texts.TicketSinceDialogLabel), (TicketField.Steps, texts.TicketStepsDialogLabel),
        })
        {
            if (draft.Latest(field) is { Length: > 0 } value)
            {
                text.Append(texts.TicketWritten(label, InOneLine(value))).Append('\n');
            }
        }

        if (draft.Additions.Count() is > 0 and var additions)
        {
            text.Append(texts.TicketAddedSoFar(additions.ToString(CultureInfo.InvariantCulture))).Append('\n');
        }

        text.Append('\n').Append(texts.TicketHowToAdd(draft.Id));
        var title = texts.TicketTitle(draft.Id);
        var fill = draft.IsEmpty ? texts.TicketFillInButton : texts.TicketChangeButton;
        return Card(new Attachment
        {
            Color = CardProps.Neutral,
            Title = title,
            Fallback = title,
            Text = text.ToString(),
            Actions =
            [
                Button("fill", fill, Choice.TicketFillIn, draft.Id, userId, style: draft.IsEmpty ? "primary" : null),
                .. draft.IsEmpty ? (PostAction[])[] : [Button("preview", texts.TicketPreviewButton, Choice.TicketPreview, draft.Id, userId, style: "primary")],
                .. administrator ? (PostAction[])[] : [Button("pass", texts.TicketPassOnButton, Choice.TicketPassOn, draft.Id, userId)],
            ],
        });
    }

    /// <param name="ticket">What would go out.</param>
    /// <param name="key">The key of its bundle.</param>
    /// <param name="userId">Who is asked.</param>
    /// <param name="texts">In their language.</param>
    public PostPatch Preview(WrittenTicket ticket, string key, string userId, ChatTexts texts)
    {
        var files = new StringBuilder(texts.TicketPreviewFiles).Append('\n');
        foreach (var entry in ticket.Entries)
        {
            files.Append(texts.TicketPreviewFile(entry.Name, Size(entry.Length), entry.What)).Append('\n');
        }

        files.Append('\n').Append(ticket.Counts.Total == 0 ? texts.TicketPreviewNothingReplaced : texts.TicketPreviewReplaced(WrittenTicket.Words(ticket.Counts)));
        var title = texts.TicketPreviewTitle(ticket.TicketId);
        return Card(
            new Attachment { Color = CardProps.Amber, Title = title, Fallback = title, Text = files.ToString() },
            new Attachment
            {
                Color = CardProps.Grey,
                Title = texts.TicketPreviewNeeds,
                Fallback = texts.TicketPreviewNeeds,
                Text = string.Join('\n', ticket.Needs.Select(need => $"- {need.Id} {need.Title}: **{need.StateWord}**. {need.Missing}".TrimEnd())),
            },
            new Attachment
            {
                Color = CardProps.Grey,
                Title = texts.TicketPreviewCriteria,
                Fallback = texts.TicketPreviewCriteria,
                Text = string.Join('\n', ticket.Criteria.Select(criterion => $"- {criterion.Id} {criterion.Title}: **{criterion.StateWord}**. {criterion.Why}")),
            },
            new Attachment
            {
                Color = CardProps.Neutral,
                Fallback = texts.TicketPreviewConsent,
                Text = texts.TicketPreviewConsent,
                Actions =
                [
                    Button("yes", texts.TicketYesButton, Choice.TicketYes, ticket.TicketId, userId, key, "primary"),
                    Button("change", texts.TicketChangeButton, Choice.TicketFillIn, ticket.TicketId, userId),
                ],
            });
    }

    /// <summary>A message of one line about a ticket, with a way to go on.</summary>
    public PostPatch Again(string text, string ticketId, string userId, ChatTexts texts) => Card(new Attachment
    {
        Color = CardProps.Grey,
        Text = text,
        Fallback = text,
        Actions = [Button("preview", texts.TicketPreviewButton, Choice.TicketPreview, ticketId, userId)],
    });

    private static PostPatch Card(params IReadOnlyList<Attachment> attachments) => new() { Message = "", Props = CardProps.Fit(attachments) };

    private static string InOneLine(string value)
    {
        var line = value.ReplaceLineEndings(" ");
        return line.Length <= LongestValue ? line : line[..LongestValue] + " …";
    }

    internal static string Size(long bytes) => bytes < 10_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes} B")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000.0:#,0} kB");

    private PostAction Button(string id, string name, string choice, string ticketId, string userId, string nonce = "", string? style = null) => new()
    {
        Id = id,
        Name = name,
        Style = style,
        Integration = new ActionIntegration
        {
            Url = _url,
            Context = new Dictionary<string, string>
            {
                [ActionEndpoint.TokenKey] = tokens.Issue(new SignedToken(SignedToken.Ticket, ticketId, 0, userId, nonce)),
                [ActionEndpoint.ChoiceKey] = choice,
            },
        },
    };
}
