using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallsBot.Sandbox.Mattermost;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>What RTCD answers over HTTP when nothing ails it, by its version (rtcd v1.2.6, service/).</summary>
internal sealed class RtcdAnswers(RtcdContext context, RtcdClients clients)
{
    private const string Profiles = "/debug/pprof/";

    // As Go's encoder writes it, near enough: in RTCD's answers there is nothing to escape but quotes.
    private static readonly JsonSerializerOptions GoJson = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // net/http/pprof waits so long when the request does not say.
    private static readonly TimeSpan ProfileTakes = TimeSpan.FromSeconds(30);

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
            "/version" => isGet ? WriteAsync(http, 200, VersionBody(snakeCase)) : NotFoundAsync(http),
            "/system" => isGet && context.IsAtLeast("v0.15.0") ? SystemAsync(http) : NotFoundAsync(http),
            "/login" => isPost && context.IsAtLeast("v0.8.0") ? LoginAsync(http) : NotFoundAsync(http),
            "/register" => isPost ? RegisterAsync(http) : NotFoundAsync(http),
            "/unregister" => isPost && context.IsAtLeast("v0.3.0") ? UnregisterAsync(http) : NotFoundAsync(http),
            "/ws" => ConnectAsync(http, sessions),
            "/metrics" => Conditions.HidesMetrics || !context.IsAtLeast("v0.3.0") ? NotFoundAsync(http) : MetricsAsync(http, sessions),
            _ when path.StartsWith(Profiles, StringComparison.Ordinal) => ProfileAsync(http, path[Profiles.Length..]),
            _ when path.Split('/') is ["", "calls", { Length: > 0 } callId, "sessions", .. var rest] && rest is [] or [{ Length: > 0 }] =>
                isGet && context.IsAtLeast("v1.0.0") ? CallAsync(http, callId, rest.FirstOrDefault(), sessions) : NotFoundAsync(http),
            _ => UnknownAsync(http, path),
        };
    }

    public static Task PageAsync(HttpContext http, int status, string title) => WriteAsync(http, status, "text/html",
        $"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");

    public static async Task WriteAsync(HttpContext http, int status, string contentType, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static Task WriteAsync(HttpContext http, int status, JsonNode body) =>
        WriteAsync(http, status, "application/json", body.ToJsonString(GoJson) + "\n");

    private static Task TextAsync(HttpContext http, int status, string text) =>
        WriteAsync(http, status, "text/plain; charset=utf-8", text + "\n");

    private static Task NotFoundAsync(HttpContext http) => TextAsync(http, 404, "404 page not found");

    /// <summary>A path that no RTCD has gets the answer of a real one, and is remembered: whoever asks is wrong.</summary>
    private Task UnknownAsync(HttpContext http, string path)
    {
        context.Unexpected.Add($"RTCD {http.Request.Method} {path}");
        return NotFoundAsync(http);
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
            ? WriteAsync(http, 200, new JsonObject { ["cpu_load"] = load })

            // The encoder has failed after the header was set (service/system.go).
            : WriteAsync(http, 200, "application/json", "");
    }

    private async Task LoginAsync(HttpContext http)
    {
        var (body, fault) = await ReadAsync(http);
        if (body is null)
        {
            await RefuseAsync(http, 400, fault);
        }
        else if (clients.TryLogin(body.Text("clientID"), body.Text("authKey"), out var token, out var error))
        {
            await WriteAsync(http, 200, new JsonObject { ["bearerToken"] = token, ["code"] = "200" });
        }
        else
        {
            await RefuseAsync(http, 400, error);
        }
    }

    private async Task RegisterAsync(HttpContext http)
    {
        if (!clients.AllowsSelfRegistration && !TryAuthenticate(http, out _, out var refused))
        {
            await RefuseAsync(http, 401, refused);
            return;
        }

        var (body, fault) = await ReadAsync(http);
        if (body is null)
        {
            await RefuseAsync(http, 400, fault);
            return;
        }

        if (clients.Register(body.Text("clientID"), body.Text("authKey")) is { } error)
        {
            await RefuseAsync(http, 400, error);
            return;
        }

        context.Log.Add("info", "service: registered new mattermost client", "service/auth.go:123", ("clientID", body.Text("clientID")));
        await WriteAsync(http, 201, new JsonObject { ["clientID"] = body.Text("clientID"), ["code"] = "201" });
    }

    private async Task UnregisterAsync(HttpContext http)
    {
        if (clients is { AllowsSelfRegistration: false, AdminSecret: null })
        {
            await RefuseAsync(http, 403, "unregister not enabled");
            return;
        }

        if (!TryAuthenticate(http, out var caller, out var refused))
        {
            await RefuseAsync(http, 401, refused);
            return;
        }

        var (body, fault) = await ReadAsync(http);
        if (body is null)
        {
            await RefuseAsync(http, 400, fault);
            return;
        }

        var clientId = body.Text("clientID");
        var (status, error) = clientId.Length == 0 ? (400, "client id should not be empty")
            : caller.Length > 0 && caller != clientId ? (403, "client id not valid")
            : (400, clients.Unregister(clientId));
        await (error is null ? WriteAsync(http, 200, new JsonObject { ["code"] = "200" }) : RefuseAsync(http, status, error));
    }

    private async Task CallAsync(HttpContext http, string callId, string? sessionId, RtcdSessions sessions)
    {
        // The administrator belongs to no group.
        if (!TryAuthenticate(http, out var clientId, out _) || clientId.Length == 0)
        {
            context.Log.Add("error", "failed to authenticate", sessionId is null ? "service/session.go:62" : "service/session.go:22", ("code", 401));
            await TextAsync(http, 401, "unauthorized");
            return;
        }

        var (call, reason) = sessions.InCall(clientId, callId);
        if (call is null)
        {
            await TextAsync(http, 404, $"failed to get session config{(sessionId is null ? "s" : "")}: {reason}");
        }
        else if (sessionId is null)
        {
            await WriteAsync(http, 200, Json.Array(call.Select(session => session.ToJson())));
        }
        else if (call.FirstOrDefault(session => session.Id == sessionId) is { } found)
        {
            await WriteAsync(http, 200, found.ToJson());
        }
        else
        {
            await TextAsync(http, 404, "failed to get session config: session not found");
        }
    }

    private async Task ConnectAsync(HttpContext http, RtcdSessions sessions)
    {
        switch (Conditions.Socket)
        {
            case SocketFault.UpgradeRequired:
                await PageAsync(http, 426, "426 Upgrade Required");
                return;
            case SocketFault.Page:
                await PageAsync(http, 200, "Welcome to nginx!");
                return;
            case SocketFault.BadGateway:
                await PageAsync(http, 502, "502 Bad Gateway");
                return;
        }

        if (!TryAuthenticate(http, out var clientId, out var error))
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
            await TextAsync(http, refusal, refusal == 403 ? "Forbidden" : refusal == 405 ? "Method Not Allowed" : "Bad Request");
            return;
        }

        using var connection = await RtcdConnection.AcceptAsync(http, clientId, context.Time, Conditions.CutsIdleSocketsAfter, http.RequestAborted);
        await sessions.RunAsync(connection);
    }

    private async Task MetricsAsync(HttpContext http, RtcdSessions sessions) =>
        await WriteAsync(http, 200, "text/plain; version=0.0.4; charset=utf-8", sessions.Metrics.ToText(GoVersion()));

    private async Task ProfileAsync(HttpContext http, string name)
    {
        var isKnown = name is "heap" or "goroutine" or "mutex" or "profile" or "trace"
            || (name is "delta_heap" or "delta_block" or "delta_mutex" && context.IsAtLeast("v0.10.0"));
        if (Conditions.HidesProfiles || !isKnown || !context.IsAtLeast("v0.3.0"))
        {
            await NotFoundAsync(http);
            return;
        }

        if (name is "profile" or "trace")
        {
            var takes = int.TryParse(http.Request.Query["seconds"], out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds)
                : name == "profile" ? ProfileTakes : TimeSpan.FromSeconds(1);
            await Task.Delay(takes, context.Time, http.RequestAborted);
        }

        http.Response.ContentType = "application/octet-stream";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        http.Response.Headers.XContentTypeOptions = "nosniff";

        // A gzipped protocol buffer with nothing in it: who gets this far has seen enough.
        await using var profile = new GZipStream(http.Response.Body, CompressionLevel.Fastest);
        await profile.WriteAsync(new byte[] { 0x0a, 0x00 }, http.RequestAborted);
    }

    private bool TryAuthenticate(HttpContext http, [NotNullWhen(true)] out string? clientId, [NotNullWhen(false)] out string? error) =>
        clients.TryAuthenticate(http.Request.Headers.Authorization.ToString(), out clientId, out error);

    private static Task RefuseAsync(HttpContext http, int status, string error) =>
        WriteAsync(http, status, new JsonObject { ["code"] = status.ToString(provider: null), ["error"] = error });

    /// <summary>The first value of the body as Go reads it into a map of strings, or Go's complaint.</summary>
    private static async Task<(JsonObject? Body, string Fault)> ReadAsync(HttpContext http)
    {
        using var content = new MemoryStream();
        await http.Request.Body.CopyToAsync(content, http.RequestAborted);
        var bytes = content.ToArray();
        var text = Encoding.UTF8.GetString(bytes).TrimStart();
        if (text.Length == 0)
        {
            return (null, "EOF");
        }

        JsonNode? node;
        try
        {
            var reader = new Utf8JsonReader(bytes);
            using var document = JsonDocument.ParseValue(ref reader);
            node = JsonNode.Parse(document.RootElement.GetRawText());
        }
        catch (JsonException)
        {
            return (null, "{[\"tfn-0123456789".Contains(text[0]) ? "unexpected EOF" : $"invalid character '{text[0]}' looking for beginning of value");
        }

        return node switch
        {
            null => ([], ""),
            JsonObject body when body.All(field => field.Value is null || field.Value.GetValueKind() == JsonValueKind.String) => (body, ""),
            JsonObject body => (null, $"json: cannot unmarshal {GoKind(body.First(field => field.Value?.GetValueKind() is not (null or JsonValueKind.String)).Value!)} into Go value of type string"),
            var other => (null, $"json: cannot unmarshal {GoKind(other)} into Go value of type map[string]string"),
        };
    }

    private static string GoKind(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.String => "string",
        _ => "object",
    };
}
