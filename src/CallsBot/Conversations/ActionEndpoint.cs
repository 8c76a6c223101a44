using System.Data.Common;
using System.Text.Json;
using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CallsBot.Conversations;

/// <summary>Receives a press on a button, or a choice in a menu.</summary>
/// <remarks>
/// Mattermost does not sign these requests, so each action carries a token of ours. Forged ones are refused without a
/// word; what an honest person can run into (too late, twice, somebody else's card) is answered kindly.
/// </remarks>
internal sealed partial class ActionEndpoint(
    SignedTokens tokens, OutgoingGate gate, Conversation conversation, Diagnoses diagnoses, TicketDesk tickets, Speech speech, ILogger<ActionEndpoint> logger)
{
    public const string Path = "/mattermost/action";

    /// <summary>Keys of the context that our actions carry.</summary>
    public const string TokenKey = "token";

    public const string ChoiceKey = "choice";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(
        Path,
        async Task<IResult> (ActionRequest request, ActionEndpoint endpoint, CancellationToken cancellationToken) =>
            (await endpoint.HandleAsync(request, cancellationToken)).Result);

    public async Task<Results<JsonHttpResult<ActionResponse>, UnauthorizedHttpResult, BadRequest>> HandleAsync(
        ActionRequest request, CancellationToken cancellationToken)
    {
        // A menu brings what was chosen; a button has its choice in the context already.
        var choice = Text(request.Context, "selected_option") ?? Text(request.Context, ChoiceKey);
        if (Text(request.Context, TokenKey) is not { } text || choice is null)
        {
            return TypedResults.BadRequest();
        }

        var isDiagnosis = choice is Choice.CancelDiagnosis or Choice.DiagnoseAgain;
        var isTicket = choice is Choice.TicketFillIn or Choice.TicketPreview or Choice.TicketPassOn or Choice.TicketYes;
        switch (tokens.Read(text, isDiagnosis ? SignedToken.Diagnosis : isTicket ? SignedToken.Ticket : SignedToken.Card, out var token))
        {
            case TokenState.Forged:
                LogRefusedToken();
                return TypedResults.Unauthorized();

            case TokenState.Expired:
                return Reply(new ActionResponse { EphemeralText = (await TextsAsync(request, cancellationToken)).SessionExpired });

            default:
                try
                {
                    return Reply(isDiagnosis ? await diagnoses.PressAsync(request, token!, choice, cancellationToken)
                        : isTicket ? await tickets.PressAsync(request, token!, choice, cancellationToken)
                        : await conversation.PressAsync(request, token!, choice, cancellationToken));
                }
                catch (DbException ex)
                {
                    LogNotStored(ex);
                    return Reply(new ActionResponse { EphemeralText = (await TextsAsync(request, cancellationToken)).CannotStore });
                }
        }
    }

    private async Task<ChatTexts> TextsAsync(ActionRequest request, CancellationToken cancellationToken) =>
        ChatTexts.In(await speech.ToAsync(request.UserId, cancellationToken));

    private static string? Text(IReadOnlyDictionary<string, JsonElement> context, string key) =>
        context.TryGetValue(key, out var value) ? JsonText.Of(value) : null;

    private JsonHttpResult<ActionResponse> Reply(ActionResponse response) =>
        TypedResults.Json(gate.Pass(response), MattermostJson.Default.ActionResponse);

    [LoggerMessage(LogLevel.Error, "A press could not be stored. Check Storage:ConnectionString, and the disk.")]
    private partial void LogNotStored(Exception exception);

    [LoggerMessage(LogLevel.Warning, "Refused a press: its token is not ours.")]
    private partial void LogRefusedToken();
}
