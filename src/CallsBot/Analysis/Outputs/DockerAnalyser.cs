using System.Globalization;
using System.Text.Json;
using CallsBot.Checks;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads docker ps, docker stats and docker inspect (and podman's, which print the same).</summary>
internal sealed class DockerAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    private const double FullMemory = 90;

    public override IReadOnlyList<Shape> Shapes { get; } =
        [new(PieceKind.DockerPs, RecognisePs), new(PieceKind.DockerStats, RecogniseStats), new(PieceKind.DockerInspect, RecogniseInspect)];

    protected override PieceReading Read(OutputText text) => text.Piece.Kind switch
    {
        PieceKind.DockerPs => Ps(text),
        PieceKind.DockerStats => Stats(text),
        _ => Inspect(text),
    };

    private PieceReading Ps(OutputText text)
    {
        var found = new List<Finding>();
        var sawCalls = false;
        var hasHeader = false;
        var running = text.Lines.Where(line => StatusIn(line.Text) is { } status && status.StartsWith("Up", StringComparison.Ordinal)).Select(ImageIn).ToHashSet(StringComparer.Ordinal);
        foreach (var line in text.Lines)
        {
            if (line.Text.StartsWith("CONTAINER ID ", StringComparison.Ordinal))
            {
                hasHeader = true;
                continue;
            }

            if (!hasHeader || !IsCalls(line.Text))
            {
                continue;
            }

            if (StatusIn(line.Text) is not { } status)
            {
                continue;
            }

            sawCalls = true;
            found.AddRange(State(status, line.Text, running.Contains(ImageIn(line)), text.Quote(line)));
            if (status.StartsWith("Up", StringComparison.Ordinal) && IsRtcd(line.Text))
            {
                found.AddRange(Ports(PortsIn(line), text.Quote(line)));
            }
        }

        return Concluded(found, sawCalls);
    }

    private PieceReading Concluded(List<Finding> found, bool sawCalls)
    {
        if (!sawCalls)
        {
            found.Add(Findings.Found("docker-none-of-calls"));
        }
        else if (found.Count == 0)
        {
            found.Add(Findings.Found("docker-well"));
        }

        return new PieceReading { Findings = found };
    }

    /// <param name="status">As docker ps prints it.</param>
    /// <param name="line">Where its image is named.</param>
    /// <param name="isReplaced">Whether another container of the image runs: one that ended was left over from an upgrade.</param>
    /// <param name="quote">Where it was seen.</param>
    private IEnumerable<Finding> State(string status, string line, bool isReplaced, Quote quote)
    {
        if (status.StartsWith("Restarting", StringComparison.Ordinal))
        {
            yield return Findings.Found("docker-restarting", quote) with { Words = Words(("code", CodeIn(status)), ("meaning", Meaning(CodeIn(status)))) };
        }
        else if (status.StartsWith("Exited", StringComparison.Ordinal) || status.StartsWith("Dead", StringComparison.Ordinal))
        {
            var code = CodeIn(status);
            var isJob = line.Contains("calls-recorder", StringComparison.Ordinal) || line.Contains("calls-transcriber", StringComparison.Ordinal);
            if (isJob ? code is not ("0" or "?") : !isReplaced)
            {
                yield return Findings.Found(isJob ? "docker-job-failed" : "docker-stopped", quote) with { Words = Words(("code", code), ("meaning", Meaning(code))) };
            }
        }
        else if (status.Contains("(unhealthy)", StringComparison.Ordinal))
        {
            yield return Findings.Found("docker-unhealthy", quote);
        }
    }

    /// <summary>"0.0.0.0:8443->8443/udp, [::]:8443->8443/udp, 8045/tcp".</summary>
    private IEnumerable<Finding> Ports(string ports, Quote quote)
    {
        if (ports.Length == 0)
        {
            yield return Findings.Found("docker-no-ports", quote);
            yield break;
        }

        var published = new List<(string Host, string Outer)>();
        foreach (var entry in ports.Split(',', StringSplitOptions.TrimEntries))
        {
            var arrow = entry.IndexOf("->", StringComparison.Ordinal);
            if (arrow <= 0 || !entry.EndsWith("/udp", StringComparison.Ordinal) || !(PacketFilter.HasPort(entry[(arrow + 2)..^4], CallPorts.Media) ?? false))
            {
                continue;
            }

            var colon = entry.LastIndexOf(':', arrow);
            published.Add((colon < 0 ? "" : entry[..colon].Trim('[', ']'), entry[(colon + 1)..arrow]));
        }

        if (published.Count == 0)
        {
            yield return Findings.Found("docker-udp-not-published", quote);
        }
        else if (published.All(port => InnerAddress.IsLoopback(port.Host)))
        {
            yield return Findings.Found("docker-loopback-only", quote);
        }
        else if (published.All(port => PacketFilter.HasPort(port.Outer, CallPorts.Media) == false))
        {
            yield return Findings.Found("docker-port-differs", quote) with { Words = Words(("port", published[0].Outer)) };
        }
    }

    private PieceReading Stats(OutputText text)
    {
        var found = new List<Finding>();
        var sawCalls = false;
        foreach (var line in text.Lines.Where(line => IsCalls(line.Text)))
        {
            var shares = line.Words.Where(word => word.EndsWith('%') && OutputText.TryNumber(word.AsSpan(0, word.Length - 1), out _)).ToList();
            if (shares.Count < 2)
            {
                continue;
            }

            sawCalls = true;
            _ = OutputText.TryNumber(shares[1].AsSpan(0, shares[1].Length - 1), out var memory);
            if (memory >= FullMemory)
            {
                found.Add(Findings.Found("docker-memory-full", text.Quote(line)) with { Words = Words(("percent", OutputText.Figure(memory))) });
            }
        }

        return Concluded(found, sawCalls);
    }

    private PieceReading Inspect(OutputText text)
    {
        if (JsonParts.Find(text.Raw, json => Containers(json).Any()) is not { } root)
        {
            return new PieceReading { Trouble = "The description of the container is cut off, or is no JSON." };
        }

        var found = new List<Finding>();
        var facts = new List<Evidence>();
        var sawCalls = false;
        var running = Containers(root).Where(container => container.Member("State").Member("Status").Text() == "running").Select(container => WithoutTag(ImageOf(container))).ToHashSet(StringComparer.Ordinal);
        foreach (var container in Containers(root).Take(20))
        {
            var image = ImageOf(container);
            var name = $"{image} {container.Member("Name").Text()}";
            var isCalls = IsCalls(name);
            if (!isCalls && image.Length > 0)
            {
                continue;
            }

            sawCalls = true;
            facts.AddRange(Facts(container, image));
            found.AddRange(Inspected(container, name, image.Length > 0 && running.Contains(WithoutTag(image)), text));
        }

        var reading = Concluded(found, sawCalls);
        return reading with { Facts = facts };
    }

    private IEnumerable<Finding> Inspected(JsonElement? container, string name, bool isReplaced, OutputText text)
    {
        var state = container.Member("State");
        var status = state.Member("Status").Text() ?? "";
        var code = state.Member("ExitCode").Number()?.ToString("0", CultureInfo.InvariantCulture) ?? "?";
        if (state.Member("OOMKilled").Truth() == true)
        {
            yield return Findings.Found("docker-out-of-memory", QuoteOf(text, "\"OOMKilled\""));
        }
        else
        {
            var words = status switch { "restarting" => $"Restarting ({code})", "exited" or "dead" => $"Exited ({code})", _ => "Up" };
            foreach (var finding in State(words, name, isReplaced, new Quote(text.Piece.Name, null, "")))
            {
                yield return finding with { Quotes = QuoteOf(text, "\"ExitCode\"") };
            }
        }

        if (state.Member("Health").Member("Status").Text() == "unhealthy")
        {
            yield return Findings.Found("docker-unhealthy", QuoteOf(text, "\"Health\""));
        }

        var mode = container.Member("HostConfig").Member("NetworkMode").Text() ?? "";
        if (status != "running" || mode == "host" || !IsRtcd(name))
        {
            yield break;
        }

        var ports = container.Member("NetworkSettings").Member("Ports").Members().SelectMany(port => ((JsonElement?)port.Value).Items()
            .Select(binding => $"{((JsonElement?)binding).Member("HostIp").Text()}:{((JsonElement?)binding).Member("HostPort").Text()}->{port.Name}")).ToList();
        foreach (var finding in Ports(ports.Count == 0 ? "none" : string.Join(", ", ports), new Quote(text.Piece.Name, null, "")))
        {
            yield return finding with { Quotes = QuoteOf(text, "\"Ports\"") };
        }
    }

    private static IEnumerable<Evidence> Facts(JsonElement? container, string image)
    {
        if (image.Length > 0)
        {
            yield return Fact("Image", image);
        }

        yield return Fact("Network", container.Member("HostConfig").Member("NetworkMode").Text() ?? "?");
        if (container.Member("RestartCount").Number() is > 0 and var restarts)
        {
            yield return Fact("Restarts", OutputText.Figure(restarts));
        }

        if (container.Member("HostConfig").Member("Memory").Number() is > 0 and var memory)
        {
            yield return Fact("Memory limit", $"{OutputText.Figure(memory / (1024 * 1024))} MiB");
        }

        if (container.Member("HostConfig").Member("NanoCpus").Number() is > 0 and var cpus)
        {
            yield return Fact("CPU limit", $"{OutputText.Figure(cpus / 1e9)} cores");
        }
    }

    private static Quote[] QuoteOf(OutputText text, string key) =>
        [.. text.Lines.Where(line => line.Text.Contains(key, StringComparison.Ordinal) && line.Text.Length < 300).Take(1).Select(text.Quote)];

    private static IEnumerable<JsonElement?> Containers(JsonElement json) =>
        (json.ValueKind == JsonValueKind.Array ? ((JsonElement?)json).Items().Select(one => (JsonElement?)one) : [json])
            .Where(one => one.Member("State") is not null && (one.Member("HostConfig") is not null || one.Member("Config") is not null));

    private static bool IsRtcd(string text) => text.Contains("rtcd", StringComparison.OrdinalIgnoreCase);

    private static bool IsCalls(string text) => IsRtcd(text) || text.Contains("calls-", StringComparison.OrdinalIgnoreCase);

    /// <summary>By its words: in chats columns do not stay below their headings.</summary>
    private static string? StatusIn(string line)
    {
        foreach (var word in new[] { " Up ", " Exited (", " Restarting (", " Dead ", " Created " })
        {
            if (line.IndexOf(word, StringComparison.Ordinal) is >= 0 and var at)
            {
                var rest = line[(at + 1)..];
                return rest.IndexOf("  ", StringComparison.Ordinal) is > 0 and var end ? rest[..end] : rest;
            }
        }

        return null;
    }

    /// <summary>The second column, without the version: an upgrade leaves the container of the old one behind.</summary>
    private static string ImageIn(OutputLine line) => line.Words is [_, var image, ..] ? WithoutTag(image) : "";

    private static string ImageOf(JsonElement? container) => container.Member("Config").Member("Image").Text() ?? container.Member("ImageName").Text() ?? "";

    private static string WithoutTag(string image)
    {
        var name = image.Split('@', 2)[0];
        return name.LastIndexOf(':') is > 0 and var colon && colon > name.LastIndexOf('/') ? name[..colon] : name;
    }

    private static string PortsIn(OutputLine line) =>
        string.Join(", ", line.Words.Select(word => word.TrimEnd(',')).Where(word => word.EndsWith("/udp", StringComparison.Ordinal) || word.EndsWith("/tcp", StringComparison.Ordinal)));

    private static string CodeIn(string status) =>
        status.IndexOf('(', StringComparison.Ordinal) is >= 0 and var open && status.IndexOf(')', open) is > 0 and var close ? FindingText.Clean(status[(open + 1)..close], 8) : "?";

    /// <summary>128 and a signal's number, besides what shells and Docker give (docker run, exit status).</summary>
    private static string Meaning(string code) => code switch
    {
        "0" => "it ended by itself without a fault",
        "125" => "Docker could not start it",
        "126" => "its program may not be run",
        "127" => "its program is not there",
        "137" => "it was killed, by hand or for lack of memory",
        "139" => "it crashed",
        "143" => "it was asked to stop",
        _ => "it ended with a fault of its own",
    };

    private static int RecognisePs(Head head) =>
        AnyLine(head, line => line.StartsWith("CONTAINER ID ", StringComparison.Ordinal) && line.Contains("IMAGE", StringComparison.Ordinal)) ? 95 : WithDocker(head, "ps", "container");

    private static int RecogniseStats(Head head) =>
        AnyLine(head, line => line.StartsWith("CONTAINER ID ", StringComparison.Ordinal) && line.Contains("CPU %", StringComparison.Ordinal)) ? 95 : WithDocker(head, "stats");

    private static int RecogniseInspect(Head head)
    {
        bool Has(string part) => head.Text.Contains(part, StringComparison.Ordinal);
        var isJson = head.Lines.Take(20).Any(line => line.StartsWith('[') || line.StartsWith('{'));
        return isJson && Has("\"State\"") && Has("\"ExitCode\"") && (Has("\"HostConfig\"") || Has("\"OOMKilled\"")) ? 94 : WithDocker(head, "inspect");
    }

    private static int WithDocker(Head head, params string[] verbs) =>
        WithCommand(head, "docker", "podman") > 0 && head.Lines.Take(40).Select(ShellLine.CommandOf).FirstOrDefault(command => command is not null) is { } command
        && ShellLine.WordsOf(command) is [_, var verb, ..] && verbs.Contains(verb) ? 75 : 0;
}
