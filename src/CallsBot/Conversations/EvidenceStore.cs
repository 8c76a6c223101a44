using CallsBot.Storage;
using Dapper;

namespace CallsBot.Conversations;

/// <param name="PostId">The message that held it.</param>
/// <param name="UserId">Who handed it in.</param>
/// <param name="ChannelId">Their direct channel with the bot.</param>
/// <param name="RootId">The thread; empty for none.</param>
/// <param name="SessionId">The walk that it belongs to; empty for none.</param>
/// <param name="CardId">The post that shows what it says; empty until it is posted.</param>
/// <param name="Outcome">Empty while it is being read.</param>
/// <param name="Kinds">What it was recognised as, with spaces between.</param>
/// <param name="Report">What it showed, as Markdown without secrets.</param>
internal sealed record StoredEvidence(
    string PostId, string UserId, string ChannelId, string RootId, string SessionId, string CardId, string Outcome, string Kinds, string Report)
{
    public override string ToString() => $"{nameof(StoredEvidence)} of post {PostId}";
}

/// <summary>Remembers what people handed in and what it showed: for tickets, and so that a restart goes on reading.</summary>
internal sealed class EvidenceStore(Database database, TimeProvider time)
{
    private const string Select =
        "SELECT post_id AS PostId, user_id AS UserId, channel_id AS ChannelId, root_id AS RootId, session_id AS SessionId, card_id AS CardId, " +
        "outcome AS Outcome, kinds AS Kinds, report AS Report FROM evidence ";

    /// <returns>False when it is known already.</returns>
    public Task<bool> TryAddAsync(StoredEvidence evidence, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async transaction => await transaction.Connection!.ExecuteAsync(
                "INSERT INTO evidence (post_id, user_id, channel_id, root_id, session_id, card_id, outcome, attempts, kinds, report, created_at) " +
                "VALUES (@PostId, @UserId, @ChannelId, @RootId, @SessionId, @CardId, @Outcome, 0, @Kinds, @Report, @now) ON CONFLICT DO NOTHING",
                new
                {
                    evidence.PostId, evidence.UserId, evidence.ChannelId, evidence.RootId, evidence.SessionId, evidence.CardId,
                    evidence.Outcome, evidence.Kinds, evidence.Report, now = time.GetUtcNow().ToUnixTimeMilliseconds(),
                },
                transaction) == 1,
            cancellationToken);

    public Task<StoredEvidence?> FindAsync(string postId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection => await connection.QuerySingleOrDefaultAsync<StoredEvidence>(Select + "WHERE post_id = @postId", new { postId }),
            cancellationToken);

    public Task ShownInAsync(string postId, string cardId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "UPDATE evidence SET card_id = @cardId WHERE post_id = @postId", new { postId, cardId }, transaction),
            cancellationToken);

    /// <returns>How often reading was begun, this time included.</returns>
    public Task<int> BeginReadingAsync(string postId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async transaction =>
            {
                await transaction.Connection!.ExecuteAsync("UPDATE evidence SET attempts = attempts + 1 WHERE post_id = @postId", new { postId }, transaction);
                return await transaction.Connection!.ExecuteScalarAsync<int>("SELECT attempts FROM evidence WHERE post_id = @postId", new { postId }, transaction);
            },
            cancellationToken);

    public Task ReadAsync(string postId, string outcome, string kinds, string report, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "UPDATE evidence SET outcome = @outcome, kinds = @kinds, report = @report WHERE post_id = @postId", new { postId, outcome, kinds, report }, transaction),
            cancellationToken);

    public Task BelongsToAsync(string postId, string sessionId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "UPDATE evidence SET session_id = @sessionId WHERE post_id = @postId", new { postId, sessionId }, transaction),
            cancellationToken);

    /// <summary>What has not been read to its end, oldest first.</summary>
    public Task<IReadOnlyList<string>> FindUnreadAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<string>>(
            async connection => (await connection.QueryAsync<string>(
                "SELECT post_id FROM evidence WHERE outcome = '' ORDER BY created_at, post_id")).AsList(),
            cancellationToken);

    /// <summary>What was handed in on a walk, or in its channel without one since a time; oldest first.</summary>
    public Task<IReadOnlyList<StoredEvidence>> FindAsync(
        string channelId, string sessionId, DateTimeOffset since, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredEvidence>>(
            async connection => (await connection.QueryAsync<StoredEvidence>(
                Select + "WHERE channel_id = @channelId AND outcome <> '' AND " +
                "((session_id <> '' AND session_id = @sessionId) OR (session_id = '' AND created_at >= @since)) ORDER BY created_at, post_id",
                new { channelId, sessionId, since = since.ToUnixTimeMilliseconds() })).AsList(),
            cancellationToken);

    public Task<int> DeleteBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "DELETE FROM evidence WHERE created_at < @before", new { before = before.ToUnixTimeMilliseconds() }, transaction),
            cancellationToken);
}
