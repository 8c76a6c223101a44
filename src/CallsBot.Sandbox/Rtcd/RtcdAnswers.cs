using System.Text.Json.Nodes;
using CallsBot.Sandbox.Mattermost;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>What RTCD answers over HTTP when nothing ails it, by its version (rtcd v1.2.6, service/).</summary>
internal sealed class RtcdAnswers(RtcdContext context, RegisteredClients clients)
{
    private const string Profiles = "/debug/pprof/";

    private readonly ClientAnswers _clients = new(
        clients, clientId => context.Log.Add("info", "service: registered new mattermost client", "service/auth.go:123", ("clientID", clientId)));

    /// <summary>A processor profile takes no longer, however long it is asked to.</summary>
    public TimeSpan LongestRecording { get; set; } = TimeSpan.FromMinutes(5);

    private RtcdConditions Conditions => context.Conditions();

    /// <param name="http">The request.</param>
    /// <param name="snakeCase">Writes the keys of <c>/version</c> as no RTCD does.</param>
    /// <param name="sessions">The sessions of this run.</param>
    public Task AnswerAsync(HttpContext http, bool snakeCase, RtcdSessions sessions)
    {
        var path = http.Request.Path.Value ?? "/";
        var isGet = HttpMethods.IsGet(http.Request.Method);
        var isPost = HttpMethods.IsPost(http.Request.Method);
        return path switch
        {
            "/version" => isGet ? GoAnswers.JsonAsync(http, 200, VersionBody(snakeCase)) : GoAnswers.NotFoundAsync(http),
            "/system" => isGet && context.IsAtLeast("v0.15.0") ? SystemAsync(http) : GoAnswers.NotFoundAsync(http),
            "/login" => isPost && context.IsAtLeast("v0.8.0") ? _clients.LoginAsync(http) : GoAnswers.NotFoundAsync(http),
            "/register" => isPost ? _clients.RegisterAsync(http) : GoAnswers.NotFoundAsync(http),
            "/unregister" => isPost && context.IsAtLeast("v0.3.0") ? _clients.UnregisterAsync(http) : GoAnswers.NotFoundAsync(http),
            "/ws" => ConnectAsync(http, sessions),
            "/metrics" => Conditions.HidesMetrics || !context.IsAtLeast("v0.3.0") ? GoAnswers.NotFoundAsync(http) : MetricsAsync(http, sessions),
            _ when path.StartsWith(Profiles, StringComparison.Ordinal) => ProfileAsync(http, path[Profiles.Length..]),
            _ when path.Split('/') is ["", "calls", { Length: > 0 } callId, "sessions", .. var rest] && rest is [] or [{ Length: > 0 }] =>
                isGet && context.IsAtLeast("v1.0.0") ? CallAsync(http, callId, rest.FirstOrDefault(), sessions) : GoAnswers.NotFoundAsync(http),
            _ => UnknownAsync(http, path),
        };
    }

    /// <summary>A path that no RTCD has gets the answer of a real one, and is remembered: whoever asks is wrong.</summary>
    private Task UnknownAsync(HttpContext http, string path)
    {
        context.Unexpected.Add($"RTCD {http.Request.Method} {path}");
        return GoAnswers.NotFoundAsync(http);
    }

    private JsonObject VersionBody(bool snakeCase)
    {
        var version = context.Version();
        var hasStamps = version.Length > 0;
        var isOld = !context.IsAtLeast("v0.17.0");
        var body = new JsonObject
        {
            [snakeCase ? "build_date" : "buildDate"] = hasStamps ? "2026-06-29 10:00" : "",
            [snakeCase ? "build_version" : "buildVersion"] = version,
            [snakeCase ? "build_hash" : "buildHash"] = hasStamps ? "b3dee597" : "",
            [snakeCase ? "go_version" : "goVersion"] = GoVersion(),
        };
        if (!isOld)
        {
            body[snakeCase ? "go_os" : "goOS"] = "linux";
            body[snakeCase ? "go_arch" : "goArch"] = "amd64";
        }

        return body;
    }

    private string GoVersion() => context.IsAtLeast("v0.17.0") ? "go1.24.6" : "go1.19.8";

    private Task SystemAsync(HttpContext http)
    {
        var load = Conditions.CpuLoad;
        return double.IsFinite(load)
            ? GoAnswers.JsonAsync(http, 200, new JsonObject { ["cpu_load"] = load })

            // The encoder has failed after the header was set (service/system.go).
            : GoAnswers.WriteAsync(http, 200, "application/json", "");
    }

