using CallsBot.Mattermost;
using CallsBot.Storage;

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
        routes.MapGet(Ready, async Task<IResult> (BotAccount bot, Database database, CancellationToken cancellationToken) =>
        {
            var mattermost = bot.IsConnected ? "ok" : "not connected";
            var storage = await database.IsUsableAsync(cancellationToken) ? "ok" : "not usable";
            return TypedResults.Text(
                $"mattermost: {mattermost}\nstorage: {storage}\n",
                statusCode: (mattermost, storage) == ("ok", "ok") ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
    }
}
