using CallsBot.Protocols.Dtls;

namespace CallsBot.Probes.Media;

/// <summary>Why there was nothing to check.</summary>
internal enum MediaProbeFailure
{
    /// <summary>The WebSocket ended before the answer.</summary>
    SignallingLost,

    /// <summary>RTCD's silence: it refuses a join or an offer only in its log.</summary>
    NoAnswer,

    /// <summary>RTCD closed the session instead of answering.</summary>
    SessionClosed,

    /// <summary>The answer lacks credentials or fingerprint, or is no answer.</summary>
    UnreadableAnswer,

    /// <summary>An answer, and not one candidate.</summary>
    NoCandidates,
}

/// <summary>What a throw-away session showed of the media path. Judging it is for checks.</summary>
internal sealed record MediaProbeResult
{
    /// <summary>Null when there were candidates, whatever came of them.</summary>
    public MediaProbeFailure? Failure { get; init; }

    /// <summary>More about the failure. May hold a stranger's text.</summary>
    public string? Detail { get; init; }

    /// <summary>Every candidate that RTCD told of, once, those for component 2 left out.</summary>
    public IReadOnlyList<CandidateResult> Candidates { get; init; } = [];

    /// <summary>Null when no candidate answered, or when the session ended before.</summary>
    public DtlsProbeResult? Dtls { get; init; }

    /// <summary>
    /// RTCD closed the session, or the WebSocket ended, while candidates were being checked. RTCD closes it too when the
    /// DTLS handshake fails.
    /// </summary>
    public bool EndedEarly { get; init; }

    /// <summary>RTCD confirmed that the session is gone. False after <see cref="MediaProbeFailure.SignallingLost"/>.</summary>
    public bool CloseReceived { get; init; }

    /// <summary>To ask RTCD whether anything is left of the call. Unguessable; not for people.</summary>
    public required string CallId { get; init; }

    public required string SessionId { get; init; }

    public MediaProbeTimes Times { get; init; } = new();

    /// <summary>Without the ids.</summary>
    public override string ToString() =>
        Failure is { } failure
            ? $"{failure}"
            : $"{Candidates.Count(c => c.State == CandidateState.Answered)} of {Candidates.Count} candidates answered, DTLS {Dtls?.Handshake.Outcome.ToString() ?? "not tried"}";
}

/// <param name="Candidate">The pair that was nominated.</param>
/// <param name="Handshake">What came of the handshake on it.</param>
/// <param name="PeerSentData">The server began its SCTP association, so it has finished the handshake too.</param>
internal sealed record DtlsProbeResult(CandidateResult Candidate, DtlsResult Handshake, bool PeerSentData);

/// <summary>How long each part took; null for one that was not come to. Checks go on while candidates still arrive.</summary>
internal sealed record MediaProbeTimes
{
    /// <summary>From the offer to the answer.</summary>
    public TimeSpan? Answer { get; init; }

    /// <summary>From the answer to the first candidate.</summary>
    public TimeSpan? FirstCandidate { get; init; }

    /// <summary>From the answer to the end of all checks.</summary>
    public TimeSpan? Checks { get; init; }

    /// <summary>From the join to the end of the DTLS handshake: what a person waits for "connected".</summary>
    public TimeSpan? Connected { get; init; }

    /// <summary>From the leave to the close.</summary>
    public TimeSpan? Leave { get; init; }

    public TimeSpan Total { get; init; }
}
