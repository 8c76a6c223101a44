using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

internal sealed partial class Workspace
{
    // model/command_webhook.go, and the limit in app/webhook.go.
    private const int ResponseUrlUses = 5;
    private static readonly TimeSpan ResponseUrlLifetime = TimeSpan.FromMinutes(30);

    private readonly Dictionary<string, CustomCommand> _commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResponseUrl> _responseUrls = new(StringComparer.Ordinal);

    public IReadOnlyList<CustomCommand> Commands()
    {
        lock (_gate)
        {
            return [.. _commands.Values];
        }
    }

    public CustomCommand CreateCommand(Account by, CustomCommand draft)
    {
        lock (_gate)
        {
            RequireCommandManager(by, draft.TeamId);
            if (CustomCommand.IsBuiltIn(draft.Trigger) || _commands.Values.Any(command => command.Trigger == draft.Trigger))
            {
                throw new RefusedException(new ApiError(
                    400, "api.command.duplicate_trigger.app_error",
                    "This trigger word is already in use. Please choose another word."));
            }

            var now = Now();
            var command = draft with
            {
                Id = Ids.New(),
                Token = draft.Token.Length == Ids.Length ? draft.Token : Ids.New(),
                CreatorId = by.Id,
                CreateAt = now,
                UpdateAt = now,
            };
            return Keep(command);
        }
    }

    public CustomCommand UpdateCommand(Account by, string id, CustomCommand draft)
    {
        lock (_gate)
        {
            if (draft.Id != id)
            {
                throw new RefusedException(ApiError.BadBody("command"));
            }

            var old = GetCommand(by, id);
            if (draft.TeamId != old.TeamId)
            {
                throw new RefusedException(new ApiError(
                    400, "api.command.team_mismatch.app_error", "Unable to update commands across teams.", $"user_id={by.Id}"));
            }

            // The token and the creator stay (app/command.go, UpdateCommand).
            return Keep(draft with { Token = old.Token, CreatorId = old.CreatorId, CreateAt = old.CreateAt, UpdateAt = Now() });
        }
    }

    public CustomCommand RenewCommandToken(Account by, string id)
    {
        lock (_gate)
        {
            return Keep(GetCommand(by, id) with { Token = Ids.New() });
        }
    }

    /// <summary>Who may not manage commands is not told that there is one.</summary>
    public CustomCommand GetCommand(Account by, string id)
    {
        lock (_gate)
        {
            return by.IsAdministrator && _commands.TryGetValue(id, out var command)
                ? command
                : throw new RefusedException(ApiError.NoSuchCommand);
        }
    }

    public void DeleteCommand(Account by, string id)
    {
        lock (_gate)
        {
            _commands.Remove(GetCommand(by, id).Id);
        }
    }

    public void RequireCommandManager(Account account, string teamId)
    {
        if (!account.IsAdministrator)
        {
            throw new RefusedException(ApiError.Forbidden(account, "manage_slash_commands"));
        }

        RequireTeam(account, teamId);
    }

    public CustomCommand? FindCommand(string trigger)
    {
        lock (_gate)
        {
            return _commands.Values.FirstOrDefault(command => command.Trigger == trigger);
        }
    }

    public string AddResponseUrl(CustomCommand command, Account by, string channelId, string rootId)
    {
        lock (_gate)
        {
            var now = _settings.Time.GetUtcNow();
            foreach (var expired in _responseUrls.Where(pair => now - pair.Value.CreatedAt > ResponseUrlLifetime).ToArray())
            {
                _responseUrls.Remove(expired.Key);
            }

            var id = Ids.New();
            _responseUrls[id] = new ResponseUrl(command, by, channelId, rootId, now, Uses: 0);
            return id;
        }
    }

    /// <exception cref="RefusedException">404 when it is unknown or older than 30 minutes, 400 when it was used five times.</exception>
    public ResponseUrl UseResponseUrl(string id)
    {
        lock (_gate)
        {
            if (!_responseUrls.TryGetValue(id, out var url) || _settings.Time.GetUtcNow() - url.CreatedAt > ResponseUrlLifetime)
            {
                throw new RefusedException(new ApiError(
                    404, "app.command_webhook.get.missing", "Unable to find the webhook.", $"resource: CommandWebhook id: {id}"));
            }

            if (url.Uses == ResponseUrlUses)
            {
                throw new RefusedException(new ApiError(
                    400, "app.command_webhook.try_use.invalid", "Invalid webhook.", $"invalid input: entity: CommandWebhook field: id value: {id}"));
            }

            return _responseUrls[id] = url with { Uses = url.Uses + 1 };
        }
    }

    /// <summary>Shows an integration's answer to a command, or a late one.</summary>
    /// <param name="response">In the form of <see cref="CommandResponse.Read"/>. Its attachments lose their integrations.</param>
    /// <param name="command">The command.</param>
    /// <param name="by">Who typed it.</param>
    /// <param name="channelId">Where.</param>
    /// <param name="rootId">In which thread; empty for none.</param>
    public void ShowResponse(JsonObject response, CustomCommand command, Account by, string channelId, string rootId)
    {
        lock (_gate)
        {
            var target = response.Text("channel_id") is { Length: > 0 } other ? other : channelId;
            if (!_members.TryGetValue(target, out var members) || !members.ContainsKey(by.Id))
            {
                throw new RefusedException(new ApiError(
                    500, "api.command.execute_command.create_post_failed.app_error",
                    $"Command '{command.Trigger}' failed to post response. Please contact your System Administrator."));
            }

            var props = response.Object("props")?.DeepClone().AsObject() ?? [];
            var username = command.Username.Length > 0 ? command.Username : response.Text("username");
            if (username.Length > 0)
            {
                props["override_username"] = username;
            }

            props["from_webhook"] = "true";
            var attachments = response.Objects("attachments");
            if (attachments.Count > 0)
            {
                props["attachments"] = Json.Array(attachments.Select(attachment => attachment.DeepClone()));
            }

            var type = response.Text("type") is { Length: > 0 } given ? given : attachments.Count > 0 ? "slack_attachment" : "";
            var draft = new NewPost(_channels[target], by.Id)
            {
                Message = response.Text("text"),
                RootId = target == channelId ? rootId : "",
                Type = type,
                Props = props,
            };
            switch (response.Text("response_type"))
            {
                case "in_channel":
                    AddPost(draft);
                    break;
                case "" or "ephemeral" when draft.Message.Length > 0 || attachments.Count > 0:
                    response["attachments"] = AddWhisper(by.Id, draft)["props"]?["attachments"]?.DeepClone();
                    break;
            }
        }
    }

    private CustomCommand Keep(CustomCommand command)
    {
        if (command.Fault() is { } fault)
        {
            throw new RefusedException(fault);
        }

        return _commands[command.Id] = command;
    }
}

/// <summary>Where late answers to one slash command go.</summary>
internal sealed record ResponseUrl(
    CustomCommand Command, Account By, string ChannelId, string RootId, DateTimeOffset CreatedAt, int Uses);
