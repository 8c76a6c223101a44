using YamlDotNet.RepresentationModel;

namespace CallsBot.Languages;

/// <summary>
/// What the checks say, in one language: for each check its title, its activity and a sentence for each way to end. A
/// sentence that the check has not itself is taken from the section that it names under <c>like</c>, and then from
/// <c>shared</c>; a <c>{name}</c> in it stands for what the check has under that name. Pure.
/// </summary>
internal sealed class CheckFile
{
    public const string Kind = "checks";
    public const string Title = "title";
    public const string Activity = "activity";

    /// <summary>A plain pass has no reason code.</summary>
    public const string Pass = "pass";

    public const string Shared = "shared";

    /// <summary>Names the section that has the sentences which several checks share.</summary>
    public const string Like = "like";

    private CheckFile(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> sections, IReadOnlyList<string> faults)
    {
        Sections = sections;
        Faults = faults;
    }

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Sections { get; }

    /// <summary>What is wrong with the file by itself.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <exception cref="InvalidOperationException">The file has faults.</exception>
    public static CheckFile Shipped(Language language)
    {
        var file = Read(TextFile.YamlOf(Kind, language));
        return file.Faults.Count == 0 ? file : throw new InvalidOperationException($"{TextFile.NameOf(Kind, language)}: {file.Faults[0]}");
    }

    public static CheckFile Read(string yaml)
    {
        var sections = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        var faults = new List<string>();
        if (TextFile.Root(yaml, faults) is not { } root)
        {
            return new CheckFile(sections, faults);
        }

        foreach (var (key, value) in root.Children)
        {
            if (key is not YamlScalarNode { Value: { Length: > 0 } check } || value is not YamlMappingNode entries)
            {
                faults.Add($"line {key.Start.Line}: a check must have a list of sentences");
                continue;
            }

            var sentences = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, text) in entries.Children)
            {
                if (name is YamlScalarNode { Value: { Length: > 0 } word } && text is YamlScalarNode { Value: { Length: > 0 } sentence })
                {
                    sentences.Add(word, sentence);
                }
                else
                {
                    faults.Add($"line {name.Start.Line}: {check} has something other than a sentence");
                }
            }

            sections.Add(check, sentences);
        }

        return new CheckFile(sections, faults);
    }

    /// <summary>The text for a check, with its placeholders filled; null when there is none.</summary>
    public string? Find(string checkId, string key)
    {
        var own = Sections.GetValueOrDefault(checkId);
        var text = own?.GetValueOrDefault(key);
        if (text is null && key is not (Title or Activity))
        {
            text = (own?.GetValueOrDefault(Like) is { } like ? Sections.GetValueOrDefault(like)?.GetValueOrDefault(key) : null)
                ?? Sections.GetValueOrDefault(Shared)?.GetValueOrDefault(key);
        }

        return text is null || own is null ? text : Text.Fill(text, [.. own.Select(entry => (entry.Key, entry.Value))]);
    }
}
