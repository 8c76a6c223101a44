using System.Text.Json.Nodes;
using CallsBot.Sandbox.Mattermost;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>What RTCD would write to its log file, one JSON object a line (logr, formatters/json.go). Thread-safe.</summary>
internal sealed class RtcdLog(TimeProvider time)
{
    // A long run of the demo must not eat the machine.
    private const int Most = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <param name="caller">File and line of the real program, so that the line can be found there.</param>
    public void Add(string level, string message, string caller, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        var line = new JsonObject
        {
            ["timestamp"] = $"{time.GetUtcNow():yyyy-MM-dd HH:mm:ss.fff} Z",
            ["level"] = level,
            ["msg"] = message,
            ["caller"] = caller,
        };
        foreach (var (name, value) in fields)
        {
            line[name] = value;
        }

        lock (_gate)
        {
            _lines.Enqueue(line.ToText());
            if (_lines.Count > Most)
            {
                _lines.Dequeue();
            }
        }
    }
}
