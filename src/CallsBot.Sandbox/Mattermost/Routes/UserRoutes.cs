namespace CallsBot.Sandbox.Mattermost.Routes;

/// <summary>Accounts, bots and their tokens.</summary>
internal static class UserRoutes
{
    public static void Map(ApiRoutes routes)
    {
        routes.Get("/api/v4/users", call => ApiReply.List(call.Workspace.Accounts().Select(user => user.ToJson(toSelf: false))));
        routes.Get("/api/v4/users/{userId}", call => ApiReply.Ok(Show(call, call.Workspace.GetAccount(call.UserPath()))));
        routes.Get("/api/v4/users/username/{username}", call => ApiReply.Ok(Show(call, call.Workspace.FindByName(call.Path("username"))
            ?? throw new RefusedException(ApiError.NoSuchUser(call.Path("username"))))));
        routes.Post("/api/v4/users", async call =>
            ApiReply.Created(call.Workspace.CreateAccount(call.Account, await call.BodyAsync("user")).ToJson(toSelf: false)));
        routes.Post("/api/v4/users/ids", async call =>
        {
            var ids = await call.ListBodyAsync("user_ids");
            return ApiReply.List(call.Workspace.Accounts().Where(user => ids.Contains(user.Id)).Select(user => user.ToJson(toSelf: false)));
        });
        routes.Post("/api/v4/users/{userId}/tokens", async call =>
        {
            var body = await call.BodyAsync("user_access_token");
            return ApiReply.Ok(call.Workspace.CreateAccessToken(call.Account, call.UserPath(), body.Text("description")));
        });
        routes.Put("/api/v4/users/{userId}/patch", async call =>
        {
            var body = await call.BodyAsync("user");
            call.RequireSelf(call.UserPath());
            return ApiReply.Ok(call.Workspace.ChangeLocale(call.UserPath(), body.Text("locale")).ToJson(toSelf: true));
        });
        routes.Post("/api/v4/users/{userId}/typing", async call =>
        {
            var body = await call.BodyAsync("typing_request");
            call.RequireSelf(call.UserPath());
            call.Workspace.Type(call.Account.Id, body.Text("channel_id"), body.Text("parent_id"));
            return ApiReply.Done();
        });

        routes.Post("/api/v4/bots", async call =>
            ApiReply.Created(call.Workspace.CreateBot(call.Account, await call.BodyAsync("bot")).ToBotJson()));
        routes.Get("/api/v4/bots", call =>
        {
            call.RequireAdministrator("read_bots");
            var withDeleted = call.Query("include_deleted") == "true";
            return ApiReply.List(call.Workspace.Accounts()
                .Where(user => user.IsBot && (withDeleted || user.DeleteAt == 0)).Select(user => user.ToBotJson()));
        });
        routes.Get("/api/v4/bots/{userId}", call => ApiReply.Ok(
            call.Workspace.GetBot(call.Account, call.UserPath(), call.Query("include_deleted") == "true").ToBotJson()));
        routes.Put("/api/v4/bots/{userId}", async call =>
        {
            var body = await call.BodyAsync("bot");
            return Change(call, bot => bot with
            {
                Username = body["username"] is null ? bot.Username : body.Text("username"),
                FirstName = body["display_name"] is null ? bot.FirstName : body.Text("display_name"),
                BotDescription = body["description"] is null ? bot.BotDescription : body.Text("description"),
            });
        });
        routes.Post("/api/v4/bots/{userId}/enable", call => Task.FromResult(Change(call, bot => bot with { DeleteAt = 0 })));
        routes.Post("/api/v4/bots/{userId}/disable", call => Task.FromResult(Change(call, bot => bot with { DeleteAt = call.Workspace.Now() })));
    }

    private static System.Text.Json.Nodes.JsonObject Show(ApiCall call, Account user) => user.ToJson(toSelf: user.Id == call.Account.Id);

    private static ApiReply Change(ApiCall call, Func<Account, Account> change) =>
        ApiReply.Ok(call.Workspace.ChangeBot(call.Account, call.UserPath(), change).ToBotJson());
}
