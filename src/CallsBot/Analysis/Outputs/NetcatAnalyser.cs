using System.Globalization;

namespace CallsBot.Analysis.Outputs;

/// <summary>
/// Reads nc (OpenBSD's, traditional) and ncat. What they say of UDP proves nothing but a refusal: "succeeded" means that the packet was sent.
/// </summary>
internal sealed class NetcatAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Netcat, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var found = new List<Finding>();
        foreach (var run in text.Runs)
        {
            var asked = Asked.Of(run.Command);
            foreach (var line in run.Lines)
            {
                if (Meaning(line.Text, asked) is var (id, port, isUdp))
                {
                    var number = port ?? asked.Port;
                    var protocol = isUdp ? "udp" : "tcp";
                    var name = number is { } known ? CallPorts.Name(protocol, known) : protocol;
                    found.Add(Findings.Found(id, text.Quote(line)) with { Words = id.StartsWith("udp-port", StringComparison.Ordinal) || id.StartsWith("tcp-port", StringComparison.Ordinal) ? Words(("port", name)) : Words() });
                }
            }
        }

        return new PieceReading { Findings = found };
    }

    private static (string Id, int? Port, bool IsUdp)? Meaning(string line, Asked asked)
    {
        bool Has(string part) => line.Contains(part, StringComparison.OrdinalIgnoreCase);
        var isUdp = asked.IsUdp || Has("/udp") || Has("UDP packet") || Has("(udp)");
        var port = PortIn(line);
        if (Has("cannot use -p and -l") || Has("usage: nc") || Has("invalid option") || Has("missing port number"))
        {
            return ("netcat-usage", null, isUdp);
        }

        if (Has("Address already in use"))
        {
            return ("netcat-port-in-use", null, isUdp);
        }

        if (Has("Connection refused"))
        {
            return (isUdp ? "udp-port-closed" : "tcp-port-closed", port, isUdp);
        }

        if (Has("timed out") || line is "Ncat: TIMEOUT.")
        {
            return (isUdp ? "udp-port-unclear" : "tcp-port-filtered", port, isUdp);
        }

        if (Has("No route to host") || Has("Network is unreachable") || Has("host unreachable"))
        {
            return ("route-missing", port, isUdp);
        }

        if (Has("Name or service not known") || Has("Could not resolve hostname") || Has("getaddrinfo"))
        {
            return ("name-not-found", null, isUdp);
        }

        if (Has("Connection received on") || Has("Ncat: Connection from ") || Has("connect to [") && Has("] from "))
        {
            return ("netcat-arrived", null, isUdp);
        }

        if (Has("succeeded!") || line.StartsWith("Ncat: Connected to ", StringComparison.Ordinal) || (line.StartsWith('(') && line.EndsWith(" open", StringComparison.Ordinal)))
        {
            return (isUdp ? "netcat-udp-proves-nothing" : "tcp-port-open", port, isUdp);
        }

        return null;
    }

    /// <summary>"port 8443 [udp", "10.0.0.1:8443", "] 8443 (?)".</summary>
    private static int? PortIn(string line)
    {
        foreach (var word in line.Split([' ', ':', '.', ',', '(', ')', '[', ']'], StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 256 and <= 65535)
            {
                return port;
            }
        }

        return null;
    }

    private static int Recognise(Head head)
    {
        var own = AnyLine(head, line => line.StartsWith("Ncat: ", StringComparison.Ordinal)
            || (line.StartsWith("Connection to ", StringComparison.Ordinal) && line.EndsWith("succeeded!", StringComparison.Ordinal))
            || (line.StartsWith("Connection received on ", StringComparison.Ordinal))
            || (line.StartsWith("Listening on ", StringComparison.Ordinal) && OutputText.TryCount(line.AsSpan(line.LastIndexOf(' ') + 1), out _))
            || line.StartsWith("nc: ", StringComparison.Ordinal)
            || (line.StartsWith('(') && line.EndsWith(" open", StringComparison.Ordinal)));
        return own ? 88 : WithCommand(head, "nc", "ncat", "netcat");
    }

    /// <summary>What the command asked for.</summary>
    private readonly record struct Asked(bool IsUdp, int? Port)
    {
        public static Asked Of(string? command)
        {
            if (command is null || ShellLine.ToolOf(command) is not ("nc" or "ncat" or "netcat"))
            {
                return new Asked(false, null);
            }

            var words = ShellLine.WordsOf(command);
            var isUdp = words.Any(word => word is "--udp" || (word.StartsWith('-') && !word.StartsWith("--", StringComparison.Ordinal) && word.Contains('u', StringComparison.Ordinal)));
            int? port = null;
            foreach (var word in words)
            {
                port = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 256 and <= 65535 ? number : port;
            }

            return new Asked(isUdp, port);
        }
    }
}
