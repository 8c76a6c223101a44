using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;

namespace CallsBot.Protocols.Mattermost;

/// <summary>What a Mattermost server tells over its WebSocket, in the order in which it is told.</summary>
public abstract record StreamEvent
{
    /// <summary>
    /// The stream is open. When <paramref name="Complete"/> is false, events may have been missed since the last one:
    /// the receiver catches up over REST. Comes again, not complete, on an open stream in which a gap has shown.
    /// </summary>
    public sealed record Connected(bool Complete) : StreamEvent;

    /// <summary>
    /// The connection is gone, or could not be made; the stream goes on trying. Further attempts that fail for the same
    /// reason are not told.
    /// </summary>
    public sealed record Disconnected(string Reason) : StreamEvent;

    public sealed record Posted(Post Post, string ChannelType, string ChannelName, string SenderName) : StreamEvent;

    public sealed record PostEdited(Post Post) : StreamEvent;

    public sealed record PostDeleted(Post Post) : StreamEvent;

    /// <summary>Something about an account is different from before, such as its locale.</summary>
    public sealed record UserUpdated(string UserId) : StreamEvent;
}

/// <summary>The WebSocket of a Mattermost server: connects, authenticates, notices gaps, and connects again.</summary>
public sealed class EventStream(Uri server, string tokenName, string token, TimeProvider time)
{
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(10);

    private readonly Uri _root = MattermostClient.RootOf(server);

    internal TimeProvider Time { get; } = time;

    internal string Token { get; } = token;

    /// <summary>How long after the last sign of life to ping, and how long to wait for the answer.</summary>
    internal TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Reads until cancelled. Ends by itself only with a <see cref="MattermostException"/>, status 401, when the server
    /// does not take the token. Nothing is read from the server while the receiver is busy; one that is busy for more than
    /// 40 s while events wait loses the connection, since the answers to pings wait behind them, and is told to catch up.
    /// </summary>
    public async IAsyncEnumerable<StreamEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StreamPosition? position = null;
        string? toldReason = null;
        while (true)
        {
            foreach (var wait in Waits())
            {
                using var connection = new EventConnection(this, position);
                StreamEvent next;
                do
                {
                    next = await connection.NextAsync(cancellationToken);
                    var reason = (next as StreamEvent.Disconnected)?.Reason;
                    if (reason is null || reason != toldReason)
                    {
                        yield return next;
                    }

                    toldReason = reason;
                }
                while (next is not StreamEvent.Disconnected);

                position = connection.Position;
                if (connection.Lasted)
                {
                    break;
                }

                await Task.Delay(wait, Time, cancellationToken);
            }
        }
    }

    internal Uri AddressFor(StreamPosition? position)
    {
        var address = new UriBuilder(new Uri(_root, "api/v4/websocket"));
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        address.Query = position is { ConnectionId.Length: > 0 }
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"connection_id={Uri.EscapeDataString(position.ConnectionId)}&sequence_number={position.Next}")
            : "";
        return address.Uri;
    }

    /// <summary>
    /// The server closes the socket on a bad token without a word, as a broken network does; over REST it says so.
    /// </summary>
    /// <exception cref="MattermostException">Status 401: the server does not take the token.</exception>
    internal async Task CheckTokenAsync(CancellationToken cancellationToken)
    {
        using var client = new MattermostClient(_root, tokenName, Token, CheckLimit, Time);
        try
        {
            await client.Api.GetMeAsync(cancellationToken);
        }
        catch (MattermostException ex) when (ex.StatusCode != HttpStatusCode.Unauthorized)
        {
            // Not an answer to the question; the next attempt to connect will meet the same trouble.
        }
    }

    /// <summary>Doubles to half a minute. Half of each wait is left to chance, so that clients do not return all at once.</summary>
    private static IEnumerable<TimeSpan> Waits()
    {
        for (var wait = TimeSpan.FromSeconds(0.4); ; wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, TimeSpan.TicksPerMinute / 2)))
        {
            yield return wait * (0.5 + (Random.Shared.NextDouble() / 2));
        }
    }
}
