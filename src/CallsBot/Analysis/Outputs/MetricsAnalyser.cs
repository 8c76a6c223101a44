using System.Globalization;
using CallsBot.Checks;

namespace CallsBot.Analysis.Outputs;

/// <summary>
/// Reads pages of metrics of RTCD or of the plugin (Prometheus text format). Counters count from the start of the program: two pages in one paste
/// give what happened between them.
/// </summary>
internal sealed class MetricsAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    private const string Rtcd = "rtcd_";
    private const string Plugin = "mattermost_plugin_calls_";

    // Fewer say nothing: a closed laptop is a failed connection too.
    private const double FewConnections = 10;
    private const double FewReports = 20;
    private const double ManyOpenFiles = 0.8;
    private const double BusyCores = 0.7;

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Metrics, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var pages = Pages(text);
        if (pages.Count == 0)
        {
            return new PieceReading { Findings = [Findings.Found("metrics-none-of-calls")] };
        }

        var last = pages[^1];
        var since = pages.Count > 1 ? pages[0] : null;
        var found = new List<Finding>();
        Connections(last, since, text, found);
        Resources(last, since, text, found);
        Clients(last, text, found);
        if (last.Prefix == Rtcd && last.Sum("rtc_sessions_total") is null && last.Sum("ws_connections_total") is null)
        {
            found.Add(Findings.Found("metrics-fresh"));
        }
        else if (found.Count == 0)
        {
            found.Add(Findings.Found("metrics-well"));
        }

        return new PieceReading { Facts = [.. Facts(last, pages.Count)], Findings = found };
    }

    private void Connections(Page last, Page? since, OutputText text, List<Finding> found)
    {
        double Grown(string metric, string value) => Math.Max(0, last.Sum(metric, "type", value) - (since?.Sum(metric, "type", value) ?? 0));
        var connected = Grown("rtc_conn_states_total", "connected");
        var failed = Grown("rtc_conn_states_total", "failed");
        if (failed >= FewConnections && failed > connected)
        {
            found.Add(Findings.Found("metrics-connections-fail", Quotes(last, text, "rtc_conn_states_total", "failed", "connected")) with { Words = Words(("failed", Count(failed)), ("connected", Count(connected))) });
        }
        else if (failed >= FewConnections && failed > connected / 10)
        {
            found.Add(Findings.Found("metrics-connections-lost", Quotes(last, text, "rtc_conn_states_total", "failed", "connected")) with { Words = Words(("failed", Count(failed)), ("connected", Count(connected))) });
        }

        var signaling = Grown("rtc_errors_total", "signaling");
        if (signaling >= FewConnections && signaling > connected / 10)
        {
            found.Add(Findings.Found("metrics-signaling-errors", Quotes(last, text, "rtc_errors_total", "signaling")) with { Words = Words(("count", Count(signaling))) });
        }

        if (last.Prefix == Rtcd && last.Sum("ws_connections_total") is { } sockets and <= 0)
        {
            found.Add(Findings.Found(sockets < 0 ? "metrics-sockets-negative" : "metrics-no-mattermost", Quotes(last, text, "ws_connections_total")));
        }
    }

    private void Resources(Page last, Page? since, OutputText text, List<Finding> found)
    {
        if (last.Sum("process_open_fds") is { } open && last.Sum("process_max_fds") is > 0 and var most && open / most > ManyOpenFiles)
        {
            found.Add(Findings.Found("metrics-open-files", Quotes(last, text, "process_open_fds").Concat(Quotes(last, text, "process_max_fds")).ToArray()) with { Words = Words(("open", Count(open)), ("most", Count(most))) });
        }

        // The page has no time of its own: how long passed between two is known only while garbage collection ran.
        if (since is not null && last.Cores is > 0 and var cores && last.Sum("process_cpu_seconds_total") - since.Sum("process_cpu_seconds_total") is > 0 and var busy
            && last.Clock - since.Clock is > 5 and < 86_400 and var passed && busy / passed / cores > BusyCores)
        {
            found.Add(Findings.Found("metrics-cpu-busy", Quotes(last, text, "process_cpu_seconds_total")) with { Words = Words(("percent", OutputText.Figure(busy / passed / cores * 100))) });
        }
    }

    private void Clients(Page last, OutputText text, List<Finding> found)
    {
        foreach (var (metric, id, limit, scale, word) in new[]
        {
            ("rtc_client_loss_rate", "metrics-clients-lose", 0.03, 100.0, "percent"),
            ("rtc_client_rtt", "metrics-clients-far", 0.3, 1000.0, "milliseconds"),
            ("rtc_client_jitter", "metrics-clients-jitter", 0.05, 1000.0, "milliseconds"),
        })
        {
            if (last.Sum(metric + "_count") is >= FewReports and var count && last.Sum(metric + "_sum") is { } sum && sum / count > limit)
            {
                found.Add(Findings.Found(id, Quotes(last, text, metric + "_sum")) with { Words = Words((word, OutputText.Figure(sum / count * scale))) });
            }
        }

        var pairs = last.Series("client_ice_candidate_pairs_total").Where(sample => sample.Label("state") is "succeeded" or "").ToList();
        var all = pairs.Sum(sample => sample.Value);
        var around = pairs.Where(sample => sample.Label("local_protocol") == "tcp" || sample.Label("local_type") == "relay" || sample.Label("remote_protocol") == "tcp").Sum(sample => sample.Value);
        if (around >= FewConnections && around > all / 5)
        {
            found.Add(Findings.Found("metrics-many-around", [.. pairs.Take(3).Select(sample => text.Quote(sample.Line))]) with { Words = Words(("percent", OutputText.Figure(around / all * 100))) });
        }
    }

    private static IEnumerable<Evidence> Facts(Page page, int pages)
    {
        yield return new Evidence("Of", page.Prefix == Rtcd ? "RTCD" : "the Calls plugin");
        if (pages > 1)
        {
            yield return new Evidence("Samples", pages.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var (label, metric) in new[]
        {
            ("In calls", "rtc_sessions_total"), ("Mattermost connections", "ws_connections_total"), ("Errors since the start", "rtc_errors_total"), ("Open files", "process_open_fds"),
        })
        {
            if (page.Sum(metric) is { } value)
            {
                yield return new Evidence(label, Count(value));
            }
        }

        if (page.Sum("process_resident_memory_bytes") is { } memory)
        {
            yield return new Evidence("Memory", $"{OutputText.Figure(memory / (1024 * 1024))} MiB");
        }

        if (page.Sum("rtc_rtp_tracks_total", "direction", "out") is > 0 and var tracks)
        {
            // One muted or unmuted voice is 97 kbit/s, a shared screen 1.6 Mbit/s: the baselines of the documentation, fitted.
            var screens = page.Series("rtc_rtp_tracks_total").Where(sample => sample.Label("direction") == "out" && sample.Label("type").StartsWith("video", StringComparison.OrdinalIgnoreCase)).Sum(sample => sample.Value);
            yield return new Evidence("Sends, by the capacity formula", $"about {OutputText.Figure(((tracks - screens) * 0.097) + (screens * 1.6))} Mbit/s at most");
        }
    }

    private static string Count(double value) => Math.Round(value).ToString("0", CultureInfo.InvariantCulture);

    private static Quote[] Quotes(Page page, OutputText text, string metric, params string[] types) =>
        [.. page.Series(metric).Where(sample => types.Length == 0 || types.Contains(sample.Label("type"))).Take(4).Select(sample => text.Quote(sample.Line))];

    private static List<Page> Pages(OutputText text)
    {
        var pages = new List<Page>();
        foreach (var line in text.Lines)
        {
            if (Sample.Of(line) is not { } sample)
            {
                continue;
            }

            // A series that comes again begins the next page.
            if (pages is not [.., var page] || !page.TryAdd(sample))
            {
                pages.Add(new Page());
                pages[^1].TryAdd(sample);
            }
        }

        pages.RemoveAll(page => page.Prefix is null);
        return pages;
    }

    private static int Recognise(Head head)
    {
        var lines = head.Lines.Take(300).ToList();
        if (lines.Any(line => line.StartsWith(Rtcd, StringComparison.Ordinal) || line.StartsWith(Plugin, StringComparison.Ordinal)) && lines.Any(line => Sample.Of(new OutputLine(0, line)) is { } sample
            && (sample.Name.StartsWith(Rtcd, StringComparison.Ordinal) || sample.Name.StartsWith(Plugin, StringComparison.Ordinal))))
        {
            return 95;
        }

        return lines.Count(line => line.StartsWith("# HELP ", StringComparison.Ordinal) || line.StartsWith("# TYPE ", StringComparison.Ordinal)) >= 2 ? 90 : 0;
    }

    /// <summary>One value of a metric: <c>name{label="value",…} 1.5</c>.</summary>
    private sealed record Sample(string Name, string Labels, double Value, OutputLine Line)
    {
        public static Sample? Of(OutputLine line)
        {
            var text = line.Text.AsSpan().Trim();
            if (text.IsEmpty || !(char.IsAsciiLetter(text[0]) || text[0] == '_'))
            {
                return null;
            }

            var end = text.IndexOfAny('{', ' ');
            if (end <= 0 || text[..end].ContainsAnyExcept(Names))
            {
                return null;
            }

            var close = text[end] == '{' ? text.LastIndexOf('}') : end - 1;
            if (close < end - 1 || close + 1 >= text.Length)
            {
                return null;
            }

            var number = text[(close + 1)..].Trim();
            var space = number.IndexOf(' ');
            return double.TryParse(space < 0 ? number : number[..space], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
                ? new Sample(text[..end].ToString(), text[end] == '{' ? text[(end + 1)..close].ToString() : "", value, line)
                : null;
        }

        /// <summary>Empty when it is not there.</summary>
        public string Label(string name)
        {
            foreach (var part in Labels.Split(','))
            {
                if (part.Trim() is var label && label.StartsWith(name + "=\"", StringComparison.Ordinal))
                {
                    return label[(name.Length + 2)..].TrimEnd('"');
                }
            }

            return "";
        }

        private static readonly System.Buffers.SearchValues<char> Names = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:");
    }

    private sealed class Page
    {
        private const int MostSeries = 20_000;

        private readonly Dictionary<string, List<Sample>> _samples = new(StringComparer.Ordinal);
        private readonly HashSet<(string, string)> _seen = [];

        /// <summary>Whose it is; null when nothing of Calls is on it.</summary>
        public string? Prefix { get; private set; }

        public double? Cores => Raw("go_sched_gomaxprocs_threads");

        public double? Clock => Raw("go_memstats_last_gc_time_seconds");

        public bool TryAdd(Sample sample)
        {
            if (_seen.Count >= MostSeries || !_seen.Add((sample.Name, sample.Labels)))
            {
                return _seen.Count >= MostSeries;
            }

            Prefix ??= sample.Name.StartsWith(Rtcd, StringComparison.Ordinal) ? Rtcd : sample.Name.StartsWith(Plugin, StringComparison.Ordinal) ? Plugin : null;
            if (!_samples.TryGetValue(sample.Name, out var series))
            {
                _samples[sample.Name] = series = [];
            }

            series.Add(sample);
            return true;
        }

        public List<Sample> Series(string metric) => _samples.GetValueOrDefault(Prefix + metric) ?? [];

        public double? Sum(string metric) => Series(metric) is { Count: > 0 } series ? series.Sum(sample => sample.Value) : null;

        public double Sum(string metric, string label, string value) => Series(metric).Where(sample => sample.Label(label) == value).Sum(sample => sample.Value);

        private double? Raw(string metric) => _samples.GetValueOrDefault(metric) is [var sample, ..] ? sample.Value : null;
    }
}
