using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using CallsBot.Checks;
using CallsBot.Storage;
using CallsBot.Troubleshooting;
using Dapper;

namespace CallsBot.Conversations;

/// <summary>Keeps sessions. Steps are only ever added; nothing about a walk is overwritten.</summary>
internal sealed partial class SessionStore(Database database, TreeCatalog trees, TimeProvider time)
{
    private const string SelectSession =
        "SELECT id AS Id, tree_id AS TreeId, user_id AS UserId, channel_id AS ChannelId, root_id AS RootId, post_id AS PostId FROM sessions ";

    private const string SelectSteps =
        "SELECT kind AS Kind, node_id AS NodeId, value AS Value, result AS Result, actor_id AS ActorId, cause AS Cause " +
        "FROM session_steps WHERE session_id = @id ORDER BY position";

    /// <param name="session">A session that has no steps yet.</param>
    /// <param name="cause">What made it; null when a repetition is wanted.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    /// <returns>False when there is a session with the same cause already.</returns>
    public Task<bool> TryCreateAsync(Session session, string? cause, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async transaction => await transaction.Connection!.ExecuteAsync(
                "INSERT INTO sessions (id, tree_id, user_id, channel_id, root_id, post_id, cause, created_at) " +
                "VALUES (@Id, @TreeId, @UserId, @ChannelId, @RootId, @PostId, @cause, @now) ON CONFLICT DO NOTHING",
                new
                {
                    session.Id, TreeId = session.Tree.Id, session.UserId, session.ChannelId, session.RootId, session.PostId,
                    cause, now = Now(),
                },
                transaction) == 1,
            cancellationToken);

