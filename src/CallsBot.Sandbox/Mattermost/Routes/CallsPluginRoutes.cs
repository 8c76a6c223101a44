using System.Text;
using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost.Routes;

/// <summary>What the Calls plugin serves to administrators and bots (server/api_router.go).</summary>
internal static class CallsPluginRoutes
{
    private const string Base = $"/plugins/{CallsPlugin.Id}";

    public static void Map(ApiRoutes routes, CallsPlugin plugin)
    {
        routes.Raw("GET", $"{Base}/version", (_, http) => plugin.IsRunning ? WriteAsync(http, plugin.VersionInfo()) : NotFoundAsync(http), needsSession: false);
        Map("/config", (account, http) => WriteAsync(http, plugin.ConfigFor(account)));
        Map("/env", (account, http) => account.IsAdministrator ? WriteAsync(http, plugin.EnvironmentOverrides()) : ForbidAsync(http));
        Map("/stats", (account, http) => account.IsAdministrator ? WriteAsync(http, plugin.Stats.DeepClone()) : ForbidAsync(http));
        Map("/turn-credentials", (account, http) => plugin.TurnCredentialsFor(account) switch
        {
            ({ } servers, _) => WriteAsync(http, servers),

            // The plugin names the type after it has written the status, which is too late (server/audit.go).
            var (_, refusal) => WriteTextAsync(http, StatusCodes.Status403Forbidden, $$"""{"message":"{{refusal}}","status_code":403}""" + "\n"),
        });

        void Map(string path, Func<Account, HttpContext, Task> handle) => routes.Raw("GET", Base + path, async (call, http) =>
        {
            if (!plugin.IsRunning)
            {
                await NotFoundAsync(http);
            }
            else if (call.KnownAccount is not { } account)
            {
                await WriteTextAsync(http, StatusCodes.Status401Unauthorized, "Unauthorized\n");
            }
            else if (!plugin.TryTake(account.Id))
            {
                await WriteTextAsync(http, StatusCodes.Status429TooManyRequests, """{"message": "too many requests", "status_code": 429}""" + "\n");
            }
            else
            {
                await handle(account, http);
            }
        }, needsSession: false);
    }

    // app/plugin_requests.go: a plugin that does not run is a page that is not there.
    private static Task NotFoundAsync(HttpContext http) => WriteTextAsync(http, StatusCodes.Status404NotFound, "404 page not found\n");

    private static Task ForbidAsync(HttpContext http) => WriteTextAsync(http, StatusCodes.Status403Forbidden, "Forbidden\n");

    private static Task WriteAsync(HttpContext http, JsonNode body) =>
        WriteAsync(http, StatusCodes.Status200OK, "application/json", body.ToText() + "\n");

    private static Task WriteTextAsync(HttpContext http, int status, string text) =>
        WriteAsync(http, status, "text/plain; charset=utf-8", text);

    private static async Task WriteAsync(HttpContext http, int status, string contentType, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body), http.RequestAborted);
    }
}
