using System.Text.RegularExpressions;

namespace CallsBot.Languages;

/// <summary>A text of a resource file: one for every count, or one for each plural form.</summary>
/// <param name="Forms">By plural form; a text that counts nothing has only <see cref="PluralForm.Other"/>.</param>
/// <param name="IsCounted">Whether the file gives it by plural form.</param>
internal sealed partial record Text(IReadOnlyDictionary<PluralForm, string> Forms, bool IsCounted)
{
    public string Of(PluralForm form) => Forms.TryGetValue(form, out var text) ? text : Forms[PluralForm.Other];

    /// <summary>Puts values in the place of <c>{name}</c>. What stands in a value is left as it is.</summary>
    public static string Fill(string text, IReadOnlyList<(string Name, string Value)> words) =>
        Placeholder().Replace(text, match => words.First(word => word.Name == match.Groups[1].Value).Value);

    /// <summary>The names of the placeholders in a text.</summary>
    public static IReadOnlySet<string> PlaceholdersOf(string text) =>
        Placeholder().Matches(text).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    /// <summary>What stands between backticks: commands and names, which no language translates.</summary>
    public static IReadOnlyList<string> CodeOf(string text) =>
        [.. Code().Matches(text).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"\{([a-z]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    [GeneratedRegex("`([^`]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
