using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tickets;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

/// <summary>Opens the dialogs. Must follow the press within seconds: the trigger id does not last.</summary>
internal sealed class Dialogs(MattermostClient mattermost, SignedTokens tokens, IOptions<ConversationOptions> options)
{
    /// <summary>The longest text that a dialog of the server can hold.</summary>
    private const int LongestText = 3_000;

    /// <summary>The longest line that a dialog of the server can hold.</summary>
    private const int LongestLine = 150;

    private readonly string _url = options.Value.CallbackTo(DialogEndpoint.Path);

    public Task OpenCollectAsync(string triggerId, Session session, ChatTexts texts, CancellationToken cancellationToken) => OpenAsync(
        triggerId, session, SignedToken.CollectDialog, nonce: "",
        texts.CollectDialogTitle, session.CurrentIn(texts.Language).Title, texts.CollectDialogLabel, texts.CollectDialogSubmit,
        optional: false, cancellationToken);

    public Task OpenAdministratorAsync(string triggerId, Session session, ChatTexts texts, CancellationToken cancellationToken) => OpenAsync(
        triggerId, session, SignedToken.AdministratorDialog, SignedTokens.NewNonce(),
        texts.AdministratorDialogTitle, texts.AdministratorDialogIntroduction,
        texts.AdministratorDialogLabel, texts.AdministratorDialogSubmit,
        optional: true, cancellationToken);

    /// <summary>Asks for what only people know about a ticket, with what was written before.</summary>
    public Task OpenTicketAsync(string triggerId, TicketDraft draft, string userId, ChatTexts texts, CancellationToken cancellationToken)
    {
        DialogElement Element(string field, string label, string type, string? help = null, int? longest = null, IReadOnlyList<Option>? choices = null) => new()
        {
            DisplayName = label,
            Name = field,
            Type = type,
            HelpText = help,
            MaxLength = longest,
            Options = choices,
            Default = draft.Latest(field) is { Length: > 0 } before ? before : null,
            Optional = field != TicketField.Description,
        };

        return mattermost.Api.OpenDialogAsync(
            new OpenDialogRequest
            {
                TriggerId = triggerId,
                Url = _url,
                Dialog = new Dialog
                {
                    CallbackId = SignedToken.TicketDialog,
                    Title = texts.TicketDialogTitle,
                    IntroductionText = texts.TicketDialogIntroduction,
                    SubmitLabel = texts.TicketDialogSubmit,
                    State = tokens.Issue(new SignedToken(SignedToken.TicketDialog, draft.Id, 0, userId, SignedTokens.NewNonce())),
                    Elements =
                    [
                        Element(TicketField.Description, texts.TicketDescriptionDialogLabel, DialogElement.TextArea, texts.TicketDescriptionDialogHelp, LongestText),
                        Element(TicketField.Since, texts.TicketSinceDialogLabel, DialogElement.Text, texts.TicketSinceDialogHelp, LongestLine),
                        Element(TicketField.Steps, texts.TicketStepsDialogLabel, DialogElement.TextArea, longest: LongestText),
                        Element(
                            TicketField.Affected, texts.TicketAffectedDialogLabel, DialogElement.Select,
                            choices:
                            [
                                new Option { Text = texts.TicketAffectedOne, Value = TicketField.One },
                                new Option { Text = texts.TicketAffectedSeveral, Value = TicketField.Several },
                                new Option { Text = texts.TicketAffectedEveryone, Value = TicketField.Everyone },
                            ]),
                        Element(
                            TicketField.Logs, texts.TicketLogsDialogLabel, DialogElement.Select, texts.TicketLogsDialogHelp,
                            choices:
                            [
                                new Option { Text = texts.TicketLogsYes, Value = TicketField.Yes },
                                new Option { Text = texts.TicketLogsNo, Value = TicketField.No },
                            ]),
                    ],
                },
            },
            cancellationToken);
    }

    private Task OpenAsync(
        string triggerId, Session session, string purpose, string nonce, string title, string introduction, string label, string submit,
        bool optional, CancellationToken cancellationToken) =>
        mattermost.Api.OpenDialogAsync(
            new OpenDialogRequest
            {
                TriggerId = triggerId,
                Url = _url,
                Dialog = new Dialog
                {
                    CallbackId = purpose,
                    Title = title,
                    IntroductionText = introduction,
                    SubmitLabel = submit,
                    State = tokens.Issue(new SignedToken(purpose, session.Id, session.Position, session.UserId, nonce)),
                    Elements =
                    [
                        new DialogElement
                        {
                            DisplayName = label,
                            Name = DialogEndpoint.TextElement,
                            Type = DialogElement.TextArea,
                            MaxLength = LongestText,
                            Optional = optional,
                        },
                    ],
                },
            },
            cancellationToken);
}
