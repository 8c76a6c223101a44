using System.Text.Json;
using CallsBot.Conversations;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Benchmarks.Children;

/// <summary>
/// What acknowledging costs when nothing is done: minimal-API endpoints with the bot's Kestrel settings that read the same
/// requests and write replies of the same size.
/// </summary>
internal static class BareEndpoint
{
    public const string Argument = "--bare-endpoint";
    public const string Ready = "/readyz";

    private const long LargestRequest = 64 * 1024;

    /// <param name="arguments">The port, a file with a reply to a press, and a file with a reply to a slash command.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var card = Read(arguments[1], MattermostJson.Default.ActionResponse);
        var line = Read(arguments[2], MattermostJson.Default.SlashCommandResponse);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{arguments[0]}");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = LargestRequest;
            kestrel.AddServerHeader = false;
        });
        builder.Services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, MattermostJson.Default));

        await using var app = builder.Build();
        app.MapGet(Ready, () => TypedResults.Text("ok\n"));
        app.MapPost(ActionEndpoint.Path, (ActionRequest request) => request.Context.Count > 0
            ? TypedResults.Json(card, MattermostJson.Default.ActionResponse)
            : Results.BadRequest());
        app.MapPost(SlashCommandEndpoint.Path, async (HttpRequest request, CancellationToken cancellationToken) =>
            (await request.ReadFormAsync(cancellationToken)).Count > 0
                ? TypedResults.Json(line, MattermostJson.Default.SlashCommandResponse)
                : Results.BadRequest());
        await app.RunAsync();
        return 0;
    }

    private static T Read<T>(string file, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(file), type)!;
}
