using System.Reflection;
using CallsBot.Checks;
using CallsBot.Cli;
using CallsBot.Languages;
using CallsBot.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CallsBot.Tests.Languages;

public sealed class LanguageFilesTests
{
    private static readonly CheckKeys[] NoChecks = [];

    public static TheoryData<string, string, string, string, string> Faults => new()
    {
        { "chat.de.yaml", "\nsee-below: Ich habe ein paar Fragen an Sie.", "", "see-below", "is missing" },
        { "chat.fr.yaml", "\nbusy:", "\nbusy-bee: bzz\nbusy:", "busy-bee", "is left over" },
        { "chat.es.yaml", "{ended} de", "{end} de", "testing-progress", "placeholders end, expected, seconds" },
        { "chat.de.yaml", "  one: \"{count} Warnung\"\n", "", "count-warn", "no plural form one" },
        { "chat.ja.yaml", "count-warn:\n", "count-warn:\n  one: \"{count}\"\n", "count-warn", "a plural form one" },
        { "chat.de.yaml", "count-pass:\n  one: \"{count} OK\"\n  other: \"{count} OK\"", "count-pass: \"{count} OK\"", "count-pass", "has no plural forms" },
        { "chat.fr.yaml", "`true`", "`vrai`", "typed-targets-are-off", "has the code" },
        { "chat.de.yaml", "skip-button: Überspringen", "skip-button: Diese Frage einfach überspringen und weitergehen", "skip-button", "40 is the limit" },
        { "chat.fr.yaml", "administrator-dialog-title: Écrire à un admin", "administrator-dialog-title: Écrire à un administrateur", "administrator-dialog-title", "24 is the limit" },
        { "chat.es.yaml", "skip-button: Omitir", "skip-button: Omitir\nskip-button: Saltar", "", "line" },
        { "words.de.yaml", "\ncancel:", "\ncancelled:", "cancel", "is missing" },
        { "words.de.yaml", "\nquit: [", "\nquit: ['…', ", "quit", "holds no word" },
        { "words.fr.yaml", "\nno: [", "\nno: [oui, ", "no", "'oui', which is in yes as well" },
        { "words.es.yaml", "\nskip: [", "\nskip: [back, ", "skip", "'back', which is in back as well" },
    };

    [Fact]
    public void The_files_that_ship_have_no_fault()
    {
        using var services = OfflineServices.Create(new LoadedSettings(new ConfigurationBuilder().Build(), []));

        LanguageFiles.Check(services.GetRequiredService<CheckCatalog>().All).Select(fault => fault.ToString()).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_found_and_named(string file, string from, string to, string key, string what)
    {
        var changed = 0;
        var faults = LanguageFiles.Check(NoChecks, (kind, language) =>
        {
            var yaml = kind == CheckFile.Kind ? "{}" : TextFile.YamlOf(kind, language);
            if (TextFile.NameOf(kind, language) != file)
            {
                return yaml;
            }

            changed += yaml.Contains(from, StringComparison.Ordinal) ? 1 : 0;
            return yaml.Replace(from, to, StringComparison.Ordinal);
        });

        changed.ShouldBeGreaterThan(0, "the file has what is to be changed");
        faults.ShouldContain(fault => fault.File == file && (fault.Key ?? "") == key && fault.What.Contains(what), string.Join('\n', faults));
    }

    [Theory]
    [InlineData("{}", "some-check", "is missing")]
    [InlineData("some-check: {activity: a, pass: b, broken: c}", "some-check/title", "is missing")]
    [InlineData("some-check: {title: t, activity: a, pass: b}", "some-check/broken", "is missing")]
    [InlineData("some-check: {title: t, activity: a, pass: b, broken: c, mended: d}", "some-check/mended", "is left over")]
    [InlineData("some-check: {title: t, activity: a, pass: b, broken: c}\nother: {pass: d}", "other/pass", "is left over")]
    [InlineData("some-check: {title: t, activity: a, like: other, broken: c}\nother: {pass: d, broken: e}", "other/broken", "is left over")]
    [InlineData("some-check: {title: t, activity: a, like: other, broken: c}\nother: {pass: 'over {path}'}", "other/pass", "has the placeholder path")]
    public void A_sentence_of_a_check_that_is_missing_or_left_over_is_found(string yaml, string key, string what)
    {
        var shared = "\nshared: {check-failed: x, need-not-met: y, cancelled: z}";

        var faults = LanguageFiles.Check(
            [new CheckKeys("some-check", [CheckFile.Title, CheckFile.Activity, CheckFile.Pass, "broken"])],
            (kind, language) => kind == CheckFile.Kind ? (yaml == "{}" ? shared : yaml + shared) : TextFile.YamlOf(kind, language));

        faults.ShouldContain(fault => fault.File == "checks.de.yaml" && fault.Key == key && fault.What.StartsWith(what), string.Join('\n', faults));
    }

    [Fact]
    public void A_check_that_takes_its_sentences_from_elsewhere_is_complete()
    {
        const string Yaml = """
            some-check: {title: t, activity: a, like: other, path: UDP}
            other: {pass: "over {path}", broken: b}
            shared: {check-failed: x, need-not-met: y, cancelled: z}
            """;

        LanguageFiles.Check(
            [new CheckKeys("some-check", [CheckFile.Title, CheckFile.Activity, CheckFile.Pass, "broken"])],
            (kind, language) => kind == CheckFile.Kind ? Yaml : TextFile.YamlOf(kind, language))
            .Where(fault => fault.File.StartsWith(CheckFile.Kind, StringComparison.Ordinal)).ShouldBeEmpty();
        CheckFile.Read(Yaml).Find("some-check", CheckFile.Pass).ShouldBe("over UDP");
    }

    [Fact]
    public void Each_key_has_its_member_and_each_member_its_key()
    {
        var members = typeof(ChatTexts).GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(member => member is PropertyInfo { PropertyType: var type } && type == typeof(string)
                || member is MethodInfo { IsSpecialName: false })
            .Select(member => member.Name);

        members.ShouldBe(TextFile.Shipped(LanguageFiles.Chat, Language.English).Texts.Keys.Select(ChatTexts.NameOf), ignoreOrder: true);
        typeof(WordLists).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(list => list.Name)
            .ShouldBe(WordLists.Read(TextFile.YamlOf(WordLists.Kind, Language.English), []).Keys.Select(ChatTexts.NameOf), ignoreOrder: true);
    }

    [Fact]
    public void Every_member_gives_a_text_in_every_language_with_nothing_left_to_fill()
    {
        foreach (var language in Language.All)
        {
            var texts = ChatTexts.In(language);
            foreach (var member in typeof(ChatTexts).GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                var text = member switch
                {
                    PropertyInfo property => property.GetValue(texts) as string,
                    MethodInfo { IsSpecialName: false } method => (string)method.Invoke(texts, [.. method.GetParameters().Select(ArgumentFor)])!,
                    _ => null,
                };
                text?.ShouldNotBeEmpty();
                Text.PlaceholdersOf(text ?? "").ShouldBeEmpty($"{language} {member.Name}");
            }
        }

        static object ArgumentFor(ParameterInfo parameter) =>
            parameter.ParameterType == typeof(int) ? 2
            : parameter.ParameterType == typeof(long) ? 2L
            : parameter.ParameterType == typeof(double) ? 2.5
            : parameter.ParameterType == typeof(string) ? "word"
            : new[] { "ana", "bob" };
    }
}
