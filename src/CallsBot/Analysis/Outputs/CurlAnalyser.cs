using System.Globalization;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads what curl printed, verbose or plain: whether RTCD answered, who answered in its place, or why nobody did.</summary>
internal sealed class CurlAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    // The plugin's min_rtcd_version from v1.0.0 to v1.12 (plugin.json).
    private static readonly Version Oldest = new(0, 17, 0);

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Curl, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var found = new List<Finding>();
        foreach (var run in text.Runs)
        {
            if (run.Command is not null && ShellLine.ToolOf(run.Command) is not ("curl" or "wget"))
            {
                continue;
            }

            if (FaultOf(run) is var (id, line))
            {
                found.Add(Findings.Found(id, text.Quote(line)));
            }
            else if (AnswerOf(run, text) is { } answer)
            {
                found.Add(answer);
            }
        }

        return new PieceReading { Findings = found };
    }

    /// <summary>Curl's own words come last and name the fault: "curl: (7) Failed to connect to …".</summary>
    private static (string Id, OutputLine Line)? FaultOf(OutputRun run)
    {
        foreach (var line in run.Lines)
        {
            if (!line.Text.StartsWith("curl: (", StringComparison.Ordinal) || line.Text.IndexOf(')', StringComparison.Ordinal) is not (> 7 and var close))
            {
                continue;
            }

            bool Has(string part) => line.Text.Contains(part, StringComparison.OrdinalIgnoreCase);
            var wrongScheme = Has("wrong version number") || Has("unknown protocol") || Has("packet length too long") || Has("record layer failure") || Has("record overflow");
            string? id = line.Text[7..close] switch
            {
                "6" or "5" => "name-not-found",
                "7" when Has("No route to host") || Has("unreachable") => "route-missing",
                "7" when Has("timed out") => "curl-timed-out",
                "7" => "curl-refused",
                "28" => AnyoneSpoke(run) ? "curl-no-answer" : "curl-timed-out",
                "35" when wrongScheme => "curl-wrong-scheme",
                "35" => "curl-tls-fails",
                "1" when Has("HTTP/0.9") => "curl-wrong-scheme",
                "51" or "60" or "58" or "77" or "83" => "curl-certificate",
                "52" or "56" => "curl-cut-off",
                _ => null,
            };
            if (id is not null)
            {
                return (id, line);
            }
        }

        return null;
    }

    private static bool AnyoneSpoke(OutputRun run) => run.Lines.Any(line => line.Text.StartsWith("* Connected to ", StringComparison.Ordinal));

    private Finding? AnswerOf(OutputRun run, OutputText text)
    {
        var wantsVersion = run.Command is null
            || run.Command.Contains("/version", StringComparison.Ordinal)
            || run.Command.Contains(":8045", StringComparison.Ordinal)
            || run.Command.Contains(":4545", StringComparison.Ordinal);
        var status = 0;
        OutputLine? statusLine = null;
        foreach (var line in run.Lines)
        {
            if (line.Text.Contains("Client sent an HTTP request to an HTTPS server", StringComparison.Ordinal))
            {
                return Findings.Found("curl-wrong-scheme", text.Quote(line));
            }

            if (VersionOf(line.Text) is { } version)
            {
                return Judged(version, text.Quote(line));
            }

            if (StatusOf(line.Text) is { } code)
            {
                (status, statusLine) = (code, line);
            }
        }

        var page = run.Lines.Where(line => IsPage(line.Text)).Select(line => (OutputLine?)line).FirstOrDefault();
        if (wantsVersion && status < 300 && page is { } html)
        {
            return Findings.Found("curl-web-page", text.Quote(html));
        }

        if (statusLine is not { } seen)
        {
            return null;
        }

        var id = status switch
        {
            >= 502 and <= 504 => "curl-proxy-fails",
            >= 400 when wantsVersion => "curl-status",
            >= 300 and < 400 when wantsVersion => "curl-redirect",
            _ => "curl-unclear",
        };
        return Findings.Found(id, text.Quote(seen)) with { Words = Words(("status", status.ToString(CultureInfo.InvariantCulture))) };
    }

    private Finding Judged(string version, Quote quote)
    {
        var words = Words(("version", version.Length == 0 ? "unknown" : FindingText.Clean(version, 40)));
        var isOld = Version.TryParse(version.TrimStart('v').Split('-', '+')[0], out var number) && number < Oldest;
        return Findings.Found(isOld ? "curl-rtcd-old" : "curl-rtcd-answers", quote) with { Words = words };
    }

    /// <returns>The version in RTCD's answer, empty for one without; null for any other line.</returns>
    private static string? VersionOf(string line)
    {
        var at = line.IndexOf('{', StringComparison.Ordinal);
        if (at < 0 || !line.Contains("\"buildVersion\"", StringComparison.Ordinal) && !line.Contains("\"goVersion\"", StringComparison.Ordinal))
        {
            return null;
        }

        return JsonParts.Parse(line.AsSpan(at)) is { } json ? json.Member("buildVersion").Text() ?? "" : null;
    }

    /// <summary>"&lt; HTTP/1.1 200 OK", or "HTTP/2 404" with -i.</summary>
    private static int? StatusOf(string line)
    {
        var text = line.AsSpan().TrimStart("< ");
        if (!text.StartsWith("HTTP/", StringComparison.Ordinal) || text.IndexOf(' ') is not (> 0 and var space) || text.Length < space + 4)
        {
            return null;
        }

        return int.TryParse(text.Slice(space + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 100 and < 600 ? code : null;
    }

    private static bool IsPage(string line) =>
        line.TrimStart().StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || line.TrimStart().StartsWith("<html", StringComparison.OrdinalIgnoreCase);

    private static int Recognise(Head head)
    {
        if (AnyLine(head, line => line.StartsWith("curl: (", StringComparison.Ordinal) && line.Contains(") ", StringComparison.Ordinal)))
        {
            return 90;
        }

        var verbose = AnyLine(head, line => line.StartsWith("> GET /", StringComparison.Ordinal) || line.StartsWith("< HTTP/", StringComparison.Ordinal))
            && AnyLine(head, line => line.StartsWith("* ", StringComparison.Ordinal));
        if (verbose)
        {
            return 90;
        }

        if (WithCommand(head, "curl", "wget") is > 0 and var sure)
        {
            return sure;
        }

        var version = AnyLine(head, line => line.TrimStart().StartsWith('{') && line.Contains("\"buildVersion\"", StringComparison.Ordinal) && line.Contains("\"buildHash\"", StringComparison.Ordinal), most: 20);
        var headers = head.Lines.Count > 0 && StatusOf(head.Lines[0]) is not null;
        return version ? 80 : headers ? 75 : 0;
    }
}
