using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>One request to the REST API.</summary>
internal sealed class ApiCall(HttpContext http, Workspace workspace, Account? account)
{
    public Workspace Workspace { get; } = workspace;

    /// <summary>Who asks. Only for routes that need a session.</summary>
    public Account Account => account ?? throw new InvalidOperationException("This route was mapped without a session.");

    /// <summary>Who asks, on a route for everyone; null for a stranger.</summary>
    public Account? KnownAccount => account ?? Workspace.FindByToken(ApiRoutes.TokenIn(http.Request));

    public HttpRequest Request => http.Request;

    public CancellationToken Cancelled => http.RequestAborted;

    public string Path(string name) => (string)http.Request.RouteValues[name]!;

    /// <summary>An account's id in the path, where "me" stands for the one who asks.</summary>
    public string UserPath()
    {
        var id = Path("userId");
        return id == "me" ? Account.Id : id;
    }

    public string Query(string name) => http.Request.Query[name].ToString();

    public int Query(string name, int fallback) =>
        int.TryParse(Query(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : fallback;

    public void RequireAdministrator(string permission)
    {
        if (!Account.IsAdministrator)
        {
            throw new RefusedException(ApiError.Forbidden(Account, permission));
        }
    }

    public void RequireSelf(string userId)
    {
        if (userId != Account.Id)
        {
            RequireAdministrator("edit_other_users");
        }
    }

    /// <param name="whatItIs">What the error message calls a body that is none.</param>
    public async Task<JsonObject> BodyAsync(string whatItIs) =>
        await ReadAsync() as JsonObject ?? throw new RefusedException(ApiError.BadBody(whatItIs));

    /// <summary>The body of a request that may have none.</summary>
    public async Task<JsonObject> OptionalBodyAsync() => await ReadAsync() as JsonObject ?? [];

    public async Task<IReadOnlyList<string>> ListBodyAsync(string whatItIs) =>
        await ReadAsync() is { } list ? list.Texts(whatItIs) : throw new RefusedException(ApiError.BadBody(whatItIs));

    private async Task<JsonNode?> ReadAsync()
    {
        try
        {
            return await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a route answers.</summary>
internal sealed record ApiReply(JsonNode Body, int Status = StatusCodes.Status200OK)
{
    public static ApiReply Ok(JsonNode body) => new(body);

    public static ApiReply Created(JsonNode body) => new(body, StatusCodes.Status201Created);

    public static ApiReply List(IEnumerable<JsonNode> items) => new(Json.Array(items));

    /// <summary>What the server says when there is nothing to say.</summary>
    public static ApiReply Done() => new(new JsonObject { ["status"] = "OK" });
}
