using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>Who an event is for. The first part that is filled in decides (app/web_conn.go, shouldSendEvent).</summary>
internal sealed record Audience
{
    public string UserId { get; init; } = "";

    public string ChannelId { get; init; } = "";

    public string TeamId { get; init; } = "";

    public JsonObject ToJson() => new()
    {
        ["omit_users"] = null,
        ["user_id"] = UserId,
        ["channel_id"] = ChannelId,
        ["team_id"] = TeamId,
    };
}

/// <summary>Hands events to the connections that may have them. Thread-safe.</summary>
internal sealed class EventHub(TimeProvider time)
{
    // app/web_hub.go, inactiveConnReaperInterval.
    private static readonly TimeSpan KeptAfterLoss = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly List<EventConnection> _connections = [];

    public void Publish(string name, JsonObject data, Audience audience, Func<string, bool> isInAudience)
    {
        lock (_gate)
        {
            foreach (var connection in _connections.Where(connection => isInAudience(connection.AccountId)))
            {
                connection.Enqueue(name, data, audience);
            }
        }
    }

    public bool IsConnected(string accountId)
    {
        lock (_gate)
        {
            return _connections.Any(connection => connection.IsActive && connection.AccountId == accountId);
        }
    }

    public EventConnection Open(string accountId, Socket socket)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            _connections.RemoveAll(old => old.LostAt is { } lost && now - lost > KeptAfterLoss);
            var connection = new EventConnection(accountId, socket);
            _connections.Add(connection);
            return connection;
        }
    }

    /// <summary>The connection that a client lost and wants back; null when it is not known, or not noticed as lost yet.</summary>
    public EventConnection? Resume(string accountId, string connectionId, Socket socket)
    {
        lock (_gate)
        {
            var connection = _connections.Find(
                known => known.Id == connectionId && known.AccountId == accountId && !known.IsActive);
            connection?.TakeOver(socket);
            return connection;
        }
    }

    public void Lost(EventConnection connection, Socket socket)
    {
        lock (_gate)
        {
            connection.Lose(socket, time.GetUtcNow());
        }
    }

    /// <summary>Ends all sockets without a closing handshake. What was sent and queued is kept for those who come back.</summary>
    public IReadOnlyList<Socket> Drop()
    {
        lock (_gate)
        {
            Socket[] open = [.. _connections.Select(connection => connection.Socket).OfType<Socket>()];
            foreach (var socket in open)
            {
                socket.Abort();
            }

            return open;
        }
    }

    /// <summary>As after a restart: nothing is kept.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _connections.Clear();
        }
    }
}
