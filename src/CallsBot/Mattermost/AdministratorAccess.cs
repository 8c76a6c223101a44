using CallsBot.Protocols.Calls;
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
        Calls = client?.Calls;
    }

    public AdministratorAccess(IMattermostApi api, ICallsApi? calls = null)
    {
        Api = api;
        Calls = calls;
    }

    public static AdministratorAccess None { get; } = new(client: null);

    /// <summary>Null when no administrator's token is configured.</summary>
    public IMattermostApi? Api { get; }

    /// <summary>The Calls plugin, asked with the same token. Null when there is none.</summary>
    public ICallsApi? Calls { get; }
}
