using System.Data.Common;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CallsBot.Storage;

/// <summary>
/// The one database: a SQLite file, or PostgreSQL when the connection string names a host. Opens connections, brings the
/// schema up to date from the numbered files in <c>Schema/</c>, and takes writers one at a time where the engine can
/// take only one.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly DbDataSource _source;
    private readonly bool _sqlite;

    // SQLite takes one writer; the others would poll for its lock. Waiting in line here is fair and faster.
    private readonly SemaphoreSlim _writer;

    public Database(IOptions<StorageOptions> options)
    {
        var connectionString = options.Value.ConnectionString;
        _sqlite = !options.Value.IsPostgres;
        _writer = new SemaphoreSlim(_sqlite ? 1 : 16);
        if (_sqlite)
        {
            SQLitePCL.Batteries_V2.Init();
            var builder = new SqliteConnectionStringBuilder(connectionString) { ForeignKeys = true, DefaultTimeout = 5 };
            _source = SqliteFactory.Instance.CreateDataSource(builder.ToString());
        }
        else
        {
            _source = NpgsqlDataSource.Create(connectionString);
        }
    }

    /// <summary>Applies the schema files that this database has not seen, each in a transaction of its own.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        if (_sqlite)
        {
            // With WAL, "normal" loses nothing when the process dies; only a power cut can take the last commits.
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL");
        }

        await connection.ExecuteAsync(
            "CREATE TABLE IF NOT EXISTS schema_files (name TEXT NOT NULL PRIMARY KEY)");
        var applied = (await connection.QueryAsync<string>("SELECT name FROM schema_files")).ToHashSet();

        foreach (var (name, sql) in SchemaFiles().Where(file => !applied.Contains(file.Name)))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync(sql, transaction: transaction);
            await connection.ExecuteAsync(
                "INSERT INTO schema_files (name) VALUES (@name)", new { name }, transaction);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    public async Task<bool> IsUsableAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(connection => connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM stream_position"), cancellationToken) >= 0;
        }
        catch (DbException)
        {
            return false;
        }
    }

    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> query, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        return await query(connection);
    }

    /// <summary>Runs <paramref name="command"/> in a transaction; it is rolled back if the command throws.</summary>
    public async Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> command, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            if (_sqlite)
            {
                await connection.ExecuteAsync("PRAGMA synchronous = NORMAL");
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var result = await command(transaction);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        finally
        {
            _writer.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _writer.Dispose();
        if (_sqlite)
        {
            SqliteConnection.ClearAllPools();
        }
    }

    private static IEnumerable<(string Name, string Sql)> SchemaFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("Schema/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name["Schema/".Length..], reader.ReadToEnd());
        }
    }
}
