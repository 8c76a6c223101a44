using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace CallsBot.Checks;

/// <summary>
/// What becomes of each step of the documentation and each item of the troubleshooting page: <c>coverage.yaml</c>, put
/// together with what the checks say they cover.
/// </summary>
/// <param name="Vendor">The numbered checks of the vendor's deployment guide.</param>
/// <param name="Items">The items of the troubleshooting page, and newer ones.</param>
internal sealed partial record Coverage(IReadOnlyList<CoveredItem> Vendor, IReadOnlyList<CoveredItem> Items)
{
    private static readonly Lazy<string> Embedded = new(ReadEmbedded);

    /// <summary>All that is wrong, a line each: ids that nothing covers, and ids that nobody knows.</summary>
    public IReadOnlyList<string> Faults { get; private init; } = [];

    /// <summary>The file that ships with the program.</summary>
    public static string EmbeddedText => Embedded.Value;

    /// <param name="covers">Ids that each check covers, by the check's id.</param>
    /// <param name="nodes">Ids of the trees' nodes that cover each item, by its id. Those of corrections (X1 …) are left out.</param>
    /// <exception cref="FormatException">The file is not sound, with all faults, a line each.</exception>
    public static Coverage Of(
        string yaml, IReadOnlyDictionary<string, IReadOnlyList<string>> covers, IReadOnlyDictionary<string, IReadOnlyList<string>> nodes)
    {
        var file = Read(yaml);
        var checks = covers.SelectMany(check => check.Value.Select(id => (Id: id, Check: check.Key))).ToLookup(entry => entry.Id, entry => entry.Check, StringComparer.Ordinal);
        CoveredItem Item(EntryYaml entry) => new(entry.Id!, entry.What!, [.. checks[entry.Id!].Order(StringComparer.Ordinal)], entry.Person, nodes.GetValueOrDefault(entry.Id!, []));
        var coverage = new Coverage([.. file.Vendor!.Select(Item)], [.. file.Items!.Select(Item)]);
        var all = coverage.Vendor.Concat(coverage.Items).ToList();
        var known = all.Select(item => item.Id).ToHashSet(StringComparer.Ordinal);
        return coverage with
        {
            Faults =
            [
                .. all.Where(item => item.Checks.Count == 0 && item.Person is null).Select(item => $"{item.Id}: no check covers it, and nothing says what a person has to do"),
                .. checks.Where(entry => !known.Contains(entry.Key)).Select(entry => $"{entry.Key}: {string.Join(", ", entry)} covers it, and coverage.yaml does not know it"),
                .. coverage.Items.Where(item => item.Nodes.Count == 0).Select(item => $"{item.Id}: no node of a tree covers it"),
                .. nodes.Keys.Where(id => !known.Contains(id) && !Correction().IsMatch(id)).Order(StringComparer.Ordinal).Select(id => $"{id}: a tree names it, and coverage.yaml does not know it"),
            ],
        };
    }

    private static FileYaml Read(string yaml)
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

        file.Vendor ??= [];
        file.Items ??= [];
        var entries = file.Vendor.Concat(file.Items).ToList();
        List<string> faults =
        [
            .. entries.Where(entry => !ItemId().IsMatch(entry.Id ?? "")).Select(entry => $"'{entry.Id}' is no id"),
            .. entries.Where(entry => string.IsNullOrWhiteSpace(entry.What)).Select(entry => $"{entry.Id}: what is missing"),
            .. entries.Where(entry => entry.Person is not null && (entry.Person.Length < 10 || !entry.Person.EndsWith('.'))).Select(entry => $"{entry.Id}: person is no sentence"),
            .. entries.GroupBy(entry => entry.Id, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => $"{group.Key}: is there twice"),
        ];
        return faults.Count == 0 ? file : throw new FormatException(string.Join("\n", faults));
    }

    private static string ReadEmbedded()
    {
        using var stream = typeof(Coverage).Assembly.GetManifestResourceStream("Checks/coverage.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("^([A-Z][0-9]{1,2}(\\.[0-9]{1,2})?[a-z]?|[0-9][A-Z]?(\\.[0-9]{1,2}){1,2})$", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex ItemId();

    [GeneratedRegex("^X[0-9]{1,2}$", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Correction();

    [SuppressMessage("Performance", "CA1812", Justification = "The deserialiser makes them.")]
    private sealed class FileYaml
    {
        public List<EntryYaml>? Vendor { get; set; }

        public List<EntryYaml>? Items { get; set; }
    }

    [SuppressMessage("Performance", "CA1812", Justification = "The deserialiser makes them.")]
    private sealed class EntryYaml
    {
        public string? Id { get; set; }

        public string? What { get; set; }

        public string? Person { get; set; }
    }
}

/// <param name="Id">Such as "1.6.3" or "A2.1".</param>
/// <param name="What">What it is about.</param>
/// <param name="Checks">Ids of the checks that cover it, or one side of it.</param>
/// <param name="Person">What a person has to do; null when checks do all.</param>
/// <param name="Nodes">Ids of the nodes of the trees that are about it.</param>
internal sealed record CoveredItem(string Id, string What, IReadOnlyList<string> Checks, string? Person, IReadOnlyList<string> Nodes)
{
    /// <summary>Of documentation newer than the troubleshooting page, whose own sections are A to O.</summary>
    public bool IsNewer => Id[0] is 'T' or 'U';
}
