namespace CallsBot.Protocols.Mattermost;

/// <summary>What a Mattermost server tells over its WebSocket, in the order in which it is told.</summary>
public abstract record StreamEvent
{
    /// <summary>
    /// The stream is open. When <paramref name="Complete"/> is false, events may have been missed since the last one:
    /// the receiver catches up over REST.
    /// </summary>
    public sealed record Connected(bool Complete) : StreamEvent;

    /// <summary>The connection is gone; the stream goes on trying.</summary>
    public sealed record Disconnected(string Reason) : StreamEvent;

    public sealed record Posted(Post Post, string ChannelType, string ChannelName, string SenderName) : StreamEvent;

    public sealed record PostEdited(Post Post) : StreamEvent;

    public sealed record PostDeleted(Post Post) : StreamEvent;
}

/// <summary>The WebSocket of a Mattermost server: connects, authenticates, notices gaps, and connects again.</summary>
public sealed class EventStream(Uri server, string tokenName, string token, TimeProvider time)
{
    /// <summary>
    /// Reads until cancelled. Ends by itself only with a <see cref="MattermostException"/>, status 401, when the server
    /// does not take the token.
    /// </summary>
    public IAsyncEnumerable<StreamEvent> ReadAsync(CancellationToken cancellationToken)
    {
        _ = (server, tokenName, token, time);
        throw new NotImplementedException();
    }
}
