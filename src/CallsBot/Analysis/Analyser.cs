namespace CallsBot.Analysis;

/// <summary>
/// Reads evidence of some kinds. One lives for one run and may carry what it saw from piece to piece. Nothing that arrives
/// makes it throw, take more than bounded memory, or run anything.
/// </summary>
internal abstract class Analyser
{
    /// <summary>How the kinds that it reads are recognised.</summary>
    public abstract IReadOnlyList<Shape> Shapes { get; }

    /// <summary>Reads one piece of one of its kinds.</summary>
    /// <param name="piece">What it is.</param>
    /// <param name="content">
    /// Its bytes from the first one on, forward only; text is UTF-8, possibly with faults. May be read in part; is closed by
    /// the caller. <see cref="IOException"/> and <see cref="InvalidDataException"/> from it may be let through.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public abstract Task<PieceReading> ReadAsync(Piece piece, Stream content, CancellationToken cancellationToken);

    /// <summary>What all pieces together show, after the last one.</summary>
    public virtual IReadOnlyList<Finding> Conclude() => [];
}
