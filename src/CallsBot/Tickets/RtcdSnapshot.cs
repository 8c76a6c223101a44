using System.Globalization;
using System.Net;
using System.Text;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Tickets;

/// <summary>What RTCD's metrics said when a ticket was written. Not redacted.</summary>
/// <param name="Url">Where to ask by hand, with a word in place of the host: the ticket would show another name for it.</param>
/// <param name="Pages">One for each address.</param>
/// <param name="Missing">Why nobody was asked, a sentence; null when somebody was.</param>
internal sealed record RtcdSnapshot(string Url, IReadOnlyList<RtcdPage> Pages, string? Missing)
{
    /// <summary>For an RTCD whose URL is not known: the port that it has by default.</summary>
    public const string DefaultUrl = "http://YOUR_RTCD_SERVER:8045/metrics";

    public bool HasPage => Pages.Any(page => page.Text is not null);

    /// <summary>What is missing, a sentence for each; empty when every address told all its metrics.</summary>
    public IReadOnlyList<string> Gaps => Missing is not null
        ? [Missing]
        : [.. Pages.Where(page => page.Text is null || page.IsCut).Select(page => $"{page.EndPoint}: {page.Seen}.")];

    /// <summary>As <c>metrics/rtcd.txt</c> of a bundle, a line each.</summary>
    public IEnumerable<string> Lines()
    {
        yield return "# RTCD's answers at /metrics: its own series and those of its process.";
        foreach (var page in Pages)
        {
            yield return "";
            yield return $"# {page.EndPoint} at {RtcdPage.Time(page.At)}{(page.Text is null ? $": nothing, {page.Seen}" : "")}";
            foreach (var line in page.Text?.Split('\n') ?? [])
            {
                yield return line;
            }

            if (page.IsCut)
            {
                yield return $"# {page.Seen}";
            }
        }
    }

    public override string ToString() => $"{nameof(RtcdSnapshot)} of {Pages.Count} addresses";
}

/// <summary>The metrics of one address of RTCD.</summary>
/// <param name="EndPoint">Address and port.</param>
/// <param name="At">When the answer had come, or had not.</param>
/// <param name="Seen">What was seen, as the end of a sentence that names the address.</param>
/// <param name="Text">The series of RTCD and of its process; null when there are none.</param>
/// <param name="IsCut">The page was longer than what was read.</param>
internal sealed record RtcdPage(IPEndPoint EndPoint, DateTimeOffset At, string Seen, string? Text, bool IsCut)
{
    // rtcd, service/perf/metrics.go.
    private const string Own = "rtcd_";
    private const string Sessions = "rtcd_rtc_sessions_total";
    private const string Errors = "rtcd_rtc_errors_total";
    private const string ConnStates = "rtcd_rtc_conn_states_total";
    private const string Type = "type";
    private const string Cut = "the answer is longer than what is read of it";

    // RTCD has four states and five kinds of errors.
    private const int MostKinds = 8;
    private const int LongestLine = 500;

    private static readonly string[] Kept = [Own, "process_", "# TYPE rtcd_", "# TYPE process_"];

    public static RtcdPage Of(IPEndPoint endPoint, DateTimeOffset at, HttpReply reply)
    {
        if (reply is not { Failure: null, Status: 200 })
        {
            return new RtcdPage(endPoint, at, reply.Seen, Text: null, IsCut: false);
        }

        var lines = reply.Body.Split('\n');

        // The last line of a page that was cut may be half a line.
        var whole = reply.IsCut ? lines.SkipLast(1) : lines;
        var kept = whole.Where(line => Kept.Any(start => line.StartsWith(start, StringComparison.Ordinal)))
            .Select(line => SafeText.From(line, LongestLine)).ToList();
        return kept.Exists(line => line.StartsWith(Own, StringComparison.Ordinal))
            ? new RtcdPage(endPoint, at, reply.IsCut ? Cut : reply.Seen, string.Join('\n', kept), reply.IsCut)
            : new RtcdPage(endPoint, at, "what it answers at /metrics is not RTCD's", Text: null, IsCut: false);
    }

    /// <summary>"10.0.0.5:8045 at 2026-11-22 10:00:00 UTC: sessions 3; errors 2 (ice 2); connections connected 5, closed 2".</summary>
    public string Summary()
    {
        var start = $"{EndPoint} at {Time(At)}: ";
        if (Text is null)
        {
            return start + Seen;
        }

        // What was not read cannot be counted, and a sum of the rest would be taken for all.
        return IsCut
            ? $"{start}not counted, because {Seen}"
            : $"{start}sessions {Number(PrometheusText.Sum(Text, Sessions) ?? 0)}; errors {Number(PrometheusText.Sum(Text, Errors) ?? 0)}{Kinds(Errors, " (", ")")}; "
                + $"connections{Kinds(ConnStates, " ", "") ?? " none since it was started"}";
    }

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    /// <returns>Null when there are no series.</returns>
    private string? Kinds(string metric, string before, string after)
    {
        var kinds = PrometheusText.SumBy(Text!, metric, Type);
        if (kinds.Count == 0)
        {
            return null;
        }

        var text = new StringBuilder(before);
        text.AppendJoin(", ", kinds.OrderByDescending(kind => kind.Value).Take(MostKinds).Select(kind => $"{SafeText.From(kind.Key, 30)} {Number(kind.Value)}"));
        return text.Append(kinds.Count > MostKinds ? ", …" : "").Append(after).ToString();
    }

    private static string Number(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    public override string ToString() => $"{nameof(RtcdPage)} of {EndPoint}";
}
