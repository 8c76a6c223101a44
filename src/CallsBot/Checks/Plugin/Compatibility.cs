using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using CallsBot.Protocols.Rtcd;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace CallsBot.Checks.Plugin;

/// <summary>Which versions go together: <c>compatibility.yaml</c>, read and checked.</summary>
/// <param name="Rules">In the order of the file.</param>
/// <param name="Shipped">The Calls plugin that each release of Mattermost comes with, by "major.minor".</param>
internal sealed partial record Compatibility(IReadOnlyList<CompatibilityRule> Rules, IReadOnlyDictionary<string, RtcdSemver> Shipped)
{
    /// <summary>Products that the server knows nothing of.</summary>
    public static readonly IReadOnlyList<string> Clients = ["desktop", "mobile", "chromium"];

    private const string Backend = "backend";

    private static readonly string[] Products = ["server", "plugin", "rtcd", "offloader", .. Clients];

    private static readonly Lazy<Compatibility> Embedded = new(() => Parse(EmbeddedText()));

    /// <summary>The file that ships with the program.</summary>
    /// <exception cref="FormatException">It is not sound: a bug.</exception>
    public static Compatibility Current => Embedded.Value;

    public static string EmbeddedText()
    {
        using var stream = typeof(Compatibility).Assembly.GetManifestResourceStream("Checks/compatibility.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <exception cref="FormatException">With all faults, a line each.</exception>
    public static Compatibility Parse(string yaml)
    {
        FileYaml file;
        try
        {
            file = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).WithDuplicateKeyChecking().Build()
                .Deserialize<FileYaml?>(yaml) ?? new FileYaml();
        }
        catch (YamlException ex)
        {
            throw new FormatException($"line {ex.Start.Line}: {ex.InnerException?.Message ?? ex.Message}", ex);
        }

        var faults = new List<string>();
        var rules = (file.Rules ?? []).Select(rule => rule.ToRule(faults)).OfType<CompatibilityRule>().ToList();
        faults.AddRange(rules.GroupBy(rule => rule.Id, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => $"{group.Key}: the id is taken twice"));
        var shipped = new Dictionary<string, RtcdSemver>(StringComparer.Ordinal);
        foreach (var entry in file.Shipped ?? [])
        {
            if (!ShortVersion().IsMatch(entry.Server ?? "") || !RtcdSemver.TryParse(entry.Plugin, out var plugin))
            {
                faults.Add($"shipped: {entry.Server} with {entry.Plugin} are no versions, the first as 11.10");
            }
            else if (!shipped.TryAdd(entry.Server!, plugin))
            {
                faults.Add($"shipped: {entry.Server} is there twice");
            }
        }

        if (rules.Count == 0 || shipped.Count == 0)
        {
            faults.Add("rules and shipped both need entries");
        }

        return faults.Count == 0 ? new Compatibility(rules, shipped) : throw new FormatException(string.Join("\n", faults));
    }

    [GeneratedRegex("^[a-z0-9]+([-.][a-z0-9]+)*$", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex RuleId();

    [GeneratedRegex("^[0-9]+\\.[0-9]+$", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex ShortVersion();

    [SuppressMessage("Performance", "CA1812", Justification = "The deserialiser makes them.")]
    private sealed class FileYaml
    {
        public List<RuleYaml>? Rules { get; set; }

        public List<ShippedYaml>? Shipped { get; set; }
    }

    [SuppressMessage("Performance", "CA1812", Justification = "The deserialiser makes them.")]
    private sealed class ShippedYaml
    {
        public string? Server { get; set; }

        public string? Plugin { get; set; }
    }

    [SuppressMessage("Performance", "CA1812", Justification = "The deserialiser makes them.")]
    private sealed class RuleYaml
    {
        public string? Id { get; set; }

        public Dictionary<string, string>? When { get; set; }

        public Dictionary<string, string>? Needs { get; set; }

        public string? Level { get; set; }

        public string? Says { get; set; }

        public string? Fix { get; set; }

        public string? Reference { get; set; }

        public CompatibilityRule? ToRule(List<string> faults)
        {
            var before = faults.Count;
            void Demand(bool met, string fault)
            {
                if (!met)
                {
                    faults.Add($"{Id ?? "a rule without an id"}: {fault}");
                }
            }

            Demand(RuleId().IsMatch(Id ?? ""), "the id is not lower-case words with hyphens between them");
            Demand(Says is { Length: > 0 } && Says.EndsWith('.'), "says is no sentence");
            Demand(Fix is { Length: > 0 } && Fix.EndsWith('.'), "fix is no sentence");
            Demand(Reference is { Length: > 0 }, "there is no reference");
            Demand(When is { Count: > 0 }, "when is empty");
            var level = Level switch { "fail" => Outcome.Fail, "warn" => Outcome.Warn, "pass" => Outcome.Pass, _ => (Outcome?)null };
            Demand(level is not null, "the level is none of fail, warn, pass");
            CallsBackendKind? backend = When?.GetValueOrDefault(Backend) switch
            {
                "rtcd" => CallsBackendKind.Rtcd,
                "integrated" => CallsBackendKind.Integrated,
                "livekit" => CallsBackendKind.LiveKit,
                _ => null,
            };
            Demand(backend is not null || When?.ContainsKey(Backend) != true, "the backend is none of rtcd, integrated, livekit");
            var when = Ranges(When?.Where(entry => entry.Key != Backend) ?? [], Demand);
            var needs = Ranges(Needs ?? [], Demand);
            return faults.Count == before
                ? new CompatibilityRule(Id!, backend, when, needs, level!.Value, Says!, Fix!, Reference!)
                : null;
        }

        private static Dictionary<string, VersionRange> Ranges(IEnumerable<KeyValuePair<string, string>> entries, Action<bool, string> demand)
        {
            var ranges = new Dictionary<string, VersionRange>(StringComparer.Ordinal);
            foreach (var (product, text) in entries)
            {
                demand(Products.Contains(product), $"there is no product '{product}'");
                demand(VersionRange.TryParse(text, out var range), $"'{text}' is no range of versions");
                if (range is not null)
                {
                    ranges[product] = range;
                }
            }

            return ranges;
        }
    }
}

/// <summary>One rule of <c>compatibility.yaml</c>.</summary>
/// <param name="Id">Kebab-case and stable: the reason code of what it finds.</param>
/// <param name="Backend">The media backend that it is about; null for any.</param>
/// <param name="When">Where it holds.</param>
/// <param name="Needs">What has to be so there; empty when it is broken wherever it holds.</param>
/// <param name="Level">Fail, warn or pass.</param>
/// <param name="Says">What is the matter.</param>
/// <param name="Fix">What to do.</param>
/// <param name="Reference">Where that is known from.</param>
internal sealed record CompatibilityRule(
    string Id,
    CallsBackendKind? Backend,
    IReadOnlyDictionary<string, VersionRange> When,
    IReadOnlyDictionary<string, VersionRange> Needs,
    Outcome Level,
    string Says,
    string Fix,
    string Reference)
{
    /// <summary>Whether it is about clients, whose versions nobody here knows.</summary>
    public bool IsAboutClients => Needs.Count > 0 && Needs.Keys.All(Compatibility.Clients.Contains);

    /// <param name="versions">What is known, by product.</param>
    /// <param name="backend">The media backend.</param>
    /// <returns>Whether it is broken; null when a version that it asks for is not known.</returns>
    public bool? IsBroken(IReadOnlyDictionary<string, RtcdSemver> versions, CallsBackendKind backend)
    {
        if (Backend is { } wanted && wanted != backend)
        {
            return backend == CallsBackendKind.Unknown ? null : false;
        }

        if (When.Any(entry => versions.TryGetValue(entry.Key, out var version) && !entry.Value.Contains(version)))
        {
            return false;
        }

        if (!When.Keys.All(versions.ContainsKey))
        {
            return null;
        }

        if (Needs.Count == 0 || IsAboutClients)
        {
            return true;
        }

        if (Needs.Any(entry => versions.TryGetValue(entry.Key, out var version) && !entry.Value.Contains(version)))
        {
            return true;
        }

        return Needs.Keys.All(versions.ContainsKey) ? false : null;
    }
}

/// <summary>"&gt;= 1.2.3", "&lt; 1.2.3", or both with a space between.</summary>
/// <param name="From">Included; null for none.</param>
/// <param name="Below">Not included; null for none.</param>
internal sealed partial record VersionRange(RtcdSemver? From, RtcdSemver? Below)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out VersionRange? range)
    {
        range = null;
        if (Shape().Match(text ?? "") is not { Success: true } match)
        {
            return false;
        }

        RtcdSemver? from = null;
        RtcdSemver? below = null;
        if ((match.Groups["from"].Success && !RtcdSemver.TryParse(match.Groups["from"].Value, out from))
            || (match.Groups["below"].Success && !RtcdSemver.TryParse(match.Groups["below"].Value, out below))
            || (from is null && below is null)
            || (from is not null && below is not null && from >= below))
        {
            return false;
        }

        range = new VersionRange(from, below);
        return true;
    }

    public bool Contains(RtcdSemver version) => (From is null || version >= From) && (Below is null || version < Below);

    public override string ToString() => $"{(From is null ? "" : $"from {From}")}{(From is null || Below is null ? "" : " ")}{(Below is null ? "" : $"below {Below}")}";

    [GeneratedRegex(@"^(>= (?<from>[0-9.]+))?( ?< (?<below>[0-9.]+))?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Shape();
}
