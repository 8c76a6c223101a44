namespace CallsBot.Analysis.Outputs;

/// <summary>Reads <c>ufw status</c>, also verbose and numbered. Its rules are tried in order, then the default for incoming packets.</summary>
internal sealed class UfwAnalyser(FindingCatalog findings) : FirewallAnalyser(findings)
{
    private const string Chain = "incoming";

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Ufw, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var filter = new PacketFilter();
        var chain = filter.Chain(Chain);
        var isSure = false;
        var isActive = false;
        foreach (var line in text.Lines)
        {
            var trimmed = line.Text.Trim();
            if (trimmed == "Status: inactive")
            {
                return new PieceReading { Findings = [Findings.Found("firewall-off", text.Quote(line))] };
            }

            if (trimmed == "Status: active")
            {
                isActive = true;
                // ufw denies what comes in unless it was told otherwise; only "verbose" says.
                (chain.Policy, chain.PolicyLine) = (RuleAction.Drop, line);
            }
            else if (trimmed.StartsWith("Default: ", StringComparison.Ordinal))
            {
                isSure = true;
                chain.PolicyLine = line;
                chain.Policy = trimmed.Contains("allow (incoming)", StringComparison.Ordinal) ? RuleAction.Accept
                    : trimmed.Contains("reject (incoming)", StringComparison.Ordinal) ? RuleAction.Reject : RuleAction.Drop;
            }
            else if (Rule(line) is { } rule)
            {
                chain.Rules.Add(rule);
            }
        }

        return isActive
            ? Judge(text, (protocol, port) => filter.Verdict(Chain, protocol, port) is var verdict && verdict.By == chain.PolicyLine ? verdict with { IsSure = isSure } : verdict)
            : new PieceReading { Findings = [Findings.Found("firewall-no-rules-shown")] };
    }

    /// <summary>"[ 1] 8443/udp  ALLOW IN  Anywhere   # calls".</summary>
    private static FilterRule? Rule(OutputLine line)
    {
        var text = line.Text.Trim();
        text = text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is > 0 and var close ? text[(close + 1)..].TrimStart() : text;
        text = text.IndexOf('#', StringComparison.Ordinal) is >= 0 and var comment ? text[..comment].TrimEnd() : text;
        foreach (var (word, action) in new[] { (" ALLOW", RuleAction.Accept), (" LIMIT", RuleAction.Accept), (" DENY", RuleAction.Drop), (" REJECT", RuleAction.Reject) })
        {
            var at = text.IndexOf(word, StringComparison.Ordinal);
            if (at <= 0)
            {
                continue;
            }

            var to = text[..at].Trim();
            var from = text[(at + word.Length)..].Trim();
            if (from.StartsWith("OUT", StringComparison.Ordinal) || from.StartsWith("FWD", StringComparison.Ordinal) || to.EndsWith("(v6)", StringComparison.Ordinal))
            {
                return null;
            }

            from = from.StartsWith("IN", StringComparison.Ordinal) ? from[2..].Trim() : from;
            return new FilterRule(line, (protocol, port) => Matches(to, from, protocol, port), action);
        }

        return null;
    }

    private static RuleMatch Matches(string to, string from, string protocol, int port)
    {
        // "8443/udp", "8443", "8000:9000/udp", "Anywhere", "203.0.113.10 8443/udp", "8443/udp on eth0", or the name of an application.
        var words = to.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var some = from is not ("Anywhere" or "Anywhere (v6)") || words.Contains("on");
        if (to is "Anywhere" || to.StartsWith("Anywhere on ", StringComparison.Ordinal))
        {
            return to.EndsWith(" on lo", StringComparison.Ordinal) || from.StartsWith("127.", StringComparison.Ordinal) ? RuleMatch.No : some ? RuleMatch.Some : RuleMatch.Yes;
        }

        var on = Array.IndexOf(words, "on");
        var what = (on > 0 ? words[on - 1] : words[^1]).Split('/', 2);
        if (what.Length == 2 && what[1] != protocol)
        {
            return what[1] is "udp" or "tcp" ? RuleMatch.No : RuleMatch.Unknown;
        }

        return PacketFilter.HasPort(what[0], port) switch
        {
            true when words.Length > 1 && on != 1 => RuleMatch.Some,
            true => some ? RuleMatch.Some : RuleMatch.Yes,
            false => RuleMatch.No,
            null => IsOther(to) ? RuleMatch.No : RuleMatch.Unknown,
        };
    }

    /// <summary>Applications that ship with ufw's packages and have other ports.</summary>
    private static bool IsOther(string name) =>
        name.StartsWith("OpenSSH", StringComparison.Ordinal) || name.StartsWith("Nginx ", StringComparison.Ordinal) || name.StartsWith("Apache", StringComparison.Ordinal)
        || name.StartsWith("WWW", StringComparison.Ordinal) || name.StartsWith("CUPS", StringComparison.Ordinal) || name.StartsWith("Postfix", StringComparison.Ordinal);

    private static int Recognise(Head head)
    {
        var status = AnyLine(head, line => line is "Status: active" or "Status: inactive");
        var detail = status && AnyLine(head, line => line.StartsWith("To ", StringComparison.Ordinal) || line.StartsWith("Default: ", StringComparison.Ordinal)
            || line.TrimStart().StartsWith("To ", StringComparison.Ordinal) || line == "Status: inactive");
        return detail ? 92 : status ? 80 : WithCommand(head, "ufw");
    }
}
