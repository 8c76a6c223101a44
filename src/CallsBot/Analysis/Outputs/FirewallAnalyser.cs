namespace CallsBot.Analysis.Outputs;

/// <summary>What a packet filter of any make does with the ports of Calls, in the same words.</summary>
internal abstract class FirewallAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    private static readonly (string Protocol, int Port)[] Ports = [("udp", CallPorts.Media), ("tcp", CallPorts.Media), ("tcp", CallPorts.Api)];

    /// <param name="text">What was read.</param>
    /// <param name="decide">The verdict for a protocol and a port.</param>
    protected PieceReading Judge(OutputText text, Func<string, int, FilterVerdict> decide)
    {
        var found = new List<Finding>();
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (protocol, port) in Ports)
        {
            var verdict = decide(protocol, port);
            var name = CallPorts.Name(protocol, port);
            Quote[] quotes = verdict.By is { } line ? [text.Quote(line)] : [];
            rows.Add([name, Word(verdict.Admission), quotes is [var quote] ? quote.Text : ""]);
            var id = (protocol, port, verdict.Admission) switch
            {
                ("udp", _, Admission.Accepted) => "firewall-media-open",
                ("udp", _, Admission.Restricted) => "firewall-media-restricted",
                ("udp", _, Admission.Dropped or Admission.Rejected) => "firewall-media-blocked",
                ("tcp", CallPorts.Media, Admission.Dropped or Admission.Rejected) => "firewall-fallback-blocked",
                ("tcp", CallPorts.Api, Admission.Dropped or Admission.Rejected) => "firewall-api-blocked",
                (_, _, Admission.Unclear) => "firewall-unclear",
                _ => null,
            };
            if (id is not null)
            {
                var finding = Findings.Found(id, quotes) with { Words = Words(("port", name)) };
                found.Add(verdict.IsSure ? finding : finding with { Certainty = Certainty.Possible });
            }
        }

        return new PieceReading { Findings = found, Tables = [new Table("What the firewall does", ["Port", "Verdict", "Decided by"], rows)] };
    }

    private static string Word(Admission admission) => admission switch
    {
        Admission.Accepted => "let in",
        Admission.Restricted => "let in from some addresses",
        Admission.Dropped => "dropped",
        Admission.Rejected => "rejected",
        _ => "cannot be told",
    };
}
