using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Reports;

namespace CallsBot.Tickets;

/// <summary>
/// All that a ticket is made of, not redacted. It leaves the process through <see cref="WrittenTicket"/> alone, and
/// <see cref="ToString"/> shows nothing of it.
/// </summary>
internal sealed record TicketFacts
{
    public required string TicketId { get; init; }

    public required DateTimeOffset WrittenAt { get; init; }

    public required TicketWords Words { get; init; }

    /// <summary>
    /// Whether what administrators alone may read is in it: the report, settings, versions and logs of the server. False for
    /// a ticket that an ordinary user wrote.
    /// </summary>
    public required bool HasServerData { get; init; }

    /// <summary>The walk through a tree that led here; null for none.</summary>
    public TicketWalk? Walk { get; init; }

    /// <summary>The latest diagnosis; null when there is none, or for an ordinary user.</summary>
    public Report? Report { get; init; }

    public IReadOnlyList<SettingFact> Settings { get; init; } = [];

    /// <summary>Why there are no settings; null when there are.</summary>
    public string? SettingsMissing { get; init; }

    /// <summary>The server's own log, oldest line first; empty when it may not be included or could not be read.</summary>
    public IReadOnlyList<string> ServerLog { get; init; } = [];

    /// <summary>Why there is no server log; null when there is.</summary>
    public string? ServerLogMissing { get; init; }

    /// <summary>RTCD's metrics; null for an ordinary user, and where no RTCD is in use.</summary>
    public RtcdSnapshot? Metrics { get; init; }

    /// <summary>Whether pasted texts and logs may be included.</summary>
    public bool IncludesLogs { get; init; } = true;

    /// <summary>What was handed in in the chat; empty when logs may not be included.</summary>
    public IReadOnlyList<TicketEvidence> Evidence { get => IncludesLogs ? field : []; init; } = [];

    /// <summary>The pasted texts that go with the ticket.</summary>
    public IReadOnlyList<TicketText> Texts => IncludesLogs ? Walk?.Texts ?? [] : [];

    /// <summary>The checks, with the report's before those of the walk that the report does not have.</summary>
    public IReadOnlyList<CheckResult> Findings =>
    [
        .. Report?.Checks.Select(check => check.Result) ?? [],
        .. (Walk?.Steps ?? []).Select(step => step.Finding).OfType<CheckResult>()
            .Where(finding => Report?.Checks.All(check => check.Result.CheckId != finding.CheckId) ?? true)
            .Reverse().DistinctBy(finding => finding.CheckId).Reverse(),
    ];

    /// <summary>What is installed, as label and value. For administrators.</summary>
    public IReadOnlyList<Evidence> Inventory => HasServerData
        ? [.. (Report?.Inventory ?? []).Concat(Findings.SelectMany(finding => finding.Inventory)).Distinct()]
        : [];

    /// <summary>For how many it fails: what was written in the dialog, else what was answered on the way.</summary>
    public Affected Affected => Words.Affected != Affected.Unknown
        ? Words.Affected
        : Walk?.Facts.GetValueOrDefault(TicketWalk.Scope) switch
        {
            "everyone" => Affected.Everyone,
            "some" => Affected.Several,
            "only-me" => Affected.One,
            _ => Affected.Unknown,
        };

    /// <summary>Everything that people wrote or pasted, to look for clients and calls in.</summary>
    public IEnumerable<string> Everything =>
        [Words.Description, Words.Steps, Words.Since, .. Words.Additions.Select(addition => addition.Text), .. Walk?.Texts.Select(text => text.Text) ?? []];

    /// <summary>Whether something of one of these kinds was handed in.</summary>
    public bool HasEvidence(params IEnumerable<PieceKind> kinds) =>
        kinds.Any(kind => Evidence.Any(evidence => evidence.Kinds.Contains(PieceKinds.WordOf(kind))));

    /// <summary>Programs with which it fails, with their versions where they are known.</summary>
    public IReadOnlyList<string> Programs => WithFact(ClientEnvironments.ProgramsIn(Everything), TicketWalk.Client);

    /// <summary>Systems on which it fails.</summary>
    public IReadOnlyList<string> Systems => WithFact(ClientEnvironments.SystemsIn(Everything), TicketWalk.System);

    public string? InventoryValue(string label) => Inventory.FirstOrDefault(entry => entry.Label == label)?.Value;

    /// <summary>The answer of the walk goes first, unless something more exact says the same.</summary>
    private IReadOnlyList<string> WithFact(IReadOnlyList<string> found, string fact) =>
        Walk?.Facts.GetValueOrDefault(fact) is { } known && !found.Any(word => word.Contains(known, StringComparison.OrdinalIgnoreCase))
            ? [known, .. found]
            : found;

    public override string ToString() => $"{nameof(TicketFacts)} of ticket {TicketId}";
}

/// <summary>A setting of the Calls plugin. Secrets are masked before.</summary>
/// <param name="Name">As the plugin writes it.</param>
/// <param name="Value">As it may be shown.</param>
/// <param name="Whence">Where the value comes from, in words.</param>
internal sealed record SettingFact(string Name, string Value, string Whence);
