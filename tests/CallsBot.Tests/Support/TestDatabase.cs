using CallsBot.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CallsBot.Tests.Support;

/// <summary>An empty database of a test's own, on either engine.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>Names a PostgreSQL server on which databases may be created. <c>test.sh</c> starts one and sets it.</summary>
    public const string PostgresVariable = "CALLSBOT_TEST_POSTGRES";

    private readonly Func<Task> _drop;

    private TestDatabase(string connectionString, Func<Task> drop)
    {
        ConnectionString = connectionString;
        Database = new Database(Options.Create(new StorageOptions { ConnectionString = connectionString }));
        _drop = drop;
    }

    public string ConnectionString { get; }

    public Database Database { get; }

    public static string? Postgres => Environment.GetEnvironmentVariable(PostgresVariable);

    /// <param name="engine">One of <see cref="EnginesAttribute"/>'s.</param>
    public static Task<TestDatabase> OpenAsync(string engine) =>
        engine == EnginesAttribute.Sqlite ? SqliteAsync() : PostgresAsync();

    public static async Task<TestDatabase> SqliteAsync()
    {
        var folder = Directory.CreateTempSubdirectory("callsbot-test-");
        var database = new TestDatabase($"Data Source={Path.Combine(folder.FullName, "test.db")}", () =>
        {
            folder.Delete(recursive: true);
            return Task.CompletedTask;
        });
        await database.Database.MigrateAsync(CancellationToken.None);
        return database;
    }

    private static async Task<TestDatabase> PostgresAsync()
    {
        var name = $"test_{Some.Id()}";
        await ExecuteAsync($"CREATE DATABASE {name}");
        var builder = new NpgsqlConnectionStringBuilder(Postgres) { Database = name };
        var database = new TestDatabase(builder.ToString(), () => ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)"));
        await database.Database.MigrateAsync(CancellationToken.None);
        return database;
    }

    /// <summary>The same database as a process that starts now would open it.</summary>
    public Database Reopen() => new(Options.Create(new StorageOptions { ConnectionString = ConnectionString }));

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _drop();
    }

    private static async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Postgres!);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
