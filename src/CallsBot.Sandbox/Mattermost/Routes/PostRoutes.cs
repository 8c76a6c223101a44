using System.Globalization;
using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost.Routes;

/// <summary>Posts and threads.</summary>
internal static class PostRoutes
{
    private const int PerPage = 60;

    public static void Map(ApiRoutes routes)
    {
        routes.Post("/api/v4/posts", async call =>
            ApiReply.Created(call.Workspace.CreatePost(call.Account, await call.BodyAsync("post"))));
        routes.Post("/api/v4/posts/ephemeral", async call =>
            ApiReply.Created(call.Workspace.CreateEphemeral(call.Account, await call.BodyAsync("post"))));
        routes.Get("/api/v4/posts/{postId}", call => Show(call, call.Workspace.GetReadablePost(call.Account, call.Path("postId"))));
        routes.Put("/api/v4/posts/{postId}/patch", async call =>
            Show(call, call.Workspace.PatchPost(call.Account, call.Path("postId"), await call.BodyAsync("post"))));
        routes.Put("/api/v4/posts/{postId}", async call =>
            Show(call, call.Workspace.UpdatePost(call.Account, call.Path("postId"), await call.BodyAsync("post"))));
        routes.Delete("/api/v4/posts/{postId}", call =>
        {
            call.Workspace.DeletePost(call.Account, call.Path("postId"));
            return ApiReply.Done();
        });
        routes.Get("/api/v4/posts/{postId}/thread", call => ApiReply.Ok(call.Workspace.Thread(call.Account, call.Path("postId"))));
        routes.Get("/api/v4/posts/{postId}/files/info", call => ApiReply.List(call.Workspace
            .FilesOf(call.Workspace.GetReadablePost(call.Account, call.Path("postId"))).Select(file => file.ToJson())));
        routes.Get("/api/v4/channels/{channelId}/posts", call => ApiReply.Ok(List(call)));
    }

    private static JsonObject List(ApiCall call)
    {
        var channelId = call.Path("channelId");
        var page = call.Query("page", 0);
        var perPage = Math.Clamp(call.Query("per_page", PerPage), 1, 200);
        call.Workspace.RequireMember(call.Account, channelId);
        if (call.Query("since") is { Length: > 0 } text)
        {
            var since = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
                ? time
                : throw new RefusedException(ApiError.BadBody("since"));
            if (since > 0)
            {
                return call.Workspace.PostsSince(channelId, since);
            }
        }

        return (call.Query("before"), call.Query("after")) switch
        {
            ({ Length: > 0 } before, _) => call.Workspace.PostsAround(channelId, before, before: true, page, perPage),
            (_, { Length: > 0 } after) => call.Workspace.PostsAround(channelId, after, before: false, page, perPage),
            _ => call.Workspace.PostPage(channelId, page, perPage),
        };
    }

    private static ApiReply Show(ApiCall call, StoredPost post) => ApiReply.Ok(post.ToJson(call.Workspace.FilesOf(post)));
}
