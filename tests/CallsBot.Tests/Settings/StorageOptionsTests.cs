using CallsBot.Storage;

namespace CallsBot.Tests.Settings;

public sealed class StorageOptionsTests
{
    [Theory]
    [InlineData("Data Source=callsbot.db", false)]
    [InlineData("Data Source=Host", false)]
    [InlineData("Host=db;Database=callsbot", true)]
    [InlineData("server=db;Database=callsbot", true)]
    public void Whoever_names_a_host_means_PostgreSQL(string value, bool isPostgres) =>
        new StorageOptions { ConnectionString = value }.IsPostgres.ShouldBe(isPostgres);
}
