namespace CallsBot.Checks;

internal static class CallsPlugin
{
    public const string Id = "com.mattermost.calls";

    /// <summary>mattermost-plugin-calls, plugin.json, min_rtcd_version: the same from v1.0.0 to v1.12.2.</summary>
    public const string MinimumRtcdVersion = "v0.17.0";
}
