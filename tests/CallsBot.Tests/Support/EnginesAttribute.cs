using System.Reflection;
using Xunit.Sdk;

namespace CallsBot.Tests.Support;

/// <summary>
/// Runs a theory on SQLite and, where a server is named, on PostgreSQL. In CI one must be named: the theory fails to
/// connect otherwise.
/// </summary>
internal sealed class EnginesAttribute : DataAttribute
{
    public const string Sqlite = "SQLite";
    public const string Postgres = "PostgreSQL";

    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        yield return [Sqlite];
        if (TestDatabase.Postgres is not null || Environment.GetEnvironmentVariable("CI") is not null)
        {
            yield return [Postgres];
        }
    }
}