    private async Task CallAsync(HttpContext http, string callId, string? sessionId, RtcdSessions sessions)
    {
        // The administrator belongs to no group.
        if (!_clients.TryAuthenticate(http, out var clientId, out _) || clientId.Length == 0)
        {
            context.Log.Add("error", "failed to authenticate", sessionId is null ? "service/session.go:62" : "service/session.go:22", ("code", 401));
            await GoAnswers.TextAsync(http, 401, "unauthorized");
            return;
        }

        var (call, reason) = sessions.InCall(clientId, callId);
        if (call is null)
        {
            await GoAnswers.TextAsync(http, 404, $"failed to get session config{(sessionId is null ? "s" : "")}: {reason}");
        }
        else if (sessionId is null)
        {
            await GoAnswers.JsonAsync(http, 200, Json.Array(call.Select(session => session.ToJson())));
        }
        else if (call.FirstOrDefault(session => session.Id == sessionId) is { } found)
        {
            await GoAnswers.JsonAsync(http, 200, found.ToJson());
        }
        else
        {
            await GoAnswers.TextAsync(http, 404, "failed to get session config: session not found");
        }
    }

    private async Task ConnectAsync(HttpContext http, RtcdSessions sessions)
    {
        switch (Conditions.Socket)
        {
            case SocketFault.UpgradeRequired:
                await GoAnswers.PageAsync(http, 426, "426 Upgrade Required");
                return;
            case SocketFault.Page:
                await GoAnswers.PageAsync(http, 200, "Welcome to nginx!");
                return;
            case SocketFault.BadGateway:
                await GoAnswers.PageAsync(http, 502, "502 Bad Gateway");
                return;
        }

        if (!_clients.TryAuthenticate(http, out var clientId, out var error))
        {
            // Nothing is written, which makes it a 200 (service/ws/server.go, ServeHTTP).
            context.Log.Add("error", "ws: auth callback failed", "ws/server.go:123", ("error", error));
            http.Response.ContentLength = 0;
            return;
        }

        var refusal = Conditions.Socket == SocketFault.UpgradeStripped ? StatusCodes.Status400BadRequest : RtcdConnection.RefusalOf(http.Request);
        if (refusal != 0)
        {
            // The close without an open: the gauge goes below zero.
            context.Log.Add("error", "ws: failed to upgrade connection", "ws/server.go:134", ("error", "websocket: the client is not using the websocket protocol"));
            sessions.Metrics.Socket(clientId, -1);
            http.Response.Headers.SecWebSocketVersion = "13";
            await GoAnswers.TextAsync(http, refusal, refusal == 403 ? "Forbidden" : refusal == 405 ? "Method Not Allowed" : "Bad Request");
            return;
        }

        using var connection = await RtcdConnection.AcceptAsync(http, clientId, context.Time, Conditions.CutsIdleSocketsAfter, http.RequestAborted);
        await sessions.RunAsync(connection);
    }

    private async Task MetricsAsync(HttpContext http, RtcdSessions sessions) =>
        await GoAnswers.WriteAsync(http, 200, "text/plain; version=0.0.4; charset=utf-8", sessions.Metrics.ToText(GoVersion()));

    private async Task ProfileAsync(HttpContext http, string name)
    {
        var isKnown = name is "heap" or "goroutine" or "mutex" or "profile" or "trace"
            || (name is "delta_heap" or "delta_block" or "delta_mutex" && context.IsAtLeast("v0.10.0"));
        if (Conditions.HidesProfiles || !isKnown || !context.IsAtLeast("v0.3.0"))
        {
            await GoAnswers.NotFoundAsync(http);
            return;
        }

        if (name == "profile")
        {
            await RecordAsync(http);
            return;
        }

        await GoAnswers.ProfileAsync(http, name, context.Time);
    }

    /// <summary>What RTCD v0.11.3 recorded while it was busy with logins, whatever this one is busy with.</summary>
    private async Task RecordAsync(HttpContext http)
    {
        var asked = GoAnswers.RecordingTime(http);
        await Task.Delay(asked < LongestRecording ? asked : LongestRecording, context.Time, http.RequestAborted);
        GoAnswers.WriteProfileHeaders(http, "profile");
        await using var profile = typeof(RtcdAnswers).Assembly.GetManifestResourceStream("Rtcd/profile.pb.gz")!;
        await profile.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}
