using System.Data.Common;
using System.Threading.Channels;
using Dapper;

namespace CallsBot.Storage;

/// <summary>
/// Does all writing to a SQLite file, on one connection. Writes that wait at the same time share a transaction: a commit
/// costs several times what an insert does, and SQLite takes one writer whatever we do.
/// </summary>
/// <remarks>
/// Nobody hears of a write before it is committed. When a transaction fails, for whichever of its writes, each of them gets
/// one of its own: so a command may be run twice, of which only one run counts.
/// </remarks>
internal sealed class SqliteWriter : IAsyncDisposable
{
    // Some milliseconds of work: what waits for the commit does not wait long.
    private const int MostTogether = 64;

    private readonly DbDataSource _source;

    // Not bounded, because every writer waits for its answer: there are no more writes than callers.
    private readonly Channel<Write> _writes = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;

    public SqliteWriter(DbDataSource source)
    {
        _source = source;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Runs a command in a transaction, and returns when it is committed.</summary>
    /// <param name="command">
    /// Changes nothing but the database, for it may be run twice. It is undone when it throws, and its exception passed on.
    /// </param>
    /// <param name="cancellationToken">Gives the write up as long as it has not begun.</param>
    public Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> command, CancellationToken cancellationToken)
    {
        var write = new Write<T>(command, cancellationToken);
        ObjectDisposedException.ThrowIf(!_writes.Writer.TryWrite(write), this);
        return write.Answer;
    }

    public async ValueTask DisposeAsync()
    {
        _writes.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAllAsync()
    {
        DbConnection? connection = null;
        while (await _writes.Reader.WaitToReadAsync())
        {
            var together = new List<Write>();
            while (together.Count < MostTogether && _writes.Reader.TryRead(out var write))
            {
                if (!write.GivenUp)
                {
                    together.Add(write);
                }
            }

            if (together.Count > 0)
            {
                connection = await CommitAsync(together, connection);
            }
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    /// <returns>The connection to go on with; null when it is not to be trusted any more.</returns>
    private async Task<DbConnection?> CommitAsync(IReadOnlyList<Write> together, DbConnection? connection)
    {
        var begun = false;
        try
        {
            connection ??= await OpenAsync();
            await using (var transaction = await connection.BeginTransactionAsync())
            {
                begun = true;
                foreach (var write in together)
                {
                    await write.RunAsync(transaction);
                }

                await transaction.CommitAsync();
            }

            foreach (var write in together)
            {
                write.Succeed();
            }

            return connection;
        }
#pragma warning disable CA1031 // Passed on to whoever waits.
        catch (Exception ex)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            // One write is at fault, and the others are not; or there is no beginning any, for all alike.
            if (together.Count == 1 || !begun)
            {
                foreach (var write in together)
                {
                    write.Fail(ex);
                }

                return null;
            }
        }
#pragma warning restore CA1031

        connection = null;
        foreach (var write in together)
        {
            connection = await CommitAsync([write], connection);
        }

        return connection;
    }

    private async Task<DbConnection> OpenAsync()
    {
        var connection = await _source.OpenConnectionAsync();

        // With WAL, "normal" loses nothing when the process dies; only a power cut can take the last commits.
        await connection.ExecuteAsync("PRAGMA synchronous = NORMAL");
        return connection;
    }

    private abstract class Write
    {
        /// <summary>True, and the caller told, when nobody wants it any more.</summary>
        public abstract bool GivenUp { get; }

        public abstract Task RunAsync(DbTransaction transaction);

        public abstract void Succeed();

        public abstract void Fail(Exception exception);
    }

    private sealed class Write<T>(Func<DbTransaction, Task<T>> command, CancellationToken cancellationToken) : Write
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Answer => _answer.Task;

        public override bool GivenUp => cancellationToken.IsCancellationRequested && _answer.TrySetCanceled(cancellationToken);

        public override async Task RunAsync(DbTransaction transaction) => _result = await command(transaction);

        public override void Succeed() => _answer.TrySetResult(_result!);

        public override void Fail(Exception exception) => _answer.TrySetException(exception);
    }
}
