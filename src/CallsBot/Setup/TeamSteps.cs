using System.Net;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Setup;

/// <summary>The slash command of one team.</summary>
/// <param name="Team">The team's name.</param>
/// <param name="Token">Null while the command is only looked at and not there.</param>
internal sealed record TeamCommand(string Team, string? Token);

/// <summary>One team: the bot's place in it, and its slash command.</summary>
internal sealed class TeamSteps(SetupPlan plan, IMattermostApi api, SetupReport report)
{
    public const string Trigger = "callshelp";

    // How a command that setup has made is told from somebody else's, whatever became of its address.
    private const string Description = "Finds out why calls fail. Made by callsbot setup.";
    private const string Hint = "[what is wrong | admin | help]";
    private const string Explanation = "Find out why a call fails, step by step";

    /// <returns>The team of that name, or none; then the report says so.</returns>
    public async Task<IReadOnlyList<Team>> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return [await api.GetTeamByNameAsync(name, cancellationToken)];
        }
        catch (MattermostException ex) when (ex.StatusCode == HttpStatusCode.NotFound)
        {
            report.Refused($"there is no team {name}. The name of a team is the part of its address after the server: {SetupPlan.TextOf(plan.Mattermost)}/TEAM/channels/town-square");
            return [];
        }
    }

    /// <returns>The team's command, or none; then the report says why.</returns>
    public async Task<IReadOnlyList<TeamCommand>> RunAsync(
        Team team, BotAccountState bot, ServerSettings settings, CancellationToken cancellationToken)
    {
        await JoinAsync(team, bot, cancellationToken);
        return settings.EnableCommands != false && await CommandAsync(team, bot, cancellationToken) is { } command ? [command] : [];
    }

    /// <summary>The tokens of our commands in a team that was not asked for.</summary>
    public async Task<IReadOnlyList<string>> TokensAsync(Team team, string? botId, CancellationToken cancellationToken)
    {
        var commands = await api.GetCommandsAsync(team.Id, customOnly: true, cancellationToken);
        return [.. commands.Where(command => IsOurs(command, botId)).Select(command => command.Token).OfType<string>()];
    }

    private static bool IsTrigger(SlashCommand command) => command.DeleteAt == 0 && command.Trigger == Trigger;

    private bool IsOurs(SlashCommand command, string? botId) =>
        IsTrigger(command)
        && (command.Url == plan.CommandUrl || command.Description == Description || (botId is not null && command.CreatorId == botId));

    private async Task JoinAsync(Team team, BotAccountState bot, CancellationToken cancellationToken)
    {
        if (bot.Id is not null && await IsMemberAsync(team, bot.Id, cancellationToken))
        {
            report.Ok($"@{plan.BotName} is in team {team.Name}");
            return;
        }

        if (!report.CheckOnly)
        {
            await api.AddTeamMemberAsync(team.Id, new TeamMember { TeamId = team.Id, UserId = bot.Id! }, cancellationToken);
        }

        report.Created($"the membership of @{plan.BotName} in team {team.Name}, and with it in its Town Square");
    }

    private async Task<bool> IsMemberAsync(Team team, string userId, CancellationToken cancellationToken)
    {
        try
        {
            // Whoever has left is still listed.
            return (await api.GetTeamMemberAsync(team.Id, userId, cancellationToken)).DeleteAt == 0;
        }
        catch (MattermostException ex) when (ex.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private async Task<TeamCommand?> CommandAsync(Team team, BotAccountState bot, CancellationToken cancellationToken)
    {
        // The whole list leaves out tokens and addresses; this one leaves out the commands of plugins.
        var custom = await api.GetCommandsAsync(team.Id, customOnly: true, cancellationToken);
        if (custom.FirstOrDefault(IsTrigger) is not { } found)
        {
            return await CreateAsync(team, cancellationToken);
        }

        if (!IsOurs(found, bot.Id))
        {
            report.Refused($"/{Trigger} in team {team.Name} is somebody else's: {await DescribeAsync(found, cancellationToken)}. Have it deleted or renamed under Integrations > Slash Commands of that team, then run this again.");
            return null;
        }

        if (found.Id is not { Length: > 0 } id || found.Token is not { Length: > 0 })
        {
            report.Refused($"the server does not show the token of /{Trigger} in team {team.Name} to this administrator. Delete the command under Integrations > Slash Commands of that team, then run this again.");
            return null;
        }

        var wanted = found with
        {
            Url = plan.CommandUrl,
            Method = "P",
            AutoComplete = true,
            AutoCompleteHint = Hint,
            AutoCompleteDescription = Explanation,
            Description = Description,
        };
        if (Differences(found, wanted) is not { Count: > 0 } differences)
        {
            report.Ok($"/{Trigger} in team {team.Name} goes to {plan.CommandUrl}");
            return new TeamCommand(team.Name, found.Token);
        }

        if (!report.CheckOnly)
        {
            await api.UpdateCommandAsync(id, wanted, cancellationToken);
        }

        report.Repaired($"/{Trigger} in team {team.Name}: {string.Join(", ", differences)}");
        return new TeamCommand(team.Name, found.Token);
    }

    private async Task<TeamCommand?> CreateAsync(Team team, CancellationToken cancellationToken)
    {
        // A plugin's command is run in the place of ours, and the server lets ours be made all the same.
        if ((await api.GetCommandsAsync(team.Id, customOnly: false, cancellationToken)).Any(IsTrigger))
        {
            report.Refused($"/{Trigger} in team {team.Name} belongs to a plugin. Turn that plugin off under System Console > Plugins, then run this again.");
            return null;
        }

        var token = report.CheckOnly ? null : (await api.CreateCommandAsync(
            new SlashCommand
            {
                TeamId = team.Id,
                Trigger = Trigger,
                Url = plan.CommandUrl,
                Username = plan.BotName,
                AutoComplete = true,
                AutoCompleteHint = Hint,
                AutoCompleteDescription = Explanation,
                DisplayName = "Calls help",
                Description = Description,
            },
            cancellationToken)).Token;
        report.Created($"/{Trigger} in team {team.Name}, which goes to {plan.CommandUrl}");
        return new TeamCommand(team.Name, token);
    }

    private static List<string> Differences(SlashCommand found, SlashCommand wanted)
    {
        var differences = new List<string>();
        if (found.Url != wanted.Url)
        {
            differences.Add($"it went to {OriginOf(found.Url)} and is to go to {wanted.Url}");
        }

        if (found.Method != wanted.Method)
        {
            differences.Add("it was sent with GET");
        }

        if (!found.AutoComplete)
        {
            differences.Add("it was not offered while typing");
        }

        if (found.AutoCompleteHint != wanted.AutoCompleteHint || found.AutoCompleteDescription != wanted.AutoCompleteDescription)
        {
            differences.Add("its hint was another");
        }

        if (found.Description != wanted.Description)
        {
            differences.Add("its description was another");
        }

        return differences;
    }

    private async Task<string> DescribeAsync(SlashCommand command, CancellationToken cancellationToken)
    {
        var title = command.DisplayName is { Length: > 0 } name ? $"\"{name}\", " : "";
        return $"{title}made by {await NameAsync(command.CreatorId, cancellationToken)}, sent to {OriginOf(command.Url)}";
    }

    private async Task<string> NameAsync(string? userId, CancellationToken cancellationToken)
    {
        try
        {
            return userId is { Length: > 0 } ? "@" + (await api.GetUserAsync(userId, cancellationToken)).Username : "nobody";
        }
        catch (MattermostException)
        {
            return "an account that is gone";
        }
    }

    // What follows the host of somebody's address may be a secret.
    private static string OriginOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) ? $"{address.Scheme}://{address.Authority}" : "no address";
}
