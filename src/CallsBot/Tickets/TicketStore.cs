using System.Data.Common;
using System.Security.Cryptography;
using CallsBot.Storage;
using Dapper;

namespace CallsBot.Tickets;

/// <summary>Keeps tickets in the making. Entries are only ever added: a dialog that is closed or expires loses nothing that was written before.</summary>
internal sealed class TicketStore(Database database, TimeProvider time)
{
    /// <summary>50 bits: too many to guess, few enough to type.</summary>
    private const int IdLength = 10;

    /// <summary>No 0, 1, l and o, which are taken for each other.</summary>
    private const string IdCharacters = "23456789abcdefghijkmnpqrstuvwxyz";

    // More than people write, and few enough to be read at once.
    private const int MostEntries = 500;
    private const int MostTries = 8;

    private const string SelectTicket =
        "SELECT id AS Id, owner_id AS OwnerId, channel_id AS ChannelId, session_id AS SessionId, created_at AS CreatedAt FROM tickets ";

    private const string SelectEntries =
        "SELECT field AS Field, value AS Value, user_id AS UserId, written_at AS WrittenAt FROM ticket_entries WHERE ticket_id = @id ORDER BY position";

    /// <summary>The owner's ticket about a session that was not handed out yet; a new one when there is none.</summary>
    /// <param name="ownerId">Who writes it.</param>
    /// <param name="channelId">Their direct channel with the bot.</param>
    /// <param name="sessionId">The walk that led to it; empty for none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<TicketDraft> OpenAsync(string ownerId, string channelId, string sessionId, CancellationToken cancellationToken)
    {
        var (fresh, now) = (NewId(), Now());
        return database.WriteAsync(
            async transaction =>
            {
                var connection = transaction.Connection!;
                var row = await connection.QueryFirstOrDefaultAsync<TicketRow>(
                    SelectTicket + "WHERE owner_id = @ownerId AND session_id = @sessionId " +
                    "AND NOT EXISTS (SELECT 1 FROM ticket_entries WHERE ticket_id = tickets.id AND field = @sent) ORDER BY created_at DESC, id LIMIT 1",
                    new { ownerId, sessionId, sent = TicketField.Sent },
                    transaction);
                if (row is not null)
                {
                    return await LoadAsync(connection, row, transaction);
                }

                await connection.ExecuteAsync(
                    "INSERT INTO tickets (id, owner_id, channel_id, session_id, created_at) VALUES (@fresh, @ownerId, @channelId, @sessionId, @now)",
                    new { fresh, ownerId, channelId, sessionId, now },
                    transaction);
                return new TicketDraft(fresh, ownerId, channelId, sessionId, DateTimeOffset.FromUnixTimeMilliseconds(now), []);
            },
            cancellationToken);
    }

    /// <returns>Null when there is none, or it has expired.</returns>
    public Task<TicketDraft?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection => await connection.QuerySingleOrDefaultAsync<TicketRow>(SelectTicket + "WHERE id = @id", new { id }) is { } row
                ? await LoadAsync(connection, row)
                : null,
            cancellationToken);

    /// <summary>The owner's latest ticket, whatever walk it is about, unless it was handed out.</summary>
    public Task<TicketDraft?> FindLatestAsync(string ownerId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection => await connection.QueryFirstOrDefaultAsync<TicketRow>(
                SelectTicket + "WHERE owner_id = @ownerId " +
                "AND NOT EXISTS (SELECT 1 FROM ticket_entries WHERE ticket_id = tickets.id AND field = @sent) ORDER BY created_at DESC, id LIMIT 1",
                new { ownerId, sent = TicketField.Sent }) is { } row
                ? await LoadAsync(connection, row)
                : null,
            cancellationToken);

    /// <summary>Adds what somebody wrote. What is the same as before, or was added from the same cause, is not added again.</summary>
    /// <param name="id">The ticket.</param>
    /// <param name="fields">Field and value.</param>
    /// <param name="userId">Who wrote it.</param>
    /// <param name="cause">What made it, such as the nonce of a dialog or the id of a post.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The ticket with it; null when there is no such ticket, or it is full.</returns>
    public async Task<TicketDraft?> AddAsync(
        string id, IReadOnlyList<(string Field, string Value)> fields, string userId, string cause, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } draft || draft.Entries.Count + fields.Count > MostEntries)
        {
            return null;
        }

        foreach (var (field, value) in fields)
        {
            if (field is TicketField.Addition or TicketField.Sent || draft.Latest(field) != value)
            {
                await AddAsync(id, field, value, userId, cause, cancellationToken);
            }
        }

        return await FindAsync(id, cancellationToken);
    }

    /// <summary>Deletes tickets begun before a time, with their entries.</summary>
    /// <returns>How many were deleted.</returns>
    public Task<int> DeleteBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "DELETE FROM tickets WHERE created_at < @before", new { before = before.ToUnixTimeMilliseconds() }, transaction),
            cancellationToken);

    /// <summary>Takes the next position; when somebody else took it at the same time, the one after.</summary>
    private async Task AddAsync(string id, string field, string value, string userId, string cause, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var (stored, there) = await database.WriteAsync(
                async transaction =>
                {
                    var connection = transaction.Connection!;
                    var entry = new { id, field, value, userId, cause, now = Now() };
                    var count = await connection.ExecuteAsync(
                        "INSERT INTO ticket_entries (ticket_id, position, field, value, user_id, cause, written_at) " +
                        "SELECT @id, COALESCE((SELECT MAX(position) + 1 FROM ticket_entries WHERE ticket_id = @id), 0), @field, @value, @userId, @cause, @now " +
                        "WHERE EXISTS (SELECT 1 FROM tickets WHERE id = @id) ON CONFLICT DO NOTHING",
                        entry,
                        transaction);
                    return (count == 1, await connection.ExecuteScalarAsync<int>(
                        "SELECT COUNT(*) FROM ticket_entries WHERE ticket_id = @id AND cause = @cause AND field = @field", entry, transaction) > 0);
                },
                cancellationToken);
            if (stored || there)
            {
                return;
            }
        }

        throw new InvalidOperationException($"An entry of ticket {id} lost the race for its place {MostTries} times.");
    }

    private static async Task<TicketDraft> LoadAsync(DbConnection connection, TicketRow row, DbTransaction? transaction = null)
    {
        var entries = await connection.QueryAsync<EntryRow>(SelectEntries, new { id = row.Id }, transaction);
        return new TicketDraft(
            row.Id, row.OwnerId, row.ChannelId, row.SessionId, DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
            [.. entries.Select(entry => new TicketEntry(entry.Field, entry.Value, entry.UserId, DateTimeOffset.FromUnixTimeMilliseconds(entry.WrittenAt)))]);
    }

    private static string NewId() => RandomNumberGenerator.GetString(IdCharacters, IdLength);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record TicketRow(string Id, string OwnerId, string ChannelId, string SessionId, long CreatedAt);

    private sealed record EntryRow(string Field, string Value, string UserId, long WrittenAt);
}
