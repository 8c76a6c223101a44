using System.Net.Http.Headers;
using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CallsBot.Conversations;

/// <summary>Receives <c>/callshelp</c>. Replies at once with a line that only the person sees; the work comes after.</summary>
internal sealed partial class SlashCommandEndpoint(
    CommandTokens tokens, OutgoingGate gate, Conversation conversation, Diagnoses diagnoses, ProfileDesk profiles, TicketDesk tickets, Speech speech, ChatQueue queue, ILogger<SlashCommandEndpoint> logger)
{
    public const string Path = "/mattermost/command";

    private const string FormType = "application/x-www-form-urlencoded";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(
        Path,
        async Task<IResult> (HttpRequest request, SlashCommandEndpoint endpoint, CancellationToken cancellationToken) =>
        {
            if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != FormType)
            {
                return TypedResults.StatusCode(StatusCodes.Status415UnsupportedMediaType);
            }

            try
            {
                var form = await request.ReadFormAsync(cancellationToken);
                return SlashCommandRequest.TryParse(Fields(form)) is { } command
                    ? (await endpoint.HandleAsync(command, request.Headers.Authorization, cancellationToken)).Result
                    : TypedResults.BadRequest();
            }
            catch (InvalidDataException)
            {
                return TypedResults.BadRequest();
            }
            catch (BadHttpRequestException ex)
            {
                return TypedResults.StatusCode(ex.StatusCode);
            }
        });

    /// <param name="command">The command.</param>
    /// <param name="authorization">The header, "Token …"; Mattermost sends the token here and in the form.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<Results<JsonHttpResult<SlashCommandResponse>, UnauthorizedHttpResult>> HandleAsync(
        SlashCommandRequest command, string? authorization, CancellationToken cancellationToken)
    {
        var header = authorization?.Split(' ', 2) is [_, var value] ? value : "";
        var (inForm, inHeader) = (tokens.Accept(command.Token), tokens.Accept(header));
        if (!(inForm && inHeader))
        {
            LogRefusedToken(inForm, inHeader, authorization is not null);
            return TypedResults.Unauthorized();
        }

        var texts = ChatTexts.In(await speech.AtOnceToAsync(command.UserId, cancellationToken));
        switch (Subcommand.Read(command.Text))
        {
            case Subcommand.Help:
                return Whisper(texts.Help);

            case Subcommand.Misspelt { Meant: var meant }:
                return Whisper(texts.DidYouMean(command.Text, meant));

            case Subcommand.Administrator { Message: var message }:
                return After(
                    "Telling an administrator", command, texts, texts.TellingAdministrator,
                    token => conversation.TellAdministratorAsync(command, message, token));

            case Subcommand.Analyse:
                return Whisper(texts.EvidenceHow);

            case Subcommand.Status:
                return Whisper(diagnoses.Status(texts.Language));

            case Subcommand.Check { Target: ProfileDesk.Word }:
                return After(
                    "Beginning a profile", command, texts, conversation.IsDirectWithBot(command) ? texts.CheckedHere : texts.CheckedInDirectMessages,
                    token => profiles.AskAsync(command, token));

            case Subcommand.Check { Target: var target }:
                return After(
                    "Beginning a diagnosis", command, texts, conversation.IsDirectWithBot(command) ? texts.CheckedHere : texts.CheckedInDirectMessages,
                    token => diagnoses.AskAsync(command, target, token));

            case Subcommand.Ticket { Rest: var words }:
                return After(
                    "Opening a ticket", command, texts, conversation.IsDirectWithBot(command) ? texts.TicketSeeBelow : texts.TicketInDirectMessages,
                    token => tickets.AskAsync(command, words, token));

            case Subcommand.Start { Complaint: var complaint }:
                return After(
                    "Starting a session", command, texts, conversation.IsDirectWithBot(command) ? texts.SeeBelow : SeeDirectMessage(command, texts),
                    token => conversation.StartAsync(command, complaint, token));

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private JsonHttpResult<SlashCommandResponse> After(
        string what, SlashCommandRequest command, ChatTexts texts, string reply, Func<CancellationToken, Task> work) =>
        queue.TryEnqueue(what, "", token => conversation.OrSayWhyNotAsync(command, work, token))
            ? Whisper(reply)
            : Whisper(texts.Busy);

    private string SeeDirectMessage(SlashCommandRequest command, ChatTexts texts) =>
        LinkToBot(command) is { Length: > 0 } link ? texts.SeeDirectMessageAt(link) : texts.SeeDirectMessage;

    /// <summary>The bot's direct channel, at the address under which the person sees the server.</summary>
    private string LinkToBot(SlashCommandRequest command) =>
        command.ResponseUrl.IndexOf("/hooks/commands/", StringComparison.Ordinal) is > 0 and var end
        && command.TeamDomain.Length > 0
        && conversation.BotName is { } name
            ? $"{command.ResponseUrl[..end]}/{command.TeamDomain}/messages/@{name}"
            : "";

    private static IEnumerable<KeyValuePair<string, string>> Fields(IFormCollection form) =>
        form.SelectMany(field => field.Value.Select(value => KeyValuePair.Create(field.Key, value ?? "")));

    private JsonHttpResult<SlashCommandResponse> Whisper(string text) => TypedResults.Json(
        gate.Pass(new SlashCommandResponse { Text = text }), MattermostJson.Default.SlashCommandResponse);

    [LoggerMessage(LogLevel.Warning,
        "Refused a slash command. Its token is among Mattermost:CommandTokens in the form: {InForm}, in the Authorization header: {InHeader} (there is a header: {HasHeader}; a proxy may have taken it off).")]
    private partial void LogRefusedToken(bool inForm, bool inHeader, bool hasHeader);
}
