using System.Globalization;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads dig. Calls looks up A records alone, and uses every one of them (plugin, rtcd.go).</summary>
internal sealed class DigAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Dig, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var found = new List<Finding>();
        var version4 = new List<(string Address, OutputLine Line)>();
        var version6 = new List<OutputLine>();
        var asked4 = false;
        foreach (var line in text.Lines)
        {
            var words = line.Words;
            if (line.Text.StartsWith(";; ->>HEADER<<-", StringComparison.Ordinal))
            {
                if (StatusIn(line.Text) is { } id)
                {
                    found.Add(Findings.Found(id, text.Quote(line)));
                }
            }
            else if (line.Text.Contains("no servers could be reached", StringComparison.Ordinal))
            {
                found.Add(Findings.Found("dig-no-resolver", text.Quote(line)));
            }
            else if (words.Length == 3 && words[0].StartsWith(';') && words[1] == "IN")
            {
                asked4 |= words[2] == "A";
            }
            else if (words.Length >= 5 && words[2] == "IN" && words[3] == "A" && InnerAddress.IsVersion4(words[4]))
            {
                version4.Add((words[4], line));
            }
            else if (words.Length >= 5 && words[2] == "IN" && words[3] == "AAAA")
            {
                version6.Add(line);
            }
            else if (words.Length == 1 && text.Command?.Contains("+short", StringComparison.Ordinal) == true && InnerAddress.IsVersion4(words[0]))
            {
                version4.Add((words[0], line));
            }
        }

        if (version4.Count == 0 && found.Count == 0 && asked4)
        {
            found.Add(version6.Count > 0 ? Findings.Found("dig-only-ipv6", text.Quote(version6[0])) : Findings.Found("dig-no-address"));
        }

        if (version4.DistinctBy(one => one.Address).ToList() is { Count: > 0 } addresses)
        {
            found.Add(Findings.Found(addresses.Count > 1 ? "dig-several" : "dig-address", [.. addresses.Take(5).Select(one => text.Quote(one.Line))]) with
            {
                Words = addresses.Count > 1 ? Words(("count", addresses.Count.ToString(CultureInfo.InvariantCulture))) : Words(),
            });
            if (addresses.FirstOrDefault(one => InnerAddress.IsPrivate(one.Address)) is { Address: not null } inner)
            {
                found.Add(Findings.Found("dig-private-address", text.Quote(inner.Line)));
            }
        }

        return new PieceReading { Findings = [.. found.DistinctBy(finding => finding.Id)] };
    }

    private static string? StatusIn(string line) =>
        line.Contains("status: NXDOMAIN", StringComparison.Ordinal) ? "name-not-found"
        : line.Contains("status: SERVFAIL", StringComparison.Ordinal) ? "dig-server-fails"
        : line.Contains("status: REFUSED", StringComparison.Ordinal) ? "dig-refused" : null;

    private static int Recognise(Head head) =>
        AnyLine(head, line => line.StartsWith("; <<>> DiG ", StringComparison.Ordinal) || line.StartsWith(";; ->>HEADER<<-", StringComparison.Ordinal)) ? 95
        : AnyLine(head, line => line.StartsWith(";; connection timed out", StringComparison.Ordinal) || line is ";; ANSWER SECTION:" or ";; QUESTION SECTION:") ? 88 : WithCommand(head, "dig");
}