    /// <returns>Null when there is none, it has expired, or its tree is gone.</returns>
    public Task<Session?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection => await LoadAsync(
                connection, await connection.QuerySingleOrDefaultAsync<SessionRow>(SelectSession + "WHERE id = @id", new { id })),
            cancellationToken);

    /// <summary>The session that words in this channel are about: the thread's own, else the one begun last.</summary>
    public Task<Session?> FindLatestAsync(string channelId, string rootId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection => await LoadAsync(
                connection,
                await connection.QueryFirstOrDefaultAsync<SessionRow>(
                    SelectSession + "WHERE channel_id = @channelId " +
                    "ORDER BY CASE WHEN root_id = @rootId OR (post_id = @rootId AND @rootId <> '') THEN 0 ELSE 1 END, created_at DESC, id LIMIT 1",
                    new { channelId, rootId })),
            cancellationToken);

    /// <summary>Sessions that took their last step, or began, after a time.</summary>
    public Task<IReadOnlyList<string>> FindActiveSinceAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<string>>(
            async connection => (await connection.QueryAsync<string>(
                "SELECT id FROM sessions WHERE created_at > @since " +
                "UNION SELECT session_id FROM session_steps WHERE fired_at > @since",
                new { since = since.ToUnixTimeMilliseconds() })).AsList(),
            cancellationToken);

    /// <returns>
    /// The session one step on; null when the step does not fit, or when somebody else's step was stored first.
    /// </returns>
    public async Task<Session?> TryAppendAsync(Session session, SessionStep step, CancellationToken cancellationToken)
    {
        if (session.After(step) is not { } next)
        {
            return null;
        }

        var stored = await database.WriteAsync(
            async transaction => await transaction.Connection!.ExecuteAsync(
                "INSERT INTO session_steps (session_id, position, kind, node_id, value, result, actor_id, cause, fired_at) " +
                "SELECT @Id, @Position, @Kind, @NodeId, @Value, @result, @ActorId, @Cause, @now " +
                "WHERE EXISTS (SELECT 1 FROM sessions WHERE id = @Id) ON CONFLICT DO NOTHING",
                new
                {
                    session.Id, session.Position, step.Trigger.Kind, step.Trigger.NodeId, step.Trigger.Value, step.ActorId, step.Cause,
                    result = step.Result is null ? null : JsonSerializer.Serialize(step.Result, ResultJson.Default.CheckResult),
                    now = Now(),
                },
                transaction) == 1,
            cancellationToken);

        return stored ? next : null;
    }

    /// <summary>How often "Did that help?" was answered yes and no at each node, as far as sessions are kept.</summary>
    public Task<IReadOnlyDictionary<string, CauseOutcomes>> CountOutcomesAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<string, CauseOutcomes>>(
            async connection => (await connection.QueryAsync<(string NodeId, string Value, long Count)>(
                    "SELECT node_id, value, COUNT(*) FROM session_steps WHERE kind = @kind GROUP BY node_id, value",
                    new { kind = Helped.Word }))
                .GroupBy(row => row.NodeId, StringComparer.Ordinal)
                .ToDictionary(
                    rows => rows.Key,
                    rows => new CauseOutcomes(
                        (int)rows.Where(row => row.Value == Helped.Yes).Sum(row => row.Count),
                        (int)rows.Where(row => row.Value == Helped.No).Sum(row => row.Count)),
                    StringComparer.Ordinal),
            cancellationToken);

    /// <summary>Notes which post shows the session's card now.</summary>
    public Task MoveCardAsync(string sessionId, string postId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "UPDATE sessions SET post_id = @postId WHERE id = @sessionId", new { sessionId, postId }, transaction),
            cancellationToken);

    /// <summary>Uses up a token that works once.</summary>
    /// <returns>False when it has been used before.</returns>
    public Task<bool> TrySpendAsync(string nonce, TimeSpan keepFor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async transaction => await transaction.Connection!.ExecuteAsync(
                "INSERT INTO spent_tokens (nonce, expires_at) VALUES (@nonce, @expires) ON CONFLICT DO NOTHING",
                new { nonce, expires = (time.GetUtcNow() + keepFor).ToUnixTimeMilliseconds() },
                transaction) == 1,
            cancellationToken);

    /// <summary>Deletes sessions begun before a time, with their steps, and used-up tokens that have expired.</summary>
    /// <returns>How many sessions were deleted.</returns>
    public Task<int> DeleteBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async transaction =>
            {
                await transaction.Connection!.ExecuteAsync(
                    "DELETE FROM spent_tokens WHERE expires_at < @now", new { now = Now() }, transaction);
                return await transaction.Connection!.ExecuteAsync(
                    "DELETE FROM sessions WHERE created_at < @before", new { before = before.ToUnixTimeMilliseconds() }, transaction);
            },
            cancellationToken);

    private async Task<Session?> LoadAsync(DbConnection connection, SessionRow? row)
    {
        if (row is null || !trees.TryGet(row.TreeId, out var tree))
        {
            return null;
        }

        var steps = new List<SessionStep>();
        foreach (var step in await connection.QueryAsync<StepRow>(SelectSteps, new { id = row.Id }))
        {
            // A kind that an older version wrote and this one does not know leaves the session outdated, not broken.
            var trigger = Trigger.TryRead(step.Kind, step.NodeId, step.Value) ?? new Answered(step.NodeId, "");
            steps.Add(new SessionStep(trigger, ReadResult(step.Result), step.ActorId, step.Cause));
        }

        return Session.Restore(row.Id, tree, row.UserId, row.ChannelId, row.RootId, row.PostId, steps);
    }

    /// <returns>Null for none, and for one that another version wrote in a form that this one cannot read.</returns>
    private static CheckResult? ReadResult(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize(json, ResultJson.Default.CheckResult);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record SessionRow(string Id, string TreeId, string UserId, string ChannelId, string RootId, string PostId);

    private sealed record StepRow(string Kind, string NodeId, string? Value, string? Result, string ActorId, string? Cause);

    [JsonSourceGenerationOptions(UseStringEnumConverter = true)]
    [JsonSerializable(typeof(CheckResult))]
    private sealed partial class ResultJson : JsonSerializerContext;
}
