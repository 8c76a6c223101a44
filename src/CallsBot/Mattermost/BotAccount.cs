using CallsBot.Protocols.Mattermost;

namespace CallsBot.Mattermost;

/// <summary>Who the bot is on the server, and whether it is connected. Written by the listener, read by everyone else.</summary>
internal sealed class BotAccount
{
    private readonly TaskCompletionSource<User> _me = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _connected;

    /// <summary>Whether the event stream is open.</summary>
    public bool IsConnected => _connected;

    /// <summary>Waits until the server has said who the bot is. Throws when it does not take the bot's token.</summary>
    public Task<User> GetAsync(CancellationToken cancellationToken) => _me.Task.WaitAsync(cancellationToken);

    /// <summary>Null until the server has said it.</summary>
    public User? Known => _me.Task.IsCompletedSuccessfully ? _me.Task.Result : null;

    public void Is(User me) => _me.TrySetResult(me);

    public void Connected() => _connected = true;

    public void Lost() => _connected = false;

    /// <summary>The server does not take the token: whoever waits to know who the bot is gets the reason.</summary>
    public void Refused(MattermostException reason)
    {
        _connected = false;
        _me.TrySetException(reason);
    }
}
