using System.Globalization;
using CallsBot.Checks;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads the text that tcpdump prints: which way packets go on the ports of Calls, and what ICMP says of them.</summary>
internal sealed class TcpdumpAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    // One way alone for fewer packets may be a scan, or a caller that RTCD does not know, which it does not answer.
    private const int ManyOneWay = 20;
    private const int ManyOpenings = 3;

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Tcpdump, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var seen = new Counts();
        foreach (var line in text.Lines)
        {
            Count(line, seen);
        }

        var found = new List<Finding>();
        if (seen.Prohibited is { } prohibited)
        {
            found.Add(Findings.Found("tcpdump-prohibited", text.Quote(prohibited)));
        }

        if (seen.Unreachable is { } unreachable)
        {
            found.Add(Findings.Found("tcpdump-port-unreachable", text.Quote(unreachable)));
        }

        if (seen.Openings >= ManyOpenings && seen.Answered == 0)
        {
            found.Add(Findings.Found(seen.Resets > 0 ? "tcpdump-refused" : "tcpdump-no-answer", text.Quote(seen.Opening!.Value)));
        }

        var (to, from) = (seen.To, seen.From);
        if (found.Count == 0 && to + from >= ManyOneWay && (to == 0 || from == 0))
        {
            found.Add(Findings.Found(to > 0 ? "tcpdump-only-in" : "tcpdump-only-out", text.Quote(seen.First!.Value)) with { Words = Words(("count", (to + from).ToString(CultureInfo.InvariantCulture))) });
        }
        else if (found.Count == 0)
        {
            found.Add(to > 0 && from > 0 ? Findings.Found("tcpdump-both-ways", text.Quote(seen.First!.Value)) : Findings.Found(to + from + seen.Openings == 0 ? "tcpdump-nothing" : "tcpdump-too-little"));
        }

        return new PieceReading
        {
            Facts = [new Evidence("UDP to port 8443", to.ToString(CultureInfo.InvariantCulture)), new Evidence("UDP from port 8443", from.ToString(CultureInfo.InvariantCulture))],
            Findings = found,
        };
    }

    private static void Count(OutputLine line, Counts seen)
    {
        var text = line.Text.AsSpan();
        var at = text.IndexOf(" > ", StringComparison.Ordinal);
        if (at <= 0 || !(text.Contains(" IP ", StringComparison.Ordinal) || text.Contains(" IP6 ", StringComparison.Ordinal) || text.StartsWith("IP", StringComparison.Ordinal)))
        {
            return;
        }

        if (text.Contains("ICMP", StringComparison.Ordinal))
        {
            var isOurs = text.Contains("udp port 8443", StringComparison.Ordinal) || text.Contains("tcp port 8045", StringComparison.Ordinal) || text.Contains("tcp port 8443", StringComparison.Ordinal);
            if (isOurs && text.Contains("prohibited", StringComparison.Ordinal))
            {
                seen.Prohibited ??= line;
            }
            else if (isOurs && text.Contains("unreachable", StringComparison.Ordinal))
            {
                seen.Unreachable ??= line;
            }

            return;
        }

        var source = PortOf(text[(text[..at].LastIndexOf(' ') + 1)..at]);
        var rest = text[(at + 3)..];
        var colon = rest.IndexOf(": ", StringComparison.Ordinal);
        var target = colon > 0 ? PortOf(rest[..colon]) : null;
        if (text.Contains(" Flags [", StringComparison.Ordinal))
        {
            Tcp(line, seen, source, target);
        }
        else if (target == CallPorts.Media || source == CallPorts.Media)
        {
            seen.First ??= line;
            seen.To += target == CallPorts.Media ? 1 : 0;
            seen.From += target == CallPorts.Media ? 0 : 1;
        }
    }

    private static void Tcp(OutputLine line, Counts seen, int? source, int? target)
    {
        if (target is CallPorts.Media or CallPorts.Api && line.Text.Contains("Flags [S],", StringComparison.Ordinal))
        {
            seen.Opening ??= line;
            seen.Openings++;
        }
        else if (source is CallPorts.Media or CallPorts.Api)
        {
            seen.Answered += line.Text.Contains("Flags [S.],", StringComparison.Ordinal) ? 1 : 0;
            seen.Resets += line.Text.Contains("Flags [R", StringComparison.Ordinal) ? 1 : 0;
        }
    }

    /// <summary>"203.0.113.10.8443", or with the name of the port where -n was left out.</summary>
    private static int? PortOf(ReadOnlySpan<char> address)
    {
        var dot = address.LastIndexOf('.');
        var port = address[(dot + 1)..];
        return dot <= 0 ? null : port is "pcsync-https" ? CallPorts.Media : int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static int Recognise(Head head)
    {
        if (AnyLine(head, line => line.StartsWith("tcpdump: ", StringComparison.Ordinal) || (line.StartsWith("listening on ", StringComparison.Ordinal) && line.Contains("link-type", StringComparison.Ordinal))))
        {
            return 94;
        }

        var packets = head.Lines.Take(100).Count(line => line.Length > 20 && char.IsAsciiDigit(line[0]) && (line.Contains(" IP ", StringComparison.Ordinal) || line.Contains(" IP6 ", StringComparison.Ordinal)) && line.Contains(" > ", StringComparison.Ordinal));
        return packets >= 1 && packets * 2 >= head.Lines.Take(100).Count(line => line.Length > 0) ? 88 : WithCommand(head, "tcpdump");
    }

    private sealed class Counts
    {
        public int To { get; set; }

        public int From { get; set; }

        public int Openings { get; set; }

        public int Answered { get; set; }

        public int Resets { get; set; }

        public OutputLine? First { get; set; }

        public OutputLine? Opening { get; set; }

        public OutputLine? Prohibited { get; set; }

        public OutputLine? Unreachable { get; set; }
    }
}
