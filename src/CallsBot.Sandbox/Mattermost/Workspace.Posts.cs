using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CallsBot.Sandbox.Mattermost;

internal sealed partial class Workspace
{
    // model/post.go: a 65,535 byte column at four bytes a character.
    public const int MaxMessageLength = 16_383;

    private const int MaxFileIdsLength = 300;
    private const int MaxSince = 1000;
    private const int KeptWhispers = 500;

    // app/post.go, PendingPostIDsCacheTTL.
    private static readonly TimeSpan PendingPostLifetime = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, StoredPost> _posts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _postsByChannel = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<StoredPost>> _earlierByChannel = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _replies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string PostId, DateTimeOffset At)> _pendingPosts = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, DateTimeOffset At)> _pendingOrder = [];
    private readonly List<Whisper> _whispers = [];

    public JsonObject CreatePost(Account by, JsonObject body)
    {
        lock (_gate)
        {
            var channelId = body.Text("channel_id");
            RequireMember(by, channelId, "create_post");
            var type = body.Text("type");
            if (type.StartsWith("system_", StringComparison.Ordinal))
            {
                throw new RefusedException(ApiError.BadParameter("post.type"));
            }

            var pendingPostId = body.Text("pending_post_id");
            if (FindPending(pendingPostId) is { } first)
            {
                return first.ToJson(FilesOf(first), ReplyCount(first));
            }

            var props = body.Object("props")?.DeepClone().AsObject() ?? [];
            if (by.IsBot)
            {
                props["from_bot"] = "true";
            }

            var post = AddPost(new NewPost(_channels[channelId], by.Id)
            {
                Message = body.Text("message"),
                RootId = body.Text("root_id"),
                Type = type,
                Props = props,
                FileIds = body["file_ids"].Texts("file_ids"),
                PendingPostId = pendingPostId,
            });
            if (!post.IsFromBot)
            {
                View(by, channelId);
            }

            return post.ToJson(FilesOf(post), ReplyCount(post), pendingPostId);
        }
    }

    public StoredPost GetPost(string id)
    {
        lock (_gate)
        {
            return _posts.GetValueOrDefault(id) is { DeleteAt: 0 } post ? post : throw new RefusedException(ApiError.NoSuchPost(id));
        }
    }

    public StoredPost GetReadablePost(Account by, string id)
    {
        lock (_gate)
        {
            var post = GetPost(id);
            GetReadableChannel(by, post.ChannelId);
            return post;
        }
    }

    /// <param name="by">Who edits.</param>
    /// <param name="id">Which post.</param>
    /// <param name="patch">What is not in it stays. Props that are in it replace all props.</param>
    public StoredPost PatchPost(Account by, string id, JsonObject patch)
    {
        lock (_gate)
        {
            var post = MayEdit(by, id);
            return ReplacePost(
                post,
                patch["message"] is null ? post.Message : patch.Text("message"),
                patch.Object("props") ?? post.Props,
                post.FileIds);
        }
    }

    /// <summary>Replaces the whole post: what is not given is gone, files excepted.</summary>
    public StoredPost UpdatePost(Account by, string id, JsonObject body)
    {
        lock (_gate)
        {
            if (body.Text("id") != id)
            {
                throw new RefusedException(ApiError.BadBody("id"));
            }

            var post = MayEdit(by, id);
            return ReplacePost(post, body.Text("message"), body.Object("props") ?? [], post.FileIds);
        }
    }

    public void DeletePost(Account by, string id)
    {
        lock (_gate)
        {
            if (_posts.GetValueOrDefault(id) is not { DeleteAt: 0 } post)
            {
                throw new RefusedException(ApiError.Forbidden(by, "delete_post"));
            }

            if (post.UserId != by.Id && !by.IsAdministrator)
            {
                throw new RefusedException(ApiError.Forbidden(by, "delete_others_posts"));
            }

            // The event goes out with the post as it was (app/post.go, DeletePost).
            Publish("post_deleted", PostData(post), new Audience { ChannelId = post.ChannelId });
            var now = Now();
            foreach (var gone in RepliesTo(id).Append(id).Select(other => _posts[other]).ToArray())
            {
                _posts[gone.Id] = gone with { DeleteAt = now, UpdateAt = now, Change = Changes.Add() };
                if (gone.RootId.Length > 0)
                {
                    _replies[gone.RootId].Remove(gone.Id);
                }
            }
        }
    }

    /// <summary>
    /// Everything that changed after a time: deleted posts, and the earlier states of edited ones, are in it with a time
    /// of deletion (sqlstore/post_store.go, GetPostsSince).
    /// </summary>
    public JsonObject PostsSince(string channelId, long since)
    {
        lock (_gate)
        {
            StoredPost[] changed =
            [
                .. InOrder(channelId).Concat(_earlierByChannel.GetValueOrDefault(channelId) ?? [])
                    .Where(post => post.UpdateAt > since).OrderBy(post => post.CreateAt).Take(MaxSince).Reverse(),
            ];
            var roots = changed.Where(post => post.RootId.Length > 0).Select(post => _posts[post.RootId]);
            return List(changed, roots);
        }
    }

    public JsonObject PostPage(string channelId, int page, int perPage)
    {
        lock (_gate)
        {
            return Page(InOrder(channelId).Where(post => post.DeleteAt == 0).Reverse(), page, perPage);
        }
    }

    public JsonObject PostsAround(string channelId, string postId, bool before, int page, int perPage)
    {
        lock (_gate)
        {
            var pivot = GetPost(postId);
            var posts = InOrder(channelId).Where(post => post.DeleteAt == 0);
            return before
                ? Page(posts.TakeWhile(post => post.Id != pivot.Id).Reverse(), page, perPage)
                : List([.. posts.SkipWhile(post => post.Id != pivot.Id).Skip(1).Skip(page * perPage).Take(perPage).Reverse()], []);
        }
    }

    public JsonObject Thread(Account by, string postId)
    {
        lock (_gate)
        {
            var post = GetReadablePost(by, postId);
            StoredPost[] thread = [.. InOrder(post.ChannelId).Where(other => other.DeleteAt == 0 && other.ThreadId == post.ThreadId)];
            return List([.. thread.Reverse()], []);
        }
    }

    /// <summary>The posts of a channel as someone sees them now, oldest first.</summary>
    public IReadOnlyList<StoredPost> PostsIn(string channelId)
    {
        lock (_gate)
        {
            return [.. InOrder(channelId).Where(post => post.DeleteAt == 0)];
        }
    }

    public IReadOnlyList<Whisper> WhispersTo(string accountId)
    {
        lock (_gate)
        {
            return [.. _whispers.Where(whisper => whisper.UserId == accountId)];
        }
    }

    public JsonObject CreateEphemeral(Account by, JsonObject body)
    {
        lock (_gate)
        {
            var userId = body.Text("user_id");
            if (userId.Length == 0)
            {
                throw new RefusedException(ApiError.BadBody("user_id"));
            }

            var post = body.Object("post") ?? throw new RefusedException(ApiError.BadBody("post"));
            if (!by.IsAdministrator)
            {
                throw new RefusedException(ApiError.Forbidden(by, "create_post_ephemeral"));
            }

            return AddWhisper(userId, new NewPost(GetChannel(post.Text("channel_id")), by.Id)
            {
                Message = post.Text("message"),
                RootId = post.Text("root_id"),
                Props = post.Object("props")?.DeepClone().AsObject() ?? [],
            });
        }
    }

    public JsonObject AddWhisper(string userId, NewPost draft)
    {
        lock (_gate)
        {
            var now = Now();
            var props = Normalised(draft.Props);
            var post = new StoredPost
            {
                Id = Ids.New(),
                CreateAt = now,
                // The server leaves it at 0: nothing is stored (app/post.go, SendEphemeralPost).
                UpdateAt = 0,
                UserId = draft.UserId,
                ChannelId = draft.Channel.Id,
                RootId = draft.RootId,
                Message = draft.Message,
                Type = StoredPost.Ephemeral,
                Props = props,
                Change = Changes.Last + 1,
            };
            var json = post.ToJson([], cookieFor: action => Cookies.Seal(post, action));
            Publish("ephemeral_message", new JsonObject { ["post"] = json.ToText() }, new Audience { UserId = userId, ChannelId = draft.Channel.Id });
            if (_whispers.Count == KeptWhispers)
            {
                _whispers.RemoveAt(0);
            }

            _whispers.Add(new Whisper(Changes.Last + 1, userId, json));
            Changes.Add();
            return json;
        }
    }

    public StoredPost AddPost(NewPost draft)
    {
        lock (_gate)
        {
            var channel = _channels[draft.Channel.Id];
            RequireThread(draft);
            var now = Now();
            var post = new StoredPost
            {
                Id = Ids.New(),
                CreateAt = now,
                UpdateAt = now,
                UserId = draft.UserId,
                ChannelId = channel.Id,
                RootId = draft.RootId,
                Message = draft.Message,
                Type = draft.Type,
                Props = Normalised(draft.Props),
                FileIds = Attachable(draft),
                Change = Changes.Last + 1,
            };
            RequireFits(post);

            _posts[post.Id] = post;
            ListIn(_postsByChannel, channel.Id).Add(post.Id);
            if (post.RootId.Length > 0)
            {
                SetIn(_replies, post.RootId).Add(post.Id);
            }

            foreach (var fileId in post.FileIds)
            {
                _files[fileId] = _files[fileId] with { PostId = post.Id };
            }

            if (draft.PendingPostId.Length > 0)
            {
                Remember(draft.PendingPostId, post.Id);
            }

            Touch(post.RootId, now);
            _channels[channel.Id] = channel with
            {
                LastPostAt = now,
                TotalMessageCount = channel.TotalMessageCount + 1,
                TotalMessageCountRoot = channel.TotalMessageCountRoot + (post.RootId.Length == 0 ? 1 : 0),
            };
            Announce(post, draft.PendingPostId);
            Changes.Add();
            return post;
        }
    }

    /// <summary>Puts a post's new state in place, and keeps the earlier one beside it, marked as deleted.</summary>
    private StoredPost ReplacePost(StoredPost old, string message, JsonObject props, IReadOnlyList<string> fileIds)
    {
        if (old.Type.StartsWith("system_", StringComparison.Ordinal))
        {
            throw new RefusedException(new ApiError(
                400, "api.post.update_post.system_message.app_error", "Unable to update system message.", $"id={old.Id}"));
        }

        var now = Now();
        var normalised = Normalised(props);
        var looksDifferent = message != old.Message
            || !fileIds.SequenceEqual(old.FileIds)
            || !JsonNode.DeepEquals(normalised["attachments"], old.Props["attachments"]);
        var post = old with
        {
            Message = message,
            Props = normalised,
            FileIds = fileIds,
            UpdateAt = now,
            EditAt = looksDifferent ? now : old.EditAt,
            Change = Changes.Last + 1,
        };
        RequireFits(post);

        var earlier = old with { Id = Ids.New(), OriginalId = old.Id, DeleteAt = now, UpdateAt = now };
        _posts[post.Id] = post;
        ListIn(_earlierByChannel, post.ChannelId).Add(earlier);
        Touch(post.RootId, now);
        _channels[post.ChannelId] = _channels[post.ChannelId] with { LastPostAt = now };
        Publish("post_edited", PostData(post), new Audience { ChannelId = post.ChannelId });
        Changes.Add();
        return post;
    }

    private void Announce(StoredPost post, string pendingPostId)
    {
        var channel = _channels[post.ChannelId];
        var author = _accounts[post.UserId];
        var mentioned = Mentioned(post, channel, author);
        foreach (var member in _members[channel.Id].Values.Where(member => mentioned.Contains(member.UserId)).ToArray())
        {
            _members[channel.Id][member.UserId] = member with
            {
                MentionCount = member.MentionCount + 1,
                MentionCountRoot = member.MentionCountRoot + (post.RootId.Length == 0 ? 1 : 0),
            };
        }

        var data = new JsonObject
        {
            ["channel_display_name"] = channel.Type == Channel.Direct ? $"@{author.Username}" : channel.DisplayName,
            ["channel_name"] = channel.Name,
            ["channel_type"] = channel.Type,
        };
        if (mentioned.Count > 0)
        {
            data["mentions"] = Json.Array(mentioned.Select(id => JsonValue.Create(id))).ToText();
        }

        if (post.FileIds.Count > 0)
        {
            data["otherFile"] = "true";
        }

        data["post"] = post.ToJson(FilesOf(post), ReplyCount(post), pendingPostId).ToText();
        data["sender_name"] = post.Props["override_username"]?.GetValue<string>() ?? $"@{author.Username}";
        data["set_online"] = true;
        data["team_id"] = channel.TeamId;
        Publish("posted", data, new Audience { ChannelId = channel.Id });
    }

    private IReadOnlyList<string> Mentioned(StoredPost post, Channel channel, Account author)
    {
        if (post.Type.StartsWith("system_", StringComparison.Ordinal))
        {
            return [];
        }

        var others = _members[channel.Id].Keys.Where(id => id != author.Id);
        return channel.Type is Channel.Direct or Channel.Group
            ? [.. others]
            : [.. others.Where(id => NamesIn(post.Message).Contains(_accounts[id].Username))];
    }

    private static HashSet<string> NamesIn(string message) =>
        [.. AtMention().Matches(message).Select(match => match.Groups[1].Value.TrimEnd('.', '-', '_').ToLowerInvariant())];

    private JsonObject PostData(StoredPost post) => new() { ["post"] = post.ToJson(FilesOf(post)).ToText() };

    private StoredPost? FindPending(string pendingPostId) =>
        _pendingPosts.TryGetValue(pendingPostId, out var pending)
        && _settings.Time.GetUtcNow() - pending.At <= PendingPostLifetime
            ? GetPost(pending.PostId)
            : null;

    private StoredPost MayEdit(Account by, string id)
    {
        if (_posts.GetValueOrDefault(id) is not { DeleteAt: 0 } post)
        {
            throw new RefusedException(ApiError.Forbidden(by, "edit_post"));
        }

        if (post.UserId != by.Id && !by.IsAdministrator)
        {
            throw new RefusedException(ApiError.Forbidden(by, "edit_others_posts"));
        }

        RequireMember(by, post.ChannelId, "edit_post");
        return post;
    }

    private void RequireThread(NewPost draft)
    {
        if (draft.RootId.Length == 0)
        {
            return;
        }

        if (_posts.GetValueOrDefault(draft.RootId) is not { DeleteAt: 0, RootId.Length: 0 } root)
        {
            throw new RefusedException(new ApiError(400, "api.post.create_post.root_id.app_error", "Invalid RootId parameter."));
        }

        if (root.ChannelId != draft.Channel.Id)
        {
            throw new RefusedException(new ApiError(
                400, "api.post.create_post.channel_root_id.app_error", "Invalid ChannelId for RootId parameter."));
        }
    }

    private void RequireFits(StoredPost post)
    {
        ApiError? fault = post switch
        {
            _ when Length(post.Message) > MaxMessageLength => new(400, "model.post.is_valid.msg.app_error", "Invalid message.", $"id={post.Id}"),
            _ when Length(post.Props.ToText()) > _settings.MaxPropsLength => new(400, "model.post.is_valid.props.app_error", "Invalid props.", $"id={post.Id}"),
            _ when post.FileIds.Count * (Ids.Length + 3) + 1 > MaxFileIdsLength => new(
                400, "model.post.is_valid.file_ids.app_error",
                "Invalid file ids. Note that uploads are limited to 5 files maximum. Please use additional posts for more files.", $"id={post.Id}"),
            _ when post.Message.Length == 0 && post.FileIds.Count == 0 && !Attachments.In(post.Props).Any() && post.EditAt == 0 => ApiError.WouldNotWork(
                "post", "The post has no message, no files and no attachments: clients show nothing."),
            _ => null,
        };
        if (fault is not null)
        {
            throw new RefusedException(fault);
        }
    }

    // Go counts runes: a surrogate pair is one.
    private static int Length(string text) => text.EnumerateRunes().Count();

    private static JsonObject Normalised(JsonObject props)
    {
        var copy = props.DeepClone().AsObject();
        if (copy.ContainsKey("attachments"))
        {
            copy["attachments"] = Attachments.Normalise(copy.Objects("attachments"));
        }

        return copy;
    }

    /// <summary>Files that are the author's own and in no post yet; others are dropped (app/post.go, attachFilesToPost).</summary>
    private string[] Attachable(NewPost draft) =>
    [
        .. draft.FileIds.Where(id => _files.GetValueOrDefault(id) is { PostId.Length: 0 } file && file.UserId == draft.UserId),
    ];

    private void Touch(string rootId, long now)
    {
        if (_posts.GetValueOrDefault(rootId) is { } root)
        {
            _posts[rootId] = root with { UpdateAt = now };
        }
    }

    private int ReplyCount(StoredPost post) => RepliesTo(post.ThreadId).Count;

    private HashSet<string> RepliesTo(string rootId) => _replies.GetValueOrDefault(rootId) ?? [];

    private IEnumerable<StoredPost> InOrder(string channelId) =>
        (_postsByChannel.GetValueOrDefault(channelId) ?? []).Select(id => _posts[id]);

    private void Remember(string pendingPostId, string postId)
    {
        var now = _settings.Time.GetUtcNow();
        while (_pendingOrder.TryPeek(out var oldest) && now - oldest.At > PendingPostLifetime)
        {
            _pendingOrder.Dequeue();
            if (_pendingPosts[oldest.Id].At == oldest.At)
            {
                _pendingPosts.Remove(oldest.Id);
            }
        }

        _pendingPosts[pendingPostId] = (postId, now);
        _pendingOrder.Enqueue((pendingPostId, now));
    }

    private static List<T> ListIn<T>(Dictionary<string, List<T>> lists, string key)
    {
        if (!lists.TryGetValue(key, out var list))
        {
            lists[key] = list = [];
        }

        return list;
    }

    private static HashSet<string> SetIn(Dictionary<string, HashSet<string>> sets, string key)
    {
        if (!sets.TryGetValue(key, out var set))
        {
            sets[key] = set = new HashSet<string>(StringComparer.Ordinal);
        }

        return set;
    }

    private JsonObject Page(IEnumerable<StoredPost> newestFirst, int page, int perPage)
    {
        StoredPost[] posts = [.. newestFirst.Skip(page * perPage).Take(perPage)];
        var threads = posts.Select(post => post.ThreadId).Distinct(StringComparer.Ordinal);
        return List(posts, threads.SelectMany(id => RepliesTo(id).Append(id)).Select(id => _posts[id]).Where(post => post.DeleteAt == 0));
    }

    private JsonObject List(IReadOnlyList<StoredPost> inOrder, IEnumerable<StoredPost> besides)
    {
        var posts = new JsonObject();
        foreach (var post in inOrder.Concat(besides))
        {
            posts[post.Id] ??= post.ToJson(FilesOf(post), ReplyCount(post));
        }

        return new JsonObject
        {
            ["order"] = Json.Array(inOrder.Select(post => JsonValue.Create(post.Id))),
            ["posts"] = posts,
            ["next_post_id"] = "",
            ["prev_post_id"] = "",
        };
    }

    [GeneratedRegex(@"\B@([a-zA-Z0-9._-]+)", RegexOptions.NonBacktracking)]
    private static partial Regex AtMention();
}
