using CallsBot.Protocols.Offloader;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Probes;

/// <summary>Asks every address of a calls-offloader for its version, or whether credentials are good.</summary>
internal sealed class OffloaderProbe(CheckedHttp http)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(4);

    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    public Task<IReadOnlyList<HttpReply<RtcdVersion>>> AskVersionAsync(OffloaderUrl url, CancellationToken cancellationToken) => http.AskAsync(
        url.Target,
        new HttpQuestion<RtcdVersion>(
            (client, token) => ApiAt(client, url).GetVersionAsync(token),
            "a version",
            version => $"version \"{SafeText.From(version.BuildVersion, 40)}\"",
            ConnectTimeout,
            ResponseTimeout),
        cancellationToken);

    /// <summary>
    /// Logs in, which registers nobody. A refusal has <see cref="HttpFailure.HttpStatus"/>, status 400 and the offloader's
    /// words in the body. Throws as <see cref="AskVersionAsync"/> does.
    /// </summary>
    public Task<IReadOnlyList<HttpReply<OffloaderLogin>>> LogInAsync(
        OffloaderUrl url, OffloaderCredentials credentials, CancellationToken cancellationToken) => http.AskAsync(
        url.Target,
        new HttpQuestion<OffloaderLogin>(
            (client, token) => ApiAt(client, url).LoginAsync(credentials, token),
            "a login",
            _ => "logged in",
            ConnectTimeout,
            ResponseTimeout)
        { AnswerIsSecret = true },
        cancellationToken);

    private static IOffloaderApi ApiAt(HttpClient client, OffloaderUrl url)
    {
        client.BaseAddress = new Uri(url.Target.Uri, $"{url.Path}/");
        return OffloaderApi.Create(client);
    }
}
