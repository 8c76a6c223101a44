using CallsBot.Storage;
using Dapper;

namespace CallsBot.Conversations;

internal enum Reception
{
    /// <summary>Not seen before.</summary>
    New,

    /// <summary>Received before and not answered: the process ended, or Mattermost was away, in between.</summary>
    Unanswered,

    Answered,
}

/// <param name="BeganAt">In milliseconds since 1970.</param>
/// <param name="SeenUntil">In milliseconds since 1970.</param>
internal sealed record InboxPosition(long BeganAt, long SeenUntil);

/// <summary>Remembers which direct messages were received and answered, and up to when everything was received.</summary>
internal sealed class InboxStore(Database database, TimeProvider time)
{
    /// <summary>
    /// How far before its mark catching up begins: the server's clock orders posts, and two that were written in the same
    /// moment may arrive in either order.
    /// </summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    private const string SelectAnswered = "SELECT answered_at FROM received_posts WHERE post_id = @postId";
    private const string MoveMark = "UPDATE stream_position SET seen_until = @seenUntil WHERE seen_until < @seenUntil";

    /// <summary>Notes that a message has arrived.</summary>
    /// <param name="postId">The message.</param>
    /// <param name="channelId">Its channel.</param>
    /// <param name="createdAt">When it was written, in milliseconds since 1970.</param>
    /// <param name="upToDate">True when nothing older can be missing, so that the mark may move up to this message.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    /// <returns>What was known of it before.</returns>
    public Task<Reception> ReceiveAsync(
        string postId, string channelId, long createdAt, bool upToDate, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async transaction =>
            {
                var connection = transaction.Connection!;
                var isNew = await connection.ExecuteAsync(
                    "INSERT INTO received_posts (post_id, channel_id, created_at) VALUES (@postId, @channelId, @createdAt) " +
                    "ON CONFLICT DO NOTHING",
                    new { postId, channelId, createdAt },
                    transaction) == 1;
                if (upToDate)
                {
                    await connection.ExecuteAsync(MoveMark, new { seenUntil = createdAt }, transaction);
                }

                return isNew ? Reception.New
                    : await connection.ExecuteScalarAsync<long?>(SelectAnswered, new { postId }, transaction) is null ? Reception.Unanswered
                    : Reception.Answered;
            },
            cancellationToken);

    public Task<bool> IsAnsweredAsync(string postId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection => await connection.ExecuteScalarAsync<long?>(SelectAnswered, new { postId }) is not null,
            cancellationToken);

    public Task AnsweredAsync(string postId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "UPDATE received_posts SET answered_at = @now WHERE post_id = @postId",
                new { postId, now = time.GetUtcNow().ToUnixTimeMilliseconds() },
                transaction),
            cancellationToken);

    /// <summary>
    /// Since when the bot listens, and up to when it has received everything. The first time ever both are now: a new
    /// bot does not answer what was written before it came.
    /// </summary>
    public Task<InboxPosition> GetPositionAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            async transaction =>
            {
                await transaction.Connection!.ExecuteAsync(
                    "INSERT INTO stream_position (id, began_at, seen_until) VALUES (1, @now, @now) ON CONFLICT DO NOTHING",
                    new { now = time.GetUtcNow().ToUnixTimeMilliseconds() },
                    transaction);
                return await transaction.Connection!.QuerySingleAsync<InboxPosition>(
                    "SELECT began_at AS BeganAt, seen_until AS SeenUntil FROM stream_position WHERE id = 1", transaction: transaction);
            },
            cancellationToken);

    public Task SetSeenUntilAsync(long seenUntil, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(MoveMark, new { seenUntil }, transaction),
            cancellationToken);

    /// <summary>Messages received and never answered, oldest first.</summary>
    public Task<IReadOnlyList<string>> FindUnansweredAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<string>>(
            async connection => (await connection.QueryAsync<string>(
                "SELECT post_id FROM received_posts WHERE answered_at IS NULL ORDER BY created_at, post_id")).AsList(),
            cancellationToken);

    public Task<int> DeleteBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "DELETE FROM received_posts WHERE created_at < @before AND answered_at IS NOT NULL " +
                // What catching up may look at again has to be remembered, however long ago it was.
                "AND created_at < (SELECT MIN(seen_until) FROM stream_position) - @overlap",
                new { before = before.ToUnixTimeMilliseconds(), overlap = (long)(2 * Overlap).TotalMilliseconds },
                transaction),
            cancellationToken);
}
