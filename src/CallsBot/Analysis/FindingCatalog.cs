using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;
using CallsBot.Checks;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace CallsBot.Analysis;

/// <summary>Every kind of finding, from the files under <c>Findings/</c>. docs/analysis.md has the fields.</summary>
internal sealed partial class FindingCatalog
{
    private const string Folder = "Findings/";
    private const int LongestSentence = 300;
    private const int LongestText = 1_500;
    private const int ShortestMatch = 4;

    private static readonly Lazy<FindingCatalog> Embedded = new(() => Read(EmbeddedFiles()));

    private readonly FrozenDictionary<string, FindingType> _types;

    private FindingCatalog(IEnumerable<FindingType> types)
    {
        All = [.. types];
        _types = All.ToFrozenDictionary(type => type.Id, StringComparer.Ordinal);
    }

    /// <summary>The files that ship with the program.</summary>
    public static FindingCatalog Shipped => Embedded.Value;

    /// <summary>In the files' order.</summary>
    public IReadOnlyList<FindingType> All { get; }

    /// <exception cref="KeyNotFoundException">There is no such kind: a bug of whoever asks.</exception>
    public FindingType this[string id] =>
        _types.TryGetValue(id, out var type) ? type : throw new KeyNotFoundException($"There is no finding '{id}'.");

    public FindingType? Find(string id) => _types.GetValueOrDefault(id);

    /// <summary>Words for a type that no log line shows: analysers name it by id.</summary>
    public Finding Found(string id, params IReadOnlyList<Quote> quotes) => new(this[id], quotes);

    /// <param name="files">The files' names and texts.</param>
    /// <exception cref="FormatException">With all faults, a line each.</exception>
    public static FindingCatalog Read(IEnumerable<(string Name, string Yaml)> files)
    {
        var faults = new List<string>();
        var types = new Dictionary<string, FindingType>(StringComparer.Ordinal);
        foreach (var (name, yaml) in files)
        {
            foreach (var (id, entry) in Entries(name, yaml, faults))
            {
                if (entry is null)
                {
                    faults.Add($"{name}: {id} is empty");
                    continue;
                }

                var found = Faults(id, entry).ToList();
                faults.AddRange(found.Select(fault => $"{name}: {id} {fault}"));
                if (found.Count == 0 && !types.TryAdd(id, entry.ToType(id)))
                {
                    faults.Add($"{name}: {id} is there twice");
                }
            }
        }

        faults.AddRange(
            from type in types.Values
            from other in type.Explains
            where !types.ContainsKey(other) || other == type.Id
            select $"{type.Id} explains {other}, which is no other finding");
        return faults.Count == 0 ? new FindingCatalog(types.Values) : throw new FormatException(string.Join('\n', faults));
    }

    private static Dictionary<string, FindingYaml?> Entries(string name, string yaml, List<string> faults)
    {
        try
        {
            return new DeserializerBuilder().WithNamingConvention(HyphenatedNamingConvention.Instance).WithDuplicateKeyChecking().Build()
                .Deserialize<Dictionary<string, FindingYaml?>?>(yaml) ?? [];
        }
        catch (YamlException ex)
        {
            faults.Add($"{name}: line {ex.Start.Line}: {ex.InnerException?.Message ?? ex.Message}");
            return [];
        }
    }

