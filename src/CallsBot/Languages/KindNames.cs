namespace CallsBot.Languages;

/// <summary>What kinds of evidence are called in one language: <c>Texts/kinds.*.yaml</c>.</summary>
internal sealed class KindNames
{
    /// <summary>The files' kind.</summary>
    public const string File = "kinds";

    private static readonly Dictionary<Language, Lazy<KindNames>> ByLanguage =
        Language.All.ToDictionary(language => language, language => new Lazy<KindNames>(() => new KindNames(language)));

    private readonly TextFile _file;

    private KindNames(Language language)
    {
        _file = TextFile.Shipped(File, language);
    }

    /// <summary>The kinds that have a name, by their kebab-case words.</summary>
    public IEnumerable<string> Words => _file.Texts.Keys;

    public static KindNames In(Language language) => ByLanguage[language].Value;

    /// <param name="word">Such as "rtcd-log".</param>
    public string Of(string word) => _file.Texts[word].Of(PluralForm.Other);
}
