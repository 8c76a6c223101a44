using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>An integration's answer to a slash command (model/command_response.go).</summary>
internal static class CommandResponse
{
    /// <summary>All fields in the server's order, unknown ones gone.</summary>
    /// <exception cref="RefusedException">A field is of the wrong kind.</exception>
    public static JsonObject Read(JsonObject given, string triggerId)
    {
        var keepsSlackSyntax = given.Flag("skip_slack_parsing");
        var text = given.Text("text");
        var attachments = given["attachments"] is null ? null : Attachments.Normalise(given.Objects("attachments"));
        return new JsonObject
        {
            ["response_type"] = given.Text("response_type"),
            ["text"] = keepsSlackSyntax ? text : Attachments.ParseSlackLinks(text),
            ["username"] = given.Text("username"),
            ["channel_id"] = given.Text("channel_id"),
            ["icon_url"] = given.Text("icon_url"),
            ["type"] = given.Text("type"),
            ["props"] = given.Object("props")?.DeepClone(),
            ["goto_location"] = given.Text("goto_location"),
            ["trigger_id"] = triggerId,
            ["skip_slack_parsing"] = keepsSlackSyntax,
            ["attachments"] = attachments is null || keepsSlackSyntax ? attachments : Attachments.ParseSlackLinks(attachments),
            ["extra_responses"] = given["extra_responses"] is null
                ? null
                : Json.Array(given.Objects("extra_responses").Select(extra => Read(extra, triggerId: ""))),
        };
    }

    /// <summary>A copy for the client: where presses go stays here.</summary>
    public static JsonObject ForClient(JsonObject response)
    {
        var copy = Attachments.ForClients(response);
        if (copy["extra_responses"] is JsonArray extras)
        {
            copy["extra_responses"] = Json.Array(extras.OfType<JsonObject>().Select(extra => Attachments.ForClients(extra)));
        }

        return copy;
    }
}
