using System.Text.Json.Nodes;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>What a test does to the workspace, in its own words.</summary>
internal sealed class MattermostSandbox(
    Workspace workspace,
    ServerConfiguration configuration,
    CallsPlugin calls,
    Integrations integrations,
    MattermostServer server,
    TimeSpan patience)
{
    public Uri Url => server.Url;

    public Workspace Workspace => workspace;

    public ServerConfiguration Configuration => configuration;

    /// <summary>What the Calls plugin answers once it is installed: see <see cref="InstallCalls"/>.</summary>
    public CallsPlugin Calls => calls;

    /// <summary>The bot's access token; empty when the sandbox was started without a bot.</summary>
    public string BotToken => workspace.BotToken;

    public string AdminToken => workspace.AdminToken;

    /// <summary>The token of the command that <see cref="CreateCommand"/> makes.</summary>
    public string CommandToken => workspace.CommandToken;

    /// <summary>Makes <c>/callshelp</c>, or sends an existing one elsewhere.</summary>
    public void CreateCommand(Uri url, string trigger = "callshelp")
    {
        if (workspace.FindCommand(trigger) is { } known)
        {
            workspace.UpdateCommand(workspace.Administrator, known.Id, known with { Url = url.ToString() });
            return;
        }

        workspace.CreateCommand(workspace.Administrator, new CustomCommand
        {
            Id = "",
            Token = CommandToken,
            CreateAt = 0,
            UpdateAt = 0,
            CreatorId = "",
            TeamId = workspace.Team.Id,
            Trigger = trigger,
            Method = "P",
            Url = url.ToString(),
            Username = "callsbot",
            AutoComplete = true,
            AutoCompleteDescription = "Find out why calls fail",
            AutoCompleteHint = "[what is wrong]",
            DisplayName = "Calls help",
            Description = "Finds out why calls fail",
        });
    }

    /// <summary>The direct messages of a person with the bot, made if they are not there.</summary>
    public Chat DirectMessageFrom(string username, string with = "callsbot")
    {
        var person = Person(username);
        return ChatIn(workspace.CreateDirect(person, [person.Id, Person(with).Id]), person);
    }

    /// <summary>A group message of a person with others, the bot among them.</summary>
    public Chat GroupMessageFrom(string username, params string[] others)
    {
        var person = Person(username);
        return ChatIn(workspace.CreateGroup(person, [.. others.Append("callsbot").Select(name => Person(name).Id)]), person);
    }

    /// <summary>A channel of the team: <c>In("town-square").As("ana")</c>.</summary>
    public ChannelView In(string channelName)
    {
        var channel = workspace.GetChannelByName(channelName);
        return new ChannelView(username => ChatIn(channel, Person(username)), channel);
    }

    /// <summary>Brings an account into a channel, as an administrator does.</summary>
    public void Invite(string username, string channelName) =>
        workspace.AddMember(workspace.Administrator, workspace.GetChannelByName(channelName).Id, Person(username).Id);

    /// <summary>A press as it comes from any client, whatever that shows: for forged and stale ones.</summary>
    /// <returns>The server's error; null when the press went through.</returns>
    public async Task<ApiError?> Press(string username, string postId, string actionId, string selectedOption = "", CancellationToken cancellationToken = default)
    {
        try
        {
            await integrations.PressAsync(Person(username), postId, actionId, selectedOption, cookie: "", cancellationToken);
            return null;
        }
        catch (RefusedException ex)
        {
            return ex.Error;
        }
    }

    /// <summary>Where a press on a button goes, and with what: what the server keeps from clients.</summary>
    public JsonObject IntegrationOf(string postId, string buttonName) => Attachments.Actions(workspace.GetPost(postId).Props)
        .First(action => action.Text("name") == buttonName).Object("integration")!;

    /// <summary>Stops the server and starts it on the same port. Sockets drop with 1006; what is in the workspace stays.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync();
        await StartAsync(cancellationToken);
    }

    /// <summary>Sockets drop with 1006, and connections are refused. People can still write: as on another node.</summary>
    public Task StopAsync() => server.StopAsync();

    public Task StartAsync(CancellationToken cancellationToken = default) => server.StartAsync(cancellationToken);

    /// <summary>Every socket ends with 1006. Who comes back in time may resume.</summary>
    public Task DropSockets() => Task.WhenAll(workspace.Events.Drop().Select(socket => socket.Ended));

    /// <summary>Waits until an account has its event stream open.</summary>
    public async Task Connected(string username)
    {
        var accountId = Person(username).Id;
        await Wait.ForAsync(workspace.Changes, patience, () => workspace.Events.IsConnected(accountId), () => $"{username} did not open its event stream.");
    }

    /// <summary>The next requests to the REST API are answered 429.</summary>
    public void RateLimitNext(int count, TimeSpan? retryAfter = null) => server.RateLimit.Next(count, retryAfter ?? TimeSpan.FromSeconds(1));

    /// <summary>The Calls plugin is installed and runs, or is in another state (model/plugin_status.go); a new workspace has no plugins.</summary>
    public void InstallCalls(string version, PluginState state = PluginState.Running)
    {
        calls.Version = version;
        configuration.PluginStatuses = [PluginStatus(version, "", state)];
    }

    /// <summary>
    /// The Calls plugin is installed on each node of a cluster. Any node answers for all: each has its own entry, with the
    /// node's id (app/plugin.go, GetClusterPluginStatuses).
    /// </summary>
    public void InstallCallsOnNodes(string version, IReadOnlyDictionary<string, PluginState> nodes)
    {
        calls.Version = version;
        configuration.PluginStatuses = Json.Array(nodes.Select(node => PluginStatus(version, node.Key, node.Value)));
    }

    /// <summary>
    /// The Calls plugin starts while the job service does not answer: it says so in the log, once, and runs on without it
    /// (mattermost-plugin-calls v1.12.2, server/activate.go).
    /// </summary>
    public void CallsStartsWithoutJobService() => configuration.Log(new JsonObject
    {
        ["timestamp"] = "2026-11-22 08:00:11.402 Z",
        ["level"] = "error",
        ["msg"] = "failed to initialize job service: failed to create job service client: failed to get job service version info: connection refused",
        ["caller"] = "app/plugin_api.go:1005",
        ["plugin_id"] = CallsPlugin.Id,
        ["origin"] = "main.(*Plugin).LogError log.go:104",
    }.ToJsonString());

    /// <summary>The address at which people open Mattermost, as its configuration says. The server stays where it is.</summary>
    public void SiteUrlIs(string url) => configuration.Patch(new JsonObject { ["ServiceSettings"] = new JsonObject { ["SiteURL"] = url } });

    /// <summary>
    /// The server has a licence: "professional", "enterprise", "advanced", "starter" or a name of its own. Null takes it
    /// away; a new workspace has none.
    /// </summary>
    public void LicenseIs(string? sku, bool cloud = false)
    {
        var license = new JsonObject { ["IsLicensed"] = sku is null ? "false" : "true" };
        if (sku is not null)
        {
            license["Id"] = Ids.New();
            license["SkuName"] = sku.Length > 0 ? char.ToUpperInvariant(sku[0]) + sku[1..] : "";
            license["SkuShortName"] = sku;
            license["Users"] = "5000";
            license["LDAP"] = sku is "professional" or "enterprise" or "advanced" ? "true" : "false";
            license["Cluster"] = sku is "enterprise" or "advanced" ? "true" : "false";
            license["Cloud"] = cloud ? "true" : "false";
            license["IssuedAt"] = "1767225600000";
            license["StartsAt"] = "1767225600000";
            license["ExpiresAt"] = "1830297600000";
            license["Name"] = "Example Corp";
            license["Email"] = "licence@example.test";
            license["Company"] = "Example Corp";
            license["IsTrial"] = "false";
        }

        configuration.License = license;
    }

    /// <summary>The language that the server gives new accounts.</summary>
    public void DefaultLocaleIs(string locale)
    {
        var client = configuration.ClientConfig;
        client["DefaultClientLocale"] = locale;
        configuration.ClientConfig = client;
    }

    /// <summary>Somebody chooses a language in their settings.</summary>
    public void LocaleIs(string username, string locale) => workspace.ChangeLocale(Person(username).Id, locale);

    /// <summary>The version that clients are told. Everything else stays as server 5.37 does it.</summary>
    public void ServerVersionIs(string version)
    {
        var client = configuration.ClientConfig;
        client["Version"] = version;
        client["BuildNumber"] = version;
        configuration.ClientConfig = client;
    }

    /// <summary>The account's tokens stop working at once.</summary>
    public void RevokeTokens(string username) => workspace.RevokeTokens(Person(username).Id);

    private static JsonObject PluginStatus(string version, string node, PluginState state) => new()
    {
        ["plugin_id"] = CallsPlugin.Id,
        ["cluster_id"] = node,
        ["plugin_path"] = $"plugins/{CallsPlugin.Id}",
        ["state"] = (int)state,
        ["error"] = "",
        ["name"] = "Calls",
        ["description"] = "Integrates real-time voice communication in Mattermost",
        ["version"] = version,
    };

    private Account Person(string username) =>
        workspace.FindByName(username) ?? throw new SandboxException($"There is no account '{username}' in the workspace.");

    private Chat ChatIn(Channel channel, Account person) => new(workspace, integrations, channel, person, rootId: "", patience);
}

/// <summary>A channel, seen by nobody yet.</summary>
internal sealed class ChannelView(Func<string, Chat> chatAs, Channel channel)
{
    public Channel Channel { get; } = channel;

    public Chat As(string username) => chatAs(username);
}

/// <summary>Waits for what the workspace shows, not for time to pass.</summary>
internal static class Wait
{
    /// <exception cref="SandboxException">It did not come; the message says what was there instead.</exception>
    public static async Task<T> ForAsync<T>(ChangeLog changes, TimeSpan patience, Func<T?> look, Func<string> whatWasThere)
        where T : class
    {
        using var bound = new CancellationTokenSource(patience);
        while (true)
        {
            var next = changes.Next;
            if (look() is { } found)
            {
                return found;
            }

            try
            {
                await next.WaitAsync(bound.Token);
            }
            catch (OperationCanceledException ex)
            {
                throw new SandboxException(whatWasThere(), ex);
            }
        }
    }

    public static async Task ForAsync(ChangeLog changes, TimeSpan patience, Func<bool> look, Func<string> whatWasThere) =>
        await ForAsync(changes, patience, () => look() ? changes : null, whatWasThere);
}
