using CallsBot.Checks;

namespace CallsBot.Languages;

/// <summary>
/// What checks say to anyone, in one language: title, activity, and the sentence for each way to end. English stands with
/// the checks themselves; the other languages in <c>Texts/checks.*.yaml</c>.
/// </summary>
internal sealed class CheckSentences
{
    private static readonly Dictionary<Language, Lazy<CheckSentences>> ByLanguage =
        Language.All.ToDictionary(language => language, language => new Lazy<CheckSentences>(() => new CheckSentences(language)));

    private readonly CheckFile? _file;

    private CheckSentences(Language language)
    {
        _file = language == Language.English ? null : CheckFile.Shipped(language);
    }

    public static CheckSentences In(Language language) => ByLanguage[language].Value;

    /// <summary>The result's own English for a way to end that the files do not know, such as one of an older release.</summary>
    public string Summary(CheckResult result) => Find(result.CheckId, result.ReasonCode ?? CheckFile.Pass) ?? result.Summary;

    /// <param name="checkId">The check.</param>
    /// <param name="english">What it says of itself.</param>
    public string Title(string checkId, string english) => Find(checkId, CheckFile.Title) ?? english;

    /// <param name="checkId">The check.</param>
    /// <param name="english">What it says of itself.</param>
    public string Activity(string checkId, string english) => Find(checkId, CheckFile.Activity) ?? english;

    private string? Find(string checkId, string key) => _file?.Find(checkId, key);
}