    private static IEnumerable<string> Faults(string id, FindingYaml entry)
    {
        if (!Kebab().IsMatch(id))
        {
            yield return "is no kebab-case word";
        }

        if (entry.Group is null || !Kebab().IsMatch(entry.Group))
        {
            yield return "has no group, or one that is no kebab-case word";
        }

        if (!FindingYaml.Outcomes.ContainsKey(entry.Outcome ?? ""))
        {
            yield return $"has the outcome '{entry.Outcome}': one of {string.Join(", ", FindingYaml.Outcomes.Keys)}";
        }

        if (!FindingYaml.Certainties.ContainsKey(entry.Certainty ?? ""))
        {
            yield return $"has the certainty '{entry.Certainty}': one of {string.Join(", ", FindingYaml.Certainties.Keys)}";
        }

        if (string.IsNullOrWhiteSpace(entry.Says) || entry.Says.Length > LongestSentence)
        {
            yield return $"says nothing, or more than {LongestSentence} characters";
        }

        foreach (var (field, text) in new[] { ("user", entry.User), ("cause", entry.Cause), ("do", entry.Do) })
        {
            if (text is not null && (text.Length > LongestText || string.IsNullOrWhiteSpace(text)))
            {
                yield return $"has an empty {field}, or one of more than {LongestText} characters";
            }
        }

        if (entry.Outcome is "fail" or "warn" && (entry.Cause is null || entry.Do is null))
        {
            yield return "is a fault and has no cause, or nothing to do";
        }

        foreach (var fault in SignatureFaults(entry))
        {
            yield return fault;
        }
    }

    private static IEnumerable<string> SignatureFaults(FindingYaml entry)
    {
        if ((entry.Match is null) != (entry.Logs is null) || (entry.Match is null && (entry.Where ?? entry.Level ?? entry.OnlyIf) is not null))
        {
            yield return "has half a signature: logs and match belong together";
        }

        foreach (var log in (entry.Logs ?? []).Where(log => !FindingYaml.Kinds.ContainsKey(log)))
        {
            yield return $"looks in '{log}', which is no kind of evidence";
        }

        foreach (var match in (entry.Match ?? []).Where(match => match.Length < ShortestMatch || !System.Text.Ascii.IsValid(match)))
        {
            yield return $"matches '{match}', which is shorter than {ShortestMatch} characters or not ASCII";
        }

        if (entry.Where is { } where && WhyNot(where) is { } why)
        {
            yield return $"has a 'where' that is no regular expression: {why}";
        }
    }

    private static string? WhyNot(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking);
            return null;
        }
        catch (Exception ex) when (ex is ArgumentException or NotSupportedException)
        {
            return ex.Message;
        }
    }

    private static IEnumerable<(string Name, string Yaml)> EmbeddedFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name, reader.ReadToEnd());
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Kebab();

    /// <summary>An entry as its file has it.</summary>
    private sealed class FindingYaml
    {
        public static readonly IReadOnlyDictionary<string, Outcome> Outcomes = new Dictionary<string, Outcome>
        {
            ["fail"] = Checks.Outcome.Fail,
            ["warn"] = Checks.Outcome.Warn,
            ["pass"] = Checks.Outcome.Pass,
            ["inconclusive"] = Checks.Outcome.Inconclusive,
        };

        public static readonly IReadOnlyDictionary<string, Certainty> Certainties =
            Enum.GetValues<Certainty>().ToDictionary(certainty => certainty.ToString().ToLowerInvariant());

        public static readonly Dictionary<string, PieceKind> Kinds = Enum.GetValues<PieceKind>().ToDictionary(PieceKinds.WordOf);

        public string? Group { get; init; }

        public string? Outcome { get; init; }

        public string? Certainty { get; init; }

        public string? Says { get; init; }

        public string? User { get; init; }

        public string? Cause { get; init; }

        public string? Do { get; init; }

        public List<string>? Items { get; init; }

        public List<string>? Explains { get; init; }

        public string? Node { get; init; }

        public List<string>? Logs { get; init; }

        public List<string>? Match { get; init; }

        public string? Where { get; init; }

        public string? Level { get; init; }

        public string? OnlyIf { get; init; }

        public FindingType ToType(string id) => new()
        {
            Id = id,
            Group = Group!,
            Outcome = Outcomes[Outcome!],
            Certainty = Certainties[Certainty!],
            Says = Says!.Trim(),
            User = User?.Trim(),
            Cause = Cause?.Trim(),
            Do = Do?.Trim(),
            Items = Items ?? [],
            Explains = Explains ?? [],
            Node = Node,
            Signature = Match is null ? null : new Signature([.. Logs!.Select(log => Kinds[log])], Match, Where, Level, OnlyIf),
        };
    }
}
