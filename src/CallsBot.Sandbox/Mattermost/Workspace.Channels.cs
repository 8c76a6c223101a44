using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

internal sealed partial class Workspace
{
    private readonly Dictionary<string, Channel> _channels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, Membership>> _members = new(StringComparer.Ordinal);

    public Channel GetChannel(string id)
    {
        lock (_gate)
        {
            return _channels.GetValueOrDefault(id) ?? throw new RefusedException(ApiError.NoSuchChannel(id));
        }
    }

    public Channel GetChannelByName(string name)
    {
        lock (_gate)
        {
            return _channels.Values.FirstOrDefault(channel => channel.BelongsToTeam && channel.Name == name)
                ?? throw new RefusedException(ApiError.NoSuchChannelName(Team.Id, name));
        }
    }

    /// <summary>As <see cref="GetChannel"/>, for someone who may read it: members, and for open ones the whole team.</summary>
    public Channel GetReadableChannel(Account account, string id)
    {
        lock (_gate)
        {
            var channel = GetChannel(id);
            if (MayRead(account, channel.Id) || (channel.Type == Channel.Open && IsTeamMember(account.Id)))
            {
                return channel;
            }

            throw new RefusedException(ApiError.Forbidden(
                account, channel.Type == Channel.Open ? "read_public_channel" : "read_channel"));
        }
    }

    public bool MayRead(Account account, string channelId)
    {
        lock (_gate)
        {
            return _members.TryGetValue(channelId, out var members) && (account.IsAdministrator || members.ContainsKey(account.Id));
        }
    }

    public void RequireMember(Account account, string channelId, string permission = "read_channel")
    {
        if (!MayRead(account, channelId))
        {
            throw new RefusedException(ApiError.Forbidden(account, permission));
        }
    }

    public IReadOnlyList<Channel> ChannelsOf(string accountId)
    {
        lock (_gate)
        {
            return [.. _channels.Values.Where(channel => _members[channel.Id].ContainsKey(accountId)).OrderBy(channel => channel.DisplayName, StringComparer.Ordinal)];
        }
    }

    public IReadOnlyList<Channel> OpenChannels()
    {
        lock (_gate)
        {
            return [.. _channels.Values.Where(channel => channel.Type == Channel.Open).OrderBy(channel => channel.DisplayName, StringComparer.Ordinal)];
        }
    }

    public IReadOnlyList<Membership> MembersOf(string channelId)
    {
        lock (_gate)
        {
            return [.. _members[channelId].Values];
        }
    }

    public IReadOnlyList<Membership> MembershipsOf(string accountId)
    {
        lock (_gate)
        {
            return [.. _members.Values.Select(members => members.GetValueOrDefault(accountId)).OfType<Membership>()];
        }
    }

