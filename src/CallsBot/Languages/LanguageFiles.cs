using CallsBot.Checks;

namespace CallsBot.Languages;

/// <summary>Finds what is wrong with the resource files: every language says everything, and nothing else. Pure.</summary>
internal static class LanguageFiles
{
    /// <summary>The chat texts.</summary>
    public const string Chat = "chat";

    private const int LongestSentence = 300;

    // Any check can end so (CheckSchedule), whatever it says of itself.
    private static readonly string[] CodesOfAll = [CheckSchedule.CheckFailed, CheckSchedule.NeedNotMet, CheckSchedule.Cancelled];

    // Within one of these groups a phrase can mean only one thing.
    private static readonly string[][] WordGroups =
    [
        ["yes", "yes-alone", "no", "no-alone", "good", "bad", "doubtful"],
        ["back", "start-over", "skip", "help", "begin", "thanks", "administrator", "status", "cancel", "check", "analyse", "ticket", "quit"],
    ];

    /// <summary>Every fault of the files that ship with the bot.</summary>
    /// <param name="checks">Whose sentences there have to be.</param>
    public static IReadOnlyList<LanguageFault> Check(IEnumerable<ICheck> checks) =>
        Check([.. checks.Select(CheckKeys.Of)], TextFile.YamlOf);

    /// <param name="checks">Whose sentences there have to be.</param>
    /// <param name="yamlOf">The content of a file, by its kind and language.</param>
    internal static IReadOnlyList<LanguageFault> Check(IReadOnlyList<CheckKeys> checks, Func<string, Language, string> yamlOf)
    {
        var faults = new List<LanguageFault>();
        var english = TextFile.Read(yamlOf(Chat, Language.English));
        var englishWords = WordsOf(Language.English);
        var englishKinds = TextFile.Read(yamlOf(KindNames.File, Language.English));
        foreach (var language in Language.All)
        {
            var kinds = language == Language.English ? englishKinds : TextFile.Read(yamlOf(KindNames.File, language));
            faults.AddRange(Faults(TextFile.NameOf(KindNames.File, language), kinds.Faults.Select(fault => ((string?)null, fault)).Concat(ChatFaults(kinds, englishKinds, language))));
            var file = language == Language.English ? english : TextFile.Read(yamlOf(Chat, language));
            faults.AddRange(Faults(TextFile.NameOf(Chat, language), file.Faults.Select(fault => ((string?)null, fault)).Concat(ChatFaults(file, english, language))));
            faults.AddRange(Faults(TextFile.NameOf(WordLists.Kind, language), WordFaults(WordsOf(language), englishWords)));
            if (language != Language.English)
            {
                var sentences = CheckFile.Read(yamlOf(CheckFile.Kind, language));
                faults.AddRange(Faults(TextFile.NameOf(CheckFile.Kind, language), sentences.Faults.Select(fault => ((string?)null, fault)).Concat(CheckFaults(sentences, checks))));
            }
        }

        return faults;

        Dictionary<string, IReadOnlyList<string>> WordsOf(Language language)
        {
            var found = new List<string>();
            var lists = WordLists.Read(yamlOf(WordLists.Kind, language), found);
            faults.AddRange(found.Select(fault => new LanguageFault(TextFile.NameOf(WordLists.Kind, language), null, fault)));
            return lists;
        }
    }

    private static IEnumerable<LanguageFault> Faults(string file, IEnumerable<(string? Key, string What)> faults) =>
        faults.Select(fault => new LanguageFault(file, fault.Key, fault.What));

    private static IEnumerable<(string? Key, string What)> ChatFaults(TextFile file, TextFile english, Language language)
    {
        foreach (var (key, source) in english.Texts)
        {
            if (!file.Texts.TryGetValue(key, out var text))
            {
                yield return (key, "is missing");
                continue;
            }

            foreach (var what in TextFaults(key, text, source, language))
            {
                yield return (key, what);
            }
        }

        foreach (var key in file.Texts.Keys.Except(english.Texts.Keys))
        {
            yield return (key, "is left over");
        }
    }

    private static IEnumerable<string> TextFaults(string key, Text text, Text english, Language language)
    {
        if (text.IsCounted != english.IsCounted)
        {
            yield return text.IsCounted ? "has plural forms, and English has none" : "has no plural forms";
        }
        else if (text.IsCounted)
        {
            foreach (var form in language.Forms.Except(text.Forms.Keys))
            {
                yield return $"has no plural form {Name(form)}";
            }

            foreach (var form in text.Forms.Keys.Except(language.Forms))
            {
                yield return $"has a plural form {Name(form)}, which the language does not know";
            }
        }

        var source = english.Of(PluralForm.Other);
        foreach (var one in text.Forms.Values)
        {
            var (here, there) = (Text.PlaceholdersOf(one), Text.PlaceholdersOf(source));
            if (!here.SetEquals(there))
            {
                yield return $"has the placeholders {Shown(here)}, and English has {Shown(there)}";
            }

            if (!Text.CodeOf(one).SequenceEqual(Text.CodeOf(source), StringComparer.Ordinal))
            {
                yield return $"has the code {Shown(Text.CodeOf(one))}, and English has {Shown(Text.CodeOf(source))}";
            }

            if (one.Length > TextLimits.Of(key))
            {
                yield return $"has {one.Length} characters, and {TextLimits.Of(key)} is the limit";
            }
        }
    }

