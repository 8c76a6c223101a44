using System.Data.Common;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CallsBot.Storage;

/// <summary>
/// The one database: a SQLite file, or PostgreSQL when the connection string names a host. Opens connections, brings the
/// schema up to date from the numbered files in <c>Schema/</c>, and writes in the way that suits the engine.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly DbDataSource _source;

    // Null on PostgreSQL, which takes several writers at a time.
    private readonly SqliteWriter? _sqlite;
    private readonly SemaphoreSlim _writers = new(16);

    // Null on PostgreSQL.
    private readonly string? _file;

    public Database(IOptions<StorageOptions> options)
    {
        var connectionString = options.Value.ConnectionString;
        if (!options.Value.IsPostgres)
        {
            SQLitePCL.Batteries_V2.Init();
            var builder = new SqliteConnectionStringBuilder(connectionString) { ForeignKeys = true, DefaultTimeout = 5 };
            _file = builder.DataSource is "" or ":memory:" ? null : builder.DataSource;
            _source = SqliteFactory.Instance.CreateDataSource(builder.ToString());
            _sqlite = new SqliteWriter(_source);
        }
        else
        {
            _source = NpgsqlDataSource.Create(connectionString);
        }
    }

    /// <summary>Applies the schema files that this database has not seen, each in a transaction of its own.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if (_file is not null)
        {
            KeepToOwner(_file);
        }

        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        if (_sqlite is not null)
        {
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

    /// <summary>
    /// Runs <paramref name="command"/> in a transaction, and returns when it is committed. It is rolled back if the command
    /// throws. The command changes nothing but the database, for it may be run twice.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> command, CancellationToken cancellationToken)
    {
        if (_sqlite is not null)
        {
            return await _sqlite.WriteAsync(command, cancellationToken);
        }

        await _writers.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var result = await command(transaction);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        finally
        {
            _writers.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_sqlite is not null)
        {
            await _sqlite.DisposeAsync();
        }

        await _source.DisposeAsync();
        _writers.Dispose();
        if (_sqlite is not null)
        {
            SqliteConnection.ClearAllPools();
        }
    }

    /// <summary>What people pasted is in it. SQLite gives its other files the mode of this one.</summary>
    private static void KeepToOwner(string file)
    {
        if (OperatingSystem.IsWindows() || File.Exists(file) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
        {
            return;
        }

        File.Create(file).Dispose();
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
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
