using System.Globalization;

namespace CallsBot.Sandbox.Mattermost.Routes;

/// <summary>The stream of events.</summary>
internal static class SocketRoute
{
    public static void Map(IEndpointRouteBuilder routes, Workspace workspace, UnexpectedRequests unexpected, TimeProvider time) =>
        routes.MapGet("/api/v4/websocket", async http =>
        {
            if (!http.WebSockets.IsWebSocketRequest)
            {
                var error = new ApiError(400, "api.web_socket.connect.upgrade.app_error", "Failed to upgrade websocket connection.");
                await ApiRoutes.WriteAsync(http, new ApiReply(error.ToJson(http.Response.Headers["X-Request-Id"].ToString()), error.Status));
                return;
            }

            var account = workspace.FindByToken(ApiRoutes.TokenIn(http.Request));
            var sequence = long.TryParse(http.Request.Query["sequence_number"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
            using var webSocket = await http.WebSockets.AcceptWebSocketAsync();
            using var socket = new Socket(webSocket, workspace, unexpected, time);
            await socket.RunAsync(account, http.Request.Query["connection_id"].ToString(), sequence, http.RequestAborted);
        });
}
