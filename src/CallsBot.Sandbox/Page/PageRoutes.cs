using CallsBot.Sandbox.Mattermost;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Sandbox.Page;

/// <summary>The chat page and what only it needs.</summary>
internal static class PageRoutes
{
    public static void Map(
        WebApplication application, ApiRoutes routes, Workspace workspace, RtcdSandbox rtcd, UnexpectedRequests unexpected)
    {
        _ = (application, routes, workspace, rtcd, unexpected);
    }
}
