using System.Text;

namespace CallsBot.Sandbox.Mattermost;

internal delegate Task<ApiReply> ApiHandler(ApiCall call);

/// <summary>Maps REST routes: session first, then the handler, then the answer or the error in the server's form.</summary>
internal sealed class ApiRoutes(IEndpointRouteBuilder routes, Workspace workspace)
{
    public void Get(string path, Func<ApiCall, ApiReply> handler) => Map("GET", path, call => Task.FromResult(handler(call)));

    public void Post(string path, ApiHandler handler) => Map("POST", path, handler);

    public void Put(string path, ApiHandler handler) => Map("PUT", path, handler);

    public void Delete(string path, Func<ApiCall, ApiReply> handler) => Map("DELETE", path, call => Task.FromResult(handler(call)));

    public void GetWithoutSession(string path, Func<ApiCall, ApiReply> handler) =>
        Map("GET", path, call => Task.FromResult(handler(call)), needsSession: false);

    public void PostWithoutSession(string path, ApiHandler handler) => Map("POST", path, handler, needsSession: false);

    /// <summary>For what does not answer with JSON.</summary>
    public void Raw(string method, string path, Func<ApiCall, HttpContext, Task> handler, bool needsSession = true) =>
        routes.MapMethods(path, [method], http => AnswerErrorsAsync(http, async () =>
            await handler(new ApiCall(http, workspace, needsSession ? RequireSession(http) : null), http)));

    public static async Task WriteAsync(HttpContext http, ApiReply reply)
    {
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(reply.Body.ToText()), http.RequestAborted);
    }

    public static string TokenIn(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        var space = header.IndexOf(' ');
        return space > 0 && header[..space].ToLowerInvariant() is "bearer" or "token" ? header[(space + 1)..].Trim() : "";
    }

    private void Map(string method, string path, ApiHandler handler, bool needsSession = true) =>
        Raw(method, path, async (call, http) => await WriteAsync(http, await handler(call)), needsSession);

    private Account RequireSession(HttpContext http)
    {
        var token = TokenIn(http.Request);
        return workspace.FindByToken(token) ?? throw new RefusedException(
            ApiError.SessionExpired(token.Length > 0 ? $"token={token}" : "UserRequired"));
    }

    private static async Task AnswerErrorsAsync(HttpContext http, Func<Task> handle)
    {
        try
        {
            await handle();
        }
        catch (BadHttpRequestException)
        {
            // The caller hung up in the middle of its request: nobody waits for an answer.
        }
        catch (RefusedException ex)
        {
            var requestId = http.Response.Headers["X-Request-Id"].ToString();
            await WriteAsync(http, new ApiReply(ex.Error.ToJson(requestId), ex.Error.Status));
        }
    }
}
