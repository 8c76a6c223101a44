using System.Globalization;

namespace CallsBot.Analysis.Outputs;

/// <summary>What a rule does with a packet that it matches.</summary>
internal enum RuleAction
{
    /// <summary>Counts or logs it, and goes on.</summary>
    Nothing,
    Accept,
    Drop,
    Reject,
    Jump,
    Goto,
    Return,

    /// <summary>Something that is not known here.</summary>
    Unknown,
}

/// <summary>Whether a rule matches a new packet from a caller somewhere.</summary>
internal enum RuleMatch
{
    No,
    Yes,

    /// <summary>From some addresses, or through some network cards only.</summary>
    Some,

    /// <summary>It depends on something that is not known here.</summary>
    Unknown,
}

/// <param name="Line">Where it stands.</param>
/// <param name="Match">For a new packet to a port of this machine.</param>
/// <param name="Action">What it does.</param>
/// <param name="Target">The chain that it jumps to; null for others.</param>
internal sealed record FilterRule(OutputLine Line, Func<string, int, RuleMatch> Match, RuleAction Action, string? Target = null);

/// <summary>Rules that are tried in turn.</summary>
internal sealed class FilterChain
{
    public List<FilterRule> Rules { get; } = [];

    /// <summary>What becomes of a packet that no rule decides; null for a chain that was called, and where it is not known.</summary>
    public RuleAction? Policy { get; set; }

    /// <summary>Where the policy stands.</summary>
    public OutputLine? PolicyLine { get; set; }
}

/// <summary>How a packet filter decides.</summary>
internal enum Admission
{
    Accepted,

    /// <summary>Only for some addresses or network cards.</summary>
    Restricted,
    Dropped,
    Rejected,
    Unclear,
}

/// <param name="Admission">What becomes of the packet.</param>
/// <param name="By">The rule or policy that decides it, or that keeps it unclear; null when none was listed.</param>
/// <param name="IsSure">False when a rule was taken for something that its text does not say.</param>
internal sealed record FilterVerdict(Admission Admission, OutputLine? By, bool IsSure = true);

/// <summary>Walks chains as the kernel does: the first rule that matches decides.</summary>
internal sealed class PacketFilter
{
    private const int Deepest = 16;
    private const int MostSteps = 20_000;

    public Dictionary<string, FilterChain> Chains { get; } = new(StringComparer.Ordinal);

    public FilterChain Chain(string name) => Chains.TryGetValue(name, out var chain) ? chain : Chains[name] = new FilterChain();

    /// <param name="chain">Where packets to this machine begin.</param>
    /// <param name="protocol">"udp" or "tcp".</param>
    /// <param name="port">The port they are for.</param>
    public FilterVerdict Verdict(string chain, string protocol, int port)
    {
        var walk = new Walk(this, protocol, port);
        if (!Chains.TryGetValue(chain, out var start))
        {
            return new FilterVerdict(Admission.Unclear, null);
        }

        var (action, line) = walk.Through(chain, 0) ?? (start.Policy ?? RuleAction.Unknown, start.PolicyLine);
        return walk.Conclude(action, line);
    }

    private sealed class Walk(PacketFilter filter, string protocol, int port)
    {
        private readonly List<(RuleAction Action, OutputLine Line)> _unknown = [];
        private OutputLine? _restricted;
        private int _steps;

        public (RuleAction Action, OutputLine? Line)? Through(string name, int depth)
        {
            if (depth > Deepest || !filter.Chains.TryGetValue(name, out var chain))
            {
                return null;
            }

            foreach (var rule in chain.Rules)
            {
                if (++_steps > MostSteps)
                {
                    return (RuleAction.Unknown, rule.Line);
                }

                var match = rule.Match(protocol, port);
                if (match == RuleMatch.No || rule.Action == RuleAction.Nothing)
                {
                    continue;
                }

                if (match == RuleMatch.Yes && rule.Action is RuleAction.Accept or RuleAction.Drop or RuleAction.Reject or RuleAction.Unknown)
                {
                    return (rule.Action, rule.Line);
                }

                if (match == RuleMatch.Yes && rule.Action == RuleAction.Return)
                {
                    return null;
                }

                if (rule.Action is RuleAction.Jump or RuleAction.Goto)
                {
                    var inner = Through(rule.Target ?? "", depth + 1);
                    if (match == RuleMatch.Yes)
                    {
                        if (inner is not null || rule.Action == RuleAction.Goto)
                        {
                            return inner;
                        }
                    }
                    else if (inner is { } decided)
                    {
                        Note(match, decided.Action, decided.Line ?? rule.Line);
                    }
                }
                else
                {
                    Note(match, rule.Action, rule.Line);
                }
            }

            return null;
        }

        public FilterVerdict Conclude(RuleAction action, OutputLine? line)
        {
            var verdict = action switch
            {
                RuleAction.Accept => Admission.Accepted,
                RuleAction.Drop => Admission.Dropped,
                RuleAction.Reject => Admission.Rejected,
                _ => Admission.Unclear,
            };

            // A rule that may match matters when it decides otherwise.
            var accepts = verdict == Admission.Accepted;
            foreach (var (may, where) in _unknown)
            {
                if (may is RuleAction.Unknown or RuleAction.Return || (may == RuleAction.Accept) != accepts)
                {
                    return new FilterVerdict(Admission.Unclear, where);
                }
            }

            return _restricted is { } some && verdict is Admission.Dropped or Admission.Rejected ? new FilterVerdict(Admission.Restricted, _restricted) : new FilterVerdict(verdict, line);
        }

        private void Note(RuleMatch match, RuleAction action, OutputLine line)
        {
            if (match == RuleMatch.Some)
            {
                _restricted ??= action == RuleAction.Accept ? line : null;
            }
            else if (_unknown.Count < 50)
            {
                _unknown.Add((action, line));
            }
        }
    }

    /// <summary>"8443", "8000:9000", "8000-9000", "22,8443", "!22".</summary>
    /// <returns>Null when it is no list of numbers.</returns>
    public static bool? HasPort(string list, int port)
    {
        var isNot = list.StartsWith('!');
        foreach (var part in list.TrimStart('!', ' ').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split([':', '-'], 2);
            var from = ends[0].Length == 0 ? "0" : ends[0];
            var to = ends.Length == 1 ? from : ends[1].Length == 0 ? "65535" : ends[1];
            if (!int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var low) || !int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var high))
            {
                if (ServicePort(part) is not { } service)
                {
                    return null;
                }

                (low, high) = (service, service);
            }

            if (port >= low && port <= high)
            {
                return !isNot;
            }
        }

        return isNot;
    }

    /// <summary>Names that iptables prints without -n (etc/services); 8443 is "pcsync-https".</summary>
    private static int? ServicePort(string name) => name switch
    {
        "pcsync-https" => 8443,
        "ssh" => 22,
        "domain" => 53,
        "http" => 80,
        "ntp" => 123,
        "https" => 443,
        "bootps" => 67,
        "bootpc" => 68,
        "mdns" => 5353,
        "http-alt" => 8080,
        _ => null,
    };
}
