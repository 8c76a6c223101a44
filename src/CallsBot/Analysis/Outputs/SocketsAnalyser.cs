using System.Globalization;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads lists of sockets (ss, netstat -ln): who listens on the ports of Calls, and on which addresses.</summary>
internal sealed class SocketsAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    // Of 212992 bytes, the default of Linux; 16777216 is what RTCD asks for.
    private const long LongQueue = 150_000;

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.Sockets, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        var sockets = new List<Listener>();
        var sawOtherUdp = false;
        foreach (var line in text.Lines)
        {
            if (Listener.Of(line) is not { } socket)
            {
                continue;
            }

            sawOtherUdp |= socket.IsUdp && socket.Port != CallPorts.Media;
            if (socket.Port is CallPorts.Media or CallPorts.Api)
            {
                sockets.Add(socket);
            }
        }

        return new PieceReading
        {
            Findings = [.. Judge(sockets, sawOtherUdp, text)],
            Tables = sockets.Count == 0 ? [] :
            [
                new Table("Listeners", ["Port", "Address", "Program"],
                    [.. sockets.Take(20).Select(socket => (IReadOnlyList<string>)[CallPorts.Name(socket.Protocol, socket.Port), socket.Address, socket.Program ?? ""])]),
            ],
        };
    }

    private IEnumerable<Finding> Judge(List<Listener> sockets, bool sawOtherUdp, OutputText text)
    {
        var media = sockets.Where(socket => socket.IsUdp && socket.Port == CallPorts.Media).ToList();
        if (sockets.Count == 0)
        {
            yield return Findings.Found("sockets-none-of-calls");
            yield break;
        }

        foreach (var socket in sockets.Where(socket => socket.Program is { } program && IsForeign(program)).DistinctBy(socket => (socket.Protocol, socket.Port)))
        {
            yield return Findings.Found("sockets-other-program", text.Quote(socket.Line)) with
            {
                Words = Words(("port", CallPorts.Name(socket.Protocol, socket.Port)), ("program", socket.Program!)),
            };
        }

        if (media.Count == 0)
        {
            yield return Findings.Found(sawOtherUdp ? "sockets-no-media" : "sockets-udp-not-listed", text.Quote(sockets[0].Line));
        }

        foreach (var same in sockets.GroupBy(socket => (socket.Protocol, socket.Port)).Where(same => same.All(socket => InnerAddress.IsLoopback(socket.Address))))
        {
            yield return Findings.Found("sockets-loopback-only", text.Quote(same.First().Line)) with { Words = Words(("port", CallPorts.Name(same.Key.Protocol, same.Key.Port))) };
        }

        if (media.MaxBy(socket => socket.Waiting) is { Waiting: > LongQueue } full)
        {
            yield return Findings.Found("sockets-queue", text.Quote(full.Line)) with { Words = Words(("bytes", full.Waiting.ToString(CultureInfo.InvariantCulture))) };
        }

        if (media.Any(socket => !InnerAddress.IsLoopback(socket.Address) && (socket.Program is null || !IsForeign(socket.Program))))
        {
            yield return Findings.Found("sockets-media-listens", text.Quote(media[0].Line));
        }
    }

    /// <summary>RTCD, or Mattermost with its plugin; Docker's proxy stands before either.</summary>
    private static bool IsForeign(string program) =>
        !program.Contains("rtcd", StringComparison.OrdinalIgnoreCase)
        && !program.Contains("mattermost", StringComparison.OrdinalIgnoreCase)
        && !program.Contains("plugin", StringComparison.OrdinalIgnoreCase)
        && !program.Contains("docker", StringComparison.OrdinalIgnoreCase)
        && program is not ("com.mattermost." or "rootlessport" or "conmon" or "slirp4netns" or "pasta" or "pasta.avx2" or "1" or "-");

    private static int Recognise(Head head)
    {
        var header = AnyLine(head, line =>
            (line.Contains("Local Address:Port", StringComparison.Ordinal) && line.Contains("Recv-Q", StringComparison.Ordinal))
            || (line.StartsWith("Proto Recv-Q Send-Q Local Address", StringComparison.Ordinal)));
        if (header)
        {
            return 90;
        }

        var isStatistics = AnyLine(head, line => ShellLine.CommandOf(line) is { } command && ShellLine.WordsOf(command).Skip(1).Any(word => word.StartsWith('-') && word.Contains('s', StringComparison.Ordinal)), 5);
        var sockets = head.Lines.Take(50).Count(line => Listener.Of(new OutputLine(0, line)) is not null);
        return isStatistics ? 0 : sockets >= 1 && sockets * 2 >= head.Lines.Take(50).Count(line => line.Length > 0) ? 82 : WithCommand(head, "ss", "netstat");
    }

    /// <param name="Protocol">"tcp" or "udp".</param>
    /// <param name="Port">Where it listens.</param>
    /// <param name="Address">Without brackets; "*" for all.</param>
    /// <param name="Waiting">Bytes that wait to be read.</param>
    /// <param name="Program">Null when it was not listed.</param>
    /// <param name="Line">Where it stands.</param>
    private sealed record Listener(string Protocol, int Port, string Address, long Waiting, string? Program, OutputLine Line)
    {
        public bool IsUdp => Protocol == "udp";

        /// <summary>A row of ss ("udp UNCONN 0 0 *:8443 *:* users:…", with or without the first column) or netstat ("udp 0 0 0.0.0.0:8443 0.0.0.0:* 7/rtcd").</summary>
        public static Listener? Of(OutputLine line)
        {
            var words = line.Words;
            if (words.Length < 5)
            {
                return null;
            }

            var first = words[0].TrimEnd('6') is "udp" or "tcp" ? words[0].TrimEnd('6') : null;
            var rest = first is null ? words : words[1..];
            var isSs = rest[0] is "UNCONN" or "LISTEN";
            var protocol = first ?? (rest[0] == "UNCONN" ? "udp" : rest[0] == "LISTEN" ? "tcp" : null);
            if (protocol is null || rest.Length < 4 || (!isSs && first is null))
            {
                return null;
            }

            var numbers = isSs ? rest[1..] : rest;
            if (numbers.Length < 4 || !OutputText.TryCount(numbers[0], out var waiting) || !OutputText.TryCount(numbers[1], out _)
                || (!isSs && protocol == "tcp" && !rest.Contains("LISTEN")))
            {
                return null;
            }

            var local = numbers[2];
            var colon = local.LastIndexOf(':');
            if (colon < 0 || !int.TryParse(local.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || !numbers[3].EndsWith('*'))
            {
                return null;
            }

            var address = local[..colon].Trim('[', ']');
            var scope = address.IndexOf('%', StringComparison.Ordinal);
            return new Listener(protocol, port, scope < 0 ? address : address[..scope], waiting, ProgramIn(words), line);
        }

        private static string? ProgramIn(string[] words)
        {
            foreach (var word in words.AsSpan(4))
            {
                if (word.StartsWith("users:((\"", StringComparison.Ordinal) && word.IndexOf('"', 9) is > 9 and var end)
                {
                    return word[9..end];
                }

                if (word.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && OutputText.TryCount(word.AsSpan(0, slash), out _))
                {
                    return word[(slash + 1)..].TrimEnd(':');
                }
            }

            return null;
        }
    }
}
