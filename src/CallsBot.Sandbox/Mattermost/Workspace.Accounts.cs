using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CallsBot.Sandbox.Mattermost;

internal sealed partial class Workspace
{
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _accountByToken = new(StringComparer.Ordinal);
    private readonly HashSet<string> _teamMembers = new(StringComparer.Ordinal);

    public Account? FindByToken(string token)
    {
        lock (_gate)
        {
            return _accountByToken.TryGetValue(token, out var id) && _accounts[id] is { DeleteAt: 0 } account ? account : null;
        }
    }

    public Account? FindByName(string username)
    {
        lock (_gate)
        {
            return _accounts.Values.FirstOrDefault(account => account.Username == username);
        }
    }

    public Account GetAccount(string id)
    {
        lock (_gate)
        {
            return _accounts.GetValueOrDefault(id) ?? throw new RefusedException(ApiError.NoSuchUser(id));
        }
    }

    public IReadOnlyList<Account> Accounts()
    {
        lock (_gate)
        {
            return [.. _accounts.Values];
        }
    }

    /// <summary>A token for people who switch to an account; the same one every time.</summary>
    public string TokenOf(string accountId)
    {
        lock (_gate)
        {
            return _accountByToken.FirstOrDefault(pair => pair.Value == accountId).Key ?? AddToken(accountId);
        }
    }

    public JsonObject CreateAccessToken(Account by, string accountId, string description)
    {
        lock (_gate)
        {
            if (description.Length == 0)
            {
                throw new RefusedException(ApiError.BadBody("description"));
            }

            var target = GetAccount(accountId);
            if (!by.IsAdministrator)
            {
                throw new RefusedException(ApiError.Forbidden(by, "create_user_access_token"));
            }

            return new JsonObject
            {
                ["id"] = Ids.New(),
                ["token"] = AddToken(target.Id),
                ["user_id"] = target.Id,
                ["description"] = description,
                ["is_active"] = true,
            };
        }
    }

    /// <summary>Every token of an account stops working at once, as when an administrator revokes them.</summary>
    public void RevokeTokens(string accountId)
    {
        lock (_gate)
        {
            foreach (var token in _accountByToken.Where(pair => pair.Value == accountId).Select(pair => pair.Key).ToArray())
            {
                _accountByToken.Remove(token);
            }
        }
    }

    public Account CreateAccount(Account by, JsonObject body)
    {
        lock (_gate)
        {
            if (!by.IsAdministrator)
            {
                throw new RefusedException(ApiError.Forbidden(by, "edit_other_users"));
            }

            return AddAccount(UsernameFrom(body), body.Text("email"), "system_user");
        }
    }

    public Account CreateBot(Account by, JsonObject body)
    {
        lock (_gate)
        {
            if (!by.IsAdministrator)
            {
                throw new RefusedException(ApiError.Forbidden(by, "create_bot"));
            }

            var username = UsernameFrom(body);
            body["owner_id"] = by.Id;
            var bot = AddAccount(username, $"{username}@localhost", "system_user", body);

            // The server tells the owner what is still to do (app/bot.go, CreateBot).
            var channel = CreateDirect(bot, [bot.Id, by.Id]);
            AddPost(new NewPost(channel, bot.Id)
            {
                Message = "Please add me to teams and channels you want me to interact in. To do this, use the browser or Mattermost Desktop App.",
                Type = "add_bot_teams_channels",
            });
            return bot;
        }
    }

    public Account GetBot(Account by, string id, bool includeDeleted)
    {
        lock (_gate)
        {
            return _accounts.GetValueOrDefault(id) is { IsBot: true } bot
                && (includeDeleted || bot.DeleteAt == 0)
                && (by.IsAdministrator || bot.BotOwnerId == by.Id)
                    ? bot
                    : throw new RefusedException(new ApiError(404, "store.sql_bot.get.missing.app_error", "Bot does not exist.", $"resource: Bot id: {id}"));
        }
    }

