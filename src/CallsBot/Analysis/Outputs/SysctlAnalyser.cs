using System.Globalization;

namespace CallsBot.Analysis.Outputs;

/// <summary>Compares the kernel's socket buffers with what the documentation recommends for RTCD.</summary>
internal sealed class SysctlAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    /// <summary>For rmem_max, wmem_max and optmem_max (documentation of Mattermost, RTCD setup, system tuning).</summary>
    private const long Recommended = 16_777_216;

    private const string Receive = "net.core.rmem_max";
    private const string Send = "net.core.wmem_max";
    private const string Option = "net.core.optmem_max";

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Sysctl, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var values = new Dictionary<string, (long Value, OutputLine Line)>(StringComparer.Ordinal);
        foreach (var line in text.Lines)
        {
            if (Setting(line.Text) is var (name, value) && name is Receive or Send or Option)
            {
                values[name] = (value, line);
            }
        }

        var found = new List<Finding>();
        var small = values.Where(entry => entry.Key != Option && entry.Value.Value < Recommended).OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        if (small.Count > 0)
        {
            found.Add(Findings.Found("sysctl-buffers-small", [.. small.Select(entry => text.Quote(entry.Value.Line))]) with
            {
                Words = Words(("bytes", small.Min(entry => entry.Value.Value).ToString(CultureInfo.InvariantCulture))),
            });
        }

        if (values.TryGetValue(Receive, out var receive) && values.TryGetValue(Send, out var send) && small.Count == 0)
        {
            found.Add(Findings.Found("sysctl-buffers-large", text.Quote(receive.Line), text.Quote(send.Line)));
        }

        if (values.TryGetValue(Option, out var option))
        {
            if (option.Value < Recommended)
            {
                found.Add(Findings.Found("sysctl-optmem-small", text.Quote(option.Line)) with { Words = Words(("bytes", option.Value.ToString(CultureInfo.InvariantCulture))) });
            }
        }
        else if (values.Count > 0)
        {
            found.Add(Findings.Found("sysctl-optmem-not-shown"));
        }

        return new PieceReading
        {
            Facts = [.. values.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => Fact(entry.Key, entry.Value.Value.ToString(CultureInfo.InvariantCulture)))],
            Findings = found,
        };
    }

    /// <summary>"net.core.rmem_max = 212992", also as a line of a settings file.</summary>
    private static (string Name, long Value)? Setting(string line)
    {
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return null;
        }

        var name = line[..equals].Trim();
        return name.StartsWith("net.", StringComparison.Ordinal) && OutputText.TryCount(line.AsSpan(equals + 1).Trim(), out var value) ? (name, value) : null;
    }

    private static int Recognise(Head head) =>
        AnyLine(head, line => line.TrimStart().StartsWith("net.core.", StringComparison.Ordinal) && Setting(line.TrimStart()) is not null) ? 85 : WithCommand(head, "sysctl");
}
