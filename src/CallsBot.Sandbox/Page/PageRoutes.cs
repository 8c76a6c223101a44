using System.Text.Json.Nodes;
using CallsBot.Sandbox.Mattermost;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Sandbox.Page;

/// <summary>The chat page, and the few things that it needs besides what any client uses.</summary>
internal static class PageRoutes
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(
        WebApplication application, ApiRoutes routes, Workspace workspace, RtcdSandbox rtcd, UnexpectedRequests unexpected)
    {
        // The addresses that Mattermost gives its views, so that links in messages lead somewhere.
        foreach (var path in (string[])["/", "/{team}/channels/{name}", "/{team}/messages/{name}", "/{team}/pl/{postId}", "/_redirect/pl/{postId}"])
        {
            application.MapGet(path, http => ServeAsync(http, "index.html", "text/html; charset=utf-8"));
        }

        application.MapGet("/sandbox/page.css", http => ServeAsync(http, "page.css", "text/css; charset=utf-8"));
        application.MapGet("/sandbox/page.js", http => ServeAsync(http, "page.js", "text/javascript; charset=utf-8"));
        application.MapGet("/sandbox/icon.svg", http => ServeAsync(http, "icon.svg", "image/svg+xml"));
        application.MapGet("/favicon.ico", http => ServeAsync(http, "icon.svg", "image/svg+xml"));

        routes.GetWithoutSession("/sandbox/state", _ => ApiReply.Ok(State(workspace, rtcd, unexpected)));
        routes.PostWithoutSession("/sandbox/rtcd", async call =>
        {
            var body = await call.BodyAsync("fault");
            if (body.ContainsKey("conditions"))
            {
                rtcd.Conditions = body["conditions"].Texts("conditions")
                    .Select(id => RtcdConditionSwitch.Find(id) ?? throw new RefusedException(ApiError.BadBody("conditions")))
                    .Aggregate(RtcdConditions.Good, (conditions, one) => one.Apply(conditions));
            }
            else
            {
                await rtcd.Is(RtcdSwitch.Parse(body.Text("fault")) ?? throw new RefusedException(ApiError.BadBody("fault")));
            }

            return ApiReply.Ok(State(workspace, rtcd, unexpected));
        });
        routes.PostWithoutSession("/sandbox/render", async call =>
        {
            var body = await call.BodyAsync("texts");
            return ApiReply.Ok(new JsonObject
            {
                ["html"] = Json.Array(body["texts"].Texts("texts").Select(text => JsonValue.Create(MessageMarkdown.ToHtml(text)))),
            });
        });
    }

    private static JsonObject State(Workspace workspace, RtcdSandbox rtcd, UnexpectedRequests unexpected) => new()
    {
        ["people"] = Json.Array(workspace.Accounts().Where(account => !account.IsBot).Select(account => new JsonObject
        {
            ["id"] = account.Id,
            ["username"] = account.Username,
            ["administrator"] = account.IsAdministrator,
            ["token"] = workspace.TokenOf(account.Id),
        })),
        ["team"] = workspace.Team.ToJson(),
        ["bots"] = Json.Array(workspace.Accounts().Where(account => account is { IsBot: true, DeleteAt: 0 }).Select(account => new JsonObject
        {
            ["id"] = account.Id,
            ["username"] = account.Username,
            ["connected"] = workspace.Events.IsConnected(account.Id),
        })),
        ["rtcd"] = new JsonObject
        {
            ["url"] = rtcd.Url.ToString().TrimEnd('/'),
            ["fault"] = RtcdSwitch.For(rtcd.Fault).Id,
            ["switches"] = Json.Array(RtcdSwitch.All.Select(one => new JsonObject
            {
                ["id"] = one.Id,
                ["label"] = one.Label,
                ["what"] = one.What,
            })),
            ["media"] = $"{string.Join(", ", rtcd.MediaAddresses)}, port {rtcd.MediaPort}",
            ["conditions"] = Json.Array(RtcdConditionSwitch.All.Select(one => new JsonObject
            {
                ["id"] = one.Id,
                ["group"] = one.Group,
                ["label"] = one.Label,
                ["what"] = one.What,
                ["on"] = one.IsOnIn(rtcd.Conditions),
            })),
        },
        ["unexpected"] = Json.Array(unexpected.Select(request => JsonValue.Create(request))),
    };

    private static async Task ServeAsync(HttpContext http, string file, string contentType)
    {
        await using var content = typeof(PageRoutes).Assembly.GetManifestResourceStream($"Page/{file}")!;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = content.Length;
        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        await content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}
