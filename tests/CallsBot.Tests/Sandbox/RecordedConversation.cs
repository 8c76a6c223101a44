using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using CallsBot.Sandbox;

namespace CallsBot.Tests.Sandbox;

/// <summary>
/// Plays everything that was recorded against a sandbox, once, in the recorded order, with the sandbox's ids in place of
/// the recorded ones, and keeps what came back.
/// </summary>
public sealed class RecordedConversation : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Vectors", "mattermost");

    private readonly Dictionary<string, string> _idHere = [];
    private readonly Dictionary<string, ApiAnswer> _answers = [];
    private readonly List<JsonObject> _events = [];

    internal IReadOnlyDictionary<string, ApiAnswer> Answers => _answers;

    /// <summary>What the integration got, by the name of the recording that it is to be compared with.</summary>
    internal Dictionary<string, ReceivedRequest> Delivered { get; } = [];

    internal IReadOnlyList<JsonObject> Events => _events;

    internal IReadOnlyList<string> Unexpected { get; private set; } = [];

    public static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file + ".json")))!;

    public static IEnumerable<string> Exchanges() => Directory.EnumerateFiles(Folder, "*.json")
        .Where(file => JsonNode.Parse(File.ReadAllText(file)) is JsonObject exchange && exchange.ContainsKey("response"))
        .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    public static IReadOnlyList<JsonObject> RecordedEvents() =>
        [.. File.ReadLines(Path.Combine(Folder, "websocket-as-bot.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())];

    public async Task InitializeAsync()
    {
        await using var sandbox = await RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);
        await using var integration = await ScriptedIntegration.StartAsync();
        var workspace = sandbox.Mattermost.Workspace;
        var callsbot = workspace.FindByName("callsbot")!;
        _idHere["9um4a91yx3b9tfq8nrpjjwewbr"] = workspace.Administrator.Id;
        _idHere["6b75cac4xpggpbu9xbqajxs64y"] = workspace.Ana.Id;
        _idHere["3zoegknok38i3dk9x8dkca7jea"] = callsbot.Id;
        _idHere["5h5tzi8s7ibpuxyji3caw93eoc"] = workspace.Team.Id;
        _idHere["wtfznim96by39d1sgcurm3a7pe"] = workspace.TownSquare.Id;
        _idHere["http://127.0.0.1:9099"] = integration.Url.ToString().TrimEnd('/');

        using var nobody = new WorkspaceClient(sandbox, "");
        using var stranger = new WorkspaceClient(sandbox, "garbage");
        using var admin = new WorkspaceClient(sandbox, sandbox.Mattermost.AdminToken);
        using var bot = new WorkspaceClient(sandbox, sandbox.Mattermost.BotToken);
        using var ana = new WorkspaceClient(sandbox, workspace.TokenOf(workspace.Ana.Id));
        await PlayAsync(nobody, "system-ping", "config-client-anonymous");
        await PlayAsync(stranger, "users-me-bad-token");
        await PlayAsync(admin, "user-create", "bot-create-access-token", "team-add-member");
        await PlayAsync(bot, "users-me-as-bot", "user-get-by-bot", "user-get-admin-by-bot", "user-not-found");
        await PlayAsync(bot, "team-by-name", "channel-by-name", "channel-direct", "channel-get-dm", "channel-members");
        await PlayAsync(admin, "command-create", "command-create-duplicate", "commands-list");
        await PlayAsync(bot, "command-create-as-bot");
        await PlayCommandsAsync(sandbox, integration, ana);

        using var events = await bot.ConnectAsync();
        _events.Add(await events.NextAsync("hello"));
        await PlayInChannelAsync(integration, ana);
        await PlayActionsAsync(integration, bot, ana);
        await PlayPostsAsync(bot, ana);
        await PlayAsync(admin, "config-as-admin-trimmed", "config-patch-as-admin", "plugin-statuses-as-admin");
        foreach (var line in Read("logs-as-admin")["response"]!["body"]!.AsArray())
        {
            sandbox.Mattermost.Configuration.Log(line!.GetValue<string>().Trim());
        }

        await PlayAsync(admin, "logs-as-admin");
        await PlayAsync(bot, "config-as-bot-forbidden", "plugin-statuses-as-bot-forbidden");
        Unexpected = [.. sandbox.Unexpected];
        while (_events.Count < RecordedEvents().Count && await events.TryNextAsync() is { } message)
        {
            _events.Add(message);
        }

    }

    public Task DisposeAsync() => Task.CompletedTask;

    private async Task PlayCommandsAsync(RunningSandbox sandbox, ScriptedIntegration integration, WorkspaceClient ana)
    {
        integration.Answers("/slash", JsonNode.Parse("""
            {"response_type":"ephemeral","text":"hello **ana**","attachments":[{"title":"Pick","text":"What is wrong?","actions":[
              {"id":"connect","name":"Calls not connecting","type":"button","style":"primary","integration":{"url":"http://127.0.0.1:9/x","context":{"a":"b"}}}]}]}
            """)!);
        await PlayAsync(ana, "command-execute-as-user");
        Delivered["slash-request"] = integration.Last;

        var form = integration.Last.Body.Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));
        using var nobody = new WorkspaceClient(sandbox, "");
        _answers["slash-response-url"] = await nobody.PostAsync(
            new Uri(form["response_url"]).PathAndQuery, Read("slash-response-url")["request"]!["body"]!.DeepClone());

        integration.Answers("/slash", JsonNode.Parse("""{"text":"x","goto_location":"https://example.test"}""")!);
        await PlayAsync(ana, "command-execute-goto");
        integration.Answers("/slash", 500, "boom");
        await PlayAsync(ana, "command-execute-integration-500");
    }

    private async Task PlayInChannelAsync(ScriptedIntegration integration, WorkspaceClient ana)
    {
        integration.Answers("/slash", JsonNode.Parse("""{"response_type":"in_channel","text":"in channel"}""")!);
        await PlayAsync(ana, "command-execute-in-channel");
    }

    private async Task PlayActionsAsync(ScriptedIntegration integration, WorkspaceClient bot, WorkspaceClient ana)
    {
        await PlayAsync(bot, "post-create-with-actions");
        await PlayAsync(ana, "post-get-as-user-sees-actions");
        integration.Answers("/action", JsonNode.Parse("""{"update":{"message":"You said: not connecting","props":{}},"ephemeral_text":"noted"}""")!);
        await PlayAsync(ana, "post-action-click");
        Delivered["action-request-button"] = integration.Last;

        // Its creation was not recorded; the event of it was.
        var menu = await bot.PostAsync("/api/v4/posts", JsonNode.Parse(Here("""
            {"channel_id":"pwsp8seomif93j8pun4mzff3gy","message":"Pick","props":{"attachments":[{"text":"menu","actions":[
              {"id":"pick","name":"Pick one","type":"select","options":[{"text":"Audio","value":"audio"}],"integration":{"url":"http://127.0.0.1:9099/action2","context":{"node":"root"}}},
              {"id":"dlg","name":"Ticket","type":"button","integration":{"url":"http://127.0.0.1:9099/action3","context":{"node":"root"}}}]}]}}
            """))!);
        _idHere["hg7wgjkeo7rcpdg4ty4makwhqo"] = menu.Body["id"]!.GetValue<string>();
        integration.Answers("/action2", new JsonObject());
        await PlayAsync(ana, "post-action-select");
        Delivered["action-request-select"] = integration.Last;

        integration.Answers("/action3", new JsonObject());
        await PlayAsync(ana, "post-action-dialog-button");
        _idHere[Read("dialog-open")["request"]!["body"]!["trigger_id"]!.GetValue<string>()] = integration.Last.Json["trigger_id"]!.GetValue<string>();
        await PlayAsync(bot, "dialog-open", "dialog-open-bad-trigger");
        integration.Answers("/dialog", JsonNode.Parse("""{"errors":{"description":"too short"}}""")!);
        await PlayAsync(ana, "dialog-submit-with-errors");
        Delivered["dialog-submission-request"] = integration.Last;
        integration.Answers("/dialogc", 200, "", "text/plain");
        await PlayAsync(ana, "dialog-cancel");
        Delivered["dialog-cancel-request"] = integration.Last;
    }

    private async Task PlayPostsAsync(WorkspaceClient bot, WorkspaceClient ana)
    {
        // The recorded events tell of these; the exchanges were not kept.
        var help = await ana.PostAsync("/api/v4/posts", JsonNode.Parse(Here("""{"channel_id":"pwsp8seomif93j8pun4mzff3gy","message":"help, I cannot hear anyone"}"""))!);
        await ana.SendAsync(
            HttpMethod.Put, $"/api/v4/posts/{help.Body["id"]}/patch", Json("""{"message":"help, I cannot hear anyone in calls"}"""));
        await ana.PostAsync("/api/v4/posts", JsonNode.Parse(Here("""{"channel_id":"wtfznim96by39d1sgcurm3a7pe","message":"@callsbot calls keep dropping"}"""))!);

        await PlayAsync(ana, "post-create-as-user");
        await PlayAsync(bot, "post-create-thread-reply-by-bot", "post-patch-by-bot");
        await PlayAsync(ana, "post-patch-by-other-user-forbidden");
        await PlayAsync(bot, "post-ephemeral-as-bot");
        await UploadAsync(ana);
        await PlayAsync(ana, "post-create-with-file", "file-info");
        await PlayAsync(bot, "file-download");
        _answers["post-too-long"] = await ana.PostAsync("/api/v4/posts", new JsonObject
        {
            ["channel_id"] = _idHere["wtfznim96by39d1sgcurm3a7pe"],
            ["message"] = new string('x', 16_384),
        });
        await ana.SendAsync(HttpMethod.Delete, $"/api/v4/posts/{_idHere["tymuasoswfgrubod9bje1djk1w"]}", body: null);
    }

    private async Task UploadAsync(WorkspaceClient ana)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(_idHere["pwsp8seomif93j8pun4mzff3gy"]), "channel_id" },
        };
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes("{\"level\":\"error\",\"msg\":\"ICE failed\"}\n"));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(file, "files", "rtcd.log");
        var uploaded = await ana.SendAsync(HttpMethod.Post, "/api/v4/files", form);
        _answers["file-upload"] = uploaded;
        _idHere["wkx9huq4qjd798anmr7e3axwde"] = uploaded.Body["file_infos"]![0]!["id"]!.GetValue<string>();
    }

    private async Task PlayAsync(WorkspaceClient client, params string[] recordings)
    {
        foreach (var recording in recordings)
        {
            var exchange = Read(recording);
            var request = exchange["request"]!;
            var body = request["body"] is { } given ? Json(Here(given.ToJsonString(CallsBot.Sandbox.Mattermost.Json.Options))) : null;
            if (request["method"]!.GetValue<string>() != "GET")
            {
                body ??= Json("{}");
            }

            var answer = await client.SendAsync(
                HttpMethod.Parse(request["method"]!.GetValue<string>()), Here(request["path"]!.GetValue<string>()), body);
            _answers[recording] = answer;
            if (exchange["response"]!["body"] is JsonObject recorded
                && recorded["id"]?.GetValue<string>() is { Length: 26 } recordedId
                && answer.Body["id"]?.GetValue<string>() is { } id)
            {
                _idHere[recordedId] = id;
            }
        }
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private string Here(string recorded) =>
        _idHere.Aggregate(recorded, (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal));
}
