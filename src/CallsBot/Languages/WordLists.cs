using System.Runtime.CompilerServices;
using YamlDotNet.RepresentationModel;

namespace CallsBot.Languages;

/// <summary>
/// The words that people write in place of pressing a button, in one language and in English, which everyone may use.
/// The list <c>StartOver</c> stands under <c>start-over</c> of <c>Texts/words.*.yaml</c>, and so on.
/// </summary>
internal sealed class WordLists
{
    public const string Kind = "words";

    private static readonly Dictionary<Language, Lazy<WordLists>> ByLanguage =
        Language.All.ToDictionary(language => language, language => new Lazy<WordLists>(() => new WordLists(language)));

    private readonly Dictionary<string, Phrases> _lists;

    private WordLists(Language language)
    {
        var own = Shipped(language);
        var english = Shipped(Language.English);
        _lists = english.ToDictionary(
            list => ChatTexts.NameOf(list.Key),
            list => new Phrases([.. own.GetValueOrDefault(list.Key, []).Concat(list.Value).Distinct(StringComparer.Ordinal)]),
            StringComparer.Ordinal);
    }

    public Phrases Yes => Get();

    /// <summary>Mean yes only as the whole message: in a sentence they may be another word.</summary>
    public Phrases YesAlone => Get();

    public Phrases No => Get();

    /// <summary>As <see cref="YesAlone"/>.</summary>
    public Phrases NoAlone => Get();

    /// <summary>Say that something helped.</summary>
    public Phrases Good => Get();

    /// <summary>Say that something did not help.</summary>
    public Phrases Bad => Get();

    /// <summary>After these even a clear yes or no means neither: "no longer drops" is good news.</summary>
    public Phrases Doubtful => Get();

    public Phrases Back => Get();

    public Phrases StartOver => Get();

    public Phrases Skip => Get();

    public Phrases Help => Get();

    public Phrases Begin => Get();

    public Phrases Thanks => Get();

    public Phrases Administrator => Get();

    public Phrases Status => Get();

    public Phrases Cancel => Get();

    public Phrases Analyse => Get();

    public Phrases Check => Get();

    /// <summary>Ask for a support ticket.</summary>
    public Phrases Ticket => Get();

    public Phrases Quit => Get();

    public static WordLists In(Language language) => ByLanguage[language].Value;

    /// <summary>The lists of a file, as it gives them.</summary>
    /// <param name="yaml">The file.</param>
    /// <param name="faults">Takes what is wrong with the file by itself.</param>
    public static Dictionary<string, IReadOnlyList<string>> Read(string yaml, List<string> faults)
    {
        var lists = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (TextFile.Root(yaml, faults) is not { } root)
        {
            return lists;
        }

        foreach (var (key, value) in root.Children)
        {
            if (key is YamlScalarNode { Value: { Length: > 0 } name } && value is YamlSequenceNode list
                && list.Children.All(entry => entry is YamlScalarNode { Value.Length: > 0 }))
            {
                lists.Add(name, [.. list.Children.Cast<YamlScalarNode>().Select(entry => entry.Value!)]);
            }
            else
            {
                faults.Add($"line {key.Start.Line}: there must be a name with a list of words");
            }
        }

        return lists;
    }

    private static Dictionary<string, IReadOnlyList<string>> Shipped(Language language)
    {
        var faults = new List<string>();
        var lists = Read(TextFile.YamlOf(Kind, language), faults);
        return faults.Count == 0 ? lists : throw new InvalidOperationException($"{TextFile.NameOf(Kind, language)}: {faults[0]}");
    }

    private Phrases Get([CallerMemberName] string name = "") => _lists[name];
}
