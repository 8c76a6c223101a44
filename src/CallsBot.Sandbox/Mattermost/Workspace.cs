using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>
/// Everything in the pretend workspace: accounts, channels, posts, files, commands. Behaves as server 5.37, which the
/// recordings come from, did. Thread-safe; nothing in it survives the process.
/// </summary>
internal sealed partial class Workspace
{
    public const string Version = "5.37.0";

    private readonly Lock _gate = new();
    private readonly SandboxSettings _settings;

    public Workspace(SandboxSettings settings)
    {
        _settings = settings;
        Events = new EventHub(settings.Time);
        Administrator = AddAccount("sysadmin", "admin@example.test", "system_admin system_user");
        Ana = AddAccount("ana", "ana@example.test", "system_user");
        Ben = AddAccount("ben", "ben@example.test", "system_user");
        Team = new Team(Ids.New(), "ops", "Ops", Now());
        TownSquare = AddChannel(Channel.Open, "town-square", "Town Square");
        OffTopic = AddChannel(Channel.Open, "off-topic", "Off-Topic");
        foreach (var person in (Account[])[Administrator, Ana, Ben])
        {
            Enrol(person);
        }

        var incidents = AddChannel(Channel.Private, "incidents", "Incidents", Administrator.Id);
        foreach (var person in (Account[])[Administrator, Ana])
        {
            Join(incidents.Id, person.Id);
        }

        if (settings.WithBot)
        {
            var bot = AddAccount("callsbot", "callsbot@localhost", "system_user", bot: new JsonObject
            {
                ["display_name"] = "Calls Bot",
                ["description"] = "Finds out why calls fail",
                ["owner_id"] = Administrator.Id,
            });
            Enrol(bot);
            BotToken = AddToken(bot.Id);
        }

        AdminToken = AddToken(Administrator.Id);
    }

    public EventHub Events { get; }

    public ChangeLog Changes { get; } = new();

    public Team Team { get; }

    public Channel TownSquare { get; }

    public Channel OffTopic { get; }

    public Account Administrator { get; }

    public Account Ana { get; }

    public Account Ben { get; }

    public string AdminToken { get; }

    /// <summary>The token of the bot that is there from the start; empty without one.</summary>
    public string BotToken { get; } = "";

    /// <summary>The token that the command gets which <see cref="MattermostSandbox.CreateCommand"/> makes.</summary>
    public string CommandToken { get; } = Ids.New();

    /// <summary>As the server tells it in the header <c>x-version-id</c> and in hello.</summary>
    public static string VersionId { get; } = $"{Version}..cf617eb032f8aed8b7d25dd3ad61be6c.false";

    public long Now() => _settings.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private void Publish(string name, JsonObject data, Audience audience) =>
        Events.Publish(name, data, audience, accountId => IsInAudience(accountId, audience));

    private bool IsInAudience(string accountId, Audience audience) => audience switch
    {
        { UserId.Length: > 0 } => audience.UserId == accountId,
        { ChannelId.Length: > 0 } => _members[audience.ChannelId].ContainsKey(accountId),
        { TeamId.Length: > 0 } => _teamMembers.Contains(accountId),
        _ => true,
    };
}
