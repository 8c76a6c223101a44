namespace CallsBot.Analysis.Outputs;

/// <summary>Reads port scans of nmap: what stands in the STATE column for the ports of Calls.</summary>
internal sealed class NmapAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Nmap, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var found = new List<Finding>();
        var rows = new List<IReadOnlyList<string>>();
        var host = "";
        foreach (var line in text.Lines)
        {
            const string report = "Nmap scan report for ";
            if (line.Text.StartsWith(report, StringComparison.Ordinal))
            {
                host = line.Text[report.Length..];
            }
            else if (line.Text.Contains("Host seems down", StringComparison.Ordinal))
            {
                found.Add(Findings.Found("nmap-host-down", text.Quote(line)));
            }
            else if (line.Text.Contains("requires root privileges", StringComparison.Ordinal))
            {
                found.Add(Findings.Found("nmap-needs-root", text.Quote(line)));
            }
            else if (line.Text.StartsWith("Failed to resolve ", StringComparison.Ordinal))
            {
                found.Add(Findings.Found("name-not-found", text.Quote(line)));
            }
            else if (PortOf(line) is { } port)
            {
                rows.Add([FindingText.Clean(host, 60), CallPorts.Name(port.Protocol, port.Number), port.State]);
                if (Finding(port) is { } id)
                {
                    found.Add(Findings.Found(id, text.Quote(line)) with { Words = Words(("port", CallPorts.Name(port.Protocol, port.Number))) });
                }
            }
        }

        return new PieceReading
        {
            Findings = found,
            Tables = rows.Count == 0 ? [] : [new Table("Ports", ["Host", "Port", "State"], [.. rows.Take(20)])],
        };
    }

    /// <summary>"8443/udp open|filtered pcsync-https".</summary>
    private static (int Number, string Protocol, string State)? PortOf(OutputLine line)
    {
        var words = line.Words;
        if (words.Length < 2 || words[0].Split('/') is not [var number, "tcp" or "udp"] || !int.TryParse(number, out var port))
        {
            return null;
        }

        return words[1] is "open" or "closed" or "filtered" or "open|filtered" or "closed|filtered" or "unfiltered" ? (port, words[0][^3..], words[1]) : null;
    }

    private static string? Finding((int Number, string Protocol, string State) port) => (port.Protocol, port.State) switch
    {
        _ when !CallPorts.IsCalls(port.Number) => null,
        ("udp", "open") => "udp-port-open",
        ("udp", "closed") => "udp-port-closed",
        ("udp", "filtered") => "udp-port-filtered",
        ("udp", _) => "udp-port-unclear",
        ("tcp", "open") => "tcp-port-open",
        ("tcp", "closed") => "tcp-port-closed",
        ("tcp", "filtered") => "tcp-port-filtered",
        _ => "tcp-port-unclear",
    };

    private static int Recognise(Head head)
    {
        if (AnyLine(head, line => line.StartsWith("Nmap scan report for ", StringComparison.Ordinal) || line.StartsWith("Starting Nmap ", StringComparison.Ordinal)
            || line == "You requested a scan type which requires root privileges."))
        {
            return 95;
        }

        var table = AnyLine(head, line => line.StartsWith("PORT ", StringComparison.Ordinal) && line.Contains(" STATE", StringComparison.Ordinal));
        return table ? 85 : WithCommand(head, "nmap");
    }
}
