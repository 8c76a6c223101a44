using CallsBot.Mattermost;
using CallsBot.Storage;
using CallsBot.Troubleshooting;

namespace CallsBot.Hosting;

/// <summary>
/// <c>/healthz</c>: the process answers. <c>/readyz</c>: it can do its work; 503 with a line for what is missing.
/// Both name no host and no secret.
/// </summary>
internal static class HealthEndpoints
{
    public const string Health = "/healthz";
    public const string Ready = "/readyz";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Health, () => TypedResults.Text("ok\n"));
        routes.MapGet(Ready, async Task<IResult> (BotAccount bot, Database database, TreeCatalog trees, CancellationToken cancellationToken) =>
        {
            var mattermost = bot.IsConnected ? "ok" : "not connected";
            var storage = await database.IsUsableAsync(cancellationToken) ? "ok" : "not usable";
            var read = trees.Loading.IsCompletedSuccessfully ? "ok" : "not read";
            return TypedResults.Text(
                $"mattermost: {mattermost}\nstorage: {storage}\ntrees: {read}\n",
                statusCode: (mattermost, storage, read) == ("ok", "ok", "ok") ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
    }
}
