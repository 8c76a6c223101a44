namespace CallsBot.Analysis.Outputs;

/// <summary>Reads <c>firewall-cmd --list-all</c>, of one zone or several. What a zone does not name, it rejects, unless its target says otherwise.</summary>
internal sealed class FirewalldAnalyser(FindingCatalog findings) : FirewallAnalyser(findings)
{
    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Firewalld, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var zones = Zones(text);
        if (text.Lines.FirstOrDefault(line => line.Text.Trim() is "FirewallD is not running" or "not running") is { Number: > 0 } off)
        {
            return new PieceReading { Findings = [Findings.Found("firewall-off", text.Quote(off))] };
        }

        var active = zones.Where(zone => zone.IsActive || zones.Count == 1).ToList();
        return active.Count == 0
            ? new PieceReading { Findings = [Findings.Found("firewall-no-rules-shown")] }
            : Judge(text, (protocol, port) => Best([.. active.Select(zone => zone.Verdict(protocol, port))]));
    }

    /// <summary>Zones belong to different cards or sources: one that lets in, lets some in.</summary>
    private static FilterVerdict Best(IReadOnlyList<FilterVerdict> verdicts)
    {
        if (verdicts.All(verdict => verdict.Admission == verdicts[0].Admission))
        {
            return verdicts[0];
        }

        var open = verdicts.FirstOrDefault(verdict => verdict.Admission is Admission.Accepted or Admission.Restricted);
        return open is null ? verdicts[0] : open with { Admission = Admission.Restricted };
    }

    private static List<Zone> Zones(OutputText text)
    {
        var zones = new List<Zone>();
        var inRich = false;
        foreach (var line in text.Lines)
        {
            var trimmed = line.Text.Trim();
            if (line.Text.Length > 0 && !char.IsWhiteSpace(line.Text[0]) && !trimmed.Contains(": ", StringComparison.Ordinal) && IsZone(trimmed))
            {
                // "public (active)", in newer versions "public (default, active)".
                zones.Add(new Zone(line, trimmed.Contains("active", StringComparison.Ordinal)));
                inRich = false;
            }
            else if (zones is [.., var zone])
            {
                var colon = trimmed.IndexOf(':', StringComparison.Ordinal);
                var key = colon > 0 ? trimmed[..colon] : "";
                var value = colon > 0 ? trimmed[(colon + 1)..].Trim() : "";
                if (key is "target" or "ports" or "services" or "sources" or "forward-ports")
                {
                    zone.Set(key, value, line);
                }

                inRich = key == "rich rules" || (inRich && trimmed.StartsWith("rule ", StringComparison.Ordinal));
                if (trimmed.StartsWith("rule ", StringComparison.Ordinal))
                {
                    zone.Rich.Add(line);
                }
            }
        }

        return zones;
    }

    private static bool IsZone(string text)
    {
        var name = text.Split(' ')[0];
        var rest = text[name.Length..].Trim();
        return name.Length is > 0 and < 30 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') && rest is "" or "(active)" or "(default)" or "(default, active)" or "(active, default)";
    }

    private static int Recognise(Head head)
    {
        var zone = AnyLine(head, line => line.TrimStart().StartsWith("icmp-block-inversion:", StringComparison.Ordinal) || line.TrimStart().StartsWith("rich rules:", StringComparison.Ordinal))
            && AnyLine(head, line => line.TrimStart().StartsWith("services:", StringComparison.Ordinal));
        return zone ? 93 : head.Lines.Any(line => line == "FirewallD is not running") ? 90 : WithCommand(head, "firewall-cmd");
    }

    private sealed class Zone(OutputLine name, bool isActive)
    {
        private readonly Dictionary<string, (string Value, OutputLine Line)> _settings = new(StringComparer.Ordinal);

        public bool IsActive => isActive;

        public List<OutputLine> Rich { get; } = [];

        public void Set(string key, string value, OutputLine line) => _settings[key] = (value, line);

        public FilterVerdict Verdict(string protocol, int port)
        {
            foreach (var rule in Rich.Where(rule => IsFor(rule.Text, protocol, port)))
            {
                // Rich rules that refuse come before those that let in.
                if (rule.Text.Contains(" drop", StringComparison.Ordinal) || rule.Text.Contains(" reject", StringComparison.Ordinal))
                {
                    return rule.Text.Contains("source ", StringComparison.Ordinal) ? new FilterVerdict(Admission.Unclear, rule) : new FilterVerdict(Admission.Rejected, rule);
                }
            }

            var some = Rich.Where(rule => IsFor(rule.Text, protocol, port) && rule.Text.Contains(" accept", StringComparison.Ordinal)).Select(rule => (OutputLine?)rule).FirstOrDefault();
            var ports = _settings.GetValueOrDefault("ports");
            foreach (var entry in (ports.Value ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
            {
                if (entry.Split('/') is [var numbers, var kind] && kind == protocol && PacketFilter.HasPort(numbers, port) == true)
                {
                    return new FilterVerdict(Admission.Accepted, ports.Line);
                }
            }

            var services = _settings.GetValueOrDefault("services");
            if ((services.Value ?? "").Split(' ').FirstOrDefault(service => service.Contains("rtcd", StringComparison.OrdinalIgnoreCase) || service.Contains("mattermost", StringComparison.OrdinalIgnoreCase) || service.Contains("calls", StringComparison.OrdinalIgnoreCase)) is not null)
            {
                // A service of the administrator's own: its ports are in a file of its.
                return new FilterVerdict(Admission.Unclear, services.Line);
            }

            var forwards = _settings.GetValueOrDefault("forward-ports");
            if ((forwards.Value ?? "").Contains($"port={port}:proto={protocol}", StringComparison.Ordinal))
            {
                return new FilterVerdict(Admission.Unclear, forwards.Line);
            }

            if (some is { } rich)
            {
                return new FilterVerdict(rich.Text.Contains("source ", StringComparison.Ordinal) ? Admission.Restricted : Admission.Accepted, rich);
            }

            var target = _settings.GetValueOrDefault("target");
            return target.Value switch
            {
                "ACCEPT" => new FilterVerdict(Admission.Accepted, target.Line),
                "DROP" => new FilterVerdict(Admission.Dropped, target.Line),
                "%%REJECT%%" or "default" or "REJECT" => new FilterVerdict(Admission.Rejected, ports.Value is null ? name : ports.Line),
                _ => new FilterVerdict(Admission.Unclear, name),
            };
        }

        private static bool IsFor(string rule, string protocol, int port)
        {
            var at = rule.IndexOf(" port port=\"", StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            var numbers = rule[(at + 12)..];
            var end = numbers.IndexOf('"', StringComparison.Ordinal);
            return end > 0 && PacketFilter.HasPort(numbers[..end], port) == true && rule.Contains($"protocol=\"{protocol}\"", StringComparison.Ordinal);
        }
    }
}
