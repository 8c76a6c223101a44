using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

internal sealed partial class Workspace
{
    private readonly HashSet<string> _online = new(StringComparer.Ordinal);

    /// <summary>Tells an account's own clients that it is online, the first time.</summary>
    public void AnnounceOnline(string accountId)
    {
        lock (_gate)
        {
            if (_online.Add(accountId))
            {
                Publish("status_change", new JsonObject { ["status"] = "online", ["user_id"] = accountId }, new Audience { UserId = accountId });
            }

            Changes.Add();
        }
    }

    public JsonObject Statuses()
    {
        var statuses = new JsonObject();
        foreach (var account in Accounts())
        {
            statuses[account.Id] = Events.IsConnected(account.Id) ? "online" : "offline";
        }

        return statuses;
    }

    public void Type(string accountId, string channelId, string rootId)
    {
        lock (_gate)
        {
            if (_members.TryGetValue(channelId, out var members) && members.ContainsKey(accountId))
            {
                Publish("typing", new JsonObject { ["parent_id"] = rootId, ["user_id"] = accountId }, new Audience { ChannelId = channelId });
            }
        }
    }
}
