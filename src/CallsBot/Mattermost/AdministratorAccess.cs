using CallsBot.Protocols.Mattermost;

namespace CallsBot.Mattermost;

/// <summary>
/// The optional connection with an administrator's token. It alone may read the server's configuration, plugin states
/// and logs; a bot account gets 403. What needs it is skipped when there is none.
/// </summary>
internal sealed class AdministratorAccess
{
    public AdministratorAccess(MattermostClient? client)
    {
        Api = client?.Api;
    }

    public AdministratorAccess(IMattermostApi api)
    {
        Api = api;
    }

    public static AdministratorAccess None { get; } = new(client: null);

    /// <summary>Null when no administrator's token is configured.</summary>
    public IMattermostApi? Api { get; }
}
