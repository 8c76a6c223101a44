using System.Globalization;
using System.Net.Sockets;
using CallsBot.Checks.Rtcd;
using CallsBot.Probes.Media;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Checks.Media;

/// <summary>Do packets get through to RTCD's media port and back, over one transport and one family?</summary>
internal sealed class MediaPathCheck(RtcdSurvey survey, MediaSurvey media, IceTransport transport, AddressFamily family) : ICheck
{
    private readonly PathReasons _reasons = new(transport, family);

    public string Id { get; } = $"media-{(transport == IceTransport.Udp ? "udp" : "tcp")}-{(family == AddressFamily.InterNetwork ? "ipv4" : "ipv6")}";

    public string Title { get; } = $"Media over {PathJudgement.Text(transport)}, {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")}";

    public CheckGroup Group => CheckGroup.Media;

    public string Activity { get; } =
        $"Sending packets to RTCD's media port over {PathJudgement.Text(transport)}, {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")}";

    public IReadOnlyList<string> Covers { get; } = (transport, family) switch
    {
        (IceTransport.Udp, AddressFamily.InterNetwork) => ["A1.1", "A1.3", "D2", "F2.1", "I2.2", "T2", "1.6.1", "1.6.3", "1.6.7"],
        (IceTransport.Tcp, AddressFamily.InterNetwork) => ["B2.2", "D3", "F2.3", "1.6.2", "1.6.4", "1.6.8"],
        _ => [],
    };

    public IReadOnlyDictionary<string, Outcome> ReasonCodes => Reason.CodesOf([.. _reasons.All, AddressFindings.NotAsked]);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-session"];

    public IReadOnlyList<string> ExplainedBy { get; } = ["rtcd-candidates"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        var sessions = (await media.ProbeAsync(cancellationToken)).Where(s => s.Result.Failure is null).ToList();
        return sessions.Count == 0 ? where.Nothing(Id) : Judge(where, sessions);
    }

    /// <param name="where">The RTCD.</param>
    /// <param name="sessions">Such as had candidates; at least one.</param>
    public CheckResult Judge(RtcdWhere where, IReadOnlyList<SessionAtAddress> sessions)
    {
        var judgement = new PathJudgement(_reasons, transport, family);
        var found = sessions.Select(s => (Session: s, Path: judgement.Judge(s.Address, s.Result))).ToList();
        var deciding = found.LastOrDefault(f => f.Path.Reason.Outcome == Outcome.Fail);
        deciding = deciding.Path is not null ? deciding : found.Find(f => f.Path.Reason.Outcome != Outcome.Pass);
        deciding = deciding.Path is not null ? deciding : found[0];
        var (session, path) = deciding;
        var candidate = path.Deciding;
        Dictionary<string, string> words = new()
        {
            ["media"] = (candidate?.Candidate.Port ?? 8443).ToString(CultureInfo.InvariantCulture),
            ["address"] = candidate?.Address?.ToString() ?? where.Target!.Host,
            ["consequence"] = judgement.ConsequenceOf(session.Result),
            ["proof"] = PathJudgement.ProofOfLife(session.Result) ?? "",
            ["why"] = path.Why,
            ["told"] = Told(session),
            ["elsewhere"] = PathJudgement.Elsewhere(session.Address, candidate, session.Result),
        };
        var findings = new AddressFindings(where, [.. found.Select(f => new AtAddress(f.Session.Address, f.Path.Reason, f.Path.Seen))]);
        var result = findings.ToResult(Id, _reasons.Passed, _reasons.SomeAddressesFail, words);
        return result with
        {
            IsInferred = result.IsInferred || found.Exists(f => f.Path.Reason.Outcome == Outcome.Fail && f.Path.Reason.IsInferred),
            Subjects = [.. found.SelectMany(f => judgement.Of(f.Session.Result).Select(c => SubjectOf(c, f.Session, f.Path, sessions.Count > 1)))],
        };
    }

    private static string Told(SessionAtAddress session) => session.Result.Candidates.Count == 0
        ? "no address at all"
        : "these addresses: " + string.Join(", ", session.Result.Candidates
            .Select(c => $"{PathJudgement.EndPointOf(c)} ({PathJudgement.Text(c.Transport)})").Distinct());

    private static SubjectResult SubjectOf(
        CandidateResult c, SessionAtAddress session, PathFinding path, bool severalServers)
    {
        var name = $"{PathJudgement.Text(c.Transport)} {PathJudgement.EndPointOf(c)}{(severalServers ? $" of RTCD {session.Address}" : "")}";
        var works = c.State == CandidateState.Answered;

        // One that does not answer beside one that does is no fault: clients try them all.
        var outcome = ReferenceEquals(c, path.Deciding) ? path.Reason.Outcome : works ? Outcome.Pass : Outcome.Inconclusive;
        return new SubjectResult(
            name, outcome, ReferenceEquals(c, path.Deciding) ? path.Reason.Code : works ? null : "not-told", PathJudgement.Seen(c))
        {
            Duration = c.MedianRoundTrip,
        };
    }
}
