using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using CallsBot.Settings;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CallsBot.Storage;

internal sealed partial class StorageOptions : IValidatableObject
{
    public const string Section = "Storage";

    /// <summary>SQLite, such as <c>Data Source=callsbot.db</c>; PostgreSQL when it names a <c>Host</c>, which Npgsql
    /// also calls <c>Server</c>.</summary>
    [Required, Secret]
    public string ConnectionString { get; set; } = "Data Source=callsbot.db";

    /// <summary>Throws <see cref="ArgumentException"/> when the connection string is none.</summary>
    public bool IsPostgres => new DbConnectionStringBuilder { ConnectionString = ConnectionString } is var parts
        && (parts.ContainsKey("Host") || parts.ContainsKey("Server"));

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // The engines' own messages quote the value, which may hold a password.
        if (!string.IsNullOrEmpty(ConnectionString) && !IsConnectionString())
        {
            yield return new ValidationResult(
                "is neither a connection string of SQLite (Data Source=callsbot.db) nor one of PostgreSQL (Host=db.example.com;Database=callsbot;Username=callsbot;Password=…).",
                [nameof(ConnectionString)]);
        }
    }

    private bool IsConnectionString()
    {
        try
        {
            if (IsPostgres)
            {
                // Opens nothing, and refuses what the builder alone lets pass.
                NpgsqlDataSource.Create(ConnectionString).Dispose();
                return true;
            }

            // SQLite takes a missing name for a database that is gone when it is closed.
            return new SqliteConnectionStringBuilder(ConnectionString).DataSource.Length > 0;
        }
        catch (Exception ex) when (ex is ArgumentException or FormatException or InvalidOperationException or NotSupportedException)
        {
            return false;
        }
    }

    [OptionsValidator]
    internal sealed partial class Validator : IValidateOptions<StorageOptions>;
}