    public Channel CreateChannel(Account by, JsonObject body)
    {
        lock (_gate)
        {
            RequireTeam(by, body.Text("team_id"));
            var type = body.Text("type");
            var name = body.Text("name");
            if (type is not (Channel.Open or Channel.Private))
            {
                throw new RefusedException(ApiError.BadBody("type"));
            }

            if (name.Length is < 2 or > 64 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'))
            {
                throw new RefusedException(new ApiError(
                    400, "model.channel.is_valid.2_or_more.app_error", "Name must be 2 or more lowercase alphanumeric characters."));
            }

            if (_channels.Values.Any(channel => channel.BelongsToTeam && channel.Name == name))
            {
                throw new RefusedException(new ApiError(
                    400, "store.sql_channel.save_channel.exists.app_error", "A channel with that name already exists on the same team."));
            }

            var channel = AddChannel(type, name, body.Text("display_name"), by.Id);
            Join(channel.Id, by.Id);
            return channel;
        }
    }

    public Channel CreateDirect(Account by, IReadOnlyList<string> accountIds)
    {
        lock (_gate)
        {
            if (accountIds.Count != 2 || !accountIds.All(Ids.IsValid))
            {
                throw new RefusedException(ApiError.BadBody("user_ids"));
            }

            foreach (var id in accountIds)
            {
                GetAccount(id);
            }

            if (!by.IsAdministrator && !accountIds.Contains(by.Id))
            {
                throw new RefusedException(ApiError.Forbidden(by, "manage_system"));
            }

            var name = string.Join("__", accountIds.Order(StringComparer.Ordinal));
            return _channels.Values.FirstOrDefault(channel => channel.Name == name)
                ?? AddConversation(Channel.Direct, name, "", by.Id, accountIds);
        }
    }

    public Channel CreateGroup(Account by, IReadOnlyList<string> accountIds)
    {
        lock (_gate)
        {
            string[] members = [.. accountIds.Append(by.Id).Distinct().Order(StringComparer.Ordinal)];
            if (members.Length is < 3 or > 8 || !members.All(Ids.IsValid))
            {
                throw new RefusedException(new ApiError(
                    400, "api.channel.create_group.bad_size.app_error", "Group message channels must contain at least 3 and no more than 8 users."));
            }

            var displayName = string.Join(", ", members.Select(id => GetAccount(id).Username).Order(StringComparer.Ordinal));
            var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Concat(members)));
            var name = Convert.ToHexStringLower(hash)[..40];
            return _channels.Values.FirstOrDefault(channel => channel.Name == name)
                ?? AddConversation(Channel.Group, name, displayName, by.Id, members);
        }
    }

    public Membership AddMember(Account by, string channelId, string accountId)
    {
        lock (_gate)
        {
            var channel = GetChannel(channelId);
            var account = GetAccount(accountId);
            if (!channel.BelongsToTeam)
            {
                throw new RefusedException(new ApiError(
                    400, "api.channel.add_user_to_channel.type.app_error", "Can not add user to this channel type."));
            }

            var joinsAlone = by.Id == accountId && channel.Type == Channel.Open;
            if (!MayRead(by, channelId) && !(joinsAlone && IsTeamMember(by.Id)))
            {
                throw new RefusedException(ApiError.Forbidden(
                    by, channel.Type == Channel.Open ? "manage_public_channel_members" : "manage_private_channel_members"));
            }

            if (!IsTeamMember(accountId))
            {
                throw new RefusedException(new ApiError(
                    404, "app.team.get_member.missing.app_error", "No team member found for that user ID and team ID.",
                    $"resource: TeamMember id: teamId={Team.Id}, userId={accountId}"));
            }

            if (!_members[channelId].ContainsKey(accountId))
            {
                Join(channelId, accountId);
                Publish("user_added", new JsonObject { ["team_id"] = Team.Id, ["user_id"] = accountId }, new Audience { ChannelId = channelId });
                AddPost(new NewPost(channel, by.Id)
                {
                    Message = joinsAlone ? $"{account.Username} joined the channel." : $"{account.Username} added to the channel by {by.Username}.",
                    Type = joinsAlone ? "system_join_channel" : "system_add_to_channel",
                });
            }

            return _members[channelId][accountId];
        }
    }

    public Membership GetMember(string channelId, string accountId)
    {
        lock (_gate)
        {
            return _members[channelId].GetValueOrDefault(accountId) ?? throw new RefusedException(new ApiError(
                404, "app.channel.get_member.missing.app_error", "No channel member found for that user ID and channel ID.",
                $"resource: ChannelMember id: channelId={channelId}, userId={accountId}"));
        }
    }

    public void RemoveMember(Account by, string channelId, string accountId)
    {
        lock (_gate)
        {
            var channel = GetChannel(channelId);
            GetMember(channelId, accountId);
            if (by.Id != accountId)
            {
                RequireMember(by, channelId, channel.Type == Channel.Open ? "manage_public_channel_members" : "manage_private_channel_members");
            }

            Publish("user_removed", new JsonObject { ["remover_id"] = by.Id, ["user_id"] = accountId }, new Audience { ChannelId = channelId });
            _members[channelId].Remove(accountId);
            Changes.Add();
        }
    }

    public void View(Account account, string channelId)
    {
        lock (_gate)
        {
            if (_members.TryGetValue(channelId, out var members) && members.TryGetValue(account.Id, out var member))
            {
                members[account.Id] = Viewed(member);
                Publish("channel_viewed", new JsonObject { ["channel_id"] = channelId }, new Audience { UserId = account.Id });
            }
        }
    }

    private Membership Viewed(Membership member)
    {
        var channel = _channels[member.ChannelId];
        return member with
        {
            LastViewedAt = channel.LastPostAt,
            LastUpdateAt = Now(),
            MessageCount = channel.TotalMessageCount,
            MessageCountRoot = channel.TotalMessageCountRoot,
            MentionCount = 0,
            MentionCountRoot = 0,
        };
    }

    private Channel AddChannel(string type, string name, string displayName, string creatorId = "")
    {
        var now = Now();
        var channel = new Channel
        {
            Id = Ids.New(),
            Type = type,
            Name = name,
            DisplayName = displayName,
            TeamId = type is Channel.Open or Channel.Private ? Team.Id : "",
            CreatorId = creatorId,
            CreateAt = now,
            LastPostAt = now,
        };
        _channels[channel.Id] = channel;
        _members[channel.Id] = new Dictionary<string, Membership>(StringComparer.Ordinal);
        return channel;
    }

    private Channel AddConversation(string type, string name, string displayName, string creatorId, IReadOnlyList<string> accountIds)
    {
        var channel = AddChannel(type, name, displayName, creatorId);
        foreach (var id in accountIds)
        {
            Join(channel.Id, id);
        }

        var data = type == Channel.Direct
            ? new JsonObject { ["creator_id"] = accountIds[0], ["teammate_id"] = accountIds[1] }
            : new JsonObject { ["teammate_ids"] = Json.Array(accountIds.Select(id => JsonValue.Create(id))).ToText() };
        Publish(type == Channel.Direct ? "direct_added" : "group_added", data, new Audience { ChannelId = channel.Id });
        return channel;
    }

    private void Join(string channelId, string accountId) =>
        _members[channelId].TryAdd(accountId, new Membership(channelId, accountId) { LastUpdateAt = Now() });
}
