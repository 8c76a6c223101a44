using System.Text;
using System.Text.Json;
using CallsBot.Protocols.Mattermost;
using RestEase;

namespace CallsBot.Probes;

/// <summary>
/// Asks every address of a Mattermost server whether it lives, without following redirects, and tells apart everything that
/// can keep it from answering. What an ordinary client only knows as "did not work".
/// </summary>
internal sealed class MattermostPingProbe(CheckedHttp http)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    /// <returns>A reply for each address; none when the server's address is not one that probes can be sent to.</returns>
    public Task<IReadOnlyList<HttpReply<SystemPing>>> AskAsync(Uri server, CancellationToken cancellationToken)
    {
        if (!ProbeTarget.TryParse($"{server.Scheme}://{server.Host}:{server.Port}", out var target, out _))
        {
            return Task.FromResult<IReadOnlyList<HttpReply<SystemPing>>>([]);
        }

        var path = $"{server.AbsolutePath.TrimEnd('/')}/api/v4/system/ping";
        return http.AskAsync(
            target,
            new HttpQuestion<SystemPing>(
                (client, token) => SendAsync(client, path, token),
                "Mattermost's",
                ping => $"status {SafeText.From(ping.Status, 40)}",
                ConnectTimeout,
                ResponseTimeout),
            cancellationToken);
    }

    private static async Task<Response<SystemPing>> SendAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        var response = await client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return new Response<SystemPing>(
            text,
            response,
            () => JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(text), MattermostJson.Default.SystemPing) ?? throw new JsonException("The body is null."));
    }
}
