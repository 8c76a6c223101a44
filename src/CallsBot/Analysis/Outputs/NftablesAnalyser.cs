namespace CallsBot.Analysis.Outputs;

/// <summary>Reads <c>nft list ruleset</c>. Every chain at the input hook has to let a packet through.</summary>
internal sealed class NftablesAnalyser(FindingCatalog findings) : FirewallAnalyser(findings)
{
    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Nftables, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var rules = new Reader();
        foreach (var line in text.Lines)
        {
            rules.Add(line);
        }

        if (rules.Forwarded is { } forward)
        {
            return new PieceReading { Findings = [Findings.Found("firewall-forwards", text.Quote(forward))] };
        }

        return rules.InputChains.Count == 0
            ? new PieceReading { Findings = [Findings.Found("firewall-no-rules-shown")] }
            : Judge(text, (protocol, port) => Worst([.. rules.InputChains.Select(chain => rules.Filter.Verdict(chain, protocol, port))]));
    }

    private static FilterVerdict Worst(IReadOnlyList<FilterVerdict> verdicts) =>
        verdicts.FirstOrDefault(verdict => verdict.Admission is Admission.Dropped or Admission.Rejected)
        ?? verdicts.FirstOrDefault(verdict => verdict.Admission == Admission.Unclear)
        ?? verdicts.FirstOrDefault(verdict => verdict.Admission == Admission.Restricted)
        ?? verdicts[0];

    private static int Recognise(Head head)
    {
        var table = AnyLine(head, line => line.StartsWith("table ", StringComparison.Ordinal) && line.EndsWith('{'));
        if (table)
        {
            return 92;
        }

        return AnyLine(head, line => line.TrimStart().StartsWith("type filter hook ", StringComparison.Ordinal)) ? 85 : WithCommand(head, "nft");
    }

    private sealed class Reader
    {
        private string _table = "";
        private string? _chain;
        private int _depth;

        public PacketFilter Filter { get; } = new();

        /// <summary>Chains at the input hook, with the table's name before theirs.</summary>
        public List<string> InputChains { get; } = [];

        public OutputLine? Forwarded { get; private set; }

        public void Add(OutputLine line)
        {
            var text = line.Text.Trim();
            var comment = text.LastIndexOf(" # handle", StringComparison.Ordinal);
            text = comment >= 0 ? text[..comment].TrimEnd() : text;
            if (text.StartsWith("table ", StringComparison.Ordinal) && text.EndsWith('{'))
            {
                (_table, _chain, _depth) = (text[6..^1].Trim(), null, 1);
            }
            else if (text.StartsWith("chain ", StringComparison.Ordinal) && text.EndsWith('{'))
            {
                _chain = $"{_table} {text[6..^1].Trim()}";
                _depth = 2;
                Filter.Chain(_chain);
            }
            else if (text == "}")
            {
                _depth--;
                _chain = null;
            }
            else if (_chain is not null && text.StartsWith("type ", StringComparison.Ordinal))
            {
                Hook(text, line);
            }
            else if (_chain is not null && text.Length > 0 && _depth == 2)
            {
                Rule(text, line);
            }
        }

        private void Hook(string text, OutputLine line)
        {
            var chain = Filter.Chain(_chain!);
            chain.Policy = text.Contains("policy drop", StringComparison.Ordinal) ? RuleAction.Drop : RuleAction.Accept;
            chain.PolicyLine = line;
            // IPv6 alone does not matter: RTCD announces IPv4 unless told otherwise.
            if (text.Contains("hook input ", StringComparison.Ordinal) && text.StartsWith("type filter", StringComparison.Ordinal)
                && (_table.StartsWith("ip ", StringComparison.Ordinal) || _table.StartsWith("inet ", StringComparison.Ordinal)))
            {
                InputChains.Add(_chain!);
            }
        }

        private void Rule(string text, OutputLine line)
        {
            var rule = Statement.Read(Tokens(text), line, _table);
            // Docker's chains are jumped to and have no type: what the rule does tells.
            var passesOn = text.Contains("dnat ", StringComparison.Ordinal) || text.Contains("xt target \"DNAT\"", StringComparison.Ordinal)
                || (rule.Action == RuleAction.Accept && _chain!.EndsWith(" DOCKER", StringComparison.Ordinal));
            if (passesOn && text.Contains("dport", StringComparison.Ordinal) && !_table.StartsWith("ip6 ", StringComparison.Ordinal) && rule.Match("udp", CallPorts.Media) != RuleMatch.No)
            {
                Forwarded ??= line;
            }

            Filter.Chain(_chain!).Rules.Add(rule);
        }

        /// <summary>Words, quoted texts, and sets in braces, each as one.</summary>
        private static List<string> Tokens(string text)
        {
            var tokens = new List<string>();
            for (var at = 0; at < text.Length;)
            {
                var end = text[at] switch
                {
                    ' ' => at,
                    '"' => text.IndexOf('"', at + 1),
                    '{' => text.IndexOf('}', at + 1),
                    _ => text.IndexOf(' ', at) is >= 0 and var space ? space - 1 : text.Length - 1,
                };
                end = end < 0 ? text.Length - 1 : end;
                if (text[at] != ' ')
                {
                    tokens.Add(text[at..(end + 1)].Trim('"'));
                }

                at = end + 1;
            }

            return tokens;
        }
    }

    /// <summary>One rule: matches, then what to do.</summary>
    private sealed class Statement
    {
        private readonly List<Func<string, int, RuleMatch>> _matches = [];

        public static FilterRule Read(List<string> tokens, OutputLine line, string table)
        {
            var statement = new Statement();
            var (action, target) = (RuleAction.Nothing, (string?)null);
            for (var at = 0; at < tokens.Count; at++)
            {
                string Next(int by = 1) => at + by < tokens.Count ? tokens[at + by] : "";
                var isNot = Next(2) == "!=";
                var value = Next(isNot ? 3 : 2);
                switch (tokens[at])
                {
                    case "accept":
                        action = RuleAction.Accept;
                        break;
                    case "drop":
                        action = RuleAction.Drop;
                        break;
                    case "reject":
                        action = RuleAction.Reject;
                        at = tokens.Count;
                        break;
                    case "return":
                        action = RuleAction.Return;
                        break;
                    case "jump" or "goto":
                        action = tokens[at] == "jump" ? RuleAction.Jump : RuleAction.Goto;
                        target = $"{table} {Next()}";
                        at++;
                        break;
                    case "queue" or "tproxy":
                        action = RuleAction.Unknown;
                        at = tokens.Count;
                        break;
                    case "counter":
                        at += Next() == "packets" ? 4 : Next() == "name" ? 2 : 0;
                        break;
                    case "comment":
                        at++;
                        break;
                    case "log" or "dnat" or "snat" or "redirect" or "masquerade" or "notrack":
                        SkipToVerdict(tokens, ref at);
                        break;
                    case "limit":
                        statement.Add(RuleMatch.Unknown);
                        at += 2 + (Next(2) == "over" ? 1 : 0);
                        at += Next() == "burst" ? 3 : 0;
                        break;
                    case "ct":
                        statement.Connection(Next(), value, isNot);
                        at += isNot ? 3 : Next(2) == "vmap" ? 3 : 2;
                        break;
                    case "iif" or "iifname":
                        // The value follows at once.
                        isNot = Next() == "!=";
                        statement.Card(Next(isNot ? 2 : 1), isNot);
                        at += isNot ? 2 : 1;
                        break;
                    case "ip" or "ip6" when Next() is "saddr":
                        statement.Add(tokens[at] == "ip6" ? RuleMatch.No : value.StartsWith("127.", StringComparison.Ordinal) && !isNot ? RuleMatch.No : value is "0.0.0.0/0" ? RuleMatch.Yes : RuleMatch.Some);
                        at += isNot ? 3 : 2;
                        break;
                    case "ip" or "ip6" when Next() is "protocol" or "nexthdr":
                        statement.Protocol(value, isNot);
                        at += isNot ? 3 : 2;
                        break;
                    case "meta" when Next() is "l4proto":
                        statement.Protocol(value, isNot);
                        at += isNot ? 3 : 2;
                        break;
                    case "meta" when Next() is "nfproto":
                        statement.Add((value == "ipv6") != isNot ? RuleMatch.No : RuleMatch.Yes);
                        at += isNot ? 3 : 2;
                        break;
                    case "meta" when Next() is "pkttype":
                        // Callers send to this machine alone; a packet for it is of the type host.
                        statement.Add((value.Contains("host", StringComparison.Ordinal) || value.Contains("unicast", StringComparison.Ordinal)) != isNot ? RuleMatch.Yes : RuleMatch.No);
                        at += isNot ? 3 : 2;
                        break;
                    case "udp" or "tcp" or "th" when Next() is "dport":
                        if (tokens[at] != "th")
                        {
                            statement.Protocol(tokens[at], isNot: false);
                        }

                        if (value == "vmap" || Next(2) == "vmap")
                        {
                            return new FilterRule(line, statement.Through(VerdictMap(Next(3))), VerdictOf(Next(3)));
                        }

                        statement.Port(value, isNot);
                        at += isNot ? 3 : 2;
                        break;
                    case "udp" or "tcp" or "icmp" or "icmpv6" or "igmp" or "esp" or "ah" or "sctp":
                        statement.Protocol(tokens[at], isNot: false);
                        statement.Add(RuleMatch.Unknown);
                        at += isNot ? 3 : 2;
                        break;
                    case "fib" when tokens.Count > at + 3 && tokens[at + 2] == "type" && tokens[at + 3] is "local":
                        at += 3;
                        break;
                    case "with" or "set" or "mark":
                        at = tokens.Count;
                        break;
                    default:
                        statement.Add(RuleMatch.Unknown);
                        break;
                }
            }

            return new FilterRule(line, statement.Matches, action, target);
        }

        /// <summary>The verdict of a "dport vmap { 22 : accept, 8443 : drop }", when all of its entries have the same; unknown otherwise.</summary>
        private static RuleAction VerdictOf(string map)
        {
            var verdicts = map.Trim('{', '}', ' ').Split(',').Select(entry => entry[(entry.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()).Distinct().ToList();
            return verdicts is [var only] ? only switch { "accept" => RuleAction.Accept, "drop" => RuleAction.Drop, _ => RuleAction.Unknown } : RuleAction.Unknown;
        }

        private static string VerdictMap(string map) =>
            string.Join(',', map.Trim('{', '}', ' ').Split(',').Select(entry => entry.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? entry[..colon].Trim() : entry.Trim()));

        private static void SkipToVerdict(List<string> tokens, ref int at)
        {
            while (at + 1 < tokens.Count && tokens[at + 1] is not ("accept" or "drop" or "reject" or "return" or "jump" or "goto" or "counter"))
            {
                at++;
            }
        }

        private Func<string, int, RuleMatch> Through(string ports)
        {
            Port(ports, isNot: false);
            return Matches;
        }

        private void Add(RuleMatch match) => _matches.Add((_, _) => match);

        /// <summary>A caller's first packet is new and valid.</summary>
        private void Connection(string key, string value, bool isNot)
        {
            if (key != "state")
            {
                Add(key == "status" && value.Contains("dnat", StringComparison.Ordinal) ? RuleMatch.No : RuleMatch.Unknown);
            }
            else if (value == "vmap")
            {
                // Without an entry for new packets the map decides nothing about them.
                Add(RuleMatch.No);
            }
            else
            {
                Add(value.Trim('{', '}', ' ').Split(',', StringSplitOptions.TrimEntries).Any(state => state is "new" or "untracked") != isNot ? RuleMatch.Yes : RuleMatch.No);
            }
        }

        private void Card(string name, bool isNot) => Add(name != "lo" ? RuleMatch.Some : isNot ? RuleMatch.Yes : RuleMatch.No);

        private void Protocol(string names, bool isNot)
        {
            var list = names.Trim('{', '}', ' ').Split(',', StringSplitOptions.TrimEntries);
            _matches.Add((protocol, _) => list.Any(name => name == protocol || name == (protocol == "udp" ? "17" : "6")) != isNot ? RuleMatch.Yes : RuleMatch.No);
        }

        private void Port(string list, bool isNot)
        {
            var ports = list.Trim('{', '}', ' ');
            _matches.Add((_, port) => PacketFilter.HasPort(ports, port) is { } has ? has != isNot ? RuleMatch.Yes : RuleMatch.No : RuleMatch.Unknown);
        }

        private RuleMatch Matches(string protocol, int port)
        {
            var all = RuleMatch.Yes;
            foreach (var match in _matches)
            {
                var one = match(protocol, port);
                if (one == RuleMatch.No)
                {
                    return RuleMatch.No;
                }

                all = one == RuleMatch.Unknown || all == RuleMatch.Unknown ? RuleMatch.Unknown : one == RuleMatch.Some ? RuleMatch.Some : all;
            }

            return all;
        }
    }
}
