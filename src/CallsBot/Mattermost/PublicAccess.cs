using CallsBot.Protocols.Calls;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Mattermost;

/// <summary>What the server tells anyone: whether it lives, its version, whether it has a licence, which Calls plugin it runs.</summary>
internal sealed class PublicAccess
{
    public PublicAccess(MattermostClient? client)
    {
        Server = client?.Server;
        Api = client?.Api;
        Calls = client?.Calls;
    }

    public PublicAccess(Uri server, IMattermostApi api, ICallsApi calls)
    {
        Server = server;
        Api = api;
        Calls = calls;
    }

    public static PublicAccess None { get; } = new(client: null);

    /// <summary>As in the setting Mattermost:Server, with a slash at its end. Null when that is not set.</summary>
    public Uri? Server { get; }

    /// <summary>Null when the server's address is not set.</summary>
    public IMattermostApi? Api { get; }

    /// <summary>Null when the server's address is not set.</summary>
    public ICallsApi? Calls { get; }
}
