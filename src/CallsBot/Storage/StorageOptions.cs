using System.ComponentModel.DataAnnotations;
using CallsBot.Settings;
using Microsoft.Extensions.Options;

namespace CallsBot.Storage;

internal sealed partial class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>SQLite, such as <c>Data Source=callsbot.db</c>; PostgreSQL when it names a <c>Host</c>.</summary>
    [Required, Secret]
    public string ConnectionString { get; set; } = "Data Source=callsbot.db";

    [OptionsValidator]
    internal sealed partial class Validator : IValidateOptions<StorageOptions>;
}
