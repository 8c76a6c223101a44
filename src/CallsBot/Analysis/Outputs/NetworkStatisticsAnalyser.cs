using System.Globalization;
using CallsBot.Checks;

namespace CallsBot.Analysis.Outputs;

/// <summary>
/// Reads the kernel's UDP counters (netstat -su, nstat, /proc/net/snmp). They count from the start of the machine: only growth between two
/// samples says something. Those of one piece alone are compared: another file may be of another machine.
/// </summary>
internal sealed class NetworkStatisticsAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    private const string Received = "received";
    private const string Errors = "receive errors";
    private const string ReceiveBuffer = "receive buffer errors";
    private const string SendBuffer = "send buffer errors";
    private const string Checksum = "checksum errors";

    private static readonly (string Suffix, string Counter)[] Netstat =
    [
        ("packets received", Received), ("packet receive errors", Errors), ("receive buffer errors", ReceiveBuffer),
        ("send buffer errors", SendBuffer), ("InCsumErrors", Checksum), ("packets to unknown port received", "unknown port"), ("packets to unknown port received.", "unknown port"),
    ];

    private static readonly Dictionary<string, string> Nstat = new(StringComparer.Ordinal)
    {
        ["UdpInDatagrams"] = Received, ["UdpInErrors"] = Errors, ["UdpRcvbufErrors"] = ReceiveBuffer, ["UdpSndbufErrors"] = SendBuffer, ["UdpInCsumErrors"] = Checksum,
    };

    private Sample? _only;
    private bool _hasCompared;

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.NetworkStatistics, Recognise)];

    public override IReadOnlyList<Finding> Conclude() =>
        _only is { } only && !_hasCompared ? [Findings.Found("netstat-one-sample", [.. only.Quotes.Take(2)])] : [];

    protected override PieceReading Read(OutputText text)
    {
        var samples = SamplesIn(text);
        _only ??= samples.FirstOrDefault();
        _hasCompared |= samples.Count > 1;
        return new PieceReading
        {
            Findings = samples.Count > 1 ? [.. Compare(samples[0], samples[^1])] : [],
            Facts = samples.Count == 0 ? [] : [new Evidence("Samples", samples.Count.ToString(CultureInfo.InvariantCulture))],
            Tables = samples.Count == 0 ? [] :
            [
                new Table("UDP counters", ["Counter", "First", "Last"],
                    [.. samples[0].Counters.Take(10).Select(counter => (IReadOnlyList<string>)
                        [counter.Key, counter.Value.ToString(CultureInfo.InvariantCulture), samples[^1].Counters.GetValueOrDefault(counter.Key, counter.Value).ToString(CultureInfo.InvariantCulture)])]),
            ],
        };
    }

    private IEnumerable<Finding> Compare(Sample first, Sample last)
    {
        if (first.Counters.Any(counter => last.Counters.TryGetValue(counter.Key, out var value) && value < counter.Value))
        {
            yield return Findings.Found("netstat-restarted", [.. last.Quotes.Take(2)]);
            yield break;
        }

        var receive = last.Since(first, ReceiveBuffer);
        var send = last.Since(first, SendBuffer);
        var checksum = last.Since(first, Checksum);
        var errors = last.Since(first, Errors) - receive - checksum;
        Quote[] quotes = [.. first.Quotes.Concat(last.Quotes).Take(5)];
        if (receive > 0)
        {
            yield return Findings.Found("netstat-receive-drops", quotes) with { Words = Words(("count", Text(receive))) };
        }

        if (send > 0)
        {
            yield return Findings.Found("netstat-send-drops", quotes) with { Words = Words(("count", Text(send))) };
        }

        if (checksum > 0 || errors > 0)
        {
            yield return Findings.Found("netstat-receive-errors", quotes) with { Words = Words(("count", Text(checksum + Math.Max(0, errors)))) };
        }

        if (receive <= 0 && send <= 0 && checksum <= 0 && errors <= 0)
        {
            yield return Findings.Found(last.Since(first, Received) > 0 || !last.Counters.ContainsKey(Received) ? "netstat-no-growth" : "netstat-no-traffic", quotes);
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static List<Sample> SamplesIn(OutputText text)
    {
        var samples = new List<Sample>();
        var current = new Sample();
        var inUdp = true;
        string[]? names = null;
        foreach (var line in text.Lines)
        {
            var trimmed = line.Text.Trim();
            if (line.Text.Length > 0 && !char.IsWhiteSpace(line.Text[0]) && trimmed.EndsWith(':') && !trimmed.Contains(' ', StringComparison.Ordinal))
            {
                inUdp = trimmed == "Udp:";
            }
            else if (trimmed.StartsWith("Udp: ", StringComparison.Ordinal))
            {
                // /proc/net/snmp: a line of names, then one of values.
                var words = trimmed.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
                if (words.Length > 0 && !OutputText.TryCount(words[0], out _))
                {
                    names = words;
                }
                else if (names is not null)
                {
                    foreach (var (name, word) in names.Zip(words))
                    {
                        if (Nstat.TryGetValue("Udp" + name, out var known) && OutputText.TryCount(word, out var value))
                        {
                            Add(known, value, line);
                        }
                    }
                }
            }
            else if (inUdp && CounterOf(trimmed) is var (counter, count))
            {
                Add(counter, count, line);
            }
        }

        if (current.Counters.Count > 0)
        {
            samples.Add(current);
        }

        return samples;

        void Add(string counter, long value, OutputLine line)
        {
            // A counter that comes again begins the next sample.
            if (current.Counters.ContainsKey(counter))
            {
                samples.Add(current);
                current = new Sample();
            }

            current.Counters[counter] = value;
            if (counter is ReceiveBuffer or SendBuffer or Errors or Checksum)
            {
                current.Quotes.Add(text.Quote(line));
            }
        }
    }

    private static (string Counter, long Value)? CounterOf(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        if (space <= 0)
        {
            return null;
        }

        var first = line[..space].TrimEnd(':');
        var rest = line[(space + 1)..].Trim();
        if (OutputText.TryCount(first, out var value))
        {
            foreach (var (suffix, counter) in Netstat)
            {
                if (rest == suffix)
                {
                    return (counter, value);
                }
            }

            return null;
        }

        // "InCsumErrors: 3" of netstat; "UdpInErrors 3 0.0" of nstat.
        var number = rest.Split(' ', 2)[0];
        if (!OutputText.TryCount(number, out value))
        {
            return null;
        }

        return Nstat.TryGetValue(first, out var name) || Nstat.TryGetValue("Udp" + first, out name) ? (name, value) : null;
    }

    private static int Recognise(Head head)
    {
        if (AnyLine(head, line => line.TrimStart() is var text && (text.EndsWith(" packet receive errors", StringComparison.Ordinal) || text.EndsWith(" receive buffer errors", StringComparison.Ordinal)
            || text.StartsWith("UdpInDatagrams ", StringComparison.Ordinal) || text.StartsWith("UdpInErrors ", StringComparison.Ordinal) || text.StartsWith("UdpRcvbufErrors ", StringComparison.Ordinal)
            || text.StartsWith("Udp: InDatagrams ", StringComparison.Ordinal))))
        {
            return 88;
        }

        // "Udp:" stands in every language; the words below it are known in English alone.
        var header = AnyLine(head, line => line is "Udp:" or "UdpLite:" || line.StartsWith("Transport Total", StringComparison.Ordinal), 60);
        return header && WithCommand(head, "netstat", "nstat", "ss") > 0 ? 80 : WithCommand(head, "nstat");
    }

    private sealed class Sample
    {
        public SortedDictionary<string, long> Counters { get; } = new(StringComparer.Ordinal);

        public List<Quote> Quotes { get; } = [];

        /// <summary>Netstat leaves out the rarer counters while they are 0.</summary>
        public long Since(Sample first, string counter) =>
            Counters.TryGetValue(counter, out var value) ? value - first.Counters.GetValueOrDefault(counter, counter is Received or Errors ? value : 0) : 0;
    }
}
