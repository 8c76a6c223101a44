using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost.Routes;

/// <summary>Channels, direct and group messages, and who is in them.</summary>
internal static class ChannelRoutes
{
    public static void Map(ApiRoutes routes)
    {
        routes.Get("/api/v4/channels/{channelId}", call =>
            ApiReply.Ok(call.Workspace.GetReadableChannel(call.Account, call.Path("channelId")).ToJson()));
        routes.Get("/api/v4/teams/{teamId}/channels/name/{name}", call => ApiReply.Ok(ByName(call).ToJson()));
        routes.Get("/api/v4/teams/{teamId}/channels", call =>
        {
            call.Workspace.RequireTeam(call.Account, call.Path("teamId"));
            return ApiReply.List(call.Workspace.OpenChannels().Select(channel => channel.ToJson()));
        });
        routes.Get("/api/v4/users/{userId}/teams/{teamId}/channels", call =>
        {
            call.RequireSelf(call.UserPath());
            call.Workspace.RequireTeam(call.Account, call.Path("teamId"));
            return ApiReply.List(call.Workspace.ChannelsOf(call.UserPath()).Select(channel => channel.ToJson()));
        });
        routes.Get("/api/v4/users/{userId}/teams/{teamId}/channels/members", call =>
        {
            call.RequireSelf(call.UserPath());
            call.Workspace.RequireTeam(call.Account, call.Path("teamId"));
            return ApiReply.List(call.Workspace.MembershipsOf(call.UserPath()).Select(member => member.ToJson()));
        });
        routes.Post("/api/v4/channels", async call =>
            ApiReply.Created(call.Workspace.CreateChannel(call.Account, await call.BodyAsync("channel")).ToJson()));
        routes.Post("/api/v4/channels/direct", async call =>
            ApiReply.Created(call.Workspace.CreateDirect(call.Account, await call.ListBodyAsync("user_ids")).ToJson()));
        routes.Post("/api/v4/channels/group", async call =>
            ApiReply.Created(call.Workspace.CreateGroup(call.Account, await call.ListBodyAsync("user_ids")).ToJson()));

        routes.Get("/api/v4/channels/{channelId}/members", call =>
        {
            call.Workspace.RequireMember(call.Account, call.Path("channelId"));
            return ApiReply.List(call.Workspace.MembersOf(call.Path("channelId")).Select(member => member.ToJson()));
        });
        routes.Get("/api/v4/channels/{channelId}/members/{userId}", call =>
        {
            call.Workspace.RequireMember(call.Account, call.Path("channelId"));
            return ApiReply.Ok(call.Workspace.GetMember(call.Path("channelId"), call.UserPath()).ToJson());
        });
        routes.Post("/api/v4/channels/{channelId}/members", async call =>
        {
            var body = await call.BodyAsync("member");
            return ApiReply.Created(call.Workspace.AddMember(call.Account, call.Path("channelId"), body.Text("user_id")).ToJson());
        });
        routes.Delete("/api/v4/channels/{channelId}/members/{userId}", call =>
        {
            call.Workspace.RemoveMember(call.Account, call.Path("channelId"), call.UserPath());
            return ApiReply.Done();
        });
        routes.Post("/api/v4/channels/members/{userId}/view", async call =>
        {
            var body = await call.BodyAsync("channel_view");
            call.RequireSelf(call.UserPath());
            call.Workspace.View(call.Account, body.Text("channel_id"));
            return ApiReply.Ok(new JsonObject { ["status"] = "OK", ["last_viewed_at_times"] = new JsonObject { [body.Text("channel_id")] = call.Workspace.Now() } });
        });
    }

    private static Channel ByName(ApiCall call)
    {
        if (call.Path("teamId") != call.Workspace.Team.Id)
        {
            throw new RefusedException(ApiError.NoSuchChannelName(call.Path("teamId"), call.Path("name")));
        }

        // A private channel is not there for those who are not in it (api4/channel.go, getChannelByName).
        var channel = call.Workspace.GetChannelByName(call.Path("name"));
        return channel.Type == Channel.Private && !call.Workspace.MayRead(call.Account, channel.Id)
            ? throw new RefusedException(ApiError.NoSuchChannelName(call.Path("teamId"), channel.Name))
            : call.Workspace.GetReadableChannel(call.Account, channel.Id);
    }
}
