using System.Globalization;
using System.Text;
using CallsBot.Checks;

namespace CallsBot.Analysis.Logs;

/// <summary>The reading of one log: counts what its lines show, and hands on what they say of sessions.</summary>
internal sealed class LogReading(
    Piece piece, int number, FindingCatalog findings, SignatureSet signatures, CallSessions sessions, MediaAddresses addresses, LineScanner scanner)
{
    private const int MostQuotes = 5;
    private const int MostMoments = 100;

    // How often a line may be seen before it is more than a hiccup.
    private const int Repeated = 3;
    private const int Often = 50;
    private const int MostHiccups = 3;

    // Signatures whose lines show that an earlier refusal was overcome.
    private static readonly string[] Mending = ["rtcd-client-connected", "rtcd-client-registered", "plugin-rtcd-ready", "plugin-rtcd-reconnected"];

    private readonly Seen[] _seen = [.. signatures.Types.Select(type => new Seen(type))];
    private readonly Dictionary<string, string> _versions = new(StringComparer.Ordinal);
    private readonly List<Moment> _firstMoments = [];
    private readonly Queue<Moment> _lastMoments = [];
    private readonly List<DateTimeOffset> _breaks = [];
    private long _stamp;
    private long _calls;
    private long _errors;
    private long _warnings;
    private long _sessionsSeen;
    private long _mendings;
    private int _clientSessions;
    private CallSession? _client;
    private bool _clientJoined;
    private (DateTimeOffset? At, bool Guessed)? _start;

    /// <summary>Takes a line that holds one of the texts.</summary>
    public void See(long line, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> hits)
    {
        _stamp++;
        var mark = LineMark.None;
        foreach (var literal in hits)
        {
            mark |= signatures.MarkOf(literal);
        }

        _calls += mark.HasFlag(LineMark.Calls) ? 1 : 0;
        _errors += mark.HasFlag(LineMark.Error) ? 1 : 0;
        _warnings += mark.HasFlag(LineMark.Warning) ? 1 : 0;
        LogLine? parsed = null;
        foreach (var literal in hits)
        {
            foreach (var signature in signatures.SignaturesOf(literal))
            {
                var seen = _seen[signature];
                if (seen.Stamp == _stamp)
                {
                    continue;
                }

                seen.Stamp = _stamp;
                Consider(seen, line, bytes, mark, ref parsed);
            }
        }
    }

    /// <summary>What the log showed by itself.</summary>
    public PieceReading Complete()
    {
        var found = new List<Finding>();
        foreach (var seen in _seen)
        {
            if (seen.Count > 0)
            {
                found.AddRange(Findings(seen));
            }
        }

        if (Interval() is { } interval)
        {
            found.Add(findings.Found("rtcd-socket-cut-regularly", [.. _seen.First(seen => seen.Type.Id == "rtcd-client-disconnected").Quotes]) with
            {
                Words = new Dictionary<string, string> { ["seconds"] = Print(interval) },
                FirstAt = _breaks[0],
            });
        }

        if (CountOf("rtcd-client-registered") > 1 && CountOf("rtcd-started") > 1 && CountOf("rtcd-client-registered") >= CountOf("rtcd-started"))
        {
            found.Add(findings.Found("rtcd-store-not-kept", [.. _seen.First(seen => seen.Type.Id == "rtcd-client-registered").Quotes]));
        }

        if (_seen.All(seen => seen.Count == 0 || seen.IsTold) && _calls == 0 && piece.Kind is PieceKind.MattermostLog or PieceKind.DesktopLog or PieceKind.MobileLog or PieceKind.BrowserConsole)
        {
            found.Add(findings.Found(piece.Kind == PieceKind.MattermostLog ? "log-without-calls" : "client-log-without-calls"));
        }

        if (piece.Kind == PieceKind.RtcdLog && found.All(finding => finding.Outcome is not (Outcome.Fail or Outcome.Warn)) && _sessionsSeen == 0)
        {
            found.Add(findings.Found("rtcd-log-without-sessions"));
        }

        return new PieceReading
        {
            Facts = Facts(),
            Findings = found,
            Moments = [.. _firstMoments, .. _lastMoments],
        };
    }

    private void Consider(Seen seen, long line, ReadOnlySpan<byte> bytes, LineMark mark, ref LogLine? parsed)
    {
        var type = seen.Type;
        var signature = type.Signature!;

        // Other plugins and Mattermost itself use the same words: without an expression of its own, a line has to name Calls.
        if (piece.Kind == PieceKind.MattermostLog && signature.Where is null && !mark.HasFlag(LineMark.Calls))
        {
            return;
        }

        var isPlain = signature.Where is null && signature.OnlyIf is null && seen.Event == SessionEvent.None && !seen.IsTold;
        if (isPlain && seen.Count >= MostQuotes)
        {
            // Nothing to be learned from it but when it was, and that only should it be the last.
            seen.Count++;
            seen.KeepLast(bytes);
            return;
        }

        parsed ??= LogLine.Parse(bytes, Around(bytes, signature));
        if (!SignatureSet.IsWhere(signature, parsed))
        {
            return;
        }

        seen.Count++;
        seen.Forget();
        seen.FirstAt ??= parsed.At;
        seen.LastAt = parsed.At ?? seen.LastAt;
        if (seen.Quotes.Count < MostQuotes)
        {
            seen.Quotes.Add(QuoteOf(line, parsed));
        }

        Tell(seen, line, parsed);
    }

    /// <summary>Where in a very long line the signature's text is: only the part around it is read.</summary>
    private static int Around(ReadOnlySpan<byte> bytes, Signature signature)
    {
        if (bytes.Length <= LogLine.Longest)
        {
            return 0;
        }

        var text = Encoding.Latin1.GetString(bytes);
        return Math.Max(0, signature.Match.Max(match => text.IndexOf(match, StringComparison.OrdinalIgnoreCase)));
    }

    private Quote QuoteOf(long line, LogLine parsed) => Quote.Of(piece.Name, piece.FirstLine + line - 1, parsed.Text);

    private void Tell(Seen seen, long line, LogLine parsed)
    {
        var id = seen.Type.Id;
        var session = SessionOf(seen.Event, parsed);
        if (session is not null && seen.Event != SessionEvent.None)
        {
            session.CallId ??= parsed.CallId;
            session.See(seen.Event, parsed.At, session.TakesQuote(seen.Event) ? QuoteOf(line, parsed) : null, seen.Event == SessionEvent.Failed ? Start().At : null);
        }

        if (seen.Type.Signature!.OnlyIf == "never-connected")
        {
            if (session is null)
            {
                sessions.AddNormal(1, seen.Count <= MostQuotes ? [seen.Quotes[^1]] : []);
            }
            else
            {
                CallSessions.Pend(session, seen.Type, () => QuoteOf(line, parsed), parsed.At);
            }
        }

        if (seen.Type.Outcome is Outcome.Fail or Outcome.Warn ? seen.Count <= MostQuotes : seen.Event is not (SessionEvent.None or SessionEvent.Named or SessionEvent.Signalled))
        {
            Remember(parsed.At, line, id, session?.Id);
        }

        if (Array.IndexOf(Mending, id) >= 0)
        {
            _mendings++;
            foreach (var other in _seen)
            {
                other.CountMended = other.Count;
            }
        }

        switch (id)
        {
            case "rtcd-stun-ping":
                addresses.SeePing(parsed, seen.Quotes[^1]);
                break;
            case "rtcd-started" or "offloader-started" when parsed.Field("buildVersion") is { } version:
                _versions[id == "rtcd-started" ? "RTCD" : "offloader"] = version;
                break;
            case "mattermost-started" when VersionIn(parsed.Text) is { } version:
                _versions["Mattermost"] = version;
                break;
            case "rtcd-client-disconnected" when parsed.At is { } at && _breaks.Count < 1_000:
                _breaks.Add(at);
                break;
        }
    }

    /// <summary>The session that a line is about. A client's log is about one at a time, which it names once.</summary>
    private CallSession? SessionOf(SessionEvent what, LogLine line)
    {
        var isClient = piece.Kind is PieceKind.BrowserConsole or PieceKind.DesktopLog or PieceKind.MobileLog or PieceKind.CallLogs;
        string? id;
        if (!isClient)
        {
            id = line.SessionId;
        }
        else if (what == SessionEvent.Named)
        {
            id = LastWord(line.Text);
        }
        else if (_client is null || (what == SessionEvent.Joined && _clientJoined))
        {
            id = what == SessionEvent.None ? null : $"{piece.Name}#{number}.{++_clientSessions}";
        }
        else
        {
            _clientJoined |= what == SessionEvent.Joined;
            return _client;
        }

        if (id is null || id.Length is < 3 or > 100)
        {
            return null;
        }

        var session = sessions.Get(id);
        if (isClient)
        {
            _client = session;
            _clientJoined = what == SessionEvent.Joined;
        }

        if (session.Piece != number)
        {
            session.Piece = number;
            _sessionsSeen++;
        }

        return session;
    }

    private static string LastWord(string text)
    {
        var trimmed = text.AsSpan().TrimEnd(" \"',");
        return trimmed[(trimmed.LastIndexOf(' ') + 1)..].Trim("\"'").ToString();
    }

    private static string? VersionIn(string text)
    {
        var at = text.IndexOf("Current version is ", StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        return LogLine.NumberAt(text.AsSpan(at + 19)) is { Length: > 2 and < 20 } version ? version.TrimEnd('.').ToString() : null;
    }

    private IEnumerable<Finding> Findings(Seen seen)
    {
        // Steps of sessions tell something only together: see CallSessions.
        if (seen.Type.Signature!.OnlyIf == "never-connected" || (seen.Event != SessionEvent.None && seen.Type.Outcome is Outcome.Pass or Outcome.Inconclusive) || seen.IsTold)
        {
            yield break;
        }

        if (seen.LastAt is null || seen.LastKept is not null)
        {
            seen.LastAt = seen.LastKept is null ? null : LogLine.Parse(seen.LastKept).At ?? seen.LastAt;
        }

        var finding = new Finding(seen.Type, [.. seen.Quotes]) { Count = seen.Count, FirstAt = seen.FirstAt, LastAt = seen.LastAt };
        switch (seen.Type.Signature.OnlyIf)
        {
            case "repeated" when seen.Count < Repeated:
            case "often" when seen.Count < Often:
                yield break;
            case "not-mended" when _mendings > 0 && seen.Count == seen.CountMended:
                yield return seen.Count <= MostHiccups
                    ? findings.Found("refusals-overcome", [.. seen.Quotes]) with { Count = seen.Count, FirstAt = seen.FirstAt, LastAt = seen.LastAt }
                    : finding with { Outcome = Outcome.Warn };
                break;
            default:
                yield return finding;
                break;
        }
    }

    /// <summary>The seconds between breaks that come like clockwork: four or more, all within a tenth of their median.</summary>
    private double? Interval()
    {
        const int Fewest = 4;
        if (_breaks.Count < Fewest + 1)
        {
            return null;
        }

        var gaps = _breaks.Zip(_breaks.Skip(1), (one, next) => (next - one).TotalSeconds).Where(gap => gap > 2).Order().ToList();
        if (gaps.Count < Fewest)
        {
            return null;
        }

        var median = gaps[gaps.Count / 2];
        return gaps.Count(gap => Math.Abs(gap - median) <= median * 0.1) >= gaps.Count * 0.8 ? median : null;
    }

    private long CountOf(string id) => Array.Find(_seen, seen => seen.Type.Id == id)?.Count ?? 0;

    private void Remember(DateTimeOffset? at, long line, string what, string? sessionId)
    {
        if (at is null)
        {
            return;
        }

        var moment = new Moment(at.Value, piece.Name, piece.FirstLine + line - 1, what, sessionId);
        if (_firstMoments.Count < MostMoments)
        {
            _firstMoments.Add(moment);
            return;
        }

        if (_lastMoments.Count == MostMoments)
        {
            _lastMoments.Dequeue();
        }

        _lastMoments.Enqueue(moment);
    }

    private List<Evidence> Facts()
    {
        var facts = new List<Evidence>
        {
            new("Lines", scanner.LongLines == 0
                ? Print(scanner.Lines)
                : $"{Print(scanner.Lines)}, of which {Print(scanner.LongLines)} longer than {LineScanner.LongestLine / 1024} KiB were read in parts"),
        };
        var (from, guessed) = Start();
        var (to, _) = FirstTime(Lines(scanner.End).Reverse());
        if (from is not null && to is not null)
        {
            facts.Add(new Evidence("Time", string.Create(
                CultureInfo.InvariantCulture, $"{from.Value.UtcDateTime:yyyy-MM-dd HH:mm:ss} to {to.Value.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC{(guessed ? " (the log names no zone: taken as UTC)" : "")}")));
        }

        if (_versions.Count > 0)
        {
            facts.Add(new Evidence("Versions", string.Join(", ", _versions.OrderBy(version => version.Key, StringComparer.Ordinal).Select(version => $"{version.Key} {FindingText.Clean(version.Value, 40)}"))));
        }

        facts.Add(new Evidence("Warnings and errors", $"{Print(_warnings)} and {Print(_errors)}"));
        if (_sessionsSeen > 0)
        {
            facts.Add(new Evidence("Sessions", $"{Print(_sessionsSeen)} seen, {Print(_seen.Where(seen => seen.Event == SessionEvent.Connected).Sum(seen => seen.Count))} connected"));
        }

        return facts;
    }

    private (DateTimeOffset? At, bool Guessed) Start() => _start ??= FirstTime(Lines(scanner.Start));

    private static (DateTimeOffset? At, bool Guessed) FirstTime(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var parsed = LogLine.Parse(line);
            if (parsed.At is { } at)
            {
                return (at, parsed.IsZoneGuessed);
            }
        }

        return (null, false);
    }

    private static IEnumerable<string> Lines(ReadOnlyMemory<byte> bytes) =>
        Encoding.UTF8.GetString(bytes.Span).Split('\n').Where(line => line.Length > 0);

    private static string Print(double value) => value.ToString("#,0.#", CultureInfo.InvariantCulture);

    /// <summary>What was seen of one signature.</summary>
    private sealed class Seen(FindingType type)
    {
        private byte[]? _last;
        private int _lastLength;

        public FindingType Type { get; } = type;

        public SessionEvent Event { get; } = CallSessions.EventOf(type.Id);

        /// <summary>Says something for the facts, and is no finding.</summary>
        public bool IsTold { get; } = type.Id is "rtcd-stun-ping" or "rtcd-started" or "offloader-started" or "mattermost-started";

        public long Stamp { get; set; }

        public long Count { get; set; }

        /// <summary>The count when a refusal was last overcome.</summary>
        public long CountMended { get; set; } = -1;

        public DateTimeOffset? FirstAt { get; set; }

        public DateTimeOffset? LastAt { get; set; }

        public List<Quote> Quotes { get; } = [];

        /// <summary>The last line, where it was not parsed.</summary>
        public ReadOnlySpan<byte> LastKeptBytes => _last.AsSpan(0, _lastLength);

        public string? LastKept => _lastLength == 0 ? null : Encoding.UTF8.GetString(LastKeptBytes);

        public void KeepLast(ReadOnlySpan<byte> line)
        {
            const int Enough = 1024;
            _last ??= new byte[Enough];
            _lastLength = Math.Min(line.Length, Enough);
            line[.._lastLength].CopyTo(_last);
        }

        public void Forget() => _lastLength = 0;
    }
}
