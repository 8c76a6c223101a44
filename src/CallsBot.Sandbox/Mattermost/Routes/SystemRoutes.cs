using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost.Routes;

/// <summary>Health, configuration, plugins and logs.</summary>
internal static class SystemRoutes
{
    // What api4/config.go names when someone may read nothing of the configuration; the server lists all of them.
    private const string ReadConfig = "sysconsole_read_about_edition_and_license,sysconsole_read_billing";

    public static void Map(ApiRoutes routes, ServerConfiguration configuration)
    {
        routes.GetWithoutSession("/api/v4/system/ping", call => ApiReply.Ok(Ping(call.Query("get_server_status") == "true")));
        routes.GetWithoutSession("/api/v4/config/client", call =>
        {
            RequireOldFormat(call, "configuration", "api.config.client.old_format.app_error");
            return ApiReply.Ok(configuration.ClientConfigFor(call.KnownAccount));
        });
        routes.GetWithoutSession("/api/v4/license/client", call =>
        {
            RequireOldFormat(call, "license", "api.license.client.old_format.app_error");
            return ApiReply.Ok(configuration.LicenseFor(call.KnownAccount));
        });
        routes.Get("/api/v4/config", call =>
        {
            call.RequireAdministrator(ReadConfig);
            return ApiReply.Ok(configuration.ShownConfig());
        });
        routes.Put("/api/v4/config/patch", async call =>
        {
            call.RequireAdministrator("sysconsole_write_about_edition_and_license");
            return ApiReply.Ok(configuration.Patch(await call.BodyAsync("config")));
        });
        routes.Get("/api/v4/plugins/statuses", call =>
        {
            call.RequireAdministrator("sysconsole_read_plugins");
            return ApiReply.Ok(configuration.PluginStatuses);
        });
        routes.Get("/api/v4/logs", call =>
        {
            call.RequireAdministrator("get_logs");
            return ApiReply.Ok(configuration.Logs(call.Query("page", 0), call.Query("logs_per_page", 10_000)));
        });
    }

    // api4/config.go and api4/license.go: there has never been a new format.
    private static void RequireOldFormat(ApiCall call, string what, string errorId)
    {
        switch (call.Query("format"))
        {
            case "old":
                return;
            case "":
                throw new RefusedException(new ApiError(
                    StatusCodes.Status501NotImplemented, errorId,
                    $"New format for the client {what} is not supported yet. Please specify format=old in the query string."));
            default:
                throw new RefusedException(ApiError.BadParameter("format"));
        }
    }

    private static JsonObject Ping(bool withServerStatus)
    {
        var ping = new JsonObject
        {
            ["AndroidLatestVersion"] = "",
            ["AndroidMinVersion"] = "",
            ["DesktopLatestVersion"] = "",
            ["DesktopMinVersion"] = "",
            ["IosLatestVersion"] = "",
            ["IosMinVersion"] = "",
        };
        if (withServerStatus)
        {
            ping["database_status"] = "OK";
            ping["filestore_status"] = "OK";
        }

        ping["status"] = "OK";
        return ping;
    }
}
