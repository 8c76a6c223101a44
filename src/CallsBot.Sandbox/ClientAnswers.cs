using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallsBot.Sandbox.Mattermost;

namespace CallsBot.Sandbox;

/// <summary><c>/login</c>, <c>/register</c> and <c>/unregister</c>, which rtcd and calls-offloader have alike (service/auth.go in both).</summary>
/// <param name="registered">Told the id of each new client.</param>
internal sealed class ClientAnswers(RegisteredClients clients, Action<string>? registered = null)
{
    public bool TryAuthenticate(HttpContext http, [NotNullWhen(true)] out string? clientId, [NotNullWhen(false)] out string? error) =>
        clients.TryAuthenticate(http.Request.Headers.Authorization.ToString(), out clientId, out error);

    public static Task RefuseAsync(HttpContext http, int status, string error) =>
        GoAnswers.JsonAsync(http, status, new JsonObject { ["code"] = status.ToString(provider: null), ["error"] = error });

    public async Task LoginAsync(HttpContext http)
    {
        var (body, fault) = await ReadAsync(http);
        if (body is null)
        {
            await RefuseAsync(http, 400, fault);
        }
        else if (clients.TryLogin(body.Text("clientID"), body.Text("authKey"), out var token, out var error))
        {
            await GoAnswers.JsonAsync(http, 200, new JsonObject { ["bearerToken"] = token, ["code"] = "200" });
        }
        else
        {
            await RefuseAsync(http, 400, error);
        }
    }

    public async Task RegisterAsync(HttpContext http)
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

        registered?.Invoke(body.Text("clientID"));
        await GoAnswers.JsonAsync(http, 201, new JsonObject { ["clientID"] = body.Text("clientID"), ["code"] = "201" });
    }

    public async Task UnregisterAsync(HttpContext http)
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
        await (error is null ? GoAnswers.JsonAsync(http, 200, new JsonObject { ["code"] = "200" }) : RefuseAsync(http, status, error));
    }

    /// <summary>The body as Go reads it into a map of strings, or Go's complaint.</summary>
    private static async Task<(JsonObject? Body, string Fault)> ReadAsync(HttpContext http)
    {
        var (node, fault) = await GoAnswers.ReadAsync(http);
        return node switch
        {
            null => (fault.Length == 0 ? [] : null, fault),
            JsonObject body when Misfit(body) is { } misfit => (null, $"json: cannot unmarshal {GoAnswers.KindOf(misfit)} into Go value of type string"),
            JsonObject body => (body, ""),
            var other => (null, $"json: cannot unmarshal {GoAnswers.KindOf(other)} into Go value of type map[string]string"),
        };
    }

    private static JsonNode? Misfit(JsonObject body) =>
        body.Select(field => field.Value).FirstOrDefault(value => value is not null && value.GetValueKind() != JsonValueKind.String);
}
