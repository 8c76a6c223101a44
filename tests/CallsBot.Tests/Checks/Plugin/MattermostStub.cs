using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace CallsBot.Tests.Checks.Plugin;

/// <summary>A Mattermost server with a Calls plugin, as far as the checks ask it. Answers are texts that a test may change.</summary>
internal sealed class MattermostStub : IAsyncDisposable
{
    public const string Token = "administrator-token-0000000";
    public const string SiteUrl = "https://chat.example.com";

    private const string Configuration =
        """{"ServiceSettings":SERVICE,"ClusterSettings":{"Enable":false},"PluginSettings":{"Enable":true,"PluginStates":{"com.mattermost.calls":{"Enable":true}},"Plugins":{"com.mattermost.calls":CALLS}}}""";

    private readonly LoopbackServer _server;
    private readonly MattermostClient _everyone;
    private readonly MattermostClient _administrator;

    private MattermostStub(LoopbackServer server, Dictionary<string, (int Status, string Body)> replies, bool asAdministrator)
    {
        _server = server;
        Replies = replies;
        _everyone = MattermostClient.Anonymous(server.Address, TimeSpan.FromSeconds(10), TimeProvider.System);
        _administrator = new MattermostClient(
            server.Address, "Mattermost:AdminToken", asAdministrator ? Token : "a-token-that-is-not-taken", TimeSpan.FromSeconds(10), TimeProvider.System, mayRepeat: false);
    }

    public Uri Address => _server.Address;

    /// <summary>By path and, where it has one, " as administrator".</summary>
    public Dictionary<string, (int Status, string Body)> Replies { get; }

    public PublicAccess Everyone => new(_everyone);

    public AdministratorAccess Administrator => new(_administrator);

    /// <param name="version">What the plugin answers; null when none runs.</param>
    /// <param name="calls">The plugin's stored settings, as JSON.</param>
    /// <param name="effective">What the running plugin answers to an administrator; null for nothing more than it stores.</param>
    /// <param name="environment">What the environment overrides.</param>
    /// <param name="licence">What the server says of its licence.</param>
    /// <param name="statuses">The plugins and their states; null for one that runs.</param>
    public static async Task<MattermostStub> StartAsync(
        string? version = """{"version":"1.12.2","build":"abc"}""",
        string calls = "{}",
        string? effective = null,
        string environment = "{}",
        string licence = """{"IsLicensed":"true","SkuShortName":"enterprise"}""",
        string? statuses = null,
        string service = $$"""{"SiteURL":"{{SiteUrl}}","EnableDeveloper":false,"EnableTesting":false,"AllowedUntrustedInternalConnections":""}""",
        bool asAdministrator = true)
    {
        var replies = new Dictionary<string, (int Status, string Body)>(StringComparer.Ordinal)
        {
            ["/api/v4/system/ping"] = (200, """{"status":"OK","database_status":"OK","filestore_status":"OK"}"""),
            ["/api/v4/config/client"] = (200, $$"""{"Version":"11.10.0","SiteURL":"{{SiteUrl}}"}"""),
            ["/api/v4/license/client"] = (200, licence),
            ["/api/v4/config as administrator"] = (200, Configuration.Replace("SERVICE", service, StringComparison.Ordinal).Replace("CALLS", calls, StringComparison.Ordinal)),
            ["/api/v4/plugins/statuses as administrator"] = (200, statuses ?? """[{"plugin_id":"com.mattermost.calls","cluster_id":"","state":2,"version":"1.12.2"}]"""),
        };
        const string Plugin = "/plugins/com.mattermost.calls";
        if (version is not null)
        {
            replies[$"{Plugin}/version"] = (200, version);
            replies[$"{Plugin}/config as administrator"] = (200, effective ?? """{"UDPServerPort":8443}""");
            replies[$"{Plugin}/env as administrator"] = (200, environment);
        }

        var server = await LoopbackServer.StartAsync(http => AnswerAsync(http, replies));
        return new MattermostStub(server, replies, asAdministrator);
    }

    public Installation Installation(bool withToken = true, TimeProvider? time = null) =>
        new(Everyone, withToken ? Administrator : AdministratorAccess.None, time ?? TimeProvider.System);

    /// <summary>From now on connections are refused.</summary>
    public ValueTask StopAsync() => _server.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        _everyone.Dispose();
        _administrator.Dispose();
        await _server.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext http, Dictionary<string, (int Status, string Body)> replies)
    {
        var path = http.Request.Path.Value!;
        var token = http.Request.Headers.Authorization.ToString();
        var (status, body) = token == $"Bearer {Token}" && replies.TryGetValue($"{path} as administrator", out var privately) ? privately
            : token.Length > 0 && token != $"Bearer {Token}" ? (401, Error("api.context.session_expired.app_error", 401))
            : replies.TryGetValue(path, out var publicly) ? publicly
            : replies.ContainsKey($"{path} as administrator") ? (401, Error("api.context.session_expired.app_error", 401))
            : (404, "404 page not found\n");
        http.Response.StatusCode = status;
        http.Response.ContentType = body.StartsWith('{') || body.StartsWith('[') ? "application/json" : "text/plain";
        await http.Response.WriteAsync(body);
    }

    private static string Error(string id, int status) => $$"""{"id":"{{id}}","message":"Refused.","request_id":"x","status_code":{{status}}}""";
}
