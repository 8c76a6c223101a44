using System.Net;
using CallsBot.Cli;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Setup;

/// <summary>
/// Creates what is missing, repairs what is wrong and leaves alone what is right, so it may be run any number of times.
/// The order keeps what has been done useful when a later step fails: a token is stored before the next one is made.
/// </summary>
internal sealed class SetupRun(SetupPlan plan, string adminToken, SetupReport report, Resolve resolve, TimeProvider time)
{
    // An administrator waits for it, and creating a bot on a busy server takes a while.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    /// <exception cref="SetupException">Nothing can be done at all, or a file cannot be written.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var client = Connect(plan.AdminTokenFile, adminToken);
        var api = client.Api;
        var settings = await GreetAsync(api, cancellationToken);
        var document = SettingsDocument.Load(Path.Combine(Folder, "callsbot.json"));
        var secrets = new SecretsFolder(Path.Combine(Folder, "secrets"));
        var files = new FileSteps(plan, secrets, document, report);
        var callback = new CallbackSteps(plan, report, resolve, time);

        await AttemptAsync(() => AccountsAsync(api, settings, secrets, files, cancellationToken));
        await callback.JudgeAddressAsync(settings.AllowedUntrustedInternalConnections, cancellationToken);
        await callback.TryAsync(cancellationToken);
    }

    private string Folder => plan.Output is "." or "./" ? "" : plan.Output;

    private MattermostClient Connect(string tokenName, string token) =>
        new(plan.Mattermost, tokenName, token, RequestTimeout, time);

    /// <summary>Is this a Mattermost server, and may we do anything on it?</summary>
    private async Task<ServerSettings> GreetAsync(IMattermostApi api, CancellationToken cancellationToken)
    {
        User me;
        string version;
        ServerSettings settings;
        try
        {
            await api.PingAsync(cancellationToken);
            me = await api.GetMeAsync(cancellationToken);
            version = (await api.GetClientConfigAsync(cancellationToken)).GetValueOrDefault("Version", "of no known version");
            RequireAdministrator(me);
            settings = await SettingsAsync(api, cancellationToken);
        }
        catch (MattermostException ex) when (ex.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw new SetupException(
                $"{ex.Message} If there is no such place, personal access tokens are off: System Console > Integrations > Integration Management > Enable Personal Access Tokens.",
                ExitCodes.Failed,
                ex);
        }
        catch (MattermostException ex)
        {
            throw new SetupException($"{SetupPlan.TextOf(plan.Mattermost)} is not usable as a Mattermost server. {ex.Message}", ExitCodes.Failed, ex);
        }

        report.Ok($"Mattermost {version} at {SetupPlan.TextOf(plan.Mattermost)} answers, and @{me.Username} is a system administrator");
        if (settings.EnableCommands == false)
        {
            report.ByHand("the server has slash commands turned off. Set System Console > Integrations > Integration Management > Enable Custom Slash Commands to true, then run this again.");
        }

        return settings;
    }

    private async Task<ServerSettings> SettingsAsync(IMattermostApi api, CancellationToken cancellationToken)
    {
        try
        {
            return ServerSettings.Of(await api.GetConfigAsync(cancellationToken));
        }
        catch (MattermostException ex) when (ex.StatusCode == HttpStatusCode.Forbidden)
        {
            report.Note("the server does not show its configuration to this administrator, so it cannot be said whether bots, slash commands and the callback address are allowed");
            return ServerSettings.Unknown;
        }
    }

    private void RequireAdministrator(User me)
    {
        if (me.IsBot)
        {
            throw new SetupException($"The token in {plan.AdminTokenFile} is that of the bot @{me.Username}, and a bot may not make bots. Use the token of a person who is a system administrator.", ExitCodes.Failed);
        }

        if (!me.IsSystemAdministrator)
        {
            throw new SetupException($"The token in {plan.AdminTokenFile} is that of @{me.Username}, who is not a system administrator. Use the token of one: Profile > Security > Personal Access Tokens.", ExitCodes.Failed);
        }
    }

    /// <summary>Everything that hangs on the bot's account.</summary>
    private async Task AccountsAsync(
        IMattermostApi api, ServerSettings settings, SecretsFolder secrets, FileSteps files, CancellationToken cancellationToken)
    {
        var teams = new TeamSteps(plan, api, report);
        var wanted = new List<Team>();
        foreach (var name in plan.Teams)
        {
            await AttemptAsync(async () => wanted.AddRange(await teams.FindAsync(name, cancellationToken)));
        }

        var bots = new BotSteps(plan, api, secrets, report, Connect);
        if (wanted.Count == 0 || await bots.AccountAsync(settings, cancellationToken) is not { } bot)
        {
            return;
        }

        secrets.Prepare(report);
        var botToken = await bots.TokenAsync(bot, cancellationToken);
        var commands = new List<TeamCommand>();
        foreach (var team in wanted)
        {
            await AttemptAsync(async () => commands.AddRange(await teams.RunAsync(team, bot, settings, cancellationToken)));
        }

        // A team that did not get as far may have a token in the folder that is good.
        IReadOnlyCollection<string>? elsewhere = null;
        if (commands.Count == plan.Teams.Count && files.HasOtherTokens(commands))
        {
            await AttemptAsync(async () => elsewhere = await TokensElsewhereAsync(api, bot, botToken, teams, wanted, cancellationToken));
        }

        files.CommandTokens(commands, elsewhere);
        files.SigningKey();
        files.Settings(await AdministratorsAsync(api, cancellationToken));
        files.AdministratorToken(adminToken, settings);
    }

    /// <summary>The tokens of our commands in the other teams that the bot or the administrator is in. Null when that cannot be found out.</summary>
    private async Task<IReadOnlyCollection<string>?> TokensElsewhereAsync(
        IMattermostApi api,
        BotAccountState bot,
        string? botToken,
        TeamSteps teams,
        IReadOnlyList<Team> wanted,
        CancellationToken cancellationToken)
    {
        if (botToken is null)
        {
            return null;
        }

        using var client = Connect("the bot's token file", botToken);
        var others = (await client.Api.GetMyTeamsAsync(cancellationToken))
            .Concat(await api.GetMyTeamsAsync(cancellationToken))
            .ExceptBy(wanted.Select(team => team.Id), team => team.Id);
        var tokens = new HashSet<string>();
        foreach (var team in others)
        {
            tokens.UnionWith(await teams.TokensAsync(team, bot.Id, cancellationToken));
        }

        return tokens;
    }

    /// <returns>Null when there is nobody to be set, or not everybody is there.</returns>
    private async Task<IReadOnlyList<string>?> AdministratorsAsync(IMattermostApi api, CancellationToken cancellationToken)
    {
        var known = new List<string>();
        foreach (var name in plan.Administrators)
        {
            await AttemptAsync(async () =>
            {
                try
                {
                    var user = await api.GetUserByNameAsync(name, cancellationToken);
                    if (user.IsBot || user.DeleteAt != 0)
                    {
                        report.Refused($"@{user.Username} cannot be told anything: the account {(user.IsBot ? "is a bot's" : "is deactivated")}. Name another with --administrator.");
                        return;
                    }

                    known.Add(user.Username);
                }
                catch (MattermostException ex) when (ex.StatusCode == HttpStatusCode.NotFound)
                {
                    report.Refused($"there is no account @{name}. --administrator takes user names.");
                }
            });
        }

        return known.Count > 0 && known.Count == plan.Administrators.Count ? known : null;
    }

    /// <summary>What the server says no to is a step that was refused; the others are still taken.</summary>
    private async Task AttemptAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (MattermostException ex)
        {
            report.Refused(ex.Message);
        }
    }
}
