using CallsBot.Languages;

namespace CallsBot.Analysis;

internal sealed class FindingTexts
{
    private readonly Dictionary<string, string> _texts = [];

    public static FindingTexts In(Language language) => language is null ? throw new ArgumentNullException(nameof(language)) : new FindingTexts();

    public string Says(Finding finding) => Of(finding, finding.Type.Says)!;

    public string? User(Finding finding) => Of(finding, finding.Type.User);

    public string? Cause(Finding finding) => Of(finding, finding.Type.Cause);

    public string? Do(Finding finding) => Of(finding, finding.Type.Do);

    private string? Of(Finding finding, string? text) => text is null ? null : finding.Fill(_texts.GetValueOrDefault(finding.Id, text));
}