    public Account ChangeBot(Account by, string id, Func<Account, Account> change)
    {
        lock (_gate)
        {
            var bot = GetBot(by, id, includeDeleted: true);
            return _accounts[id] = change(bot) with { UpdateAt = Now() };
        }
    }

    /// <summary>What a client sends when somebody chooses a language. Of the account's fields only this one can be changed here.</summary>
    public Account ChangeLocale(string id, string locale)
    {
        lock (_gate)
        {
            // model/utils.go, IsValidLocale; the server goes by the tag's syntax here as well.
            if (!Locale().IsMatch(locale))
            {
                throw new RefusedException(new ApiError(400, "model.user.is_valid.locale.app_error", "Invalid locale.", $"user_id={id}"));
            }

            var account = GetAccount(id);
            account = _accounts[id] = account with { Locale = locale, UpdateAt = Now() };
            Publish("user_updated", new JsonObject { ["user"] = account.ToJson(toSelf: false) }, new Audience());
            return account;
        }
    }

    public bool IsTeamMember(string accountId)
    {
        lock (_gate)
        {
            return _teamMembers.Contains(accountId);
        }
    }

    /// <summary>Adding to the team joins the default channels, and says so there (app/team.go).</summary>
    public void AddToTeam(Account by, string accountId)
    {
        lock (_gate)
        {
            var account = GetAccount(accountId);
            if (!by.IsAdministrator && by.Id != accountId)
            {
                throw new RefusedException(ApiError.Forbidden(by, "add_user_to_team"));
            }

            if (!_teamMembers.Contains(accountId))
            {
                Enrol(account);
                Publish("added_to_team", new JsonObject { ["team_id"] = Team.Id, ["user_id"] = accountId }, new Audience { UserId = accountId });
                AddPost(new NewPost(_channels[TownSquare.Id], by.Id)
                {
                    Message = $"{account.Username} added to the team by {by.Username}.",
                    Type = "system_add_to_team",
                });
            }
        }
    }

    public void RequireTeam(Account account, string teamId)
    {
        if (teamId != Team.Id || (!account.IsAdministrator && !IsTeamMember(account.Id)))
        {
            throw new RefusedException(ApiError.Forbidden(account, "view_team"));
        }
    }

    private Account AddAccount(string username, string email, string roles, JsonObject? bot = null)
    {
        if (FindByName(username) is not null)
        {
            throw new RefusedException(new ApiError(
                400, "app.user.save.username_exists.app_error", "An account with that username already exists.",
                $"invalid input: entity: User field: username value: {username}"));
        }

        var now = Now();
        var account = new Account
        {
            Id = Ids.New(),
            Username = username,
            Email = email,
            Roles = roles,
            CreateAt = now,
            UpdateAt = now,
            IsBot = bot is not null,
            FirstName = bot?.Text("display_name") ?? "",
            BotDescription = bot?.Text("description") ?? "",
            BotOwnerId = bot?.Text("owner_id") ?? "",
        };
        _accounts[account.Id] = account;
        return account;
    }

    private void Enrol(Account account)
    {
        _teamMembers.Add(account.Id);
        Join(TownSquare.Id, account.Id);
        Join(OffTopic.Id, account.Id);
    }

    private string AddToken(string accountId)
    {
        var token = Ids.New();
        _accountByToken[token] = accountId;
        return token;
    }

    private static string UsernameFrom(JsonObject body)
    {
        var username = body.Text("username");
        return Username().IsMatch(username)
            ? username
            : throw new RefusedException(new ApiError(
                400, "model.user.is_valid.username.app_error",
                "Username must begin with a letter, and contain between 3 to 22 lowercase characters made up of numbers, letters, and the symbols \".\", \"-\", and \"_\"."));
    }

    [GeneratedRegex("^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", RegexOptions.NonBacktracking)]
    private static partial Regex Locale();

    [GeneratedRegex("^[a-z][a-z0-9._-]{2,21}$", RegexOptions.NonBacktracking)]
    private static partial Regex Username();
}
