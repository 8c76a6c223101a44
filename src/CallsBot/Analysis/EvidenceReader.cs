using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using CallsBot.Checks;

namespace CallsBot.Analysis;

/// <summary>Recognises and reads evidence: unpacks, cuts apart, hands each piece to its analyser, and orders what was found.</summary>
internal sealed partial class EvidenceReader(AnalyserCatalog analysers, TimeProvider time, ILogger<EvidenceReader> logger)
{
    private const int MostMoments = 200;

    /// <param name="sources">What was handed in.</param>
    /// <param name="limits">How much of it is read.</param>
    /// <param name="progress">Told after each piece, on any thread. Must not throw.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<AnalysisReport> ReadAsync(
        IReadOnlyList<EvidenceSource> sources, AnalysisLimits limits, Action<ReadPiece>? progress, CancellationToken cancellationToken)
    {
        var runId = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var startedAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        var open = analysers.Open();
        List<Shape> shapes = [.. open.SelectMany(analyser => analyser.Shapes)];
        var read = new List<ReadPiece>();
        await foreach (var file in new Unpacker(limits).OpenAsync(sources, cancellationToken))
        {
            await foreach (var piece in ReadFileAsync(file, shapes, open, cancellationToken))
            {
                read.Add(piece);
                progress?.Invoke(piece);
            }

            if (read.Count > limits.MostPieces)
            {
                break;
            }
        }

        var findings = FindingOrder.Of([.. read.SelectMany(piece => piece.Reading.Findings), .. open.SelectMany(analyser => analyser.Conclude())]);
        var moments = read.SelectMany(piece => piece.Reading.Moments).OrderBy(moment => moment.At).ToList();
        var report = new AnalysisReport(runId, startedAt, time.GetElapsedTime(started), read, findings, Thinned(moments));
        LogRead(runId, read.Count, findings.Count, report.Outcome, report.Duration);
        return ReportRedaction.Of(report);
    }

    private async IAsyncEnumerable<ReadPiece> ReadFileAsync(
        UnpackedFile file, List<Shape> shapes, IReadOnlyList<Analyser> open,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (file.Content is null)
        {
            yield return new ReadPiece(new Piece(file.Name, file.Kind ?? PieceKind.Unknown), 0, new PieceReading { Facts = file.Facts, Trouble = file.Trouble });
            yield break;
        }

        await using var content = new CountingStream(file.Content);
        var (head, trouble) = await ReadHeadAsync(content, PasteCutter.Longest + 1, cancellationToken);
        if (trouble is null && head.Length <= PasteCutter.Longest && new Head(head, isWhole: true).IsText)
        {
            foreach (var part in PasteCutter.Cut(Encoding.UTF8.GetString(head), shapes))
            {
                var bytes = Encoding.UTF8.GetBytes(part.Text);
                yield return await ReadPieceAsync(
                    new Piece(file.Name, part.Kind, part.FirstLine), () => bytes.Length, new MemoryStream(bytes, writable: false), () => file.Trouble, open, cancellationToken);
            }

            yield break;
        }

        var kind = Shape.Of(new Head(head, isWhole: trouble is null && head.Length <= PasteCutter.Longest), shapes).Kind;
        await using var whole = new JoinedStream(head, content);
        yield return await ReadPieceAsync(new Piece(file.Name, kind), () => content.Count, whole, () => trouble ?? file.Trouble, open, cancellationToken);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Bytes of strangers: a fault in an analyser must not hide what the others found. It is logged as a bug.")]
    private async Task<ReadPiece> ReadPieceAsync(
        Piece piece, Func<long> count, Stream content, Func<string?> troubleSoFar, IReadOnlyList<Analyser> open, CancellationToken cancellationToken)
    {
        var analyser = open.FirstOrDefault(analyser => analyser.Shapes.Any(shape => shape.Kind == piece.Kind));
        PieceReading reading;
        try
        {
            reading = analyser is null ? PieceReading.Nothing : await analyser.ReadAsync(piece, content, cancellationToken);
        }
        catch (Exception ex) when (ex is IOException or InvalidDataException)
        {
            reading = new PieceReading { Trouble = $"It could not be read to its end: {FindingText.Clean(ex.Message, 200)}" };
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            LogAnalyserFailed(PieceKinds.WordOf(piece.Kind), ex);
            reading = new PieceReading { Trouble = "Reading it failed. This is a fault of CallsBot: please report it." };
        }

        // Why the bytes ended tells more than what their end looked like.
        return new ReadPiece(piece, count(), troubleSoFar() is { } trouble ? reading with { Trouble = trouble } : reading);
    }

    private static async Task<(byte[] Head, string? Trouble)> ReadHeadAsync(Stream content, int most, CancellationToken cancellationToken)
    {
        var head = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while (head.Length < most
                && (read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, most - head.Length)), cancellationToken)) > 0)
            {
                head.Write(buffer, 0, read);
            }
        }
        catch (Exception ex) when (ex is IOException or InvalidDataException)
        {
            return (head.ToArray(), $"It could not be read to its end: {FindingText.Clean(ex.Message, 200)}");
        }

        return (head.ToArray(), null);
    }

    /// <summary>The first and the last ones tell most: what began it, and what it came to.</summary>
    private static List<Moment> Thinned(List<Moment> moments) =>
        moments.Count <= MostMoments ? moments : [.. moments.Take(MostMoments / 2), .. moments.TakeLast(MostMoments / 2)];

    [LoggerMessage(LogLevel.Information, "Analysis {RunId} read {Pieces} pieces, found {Findings} things, ended in {Outcome}; took {Duration}.")]
    private partial void LogRead(string runId, int pieces, int findings, Outcome outcome, TimeSpan duration);

    [LoggerMessage(LogLevel.Error, "Reading evidence of the kind {Kind} failed.")]
    private partial void LogAnalyserFailed(string kind, Exception exception);
}
