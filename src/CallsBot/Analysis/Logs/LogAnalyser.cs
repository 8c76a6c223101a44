namespace CallsBot.Analysis.Logs;

/// <summary>Reads the logs of RTCD, Mattermost, the clients, the offloader and its jobs by the signatures in <c>Findings/</c>.</summary>
internal sealed class LogAnalyser(FindingCatalog findings) : Analyser
{
    private readonly Dictionary<PieceKind, SignatureSet> _sets = [];
    private readonly CallSessions _sessions = new(findings);
    private readonly MediaAddresses _addresses = new();
    private int _pieces;

    public override IReadOnlyList<Shape> Shapes => LogShapes.All;

    public override async Task<PieceReading> ReadAsync(Piece piece, Stream content, CancellationToken cancellationToken)
    {
        if (!_sets.TryGetValue(piece.Kind, out var signatures))
        {
            _sets[piece.Kind] = signatures = new SignatureSet(findings, piece.Kind);
        }

        var scanner = new LineScanner(signatures.Literals);
        var reading = new LogReading(piece, _pieces++, findings, signatures, _sessions, _addresses, scanner);
        await scanner.ScanAsync(content, reading.See, cancellationToken);
        return reading.Complete();
    }

    public override IReadOnlyList<Finding> Conclude() => [.. _sessions.Conclude(), .. _addresses.Conclude(findings)];
}
