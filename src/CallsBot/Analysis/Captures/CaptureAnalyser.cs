namespace CallsBot.Analysis.Captures;

/// <summary>Reads packet captures.</summary>
internal sealed class CaptureAnalyser(FindingCatalog findings) : Analyser
{
    private readonly FindingCatalog _findings = findings;

    public override IReadOnlyList<Shape> Shapes { get; } = [];

    public override Task<PieceReading> ReadAsync(Piece piece, Stream content, CancellationToken cancellationToken) =>
        Task.FromResult(PieceReading.Nothing);

    public override IReadOnlyList<Finding> Conclude() => _findings.All.Count == 0 ? [] : [];
}
