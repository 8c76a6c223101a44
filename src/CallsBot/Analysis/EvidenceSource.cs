namespace CallsBot.Analysis;

/// <summary>Something that was handed in: a file, an upload, a pasted text.</summary>
/// <param name="Name">As the person knows it.</param>
/// <param name="OpenAsync">Opens its bytes from the first one on; closed by whoever reads.</param>
internal sealed record EvidenceSource(string Name, Func<CancellationToken, Task<Stream>> OpenAsync)
{
    public static EvidenceSource Of(string name, string text) =>
        new(name, _ => Task.FromResult<Stream>(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text), writable: false)));
}

/// <summary>How much is read of what arrives. What is beyond is left out, and the report says so.</summary>
internal sealed record AnalysisLimits
{
    public static readonly AnalysisLimits Default = new();

    /// <summary>Of all sources together, after unpacking.</summary>
    public long MostBytes { get; init; } = 16L * 1024 * 1024 * 1024;

    /// <summary>Of archive members together, as a multiple of the packed bytes: above it, it is a zip bomb. Logs pack 10 to 30 times.</summary>
    public int LargestRatio { get; init; } = 200;

    /// <summary>Archives in archives.</summary>
    public int Deepest { get; init; } = 3;

    /// <summary>Files, members and parts of pastes.</summary>
    public int MostPieces { get; init; } = 1_000;

    /// <summary>Of a zip that cannot be read where it is, and is copied to the temporary folder.</summary>
    public long LargestCopy { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Ends the reading early. What was read by then is reported, and that it was not all.</summary>
    public CancellationToken Stop { get; init; }
}
