using CallsBot.Storage;
using CallsBot.Tests.Support;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CallsBot.Tests.Storage;

public sealed class SqliteWriterTests : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    private TestDatabase _file = null!;

    private Database Database => _file.Database;

    public async Task InitializeAsync() => _file = await TestDatabase.SqliteAsync();

    public async Task DisposeAsync() => await _file.DisposeAsync();

    [Fact]
    public async Task A_write_is_there_for_readers_as_soon_as_its_caller_hears_of_it()
    {
        for (var i = 0; i < 50; i++)
        {
            await SpendAsync($"n{i}");

            (await SpentAsync()).ShouldBe(i + 1);
        }
    }

    [Fact]
    public async Task Writes_that_waited_together_are_all_committed()
    {
        var held = await HoldAsync();
        var writes = Enumerable.Range(0, 500).Select(i => SpendAsync($"n{i}")).ToList();

        held.Release();

        await Task.WhenAll(writes).WaitAsync(Bound);
        (await SpentAsync()).ShouldBe(500);
    }

    [Fact]
    public async Task A_command_that_throws_is_undone_without_its_neighbours()
    {
        var held = await HoldAsync();
        var before = SpendAsync("before");
        var failing = Database.WriteAsync<int>(
            async transaction =>
            {
                await transaction.Connection!.ExecuteAsync(Spend, new { nonce = "failing" }, transaction);
                throw new InvalidOperationException("on purpose");
            },
            CancellationToken.None);
        var after = SpendAsync("after");

        held.Release();

        (await Should.ThrowAsync<InvalidOperationException>(failing.WaitAsync(Bound))).Message.ShouldBe("on purpose");
        await before.WaitAsync(Bound);
        await after.WaitAsync(Bound);
        (await NoncesAsync()).ShouldBe(["after", "before"]);
    }

    [Fact]
    public async Task A_command_that_is_run_again_for_its_neighbours_fault_counts_once()
    {
        var held = await HoldAsync();
        var runs = 0;
        var twice = Database.WriteAsync(
            transaction =>
            {
                runs++;
                return transaction.Connection!.ExecuteAsync(Spend, new { nonce = "twice" }, transaction);
            },
            CancellationToken.None);
        var failing = Database.WriteAsync<int>(_ => throw new InvalidOperationException("on purpose"), CancellationToken.None);

        held.Release();

        (await twice.WaitAsync(Bound)).ShouldBe(1);
        await Should.ThrowAsync<InvalidOperationException>(failing.WaitAsync(Bound));
        runs.ShouldBe(2);
        (await NoncesAsync()).ShouldBe(["twice"]);
    }

    [Fact]
    public async Task A_write_given_up_while_it_waits_is_not_done()
    {
        using var giveUp = new CancellationTokenSource();
        var held = await HoldAsync();
        var givenUp = Database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(Spend, new { nonce = "given up" }, transaction), giveUp.Token);
        var other = SpendAsync("other");

        await giveUp.CancelAsync();
        held.Release();

        await Should.ThrowAsync<OperationCanceledException>(givenUp.WaitAsync(Bound));
        await other.WaitAsync(Bound);
        (await NoncesAsync()).ShouldBe(["other"]);
    }

    [Fact]
    public async Task A_database_that_another_process_keeps_locked_fails_the_write_and_not_the_next()
    {
        await using var other = new SqliteConnection(_file.ConnectionString);
        await other.OpenAsync();
        await other.ExecuteAsync("BEGIN IMMEDIATE");

        await Should.ThrowAsync<SqliteException>(SpendAsync("locked out").WaitAsync(TimeSpan.FromSeconds(30)));

        await other.ExecuteAsync("ROLLBACK");
        await SpendAsync("let in").WaitAsync(Bound);
        (await NoncesAsync()).ShouldBe(["let in"]);
    }

    [Fact]
    public async Task Writes_under_way_are_finished_when_the_database_is_closed()
    {
        var held = await HoldAsync();
        var write = SpendAsync("last");
        var closing = Database.DisposeAsync().AsTask();

        held.Release();

        await closing.WaitAsync(Bound);
        await write.WaitAsync(Bound);
        await using var reopened = _file.Reopen();
        (await reopened.ReadAsync(connection => connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM spent_tokens"), CancellationToken.None))
            .ShouldBe(1);
        await Should.ThrowAsync<ObjectDisposedException>(() => SpendAsync("too late"));
    }

    private const string Spend = "INSERT INTO spent_tokens (nonce, expires_at) VALUES (@nonce, 1)";

    private Task<int> SpendAsync(string nonce) => Database.WriteAsync(
        transaction => transaction.Connection!.ExecuteAsync(Spend, new { nonce }, transaction), CancellationToken.None);

    private Task<int> SpentAsync() => Database.ReadAsync(
        connection => connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM spent_tokens"), CancellationToken.None);

    private Task<List<string>> NoncesAsync() => Database.ReadAsync(
        async connection => (await connection.QueryAsync<string>("SELECT nonce FROM spent_tokens ORDER BY nonce")).AsList(),
        CancellationToken.None);

    /// <summary>Occupies the writer, so that what comes next waits together.</summary>
    private async Task<Held> HoldAsync()
    {
        var held = new Held();
        _ = Database.WriteAsync(
            async _ =>
            {
                await held.UntilReleasedAsync();
                return 0;
            },
            CancellationToken.None);
        await held.Begun.WaitAsync(Bound);
        return held;
    }

    private sealed class Held
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public void Release() => _released.TrySetResult();

        public Task UntilReleasedAsync()
        {
            _begun.TrySetResult();
            return _released.Task;
        }
    }
}
