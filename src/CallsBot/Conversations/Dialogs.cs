using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

/// <summary>Opens the dialogs. Must follow the press within seconds: the trigger id does not last.</summary>
internal sealed class Dialogs(MattermostClient mattermost, SignedTokens tokens, IOptions<ConversationOptions> options)
{
    /// <summary>The longest text that a dialog of the server can hold.</summary>
    private const int LongestText = 3_000;

    private readonly string _url = options.Value.CallbackTo(DialogEndpoint.Path);

    public Task OpenCollectAsync(string triggerId, Session session, ChatTexts texts, CancellationToken cancellationToken) => OpenAsync(
        triggerId, session, SignedToken.CollectDialog, nonce: "",
        texts.CollectDialogTitle, session.Current.Title, texts.CollectDialogLabel, texts.CollectDialogSubmit,
        optional: false, cancellationToken);

    public Task OpenAdministratorAsync(string triggerId, Session session, ChatTexts texts, CancellationToken cancellationToken) => OpenAsync(
        triggerId, session, SignedToken.AdministratorDialog, SignedTokens.NewNonce(),
        texts.AdministratorDialogTitle, texts.AdministratorDialogIntroduction,
        texts.AdministratorDialogLabel, texts.AdministratorDialogSubmit,
        optional: true, cancellationToken);

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
