using System.Net;
using CallsBot.Cli;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Setup;

/// <summary>The bot's account, as far as it is known.</summary>
/// <param name="Id">Null while it is only looked at and not there.</param>
/// <param name="IsNew">Made by this run.</param>
/// <param name="IsEnabled">False only while it is looked at and disabled.</param>
internal sealed record BotAccountState(string? Id, bool IsNew, bool IsEnabled);

/// <summary>The bot's account and its token.</summary>
internal sealed class BotSteps(
    SetupPlan plan, IMattermostApi api, SecretsFolder secrets, SetupReport report, Func<string, string, MattermostClient> connect)
{
    private const string ManageBots = "Integrations > Bot Accounts";

    /// <returns>Null when the bot cannot be had; the report says why.</returns>
    public async Task<BotAccountState?> AccountAsync(ServerSettings settings, CancellationToken cancellationToken)
    {
        if (await FindUserAsync(cancellationToken) is not { } user)
        {
            return await CreateAsync(settings, cancellationToken);
        }

        if (!user.IsBot)
        {
            report.Refused($"the account @{plan.BotName} belongs to a person. Give the bot another name with --name, or have that account renamed.");
            return null;
        }

        var bot = await api.GetBotAsync(user.Id, includeDeleted: true, cancellationToken);
        if (IsPlugin(bot.OwnerId))
        {
            report.Refused($"the bot account @{plan.BotName} belongs to the plugin {bot.OwnerId}. Give the bot another name with --name.");
            return null;
        }

        if (bot.DeleteAt == 0 && user.DeleteAt == 0)
        {
            report.Ok($"the bot account @{plan.BotName} is there");
            return new BotAccountState(user.Id, IsNew: false, IsEnabled: true);
        }

        if (!report.CheckOnly)
        {
            await api.EnableBotAsync(user.Id, cancellationToken);
        }

        report.Repaired($"the bot account @{plan.BotName}: it was disabled");
        return new BotAccountState(user.Id, IsNew: false, IsEnabled: !report.CheckOnly);
    }

    /// <returns>A token that the server takes as the bot's; null while there is none to be had.</returns>
    public async Task<string?> TokenAsync(BotAccountState bot, CancellationToken cancellationToken)
    {
        var file = secrets.PathOf(SecretsFolder.BotToken);
        var kept = secrets.Read(SecretsFolder.BotToken);
        if (kept is not null && !bot.IsEnabled)
        {
            report.Note($"{file} can be tried only once @{plan.BotName} is enabled");
            return null;
        }

        var fault = kept is null ? null : await FaultOfAsync(file, kept, bot, cancellationToken);
        if (kept is not null && fault is null)
        {
            report.Ok($"the token in {file} is @{plan.BotName}'s");
            return kept;
        }

        // A bot that has just been made has no other tokens.
        var others = bot.IsNew || bot.Id is null
            ? ""
            : $". Tokens that it had before stay valid: delete those that nobody uses under {ManageBots}";
        var made = report.CheckOnly ? null : await MakeTokenAsync(bot.Id!, cancellationToken);
        if (kept is null)
        {
            report.Created($"a token of @{plan.BotName} in {file}{others}");
        }
        else
        {
            report.Repaired($"the token in {file}: {fault}{others}");
        }

        return made;
    }

    // The owner of a person's bot is an id of 26 letters and digits; that of a plugin's bot is the plugin's name.
    private static bool IsPlugin(string? owner) =>
        owner is not null && (owner.Length != 26 || !owner.All(char.IsAsciiLetterOrDigit));

    private async Task<User?> FindUserAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await api.GetUserByNameAsync(plan.BotName, cancellationToken);
        }
        catch (MattermostException ex) when (ex.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<BotAccountState?> CreateAsync(ServerSettings settings, CancellationToken cancellationToken)
    {
        if (settings.EnableBotAccountCreation == false)
        {
            report.ByHand($"there is no bot account @{plan.BotName}, and the server does not let one be made. Set System Console > Integrations > Bot Accounts > Enable Bot Account Creation to true, then run this again.");
            return null;
        }

        var id = report.CheckOnly ? null : (await api.CreateBotAsync(
            new Bot
            {
                Username = plan.BotName,
                DisplayName = "Calls Bot",
                Description = "Finds out why calls fail. Type /callshelp.",
            },
            cancellationToken)).UserId;
        report.Created($"the bot account @{plan.BotName}");
        return new BotAccountState(id, IsNew: true, IsEnabled: true);
    }

    private async Task<string?> FaultOfAsync(
        string file, string token, BotAccountState bot, CancellationToken cancellationToken)
    {
        if (!TokenFile.IsToken(token))
        {
            return "it is no token";
        }

        using var client = connect(file, token);
        try
        {
            var me = await client.Api.GetMeAsync(cancellationToken);
            return me.Id == bot.Id ? null : $"it is @{me.Username}'s";
        }
        catch (MattermostException ex) when (ex.StatusCode == HttpStatusCode.Unauthorized)
        {
            return "the server does not take it";
        }
    }

    private async Task<string> MakeTokenAsync(string botId, CancellationToken cancellationToken)
    {
        var description = new Dictionary<string, string> { ["description"] = "callsbot setup" };
        var made = await api.CreateAccessTokenAsync(botId, description, cancellationToken);
        if (made.Token is not { Length: > 0 } token)
        {
            throw new SetupException($"The server made a token for @{plan.BotName} and did not show it. Delete it under {ManageBots} and run this again.", ExitCodes.Failed);
        }

        secrets.Write(SecretsFolder.BotToken, token);
        return token;
    }
}
