using System.Globalization;
using CallsBot.Checks;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads kubectl get pods, get services, describe and events, for what belongs to Calls.</summary>
internal sealed class KubectlAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    private const int ManyRestarts = 5;

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Kubectl, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var found = new List<Finding>();
        var sawCalls = false;
        string[] header = [];
        var described = "";
        var last = new LastState();
        foreach (var line in text.Lines)
        {
            var words = line.Words;
            if (words.Contains("NAME") && (words.Contains("READY") || words.Contains("CLUSTER-IP")))
            {
                header = words;
            }
            else if (words is ["Name:", var name, ..] && line.Text.StartsWith("Name:", StringComparison.Ordinal))
            {
                described = name;
                last = new LastState();
            }

            if (words.Length < 2)
            {
                continue;
            }

            if (described.Length > 0 || header.Length == 0)
            {
                sawCalls |= IsCalls(described) || IsCalls(line.Text);
                if (IsCalls(described) || (described.Length == 0 && IsCalls(line.Text)))
                {
                    found.AddRange(Described(line, words, last, text));
                }
            }
            else if (words != header && IsCalls(line.Text))
            {
                sawCalls = true;
                found.AddRange(header.Contains("CLUSTER-IP") ? Service(header, words, text.Quote(line)) : Pod(header, words, text.Quote(line)));
            }
        }

        if (found.Count == 0)
        {
            found.Add(Findings.Found(sawCalls ? "kubectl-well" : "kubectl-none-of-calls"));
        }

        return new PieceReading { Findings = [.. found.DistinctBy(finding => finding.Id)] };
    }

    private IEnumerable<Finding> Pod(string[] header, string[] words, Quote quote)
    {
        var ready = At(header, words, "READY");
        var status = At(header, words, "STATUS");
        var id = StatusOf(status);
        if (id is not null)
        {
            yield return Findings.Found(id, quote) with { Words = Words(("status", FindingText.Clean(status, 40))) };
        }
        else if (status == "Running" && ready.Split('/') is [var up, var all] && up != all)
        {
            yield return Findings.Found("kubectl-not-ready", quote);
        }
        else if (OutputText.TryCount(At(header, words, "RESTARTS"), out var restarts) && restarts >= ManyRestarts)
        {
            yield return Findings.Found("kubectl-restarts", quote) with { Words = Words(("count", restarts.ToString(CultureInfo.InvariantCulture))) };
        }
    }

    private static string? StatusOf(string status) => status switch
    {
        "CrashLoopBackOff" or "Error" or "RunContainerError" or "CreateContainerConfigError" or "CreateContainerError" or "Init:CrashLoopBackOff" or "Init:Error" or "StartError" => "kubectl-crashes",
        "ImagePullBackOff" or "ErrImagePull" or "InvalidImageName" or "Init:ImagePullBackOff" or "Init:ErrImagePull" => "kubectl-no-image",
        "OOMKilled" => "kubectl-out-of-memory",
        "Pending" => "kubectl-pending",
        "Evicted" => "kubectl-evicted",
        _ => null,
    };

    /// <summary>"8443:30443/UDP,8443:30443/TCP,8045/TCP".</summary>
    private IEnumerable<Finding> Service(string[] header, string[] words, Quote quote)
    {
        var type = At(header, words, "TYPE");
        var ports = At(header, words, "PORT(S)");
        if (type is not ("LoadBalancer" or "NodePort" or "ClusterIP") || !ports.Contains('/', StringComparison.Ordinal) || !words[0].Contains("rtcd", StringComparison.OrdinalIgnoreCase))
        {
            yield break;
        }

        if (At(header, words, "EXTERNAL-IP") == "<pending>")
        {
            yield return Findings.Found("kubectl-no-address", quote);
        }

        var udp = ports.Split(',').FirstOrDefault(port => port.EndsWith("/UDP", StringComparison.Ordinal));
        if (type != "ClusterIP" && udp is null)
        {
            yield return Findings.Found("kubectl-service-without-udp", quote);
        }
        else if (udp is not null && type == "NodePort" && udp.Split(':', '/') is [_, var outer, "UDP"] && outer != "8443")
        {
            yield return Findings.Found("kubectl-port-differs", quote) with { Words = Words(("port", FindingText.Clean(outer, 8))) };
        }
    }

    private IEnumerable<Finding> Described(OutputLine line, string[] words, LastState last, OutputText text)
    {
        switch (words)
        {
            case ["Last", "State:", ..]:
                (last.IsOpen, last.Reason) = (true, null);
                yield break;
            case ["Reason:", var reason, ..] when last.IsOpen:
                (last.Reason, last.Line) = (reason, line);
                yield break;
            case ["State:" or "Ready:" or "Conditions:" or "Events:", ..]:
                last.IsOpen = false;
                break;
            case ["Restart", "Count:", var word, ..]:
                if (OutputText.TryCount(word, out var restarts) && restarts >= ManyRestarts && last.Reason is { } ended)
                {
                    yield return StatusOf(ended) == "kubectl-out-of-memory"
                        ? Findings.Found("kubectl-out-of-memory", text.Quote(last.Line), text.Quote(line)) with { Words = Words(("status", FindingText.Clean(ended, 40))), Outcome = Outcome.Warn }
                        : Findings.Found("kubectl-restarts", text.Quote(last.Line), text.Quote(line)) with { Words = Words(("count", restarts.ToString(CultureInfo.InvariantCulture))) };
                }

                (last.IsOpen, last.Reason) = (false, null);
                yield break;
        }

        var id = words switch
        {
            ["Reason:", "OOMKilled", ..] => "kubectl-out-of-memory",
            ["Reason:", var reason, ..] => StatusOf(reason),
            ["Warning", "FailedScheduling", ..] => "kubectl-pending",
            ["Warning", "BackOff", ..] => "kubectl-crashes",
            ["Warning", "Failed", ..] when line.Text.Contains("pull", StringComparison.OrdinalIgnoreCase) => "kubectl-no-image",
            [_, "Warning", "FailedScheduling", ..] => "kubectl-pending",
            [_, "Warning", "BackOff", ..] => line.Text.Contains("pulling image", StringComparison.Ordinal) ? "kubectl-no-image" : "kubectl-crashes",
            _ => null,
        };
        if (id is not null)
        {
            var status = words.FirstOrDefault(word => word is not ("Reason:" or "Warning")) ?? "";
            yield return Findings.Found(id, text.Quote(line)) with { Words = Words(("status", FindingText.Clean(status, 40))) };
        }
    }

    /// <summary>RESTARTS may be followed by "(3m ago)": columns behind it are not asked for.</summary>
    private static string At(string[] header, string[] words, string column)
    {
        var at = Array.IndexOf(header, column);
        return at >= 0 && at < words.Length ? words[at] : "";
    }

    private static bool IsCalls(string text) => text.Contains("rtcd", StringComparison.OrdinalIgnoreCase) || text.Contains("calls-offloader", StringComparison.OrdinalIgnoreCase) || text.Contains("calls-recorder", StringComparison.OrdinalIgnoreCase);

    private static int Recognise(Head head)
    {
        var table = AnyLine(head, line => (line.StartsWith("NAME ", StringComparison.Ordinal) || line.StartsWith("NAMESPACE ", StringComparison.Ordinal)) && line.Contains(" AGE", StringComparison.Ordinal)
            && (line.Contains(" READY ", StringComparison.Ordinal) || line.Contains(" CLUSTER-IP ", StringComparison.Ordinal)));
        var events = AnyLine(head, line => line.StartsWith("LAST SEEN ", StringComparison.Ordinal) && line.Contains(" REASON ", StringComparison.Ordinal));
        var describe = AnyLine(head, line => line.StartsWith("Namespace: ", StringComparison.Ordinal)) && AnyLine(head, line => line.StartsWith("Name: ", StringComparison.Ordinal));
        return table || events ? 93 : describe ? 90
            : WithCommand(head, "kubectl") > 0 && head.Lines.Take(40).Select(ShellLine.CommandOf).FirstOrDefault(command => command is not null) is { } typed && !typed.Contains(" logs", StringComparison.Ordinal) ? 75 : 0;
    }

    /// <summary>How the container of a description ended before the present one: it runs again, so once is no fault.</summary>
    private sealed class LastState
    {
        public bool IsOpen { get; set; }

        public string? Reason { get; set; }

        public OutputLine Line { get; set; }
    }
}
