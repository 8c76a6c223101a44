using System.Net;

namespace CallsBot.Protocols.Mattermost;

/// <summary>The server refused a request, or could not be reached.</summary>
/// <param name="message">One line: the request, the status and the server's own words. No token.</param>
/// <param name="statusCode">Null when there was no reply.</param>
/// <param name="errorId">The server's id of the error, such as <c>api.context.permissions.app_error</c>; null when there is none.</param>
/// <param name="innerException">The cause, when there was no reply.</param>
public sealed class MattermostException(
    string message, HttpStatusCode? statusCode, string? errorId, Exception? innerException = null)
    : Exception(message, innerException)
{
    public HttpStatusCode? StatusCode { get; } = statusCode;

    public string? ErrorId { get; } = errorId;
}
