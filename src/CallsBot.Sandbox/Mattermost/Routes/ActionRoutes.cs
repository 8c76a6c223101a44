using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost.Routes;

/// <summary>Buttons, menus and dialogs.</summary>
internal static class ActionRoutes
{
    public static void Map(ApiRoutes routes, Integrations integrations)
    {
        routes.Post("/api/v4/posts/{postId}/actions/{actionId}", async call =>
        {
            // The server's route matches letters and digits alone.
            if (!call.Path("actionId").All(char.IsAsciiLetterOrDigit))
            {
                throw new RefusedException(new ApiError(404, "api.context.404.app_error", "Sorry, we could not find the page."));
            }

            var body = await call.OptionalBodyAsync();
            var triggerId = await integrations.PressAsync(
                call.Account, call.Path("postId"), call.Path("actionId"), body.Text("selected_option"), body.Text("cookie"), call.Cancelled);
            return ApiReply.Ok(new JsonObject { ["status"] = "OK", ["trigger_id"] = triggerId });
        });

        // No session: the trigger id is the permission (api4/integration_action.go).
        routes.PostWithoutSession("/api/v4/actions/dialogs/open", async call =>
        {
            integrations.OpenDialog(await call.BodyAsync("dialog"));
            return ApiReply.Done();
        });
        routes.Post("/api/v4/actions/dialogs/submit", async call =>
            ApiReply.Ok(await integrations.SubmitDialogAsync(call.Account, await call.BodyAsync("dialog"), call.Cancelled)));
    }
}
