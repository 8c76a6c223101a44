using System.Globalization;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads top (procps, batch or copied from the screen) and lists of threads (ps -eLo, top -H). 100 % is one core there.</summary>
internal sealed class TopAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    // Above 70 % of the machine the documentation says to add a call server (deployment guide, 5.5.1).
    private const double LeastIdle = 30;
    private const double MuchSteal = 10;
    private const double HotThread = 80;

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Top, RecogniseTop), new(PieceKind.Threads, RecogniseThreads)];

    protected override PieceReading Read(OutputText text) => text.Piece.Kind == PieceKind.Threads ? Threads(text) : Top(text);

    private PieceReading Top(OutputText text)
    {
        // The first sample of top is since the start of the machine; the last one counts.
        (double Idle, double Steal, OutputLine Line)? cpu = null;
        var processes = new List<Process>();
        var columns = default(Columns);
        foreach (var line in text.Lines)
        {
            if (Cpu(line) is { } seen)
            {
                (cpu, processes, columns) = (seen, [], default);
            }
            else if (Columns.Of(line.Text) is { } header)
            {
                columns = header;
            }
            else if (columns.Read(line) is { } process && processes.Count < 2_000)
            {
                processes.Add(process);
            }
        }

        var rtcd = processes.Where(process => IsCalls(process.Name)).ToList();
        var busy = processes.MaxBy(process => process.Cpu);
        var found = new List<Finding>();
        if (cpu is { } state)
        {
            if (state.Steal > MuchSteal)
            {
                found.Add(Findings.Found("top-steal", text.Quote(state.Line)) with { Words = Words(("percent", OutputText.Figure(state.Steal))) });
            }

            if (state.Idle < LeastIdle && busy is not null)
            {
                var isOurs = IsCalls(busy.Name);
                found.Add(Findings.Found(isOurs ? "top-call-server-busy" : "top-other-busy", text.Quote(state.Line), text.Quote(busy.Line)) with
                {
                    Words = isOurs ? Words(("percent", OutputText.Figure(100 - state.Idle))) : Words(("percent", OutputText.Figure(100 - state.Idle)), ("program", FindingText.Clean(busy.Name, 40))),
                });
            }
        }

        if (found.Count == 0)
        {
            found.Add(rtcd.Count == 0 ? Findings.Found("top-no-call-server") : cpu is null ? Findings.Found("top-without-summary", text.Quote(rtcd[0].Line)) : Findings.Found("top-well", text.Quote(rtcd[0].Line)));
        }

        return new PieceReading
        {
            Findings = found,
            Tables = processes.Count == 0 ? [] : [new Table("Busiest processes (100 % is one core)", ["Process", "CPU"], [.. processes.OrderByDescending(process => process.Cpu).Take(8).Select(process => (IReadOnlyList<string>)[FindingText.Clean(process.Name, 40), $"{OutputText.Figure(process.Cpu)} %"])])],
        };
    }

    private PieceReading Threads(OutputText text)
    {
        var threads = new List<Process>();
        var columns = default(Columns);
        foreach (var line in text.Lines)
        {
            if (Columns.Of(line.Text) is { } header)
            {
                columns = header;
            }
            else if ((columns.IsKnown ? columns.Read(line) : Columns.Guide.Read(line)) is { } thread && IsCalls(thread.Name) && threads.Count < 5_000)
            {
                threads.Add(thread);
            }
        }

        if (threads.Count == 0)
        {
            return new PieceReading { Findings = [Findings.Found("threads-none")] };
        }

        var hot = threads.MaxBy(thread => thread.Cpu)!;
        var all = threads.Sum(thread => thread.Cpu);
        var words = Words(("percent", OutputText.Figure(all)), ("threads", threads.Count.ToString(CultureInfo.InvariantCulture)));
        var isHot = hot.Cpu >= HotThread && hot.Cpu > all / 2 && threads.Count > 3;
        return new PieceReading
        {
            Findings = [Findings.Found(isHot ? "threads-one-hot" : "threads-spread", text.Quote(hot.Line)) with { Words = isHot ? Words(("percent", OutputText.Figure(hot.Cpu))) : words }],
        };
    }

    private static bool IsCalls(string name) => name.StartsWith("rtcd", StringComparison.Ordinal) || name.Contains("/rtcd", StringComparison.Ordinal);

    /// <summary>"%Cpu(s):  3.1 us,  1.0 sy,  0.0 ni, 95.8 id,  0.0 wa,  0.0 hi,  0.1 si,  0.0 st", older "Cpu(s): 3.1%us, …".</summary>
    private static (double Idle, double Steal, OutputLine Line)? Cpu(OutputLine line)
    {
        var text = line.Text.TrimStart();
        if (!text.StartsWith("%Cpu(s):", StringComparison.Ordinal) && !text.StartsWith("Cpu(s):", StringComparison.Ordinal))
        {
            return null;
        }

        double? idle = null;
        var steal = 0.0;
        foreach (var part in text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Length > 3 && OutputText.TryNumber(part.AsSpan(0, part.Length - 2).TrimEnd("% "), out var value))
            {
                idle = part.EndsWith("id", StringComparison.Ordinal) ? value : idle;
                steal = part.EndsWith("st", StringComparison.Ordinal) ? value : steal;
            }
        }

        return idle is >= 0 and <= 100 ? (idle.Value, steal, line) : null;
    }

    private static int RecogniseTop(Head head)
    {
        var summary = AnyLine(head, line => line.StartsWith("top - ", StringComparison.Ordinal) && line.Contains("load average", StringComparison.Ordinal));
        var cpu = AnyLine(head, line => Cpu(new OutputLine(0, line)) is not null);
        var table = AnyLine(head, line => Columns.Of(line) is { IsTop: true });
        return summary ? 95 : cpu ? 90 : table ? 82 : WithCommand(head, "top");
    }

    private static int RecogniseThreads(Head head)
    {
        var header = AnyLine(head, line => Columns.Of(line) is { IsTop: false }, 60);
        if (header)
        {
            return 85;
        }

        var rows = head.Lines.Take(60).Count(line => Columns.Guide.Read(new OutputLine(0, line)) is { } row && IsCalls(row.Name));
        return rows >= 2 && rows * 2 >= head.Lines.Take(60).Count(line => line.Length > 0) ? 80 : head.Lines.Take(5).Any(line => ShellLine.CommandOf(line) is { } command && command.StartsWith("ps -eL", StringComparison.Ordinal)) ? 75 : 0;
    }

    private sealed record Process(string Name, double Cpu, OutputLine Line);

    /// <summary>Which column has what.</summary>
    private readonly record struct Columns(int Count, int CpuAt, bool IsTop)
    {
        /// <summary>ps -eLo pid,ppid,tid,pcpu,comm without its header, as behind grep.</summary>
        public static readonly Columns Guide = new(5, 3, false);

        public bool IsKnown => Count > 0;

        public static Columns? Of(string line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var cpu = Array.IndexOf(words, "%CPU");
            return words.Length is < 4 or > 20 || cpu < 0 || !words.Contains("PID") ? null
                : words[^1] == "COMMAND" || words[^1] == "CMD" || words[^1] == "COMM" ? new Columns(words.Length, cpu, words.Contains("TIME+") || words.Contains("%MEM") && words.Contains("RES"))
                : null;
        }

        public Process? Read(OutputLine line)
        {
            var words = line.Words;
            return IsKnown && words.Length >= Count && OutputText.TryCount(words[0], out _) && OutputText.TryNumber(words[CpuAt], out var cpu) && cpu is >= 0 and < 100_000
                ? new Process(words[Count - 1], cpu, line)
                : null;
        }
    }
}
