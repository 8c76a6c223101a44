using System.Collections.Concurrent;
using System.Net;
using CallsBot.Sandbox;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace CallsBot.Tests.Setup;

/// <summary>
/// A pretend workspace without a bot, with a proxy in front that keeps what was asked and answers in its place where a
/// test says so: for states of a server that the workspace cannot be brought into.
/// </summary>
internal sealed class WatchedWorkspace : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly ConcurrentDictionary<string, (HttpStatusCode Status, string Body)> _answers = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly RunningSandbox _sandbox;
    private LoopbackServer? _proxy;

    private WatchedWorkspace(RunningSandbox sandbox) => _sandbox = sandbox;

    public Uri Address => _proxy!.Address;

    public CallsBot.Sandbox.Mattermost.MattermostSandbox Mattermost => _sandbox.Mattermost;

    public CallsBot.Sandbox.Mattermost.Workspace Workspace => _sandbox.Mattermost.Workspace;

    /// <summary>"POST /api/v4/bots" and so on, since the last call.</summary>
    public IReadOnlyList<string> TakeRequests()
    {
        var taken = new List<string>();
        while (_requests.TryDequeue(out var request))
        {
            taken.Add(request);
        }

        return taken;
    }

    /// <param name="request">Such as "GET /api/v4/commands?team_id=…", to the letter.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="body">The answer, as JSON.</param>
    public void Answer(string request, HttpStatusCode status, string body) => _answers[request] = (status, body);

    public void AnswerAgainAsItIs() => _answers.Clear();

    public static async Task<WatchedWorkspace> StartAsync()
    {
        var workspace = new WatchedWorkspace(
            await RunningSandbox.StartAsync(new SandboxSettings { WithBot = false }, CancellationToken.None));
        workspace._proxy = await LoopbackServer.StartAsync(workspace.ForwardAsync);
        return workspace;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy!.DisposeAsync();
        _http.Dispose();
        await _sandbox.DisposeAsync();
        _sandbox.Unexpected.ShouldBeEmpty();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var request = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
        _requests.Enqueue(request);
        if (_answers.TryGetValue(request, out var answer))
        {
            context.Response.StatusCode = (int)answer.Status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer.Body);
            return;
        }

        using var message = new HttpRequestMessage(
            HttpMethod.Parse(context.Request.Method), new Uri(_sandbox.Mattermost.Url, context.Request.Path + context.Request.QueryString));
        message.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers.Authorization.ToString());
        if (context.Request.ContentLength > 0)
        {
            message.Content = new StreamContent(context.Request.Body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        using var reply = await _http.SendAsync(message, context.RequestAborted);
        context.Response.StatusCode = (int)reply.StatusCode;
        context.Response.ContentType = reply.Content.Headers.ContentType?.ToString();
        await reply.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
