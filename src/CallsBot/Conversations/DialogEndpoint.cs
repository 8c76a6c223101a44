using System.Data.Common;
using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CallsBot.Conversations;

/// <summary>Receives a dialog that was submitted or closed. Its state is a token of ours, as with buttons.</summary>
internal sealed partial class DialogEndpoint(
    SignedTokens tokens, OutgoingGate gate, Conversation conversation, TicketDesk tickets, Speech speech, ILogger<DialogEndpoint> logger)
{
    public const string Path = "/mattermost/dialog";

    /// <summary>The one element of the dialogs that ask for a text.</summary>
    public const string TextElement = "text";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(
        Path,
        async Task<IResult> (DialogSubmission submission, DialogEndpoint endpoint, CancellationToken cancellationToken) =>
            (await endpoint.HandleAsync(submission, cancellationToken)).Result);

    public async Task<Results<JsonHttpResult<DialogResponse>, UnauthorizedHttpResult, BadRequest>> HandleAsync(
        DialogSubmission submission, CancellationToken cancellationToken)
    {
        if (submission.CallbackId is not (SignedToken.CollectDialog or SignedToken.AdministratorDialog or SignedToken.TicketDialog))
        {
            return TypedResults.BadRequest();
        }

        var state = tokens.Read(submission.State, submission.CallbackId, out var token);
        if (state == TokenState.Forged || token!.UserId != submission.UserId)
        {
            LogRefusedToken(submission.CallbackId);
            return TypedResults.Unauthorized();
        }

        if (submission.Cancelled)
        {
            return Reply(new DialogResponse());
        }

        if (state == TokenState.Expired)
        {
            return Reply(new DialogResponse { Error = (await TextsAsync(submission, cancellationToken)).SessionExpired });
        }

        var text = submission.Submission is { } values && values.TryGetValue(TextElement, out var value)
            ? JsonText.Of(value)?.Trim() ?? ""
            : "";
        try
        {
            return Reply(token.Purpose == SignedToken.TicketDialog
                ? await tickets.SubmitAsync(submission, token, cancellationToken)
                : await conversation.SubmitAsync(submission, token, text, cancellationToken));
        }
        catch (DbException ex)
        {
            LogNotStored(ex);
            return Reply(new DialogResponse { Error = (await TextsAsync(submission, cancellationToken)).CannotStore });
        }
    }

    private async Task<ChatTexts> TextsAsync(DialogSubmission submission, CancellationToken cancellationToken) =>
        ChatTexts.In(await speech.ToAsync(submission.UserId, cancellationToken));

    private JsonHttpResult<DialogResponse> Reply(DialogResponse response) =>
        TypedResults.Json(gate.Pass(response), MattermostJson.Default.DialogResponse);

    [LoggerMessage(LogLevel.Error, "A dialog could not be stored. Check Storage:ConnectionString, and the disk.")]
    private partial void LogNotStored(Exception exception);

    [LoggerMessage(LogLevel.Warning, "Refused a dialog ({Dialog}): its state is not ours, or not the submitter's.")]
    private partial void LogRefusedToken(string dialog);
}
