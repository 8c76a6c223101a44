using System.Globalization;
using CallsBot.Checks;
using CallsBot.Protocols.Pprof;

namespace CallsBot.Analysis.Profiles;

/// <summary>
/// Reads profiles in pprof's format: for what a program uses the processor, in the words of <c>go tool pprof -top</c> and, for
/// RTCD, by what it is that the functions do. Profiles of memory, goroutines and locks get their table.
/// </summary>
internal sealed class ProfileAnalyser(FindingCatalog findings) : Analyser
{
    private const int MostRows = 15;
    private const int LongestName = 90;

    /// <summary>Of one core.</summary>
    private const double IdleBelow = 0.05;

    /// <summary>Shares of the samples say nothing below this much processor time: Go samples 100 times a second.</summary>
    private static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(500);

    /// <summary>Work that is more than it should be, and from which share of the samples on.</summary>
    private static readonly (WorkFamily Family, double From, string Finding)[] TooMuch =
    [
        (WorkFamily.Login, 0.3, "profile-logins"),
        (WorkFamily.GarbageCollection, 0.25, "profile-garbage-collection"),
        (WorkFamily.Locks, 0.25, "profile-locks"),
        (WorkFamily.Logging, 0.2, "profile-logging"),
        (WorkFamily.Metrics, 0.3, "profile-metrics"),
        (WorkFamily.Signalling, 0.5, "profile-signalling"),
    ];

    public override IReadOnlyList<Shape> Shapes { get; } =
        [new Shape(PieceKind.Profile, head => !head.IsText && PprofProfile.IsLikely(head.Bytes.Span, head.IsWhole) ? 90 : 0)];

    public override async Task<PieceReading> ReadAsync(Piece piece, Stream content, CancellationToken cancellationToken)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > PprofProfile.LargestSize)
            {
                return new PieceReading { Trouble = "The profile is larger than 64 MiB and was not read: record a shorter one." };
            }
        }

        try
        {
            return Of(piece, PprofProfile.Read(bytes.GetBuffer().AsMemory(0, (int)bytes.Length)));
        }
        catch (InvalidDataException ex)
        {
            return new PieceReading { Trouble = $"{FindingText.Clean(ex.Message, 200)} Record it again." };
        }
    }

    private PieceReading Of(Piece piece, PprofProfile profile)
    {
        var type = profile.SampleTypes[profile.DefaultSampleType];
        var top = ProfileTop.Of(profile, profile.DefaultSampleType);
        var isProcessor = type is { Type: "cpu", Unit: "nanoseconds" };
        return new PieceReading
        {
            Facts = [.. Facts(profile, type, top)],
            Tables = [.. Tables(profile, type, top, isProcessor)],
            Findings = isProcessor && IsRtcd(profile, top) ? [.. Judged(piece, profile, top.Total)] : [],
        };
    }

    private static IEnumerable<Evidence> Facts(PprofProfile profile, PprofValueType type, ProfileTop top)
    {
        yield return new Evidence("Profile of", type.Type);
        if (profile.Program.Length > 0)
        {
            yield return new Evidence("Program", profile.Program[(profile.Program.LastIndexOf('/') + 1)..]);
        }

        if (profile.RecordedAt is { } at)
        {
            yield return new Evidence("Recorded at", AnalysisWords.Time(at));
        }

        if (profile.Duration > TimeSpan.Zero)
        {
            yield return new Evidence("Duration", string.Create(CultureInfo.InvariantCulture, $"{profile.Duration.TotalSeconds:0.##} s"));
        }

        var share = type.Unit == "nanoseconds" && profile.Duration > TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $" ({top.Total / 1e9 / profile.Duration.TotalSeconds:P1} of one core)").Replace(" %", "%", StringComparison.Ordinal)
            : "";
        yield return new Evidence("Total", ProfileNumbers.Shown(top.Total, type.Unit) + (type.Type == "cpu" ? share : ""));
    }

    private static IEnumerable<Table> Tables(PprofProfile profile, PprofValueType type, ProfileTop top, bool isProcessor)
    {
        if (top.Total == 0)
        {
            yield break;
        }

        if (isProcessor)
        {
            yield return new Table(
                "What the processor is used for",
                ["share", "time", "work"],
                [.. WorkFamilies.Of(profile, profile.DefaultSampleType).OrderByDescending(family => family.Value).Select(family => (IReadOnlyList<string>)
                    [ProfileNumbers.Share(family.Value, top.Total), ProfileNumbers.Shown(family.Value, type.Unit), WorkFamilies.NameOf(family.Key)])]);
        }

        yield return Of("Functions by their own share", top.ByFlat.Take(MostRows));
        yield return Of("Functions with all that they call", top.ByCumulative.Take(MostRows));

        Table Of(string title, IEnumerable<ProfileFunction> functions) => new(
            title,
            ["flat", "flat%", "cum", "cum%", "function"],
            [.. functions.Select(function => (IReadOnlyList<string>)
            [
                ProfileNumbers.Shown(function.Flat, type.Unit), ProfileNumbers.Share(function.Flat, top.Total),
                ProfileNumbers.Shown(function.Cumulative, type.Unit), ProfileNumbers.Share(function.Cumulative, top.Total),
                FindingText.Clean(function.Name, LongestName),
            ])]);
    }

    private static bool IsRtcd(PprofProfile profile, ProfileTop top) =>
        profile.Program.EndsWith("rtcd", StringComparison.Ordinal)
        || top.ByCumulative.Any(function => function.Name.StartsWith("github.com/mattermost/rtcd", StringComparison.Ordinal));

    private IEnumerable<Finding> Judged(Piece piece, PprofProfile profile, long total)
    {
        if (profile.Duration <= TimeSpan.Zero)
        {
            yield break;
        }

        var cores = total / 1e9 / profile.Duration.TotalSeconds;
        if (cores < IdleBelow)
        {
            yield return findings.Found("profile-idle");
            yield break;
        }

        if (TimeSpan.FromSeconds(total / 1e9) < LeastTime)
        {
            yield return findings.Found("profile-too-short");
            yield break;
        }

        var families = WorkFamilies.Of(profile, profile.DefaultSampleType);
        var heavy = TooMuch.Where(rule => families.GetValueOrDefault(rule.Family) >= rule.From * total).ToList();
        foreach (var rule in heavy)
        {
            yield return findings.Found(rule.Finding, Quote.Of(piece.Name, null, $"{ProfileNumbers.Share(families[rule.Family], total)} of the samples: {WorkFamilies.NameOf(rule.Family)}"))
                with { Words = new Dictionary<string, string> { ["share"] = ProfileNumbers.WholeShare(families[rule.Family], total) } };
        }

        if (heavy.Count == 0)
        {
            yield return findings.Found("profile-usual-work") with
            {
                Words = new Dictionary<string, string> { ["cores"] = cores.ToString("0.0", CultureInfo.InvariantCulture) },
            };
        }
    }
}
