using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>
/// Carries slash commands, presses and dialogs to the integrations that serve them, and their answers back. Talks to
/// loopback only.
/// </summary>
internal sealed class Integrations : IDisposable
{
    // app/integration_action.go, MaxIntegrationResponseSize.
    private const int MaxResponseLength = 1024 * 1024;

    private readonly Workspace _workspace;
    private readonly HttpClient _http;
    private readonly TriggerIds _triggers;
    private readonly Func<Uri> _siteUrl;

    /// <param name="workspace">Where things happen.</param>
    /// <param name="settings">The timeouts.</param>
    /// <param name="siteUrl">Gives the workspace's own address, for response URLs.</param>
    public Integrations(Workspace workspace, SandboxSettings settings, Func<Uri> siteUrl)
    {
        _workspace = workspace;
        _siteUrl = siteUrl;
        _triggers = new TriggerIds(settings.Time, settings.TriggerLifetime);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = DecompressionMethods.GZip })
        {
            Timeout = settings.IntegrationTimeout,
            MaxResponseContentBufferSize = MaxResponseLength,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("Mattermost-Bot/1.1");
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
    }

    public void Dispose() => _http.Dispose();

    /// <returns>What the client gets to know.</returns>
    public async Task<JsonObject> ExecuteAsync(Account by, JsonObject args, CancellationToken cancellationToken)
    {
        var line = args.Text("command");
        var channelId = args.Text("channel_id");
        if (line.Length <= 1 || !line.StartsWith('/') || !Ids.IsValid(channelId))
        {
            throw new RefusedException(new ApiError(400, "api.command.execute_command.start.app_error", "No command trigger found."));
        }

        _workspace.RequireMember(by, channelId, "use_slash_commands");
        var channel = _workspace.GetChannel(channelId);
        var (word, text) = Split(line[1..]);
        var trigger = word.ToLowerInvariant();
        if (CustomCommand.IsBuiltIn(trigger))
        {
            throw new RefusedException(ApiError.Unexpected($"the built-in command /{trigger}"));
        }

        // A command belongs to a team. In direct and group messages the client says which; elsewhere the channel does.
        var teamId = channel.BelongsToTeam ? channel.TeamId : args.Text("team_id");
        var command = _workspace.FindCommand(trigger);
        if (command is null || command.TeamId != teamId)
        {
            throw new RefusedException(new ApiError(
                404, "api.command.execute_command.not_found.app_error",
                $"Command with a trigger of '{trigger}' not found. To send a message beginning with \"/\", try adding an empty space at the beginning of the message."));
        }

        var rootId = args.Text("root_id");
        var (forClient, forIntegration) = _triggers.New(by.Id);
        var given = await RequestAsync(command, Form(command, by, channel, text, rootId, forIntegration), cancellationToken);
        var response = ReadResponse(command, given, forClient);
        Show(response, command, by, channelId, rootId);
        return CommandResponse.ForClient(response);
    }

    /// <summary>A late answer to a slash command.</summary>
    public void Respond(string responseUrlId, JsonObject given)
    {
        var response = CommandResponse.Read(given, triggerId: "");
        var url = _workspace.UseResponseUrl(responseUrlId);
        Show(response, url.Command, url.By, url.ChannelId, url.RootId);
    }

    /// <returns>The trigger id, as the client gets to know it.</returns>
    public async Task<string> PressAsync(
        Account by, string postId, string actionId, string selectedOption, string cookie, CancellationToken cancellationToken)
    {
        var pressed = _workspace.FindAction(by, postId, actionId, cookie);
        var type = pressed.Action.Text("type");
        var context = pressed.Action.Object("integration")?.Object("context")?.DeepClone().AsObject() ?? [];
        var chooses = type == "select" && selectedOption.Length > 0;
        if (chooses)
        {
            context["selected_option"] = selectedOption;
        }

        var (forClient, forIntegration) = _triggers.New(by.Id);
        var request = new JsonObject
        {
            ["user_id"] = by.Id,
            ["user_name"] = by.Username,
            ["channel_id"] = pressed.Channel.Id,
            ["channel_name"] = pressed.Channel.Name,
            ["team_id"] = pressed.Channel.TeamId,
            ["team_domain"] = pressed.Channel.TeamId.Length > 0 ? _workspace.Team.Name : "",
            ["post_id"] = postId,
            ["trigger_id"] = forIntegration,
            ["type"] = type,
            ["data_source"] = chooses ? pressed.Action.Text("data_source") : "",
        };
        if (context.Count > 0)
        {
            request["context"] = context.Sorted();
        }

        var reply = await PostJsonAsync(pressed.Action.Object("integration")!.Text("url"), request, cancellationToken);
        _workspace.ApplyActionResponse(by, pressed, ParseObject(reply) ?? throw new RefusedException(ApiError.ActionFailed(
            $"err=the integration answered no JSON object: {Excerpt(reply)}")));
        return forClient;
    }

    public void OpenDialog(JsonObject request)
    {
        var url = request.Text("url");
        if (url.Length == 0)
        {
            throw new RefusedException(ApiError.BadBody("url"));
        }

        var (forClient, accountId) = _triggers.Read(request.Text("trigger_id"));
        _workspace.OpenDialog(accountId, forClient, url, DialogRequest.Read(request.Object("dialog") ?? []));
    }

    /// <returns>The integration's answer: errors to show in the dialog, or nothing, which closes it.</returns>
    public async Task<JsonObject> SubmitDialogAsync(Account by, JsonObject request, CancellationToken cancellationToken)
    {
        var url = request.Text("url");
        if (url.Length == 0)
        {
            throw new RefusedException(ApiError.BadBody("url"));
        }

        _workspace.RequireMember(by, request.Text("channel_id"));
        _workspace.RequireTeam(by, request.Text("team_id"));
        var reply = await PostJsonAsync(
            url,
            new JsonObject
            {
                ["type"] = "dialog_submission",
                ["callback_id"] = request.Text("callback_id"),
                ["state"] = request.Text("state"),
                ["user_id"] = by.Id,
                ["channel_id"] = request.Text("channel_id"),
                ["team_id"] = request.Text("team_id"),
                ["submission"] = request.Object("submission")?.Sorted(),
                ["cancelled"] = request.Flag("cancelled"),
            },
            cancellationToken);

        // An empty or unreadable answer closes the dialog (app/integration_action.go, SubmitInteractiveDialog).
        var answer = new JsonObject();
        var given = ParseObject(reply);
        if (given?.Text("error") is { Length: > 0 } error)
        {
            answer["error"] = error;
        }

        if (given?.Object("errors") is { Count: > 0 } errors)
        {
            answer["errors"] = errors.DeepClone();
        }

        return answer;
    }

    private void Show(JsonObject response, CustomCommand command, Account by, string channelId, string rootId)
    {
        _workspace.ShowResponse(response, command, by, channelId, rootId);
        foreach (var extra in response.Objects("extra_responses"))
        {
            _workspace.ShowResponse(extra, command, by, channelId, rootId);
        }
    }

    private SortedDictionary<string, string> Form(
        CustomCommand command, Account by, Channel channel, string text, string rootId, string triggerId)
    {
        var form = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["channel_id"] = channel.Id,
            ["channel_name"] = channel.Name,
            ["command"] = "/" + command.Trigger,
            ["response_url"] = new Uri(_siteUrl(), $"hooks/commands/{_workspace.AddResponseUrl(command, by, channel.Id, rootId)}").ToString(),
            ["team_domain"] = _workspace.Team.Name,
            ["team_id"] = command.TeamId,
            ["text"] = text,
            ["token"] = command.Token,
            ["trigger_id"] = triggerId,
            ["user_id"] = by.Id,
            ["user_name"] = by.Username,
        };

        // Newer servers tell the thread. 5.37 does not; its recordings are of commands outside threads.
        if (rootId.Length > 0)
        {
            form["root_id"] = rootId;
        }

        return form;
    }

    private async Task<HttpReply> RequestAsync(
        CustomCommand command, IReadOnlyDictionary<string, string> form, CancellationToken cancellationToken)
    {
        ApiError Failed(string detail) => new(
            500, "api.command.execute_command.failed.app_error", $"Command with a trigger of '{command.Trigger}' failed.", detail);

        using var content = new FormUrlEncodedContent(form);
        using var request = new HttpRequestMessage();
        request.Headers.Authorization = new AuthenticationHeaderValue("Token", command.Token);
        if (command.Method == "G")
        {
            var query = await content.ReadAsStringAsync(cancellationToken);
            request.Method = HttpMethod.Get;
            request.RequestUri = new Uri($"{command.Url}{(command.Url.Contains('?') ? '&' : '?')}{query}");
        }
        else
        {
            request.Method = HttpMethod.Post;
            request.RequestUri = new Uri(command.Url);
            request.Content = content;
        }

        var reply = await SendAsync(request, Failed, cancellationToken);
        return reply.Status == HttpStatusCode.OK
            ? reply
            : throw new RefusedException(new ApiError(
                500, "api.command.execute_command.failed_resp.app_error",
                $"Command with a trigger of '{command.Trigger}' returned response {(int)reply.Status} {reply.Reason}.", reply.Body));
    }

    private static JsonObject ReadResponse(CustomCommand command, HttpReply reply, string triggerId)
    {
        if (reply.MediaType != "application/json")
        {
            return CommandResponse.Read(new JsonObject { ["text"] = reply.Body }, triggerId);
        }

        var given = ParseObject(reply) ?? throw new RefusedException(new ApiError(
            500, "api.command.execute_command.failed.app_error", $"Command with a trigger of '{command.Trigger}' failed.",
            $"the integration answered no JSON object: {Excerpt(reply)}"));
        return CommandResponse.Read(given, triggerId);
    }

    private async Task<HttpReply> PostJsonAsync(string url, JsonObject body, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var target))
        {
            throw new RefusedException(ApiError.ActionFailed($"parse \"{url}\": no absolute URL"));
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, target);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToText()));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var reply = await SendAsync(request, ApiError.ActionFailed, cancellationToken);
        return reply.Status == HttpStatusCode.OK
            ? reply
            : throw new RefusedException(ApiError.ActionFailed($"status={(int)reply.Status}"));
    }

    private async Task<HttpReply> SendAsync(
        HttpRequestMessage request, Func<string, ApiError> failed, CancellationToken cancellationToken)
    {
        // A real server refuses private addresses unless they are allowed; the sandbox allows nothing but this machine.
        if (!request.RequestUri!.IsLoopback)
        {
            throw new RefusedException(failed($"{request.Method} \"{request.RequestUri}\": address forbidden"));
        }

        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            return new HttpReply(
                response.StatusCode,
                response.ReasonPhrase ?? "",
                response.Content.Headers.ContentType?.MediaType ?? "",
                await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception ex) when (ex is HttpRequestException || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new RefusedException(failed($"{request.Method} \"{request.RequestUri}\": {ex.Message}"));
        }
    }

    private static JsonObject? ParseObject(HttpReply reply)
    {
        try
        {
            return JsonNode.Parse(reply.Body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (string Word, string Text) Split(string line)
    {
        var end = line.AsSpan().IndexOfAny(" \t\r\n");
        return end < 0 ? (line, "") : (line[..end], line[(end + 1)..]);
    }

    private static string Excerpt(HttpReply reply) => reply.Body.Length <= 200 ? reply.Body : reply.Body[..200] + "…";

    private sealed record HttpReply(HttpStatusCode Status, string Reason, string MediaType, string Body);
}
