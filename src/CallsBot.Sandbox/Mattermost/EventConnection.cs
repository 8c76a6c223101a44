using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>
/// One client's stream of events. It outlives its socket for a while, so that a client that names it and the next
/// sequence number misses nothing ("reliable WebSockets", app/web_conn.go).
/// </summary>
internal sealed class EventConnection(string accountId, Socket socket)
{
    // app/web_conn.go, deadQueueSize.
    private const int KeptEvents = 128;

    private readonly Channel<JsonObject> _queue = System.Threading.Channels.Channel.CreateUnbounded<JsonObject>();
    private readonly List<JsonObject> _sent = [];
    private long _sequence;

    public string Id { get; private set; } = Ids.New();

    public string AccountId { get; } = accountId;

    public Socket? Socket { get; private set; } = socket;

    public bool IsActive => Socket is not null;

    public DateTimeOffset? LostAt { get; private set; }

    public ChannelReader<JsonObject> Queue => _queue.Reader;

    public void Enqueue(string name, JsonObject data, Audience audience) => _queue.Writer.TryWrite(new JsonObject
    {
        ["event"] = name,
        ["data"] = data.DeepClone(),
        ["broadcast"] = audience.ToJson(),
    });

    /// <summary>Replies to the client's own requests go between the events, and have no sequence number.</summary>
    public void Reply(JsonObject reply) => _queue.Writer.TryWrite(reply);

    /// <summary>Numbers an event as it goes out.</summary>
    public JsonObject Stamp(JsonObject message)
    {
        if (!message.ContainsKey("event"))
        {
            return message;
        }

        message["seq"] = _sequence++;
        _sent.Add(message);
        if (_sent.Count > KeptEvents)
        {
            _sent.RemoveAt(0);
        }

        return message;
    }

    /// <summary>What a returning client has not got, oldest first; null when too much happened meanwhile.</summary>
    public IReadOnlyList<JsonObject>? SentFrom(long sequence)
    {
        var index = _sent.FindIndex(message => message["seq"]!.GetValue<long>() == sequence);
        return index >= 0 ? _sent[index..] : sequence == _sequence ? [] : null;
    }

    public void StartAfresh()
    {
        Id = Ids.New();
        _sequence = 0;
        _sent.Clear();
    }

    public void TakeOver(Socket socket)
    {
        Socket = socket;
        LostAt = null;
    }

    public void Lose(Socket socket, DateTimeOffset now)
    {
        if (Socket == socket)
        {
            Socket = null;
            LostAt = now;
        }
    }
}
