using System.Globalization;

namespace CallsBot.Languages;

/// <summary>A language that the bot speaks. There is one instance of each.</summary>
internal sealed class Language
{
    public static readonly Language English = new("en", "English") { DecimalSeparator = "." };
    public static readonly Language German = new("de", "Deutsch");
    public static readonly Language French = new("fr", "Français") { IsZeroSingular = true, HasElision = true };
    public static readonly Language Spanish = new("es", "Español");
    public static readonly Language Japanese = new("ja", "日本語")
    {
        HasPlural = false, HasSpaces = false, DecimalSeparator = ".", ListSeparator = "、",
    };

    private Language(string code, string name)
    {
        Code = code;
        Name = name;
    }

    /// <summary>English, in which everything is written first, and then the others.</summary>
    public static IReadOnlyList<Language> All { get; } = [English, German, French, Spanish, Japanese];

    /// <summary>Two lower-case letters of ISO 639-1: what the names of the resource files carry.</summary>
    public string Code { get; }

    /// <summary>What its speakers call it.</summary>
    public string Name { get; }

    /// <summary>The plural forms that a counted text needs in this language.</summary>
    public IReadOnlyList<PluralForm> Forms => HasPlural ? [PluralForm.One, PluralForm.Other] : [PluralForm.Other];

    /// <summary>Whether words stand apart from each other.</summary>
    public bool HasSpaces { get; private init; } = true;

    /// <summary>Whether an article or pronoun loses its vowel and grows on to the next word: "l'écran", "m'entend".</summary>
    public bool HasElision { get; private init; }

    /// <summary>Between the names of a list.</summary>
    public string ListSeparator { get; private init; } = ", ";

    public string DecimalSeparator { get; private init; } = ",";

    private bool HasPlural { get; init; } = true;

    private bool IsZeroSingular { get; init; }

    /// <summary>
    /// The language of a Mattermost or POSIX locale such as "de", "de-CH", "fr_CA.UTF-8" or "JA"; English for any that the
    /// bot does not speak.
    /// </summary>
    public static Language For(string? locale)
    {
        var code = (locale ?? "").Trim().Split('-', '_', '.', '@')[0];
        return All.FirstOrDefault(language => string.Equals(language.Code, code, StringComparison.OrdinalIgnoreCase)) ?? English;
    }

    /// <summary>
    /// The form for a count (CLDR's cardinal rules; its form "many" of French and Spanish, which begins at a million, is left out).
    /// </summary>
    public PluralForm FormFor(long count) => HasPlural && (count is 1 or -1 || (count == 0 && IsZeroSingular)) ? PluralForm.One : PluralForm.Other;

    /// <summary>A number with one decimal.</summary>
    public string Number(double value) =>
        value.ToString("0.0", CultureInfo.InvariantCulture).Replace(".", DecimalSeparator, StringComparison.Ordinal);

    /// <summary>The names one after the other.</summary>
    public string List(IEnumerable<string> names) => string.Join(ListSeparator, names);

    public override string ToString() => Code;
}

/// <summary>A plural category of CLDR, as far as the bot's languages have them.</summary>
internal enum PluralForm
{
    One,
    Other,
}
