using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost.Routes;

/// <summary>Slash commands.</summary>
internal static class CommandRoutes
{
    public static void Map(ApiRoutes routes, Integrations integrations)
    {
        routes.Get("/api/v4/commands", List);
        routes.Post("/api/v4/commands", async call => ApiReply.Created(
            call.Workspace.CreateCommand(call.Account, CustomCommand.From(await call.BodyAsync("command")) with { Token = "" })
                .ToJson(withToken: true)));
        routes.Get("/api/v4/commands/{commandId}", call =>
            ApiReply.Ok(call.Workspace.GetCommand(call.Account, call.Path("commandId")).ToJson(withToken: true)));
        routes.Put("/api/v4/commands/{commandId}", async call => ApiReply.Ok(call.Workspace
            .UpdateCommand(call.Account, call.Path("commandId"), CustomCommand.From(await call.BodyAsync("command"))).ToJson(withToken: true)));
        routes.Delete("/api/v4/commands/{commandId}", call =>
        {
            call.Workspace.DeleteCommand(call.Account, call.Path("commandId"));
            return ApiReply.Done();
        });
        routes.Put("/api/v4/commands/{commandId}/regen_token", call => Task.FromResult(ApiReply.Ok(new JsonObject
        {
            ["token"] = call.Workspace.RenewCommandToken(call.Account, call.Path("commandId")).Token,
        })));
        routes.Get("/api/v4/teams/{teamId}/commands/autocomplete", call =>
        {
            call.Workspace.RequireTeam(call.Account, call.Path("teamId"));
            return ForAutocompletion(call);
        });
        routes.Post("/api/v4/commands/execute", async call =>
            ApiReply.Ok(await integrations.ExecuteAsync(call.Account, await call.BodyAsync("command_args"), call.Cancelled)));

        // Where late answers go. No session: the id in the path is the permission.
        routes.Raw("POST", "/hooks/commands/{hookId}", async (call, http) =>
        {
            var response = http.Request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true
                ? await call.BodyAsync("command_response")
                : new JsonObject { ["text"] = await new StreamReader(http.Request.Body).ReadToEndAsync(call.Cancelled) };
            integrations.Respond(call.Path("hookId"), response);
            http.Response.ContentType = "text/plain";
            await http.Response.WriteAsync("ok", call.Cancelled);
        }, needsSession: false);
    }

    private static ApiReply List(ApiCall call)
    {
        var teamId = call.Query("team_id");
        if (teamId.Length == 0)
        {
            throw new RefusedException(ApiError.BadBody("team_id"));
        }

        call.Workspace.RequireTeam(call.Account, teamId);
        if (call.Query("custom_only") != "true" && !call.Account.IsAdministrator)
        {
            return ForAutocompletion(call);
        }

        call.Workspace.RequireCommandManager(call.Account, teamId);
        return ApiReply.List(call.Workspace.Commands().Select(command => command.ToJson(withToken: true)));
    }

    private static ApiReply ForAutocompletion(ApiCall call) => ApiReply.List(
        call.Workspace.Commands().Where(command => command.AutoComplete).Select(command => command.ToJson(withToken: false)));
}
