namespace CallsBot.Analysis.Outputs;

/// <summary>Reads rtcd.toml. Keys as in RTCD's sample configuration: <c>[rtc]</c> with <c>ice_port_udp</c>, <c>[api]</c> with <c>http.tls.enable</c>.</summary>
internal sealed class RtcdConfigurationAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    private static readonly string[] Sections = ["api", "rtc", "store", "logger"];

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.RtcdConfiguration, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var settings = Settings(text);
        var found = new List<Finding>();
        void Find(string id, string key) => found.Add(settings.TryGetValue(key, out var at) ? Findings.Found(id, text.Quote(at.Line)) : Findings.Found(id));
        bool Is(string key, string value) => settings.TryGetValue(key, out var at) && at.Value.Equals(value, StringComparison.OrdinalIgnoreCase);
        string Value(string key) => settings.TryGetValue(key, out var at) ? at.Value : "";

        if (settings.Keys.Any(key => key.StartsWith("rtc.", StringComparison.Ordinal)))
        {
            Media(Value, Find);
            Servers(settings, Value, text, found);
        }

        if (InnerAddress.IsLoopback(HostOf(Value("api.http.listen_address"))))
        {
            Find("config-api-loopback", "api.http.listen_address");
        }

        if (Is("api.http.tls.enable", "true") && (Value("api.http.tls.cert_file").Length == 0 || Value("api.http.tls.cert_key").Length == 0))
        {
            Find("config-tls-incomplete", "api.http.tls.enable");
        }

        if (Is("api.security.enable_admin", "true") && Value("api.security.admin_secret_key").Length == 0)
        {
            Find("config-admin-without-key", "api.security.enable_admin");
        }

        if (Is("api.security.allow_self_registration", "true"))
        {
            Find("config-self-registration", "api.security.allow_self_registration");
        }

        if (Value("store.data_source").StartsWith("/tmp", StringComparison.Ordinal))
        {
            Find("config-store-in-tmp", "store.data_source");
        }

        if (Is("logger.enable_console", "false") && Is("logger.enable_file", "false"))
        {
            Find("config-no-log", "logger.enable_file");
        }

        if (found.TrueForAll(finding => finding.Outcome == Checks.Outcome.Inconclusive))
        {
            found.Add(Findings.Found("config-rtcd-well"));
        }

        return new PieceReading { Findings = [.. found.DistinctBy(finding => finding.Id)] };
    }

    private static void Media(Func<string, string> value, Action<string, string> find)
    {
        var given = value("rtc.ice_host_override");
        // "external/internal" pairs name the address for callers first.
        var outer = given.Split(',')[0].Split('/')[0].Trim();
        if (InnerAddress.IsLoopback(outer))
        {
            find("config-override-loopback", "rtc.ice_host_override");
        }
        else if (InnerAddress.IsPrivate(outer))
        {
            find("config-override-private", "rtc.ice_host_override");
        }

        if (InnerAddress.IsLoopback(value("rtc.ice_address_udp")))
        {
            find("config-media-loopback", "rtc.ice_address_udp");
        }
    }

    private void Servers(Dictionary<string, (string Value, OutputLine Line)> settings, Func<string, string> value, OutputText text, List<Finding> found)
    {
        if (!settings.TryGetValue("rtc.ice_servers", out var servers) || servers.Value.Length < 4)
        {
            return;
        }

        if (servers.Value.Contains("credentials", StringComparison.Ordinal))
        {
            found.Add(Findings.Found("config-credential-misspelled", text.Quote(servers.Line)));
        }
        else if (servers.Value.Contains("turn:", StringComparison.Ordinal) && !servers.Value.Contains("credential", StringComparison.Ordinal) && value("rtc.turn.static_auth_secret").Length == 0)
        {
            found.Add(Findings.Found("config-turn-without-credential", text.Quote(servers.Line)));
        }
    }

    private static string HostOf(string address) => address.LastIndexOf(':') is > 0 and var colon ? address[..colon].Trim('[', ']') : "";

    private static Dictionary<string, (string Value, OutputLine Line)> Settings(OutputText text)
    {
        const int longestList = 20_000;
        var settings = new Dictionary<string, (string, OutputLine)>(StringComparer.Ordinal);
        var section = "";
        string? open = null;
        foreach (var line in text.Lines)
        {
            var trimmed = WithoutComment(line.Text).Trim();
            if (open is not null && settings.TryGetValue(open, out var list))
            {
                // A list over several lines.
                settings[open] = list.Item1.Length > longestList ? list : (list.Item1 + trimmed, list.Item2);
                open = trimmed.EndsWith(']') ? null : open;
            }
            else if (trimmed.StartsWith('[') && trimmed.EndsWith(']') && !trimmed.Contains('=', StringComparison.Ordinal))
            {
                section = trimmed.Trim('[', ']', ' ');
            }
            else if (trimmed.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
            {
                var key = trimmed[..equals].Trim();
                var value = trimmed[(equals + 1)..].Trim();
                var name = section.Length == 0 ? key : $"{section}.{key}";
                settings[name] = (value.Trim('"', '\''), line);
                open = value.StartsWith('[') && !value.EndsWith(']') ? name : null;
            }
        }

        return settings;
    }

    private static string WithoutComment(string line)
    {
        var quoted = false;
        for (var at = 0; at < line.Length; at++)
        {
            quoted ^= line[at] == '"';
            if (line[at] == '#' && !quoted)
            {
                return line[..at];
            }
        }

        return line;
    }

    private static int Recognise(Head head)
    {
        var sections = head.Lines.Take(400).Count(line => line.Length > 2 && line[0] == '[' && line.TrimEnd().EndsWith(']') && Sections.Contains(line.Trim('[', ']', ' ').Split('.')[0]));
        var keys = head.Lines.Take(400).Count(line => line.TrimStart() is var text && text.Contains('=', StringComparison.Ordinal)
            && (text.StartsWith("ice_", StringComparison.Ordinal) || text.StartsWith("http.listen_address", StringComparison.Ordinal) || text.StartsWith("security.", StringComparison.Ordinal) || text.StartsWith("udp_sockets_count", StringComparison.Ordinal)));
        return sections >= 1 && keys >= 1 ? 94 : sections >= 3 ? 85 : keys >= 2 ? 80 : 0;
    }
}
