using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>What the server answers when it refuses.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Id">The stable id that clients tell errors apart by.</param>
/// <param name="Message">For people.</param>
/// <param name="Detail">For developers; the recordings have it filled in.</param>
internal sealed record ApiError(int Status, string Id, string Message, string Detail = "")
{
    public JsonObject ToJson(string requestId) => new()
    {
        ["id"] = Id,
        ["message"] = Message,
        ["detailed_error"] = Detail,
        ["request_id"] = requestId,
        ["status_code"] = Status,
    };

    public static ApiError SessionExpired(string detail) =>
        new(401, "api.context.session_expired.app_error", "Invalid or expired session, please login again.", detail);

    public static ApiError Forbidden(Account account, string permission) => new(
        403, "api.context.permissions.app_error", "You do not have the appropriate permissions.",
        $"userId={account.Id}, permission={permission},");

    public static ApiError BadBody(string parameter) => new(
        400, "api.context.invalid_body_param.app_error", $"Invalid or missing {parameter} in request body.");

    public static ApiError BadParameter(string parameter) =>
        new(400, "api.context.invalid_param.app_error", $"Invalid {parameter} parameter.");

    public static ApiError BadUrl(string parameter) => new(
        400, "api.context.invalid_url_param.app_error", $"Invalid or missing {parameter} parameter in request URL.");

    public static ApiError NoSuchUser(string id) =>
        new(404, "app.user.missing_account.const", "Unable to find the user.", $"resource: User id: {id}");

    public static ApiError NoSuchTeam(string name) =>
        new(404, "app.team.get_by_name.missing.app_error", "Unable to find the existing team.", $"resource: Team id: name={name}");

    public static ApiError NoSuchChannel(string id) => new(
        404, "app.channel.get.existing.app_error", "Unable to find the existing channel.", $"resource: Channel id: {id}");

    public static ApiError NoSuchChannelName(string teamId, string name) => new(
        404, "app.channel.get_by_name.missing.app_error", "Channel does not exist.", $"resource: Channel id: TeamId={teamId}&Name={name}");

    public static ApiError NoSuchPost(string id) =>
        new(404, "app.post.get.app_error", "Unable to get the post.", $"resource: Post id: {id}");

    public static ApiError NoSuchFile(string id) =>
        new(404, "app.file_info.get.app_error", "Unable to get the file info.", $"resource: FileInfo id: {id}");

    public static ApiError NoSuchCommand { get; } =
        new(404, "store.sql_command.save.get.app_error", "Unable to get the command.");

    public static ApiError ActionFailed(string detail) => new(
        400, "api.post.do_action.action_integration.app_error", "Action integration error.", detail);

    /// <summary>
    /// For what no server of any version would make work, though some take it without a word: a button id that no click
    /// can name, a dialog title that clients cut. Better refused here than found by a user.
    /// </summary>
    public static ApiError WouldNotWork(string what, string why) => new(400, $"sandbox.{what}.would_not_work", why);

    /// <summary>The sandbox does not know the request.</summary>
    public static ApiError Unexpected(string request) =>
        new(501, "sandbox.unexpected_request", $"The sandbox does not know {request}.");
}

/// <summary>Carries an <see cref="ApiError"/> to the one place that answers with it.</summary>
internal sealed class RefusedException(ApiError error) : Exception($"{error.Status} {error.Id}: {error.Message}")
{
    public ApiError Error { get; } = error;
}
