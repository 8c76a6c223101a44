using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace CallsBot.Tests.Analysis;

/// <summary>Evidence from real runs, with what it shows: the folders under <c>Vectors/evidence</c>, each with a <c>labels.yaml</c>.</summary>
internal static class Corpus
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "CallsBot.Tests", "Vectors", "evidence");

    public static IReadOnlyList<LabelledEvidence> All { get; } = Read();

    /// <summary>Reads files as <c>callsbot analyse</c> does, all in one run.</summary>
    public static Task<AnalysisReport> AnalyseAsync(params IEnumerable<string> paths) => AnalyseAsync(
        [.. paths.Select(path => new EvidenceSource(Path.GetFileName(path), _ => Task.FromResult<Stream>(File.OpenRead(path))))]);

    public static Task<AnalysisReport> AnalyseAsync(IReadOnlyList<EvidenceSource> sources) =>
        new EvidenceReader(new AnalyserCatalog(FindingCatalog.Shipped), TimeProvider.System, NullLogger<EvidenceReader>.Instance)
            .ReadAsync(sources, AnalysisLimits.Default, progress: null, CancellationToken.None);

    public static IReadOnlyList<string> FaultsIn(AnalysisReport report) =>
        [.. report.Findings.Where(finding => finding.Outcome is Outcome.Fail or Outcome.Warn).Select(finding => finding.Id).Distinct().Order(StringComparer.Ordinal)];

    private static List<LabelledEvidence> Read()
    {
        var yaml = new DeserializerBuilder().WithNamingConvention(HyphenatedNamingConvention.Instance).WithDuplicateKeyChecking().Build();
        return
        [
            .. Directory.EnumerateFiles(Folder, "labels.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .SelectMany(path => yaml.Deserialize<List<LabelledEvidence>>(File.ReadAllText(path))
                    .Select(entry => entry with { Folder = Path.GetRelativePath(Folder, Path.GetDirectoryName(path)!) })),
        ];
    }
}

/// <summary>One entry of a <c>labels.yaml</c>: files that are read in one run, and what they show.</summary>
internal sealed record LabelledEvidence
{
    public string Folder { get; init; } = "";

    /// <summary>File names beside <c>labels.yaml</c>, read together.</summary>
    public List<string> Files { get; init; } = [];

    /// <summary>The kinds of the pieces, in order.</summary>
    public List<string> Kinds { get; init; } = [];

    /// <summary>How it was made: the real run, or the documentation whose form it has.</summary>
    public string MadeBy { get; init; } = "";

    /// <summary>Every finding that is a fault or a warning; empty for evidence in which all is well.</summary>
    public List<string> Faults { get; init; } = [];

    /// <summary>Other findings that have to be there.</summary>
    public List<string> Also { get; init; } = [];

    public string Name => $"{Folder}/{string.Join('+', Files)}";

    public IEnumerable<string> Paths => Files.Select(file => Path.Combine(Corpus.Folder, Folder, file));

    public override string ToString() => Name;
}
