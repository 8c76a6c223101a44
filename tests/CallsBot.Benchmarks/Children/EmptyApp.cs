namespace CallsBot.Benchmarks.Children;

/// <summary>What any ASP.NET Core program costs before it does anything: the template of <c>dotnet new web</c>.</summary>
internal static class EmptyApp
{
    public const string Argument = "--empty-app";
    public const string Ready = "/readyz";

    /// <param name="arguments">The port.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls($"http://127.0.0.1:{arguments[0]}");
        await using var app = builder.Build();
        app.MapGet(Ready, () => "ok\n");
        await app.RunAsync();
        return 0;
    }
}
