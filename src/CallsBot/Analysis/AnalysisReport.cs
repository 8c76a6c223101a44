using CallsBot.Checks;

namespace CallsBot.Analysis;

/// <summary>What evidence showed. Redacted: no secret is in it; addresses and names are.</summary>
/// <param name="RunId">Names the run in chat, logs and tickets.</param>
/// <param name="StartedAt">When the reading began.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Pieces">What was handed in, cut and unpacked.</param>
/// <param name="Findings">Faults first, causes before their consequences, then warnings, then what is well.</param>
/// <param name="Timeline">What happened when, oldest first; bounded.</param>
internal sealed record AnalysisReport(
    string RunId,
    DateTimeOffset StartedAt,
    TimeSpan Duration,
    IReadOnlyList<ReadPiece> Pieces,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<Moment> Timeline)
{
    /// <summary>The one thing to look at first; null when nothing is wrong.</summary>
    public Finding? First => Findings.FirstOrDefault(finding => finding.Outcome is Outcome.Fail or Outcome.Warn);

    /// <summary>Fail and warn as the findings; inconclusive when nothing was recognised or nothing tells anything; else pass.</summary>
    public Outcome Outcome =>
        First?.Outcome
        ?? (Findings.Any(finding => finding.Outcome == Outcome.Pass) ? Outcome.Pass : Outcome.Inconclusive);
}

/// <param name="Piece">What it is.</param>
/// <param name="Bytes">How much of it was read.</param>
/// <param name="Reading">What it showed.</param>
internal sealed record ReadPiece(Piece Piece, long Bytes, PieceReading Reading);
