using CallsBot.Languages;
using YamlDotNet.RepresentationModel;

namespace CallsBot.Analysis;

/// <summary>
/// What findings say, in one language. English stands with the findings themselves; the other languages in
/// <c>Languages/Texts/findings.*.yaml</c>, by the finding's id and the field. What a file does not have is said in English.
/// </summary>
internal sealed class FindingTexts
{
    private static readonly Dictionary<Language, Lazy<FindingTexts>> ByLanguage =
        Language.All.ToDictionary(language => language, language => new Lazy<FindingTexts>(() => new FindingTexts(language)));

    private readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> _texts;

    private FindingTexts(Language language)
    {
        _texts = FindingTextFile.YamlOf(language) is { } yaml
            ? FindingTextFile.Read(yaml).Texts
            : new Dictionary<string, IReadOnlyDictionary<string, string>>();
    }

    public static FindingTexts In(Language language) => ByLanguage[language].Value;

    public string Says(Finding finding) => Of(finding, "says", finding.Type.Says)!;

    public string? User(Finding finding) => Of(finding, "user", finding.Type.User);

    public string? Cause(Finding finding) => Of(finding, "cause", finding.Type.Cause);

    public string? Do(Finding finding) => Of(finding, "do", finding.Type.Do);

    private string? Of(Finding finding, string field, string? english) => english is null
        ? null
        : finding.Fill(_texts.GetValueOrDefault(finding.Id)?.GetValueOrDefault(field) ?? english);
}

/// <summary>The texts of findings in another language than English, and what is wrong with them. Pure but for the shipped files.</summary>
internal sealed class FindingTextFile
{
    public const string Kind = "findings";

    private const int LongestSentence = 400;
    private const int LongestText = 2_000;

    private FindingTextFile(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> texts, IReadOnlyList<string> faults)
    {
        Texts = texts;
        Faults = faults;
    }

    /// <summary>By the finding's id, then by the field.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Texts { get; }

    /// <summary>What is wrong with the file by itself.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>The file that ships with the program; null while the language has none.</summary>
    public static string? YamlOf(Language language) =>
        TextFile.Exists(Kind, language) ? TextFile.YamlOf(Kind, language) : null;

    public static FindingTextFile Read(string yaml)
    {
        var texts = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        var faults = new List<string>();
        if (TextFile.Root(yaml, faults) is not { } root)
        {
            return new FindingTextFile(texts, faults);
        }

        foreach (var (key, value) in root.Children)
        {
            if (key is not YamlScalarNode { Value: { Length: > 0 } id } || value is not YamlMappingNode fields)
            {
                faults.Add($"line {key.Start.Line}: a finding must have a list of texts");
                continue;
            }

            var own = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, text) in fields.Children)
            {
                if (name is YamlScalarNode { Value: { Length: > 0 } field } && text is YamlScalarNode { Value: { Length: > 0 } words })
                {
                    own.Add(field, words.Trim());
                }
                else
                {
                    faults.Add($"line {name.Start.Line}: {id} has something other than a text");
                }
            }

            texts.Add(id, own);
        }

        return new FindingTextFile(texts, faults);
    }

    /// <summary>Every fault of the files that ship with the program. A language without a file has none.</summary>
    public static IReadOnlyList<LanguageFault> Check() =>
        [.. Language.All.Where(language => language != Language.English).SelectMany(language => YamlOf(language) is { } yaml ? Check(FindingCatalog.Shipped, language, yaml) : [])];

    /// <summary>Every finding has every text, with the placeholders and the code of English, and nothing is left over.</summary>
    public static IReadOnlyList<LanguageFault> Check(FindingCatalog findings, Language language, string yaml)
    {
        var file = Read(yaml);
        var name = TextFile.NameOf(Kind, language);
        return
        [
            .. file.Faults.Select(fault => new LanguageFault(name, null, fault)),
            .. file.Texts.Keys.Where(id => findings.Find(id) is null).Select(id => new LanguageFault(name, id, "is left over")),
            .. findings.All.SelectMany(type => file.Texts.TryGetValue(type.Id, out var own)
                ? FaultsOf(type, own).Select(fault => new LanguageFault(name, $"{type.Id}/{fault.Field}", fault.What))
                : [new LanguageFault(name, type.Id, "is missing")]),
        ];
    }

    private static IEnumerable<(string Field, string What)> FaultsOf(FindingType type, IReadOnlyDictionary<string, string> own)
    {
        var english = type.Texts().ToDictionary(text => text.Field, text => text.Text, StringComparer.Ordinal);
        foreach (var field in own.Keys.Except(english.Keys))
        {
            yield return (field, "is left over");
        }

        foreach (var (field, source) in english)
        {
            if (!own.TryGetValue(field, out var text))
            {
                yield return (field, "is missing");
                continue;
            }

            if (!FindingText.PlaceholdersOf(text).SequenceEqual(FindingText.PlaceholdersOf(source), StringComparer.Ordinal))
            {
                yield return (field, $"has the placeholders {Shown(FindingText.PlaceholdersOf(text))}, and English has {Shown(FindingText.PlaceholdersOf(source))}");
            }

            if (!Text.CodeOf(text).SequenceEqual(Text.CodeOf(source), StringComparer.Ordinal))
            {
                yield return (field, $"has the code {Shown(Text.CodeOf(text))}, and English has {Shown(Text.CodeOf(source))}");
            }

            var limit = field == "says" ? LongestSentence : LongestText;
            if (text.Length > limit)
            {
                yield return (field, $"has {text.Length} characters, and {limit} is the limit");
            }
        }
    }

    private static string Shown(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