    private static IEnumerable<(string? Key, string What)> WordFaults(
        Dictionary<string, IReadOnlyList<string>> lists, Dictionary<string, IReadOnlyList<string>> english)
    {
        foreach (var key in english.Keys.Except(lists.Keys))
        {
            yield return (key, "is missing");
        }

        foreach (var key in lists.Keys.Except(english.Keys))
        {
            yield return (key, "is left over");
        }

        foreach (var (key, phrases) in lists)
        {
            foreach (var phrase in phrases.Where(phrase => PlainText.Of(phrase).Length == 0))
            {
                yield return (key, $"has '{phrase}', which holds no word");
            }
        }

        // English is understood beside every language, so its phrases count here as well.
        foreach (var group in WordGroups)
        {
            var meanings = group
                .SelectMany(key => lists.GetValueOrDefault(key, []).Concat(english.GetValueOrDefault(key, [])).Select(phrase => (Key: key, Phrase: PlainText.Of(phrase))))
                .Distinct()
                .GroupBy(meaning => meaning.Phrase, StringComparer.Ordinal)
                .Where(meaning => meaning.Count() > 1);
            foreach (var meaning in meanings)
            {
                yield return (meaning.Last().Key, $"has '{meaning.Key}', which is in {meaning.First().Key} as well");
            }
        }
    }

    private static IEnumerable<(string? Key, string What)> CheckFaults(CheckFile file, IReadOnlyList<CheckKeys> checks)
    {
        var used = new HashSet<(string Section, string Key)>();
        foreach (var check in checks)
        {
            if (!file.Sections.TryGetValue(check.Id, out var own))
            {
                yield return (check.Id, "is missing");
                continue;
            }

            string[] sections = own.TryGetValue(CheckFile.Like, out var like) ? [check.Id, like, CheckFile.Shared] : [check.Id, CheckFile.Shared];
            used.Add((check.Id, CheckFile.Like));
            foreach (var key in check.Keys.Concat(CodesOfAll).Distinct())
            {
                var section = (key is CheckFile.Title or CheckFile.Activity ? sections[..1] : sections)
                    .FirstOrDefault(section => file.Sections.GetValueOrDefault(section)?.ContainsKey(key) == true);
                if (section is null)
                {
                    yield return ($"{check.Id}/{key}", "is missing");
                    continue;
                }

                used.Add((section, key));
                foreach (var name in Text.PlaceholdersOf(file.Sections[section][key]))
                {
                    used.Add((check.Id, name));
                    if (!own.ContainsKey(name))
                    {
                        yield return ($"{section}/{key}", $"has the placeholder {name}, and {check.Id} has nothing for it");
                    }
                }
            }
        }

        foreach (var (section, sentences) in file.Sections)
        {
            foreach (var (key, text) in sentences)
            {
                if (!used.Contains((section, key)))
                {
                    yield return ($"{section}/{key}", "is left over");
                }

                if (text.Length > LongestSentence)
                {
                    yield return ($"{section}/{key}", $"has {text.Length} characters, and {LongestSentence} is the limit");
                }
            }
        }
    }

    private static string Name(PluralForm form) => form == PluralForm.One ? "one" : "other";

    private static string Shown(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } some ? some : "none";
}

/// <summary>What one check needs sentences for.</summary>
/// <param name="Id">The check.</param>
/// <param name="Keys">Title, activity, and every way to end.</param>
internal sealed record CheckKeys(string Id, IReadOnlyList<string> Keys)
{
    private const string WithoutPlainPass = "calls-backend";

    // Every check can pass plainly but the one that has a reason code for whatever it finds.
    public static CheckKeys Of(ICheck check) => new(
        check.Id,
        [
            CheckFile.Title, CheckFile.Activity, .. check.ReasonCodes.Keys,
            .. check.Id == WithoutPlainPass ? (string[])[] : [CheckFile.Pass],
        ]);
}

/// <summary>One thing that is wrong with a resource file.</summary>
/// <param name="File">Its name.</param>
/// <param name="Key">Where in it; null for the file as a whole.</param>
/// <param name="What">What is wrong, as the end of a sentence that names the key.</param>
internal sealed record LanguageFault(string File, string? Key, string What)
{
    public override string ToString() => Key is null ? $"{File}: {What}" : $"{File}: {Key} {What}";
}
