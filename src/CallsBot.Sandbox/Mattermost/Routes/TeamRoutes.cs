namespace CallsBot.Sandbox.Mattermost.Routes;

/// <summary>The team and who is in it.</summary>
internal static class TeamRoutes
{
    public static void Map(ApiRoutes routes)
    {
        routes.Get("/api/v4/teams/name/{name}", call => call.Path("name") == call.Workspace.Team.Name
            ? Show(call)
            : throw new RefusedException(ApiError.NoSuchTeam(call.Path("name"))));
        routes.Get("/api/v4/teams/{teamId}", call => call.Path("teamId") == call.Workspace.Team.Id
            ? Show(call)
            : throw new RefusedException(new ApiError(404, "app.team.get.find.app_error", "Unable to find the existing team.")));
        routes.Get("/api/v4/users/{userId}/teams", call =>
        {
            call.RequireSelf(call.UserPath());
            return ApiReply.List(call.Workspace.IsTeamMember(call.UserPath()) ? [call.Workspace.Team.ToJson()] : []);
        });
        routes.Get("/api/v4/teams/{teamId}/members", call =>
        {
            call.Workspace.RequireTeam(call.Account, call.Path("teamId"));
            return ApiReply.List(call.Workspace.Accounts()
                .Where(user => call.Workspace.IsTeamMember(user.Id)).Select(user => call.Workspace.Team.MemberJson(user.Id)));
        });
        routes.Get("/api/v4/teams/{teamId}/members/{userId}", call =>
        {
            call.Workspace.RequireTeam(call.Account, call.Path("teamId"));
            return call.Workspace.IsTeamMember(call.UserPath())
                ? ApiReply.Ok(call.Workspace.Team.MemberJson(call.UserPath()))
                : throw new RefusedException(new ApiError(
                    404, "app.team.get_member.missing.app_error", "No team member found for that user ID and team ID.",
                    $"resource: TeamMember id: teamId={call.Path("teamId")}, userId={call.UserPath()}"));
        });
        routes.Post("/api/v4/teams/{teamId}/members", async call =>
        {
            var body = await call.BodyAsync("team_member");
            if (body.Text("team_id") != call.Path("teamId"))
            {
                throw new RefusedException(ApiError.BadBody("team_id"));
            }

            if (body.Text("team_id") != call.Workspace.Team.Id)
            {
                throw new RefusedException(ApiError.Forbidden(call.Account, "add_user_to_team"));
            }

            call.Workspace.AddToTeam(call.Account, body.Text("user_id"));
            return ApiReply.Created(call.Workspace.Team.MemberJson(body.Text("user_id")));
        });
    }

    private static ApiReply Show(ApiCall call)
    {
        call.Workspace.RequireTeam(call.Account, call.Workspace.Team.Id);
        return ApiReply.Ok(call.Workspace.Team.ToJson());
    }
}
