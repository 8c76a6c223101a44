using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CallsBot.Sandbox.Mattermost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CallsBot.Tests.Sandbox;

/// <summary>Stands in for the bot: keeps what the workspace sends, and answers what it was told to.</summary>
internal sealed class ScriptedIntegration : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<ReceivedRequest> _received = [];
    private readonly ChangeLog _changes = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<ReceivedRequest, Task<Reply>>>> _replies = new();

    private ScriptedIntegration(WebApplication application) => _application = application;

    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    public IReadOnlyList<ReceivedRequest> Received => [.. _received];

    public ReceivedRequest Last => Received.Count > 0 ? Received[^1] : throw new InvalidOperationException("Nothing was received.");

    public static async Task<ScriptedIntegration> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var integration = new ScriptedIntegration(application);
        application.Run(integration.HandleAsync);
        await application.StartAsync();
        integration.Url = new Uri(application.Urls.Single());
        return integration;
    }

    public void Answers(string path, JsonNode body) => Answers(path, 200, body.ToJsonString(), "application/json");

    public void Answers(string path, int status, string body, string contentType = "text/plain") =>
        Answers(path, _ => Task.FromResult(new Reply(status, body, contentType)));

    /// <summary>For answers that do something first, such as opening a dialog with the trigger id that came.</summary>
    public void Answers(string path, Func<ReceivedRequest, Task<Reply>> answer) =>
        _replies.GetOrAdd(path, _ => []).Enqueue(answer);

    /// <summary>Waits for a request to a path.</summary>
    public Task<ReceivedRequest> Receives(string path) => Wait.ForAsync(
        _changes, TimeSpan.FromSeconds(10), () => Received.LastOrDefault(request => request.Path == path), () => $"Nothing came to {path}.");

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var request = new ReceivedRequest(
            http.Request.Method,
            http.Request.Path,
            http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()),
            await reader.ReadToEndAsync());
        _received.Enqueue(request);
        _changes.Add();
        var reply = _replies.TryGetValue(request.Path, out var queue) && queue.TryDequeue(out var answer)
            ? await answer(request)
            : new Reply(500, $"nothing is scripted for {request.Path}", "text/plain");
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = reply.ContentType;
        await http.Response.WriteAsync(reply.Body);
    }
}

internal sealed record ReceivedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();
}

internal sealed record Reply(int Status, string Body, string ContentType);
