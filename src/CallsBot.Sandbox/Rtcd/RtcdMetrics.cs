using System.Globalization;
using System.Text;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>
/// RTCD's own counters and a few of its process, as Prometheus reads them (rtcd, service/perf/metrics.go). A series is
/// there once it has been used. Thread-safe.
/// </summary>
internal sealed class RtcdMetrics(TimeProvider time)
{
    private static readonly Family[] Families =
    [
        new("rtcd_rtc_conn_states_total", "counter", "Total number of RTC connection state changes"),
        new("rtcd_rtc_errors_total", "counter", "Total number of RTC related errors"),
        new("rtcd_rtc_sessions_total", "gauge", "Total number of active RTC sessions"),
        new("rtcd_ws_connections_total", "gauge", "Total number of active WebSocket sessions"),
        new("rtcd_ws_messages_total", "counter", "Total number of sent/received WebSocket messages"),
    ];

    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Name, string Labels), long> _series = [];
    private readonly long _started = time.GetUtcNow().ToUnixTimeSeconds();

    public void Session(string groupId, int by) => Add("rtcd_rtc_sessions_total", $"groupID=\"{Escape(groupId)}\"", by);

    /// <param name="state">connected, disconnected, failed or closed.</param>
    public void ConnState(string state) => Add("rtcd_rtc_conn_states_total", $"type=\"{state}\"", 1);

    /// <param name="type">signaling or ice.</param>
    public void Error(string groupId, string type) => Add("rtcd_rtc_errors_total", $"groupID=\"{Escape(groupId)}\",type=\"{type}\"", 1);

    public void Socket(string clientId, int by) => Add("rtcd_ws_connections_total", $"clientID=\"{Escape(clientId)}\"", by);

    /// <param name="direction">in or out.</param>
    public void Message(string clientId, string type, string direction) =>
        Add("rtcd_ws_messages_total", $"clientID=\"{Escape(clientId)}\",direction=\"{direction}\",type=\"{Escape(type)}\"", 1);

    /// <returns>Zero for a series that has not been used.</returns>
    public long Value(string name, string labels)
    {
        lock (_gate)
        {
            return _series.GetValueOrDefault((name, labels));
        }
    }

    public string ToText(string goVersion)
    {
        var text = new StringBuilder();
        Head(new Family("go_goroutines", "gauge", "Number of goroutines that currently exist."));
        text.Append("go_goroutines 18\n");
        Head(new Family("go_info", "gauge", "Information about the Go environment."));
        text.Append(CultureInfo.InvariantCulture, $"go_info{{version=\"{goVersion}\"}} 1\n");
        Head(new Family("rtcd_process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds."));
        text.Append("rtcd_process_cpu_seconds_total 1.27\n");
        Head(new Family("rtcd_process_max_fds", "gauge", "Maximum number of open file descriptors."));
        text.Append("rtcd_process_max_fds 1.048576e+06\n");
        Head(new Family("rtcd_process_open_fds", "gauge", "Number of open file descriptors."));
        text.Append("rtcd_process_open_fds 416\n");
        Head(new Family("rtcd_process_resident_memory_bytes", "gauge", "Resident memory size in bytes."));
        text.Append("rtcd_process_resident_memory_bytes 4.5150208e+07\n");
        Head(new Family("rtcd_process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds."));
        text.Append(CultureInfo.InvariantCulture, $"rtcd_process_start_time_seconds {_started}\n");
        Head(new Family("rtcd_process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes."));
        text.Append("rtcd_process_virtual_memory_bytes 1.29400832e+09\n");
        lock (_gate)
        {
            foreach (var family in Families)
            {
                var used = _series.Where(series => series.Key.Name == family.Name).ToList();
                if (used.Count > 0)
                {
                    Head(family);
                    used.ForEach(series => text.Append(CultureInfo.InvariantCulture, $"{family.Name}{{{series.Key.Labels}}} {series.Value}\n"));
                }
            }
        }

        return text.ToString();

        void Head(Family family) => text.Append(CultureInfo.InvariantCulture, $"# HELP {family.Name} {family.Help}\n# TYPE {family.Name} {family.Type}\n");
    }

    private static string Escape(string label) =>
        label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private void Add(string name, string labels, int by)
    {
        lock (_gate)
        {
            _series[(name, labels)] = _series.GetValueOrDefault((name, labels)) + by;
        }
    }

    private sealed record Family(string Name, string Type, string Help);
}
