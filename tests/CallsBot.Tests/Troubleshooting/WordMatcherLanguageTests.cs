using CallsBot.Languages;
using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Troubleshooting;

public sealed class WordMatcherLanguageTests
{
    private static readonly InstructNode Instruct = new("try-it", "Try it", "Do this.", null, [], "solved", "next");
    private static readonly CollectNode Collect = new("paste-it", "Paste it", "Paste it.", null, [], "pasted", "next", "next");

    private static readonly AskNode Japanese = new(
        "what", "何が起きていますか", "", null, [],
        [
            new Answer("connecting", "接続中のまま進まない", "next", ["つながらない", "接続できない"]),
            new Answer("sound", "音が聞こえない", "next", ["音声", "マイク", "聞こえな"]),
            new Answer("rtcd", "RTCD のエラーが出る", "next", ["rtcd"]),
        ],
        Menu: false);

    private static readonly AskNode French = new(
        "what", "Que se passe-t-il ?", "", null, [],
        [
            new Answer("dropped", "L'appel est coupé", "next", ["coupé", "déconnect*"]),
            new Answer("sound", "Je n'entends rien", "next", ["son", "muet"]),
        ],
        Menu: false);

    [Theory]
    [InlineData("de", "ja", true)]
    [InlineData("de", "Ja, das hat geholfen!", true)]
    [InlineData("de", "jetzt geht es wieder", true)]
    [InlineData("de", "geloest", true)]
    [InlineData("de", "nein", false)]
    [InlineData("de", "geht immer noch nicht", false)]
    [InlineData("de", "hat nicht geholfen", false)]
    [InlineData("de", "funktioniert nicht mehr", false)]
    [InlineData("de", "bricht nicht mehr ab", null)]
    [InlineData("de", "ich weiß nicht", null)]
    [InlineData("de", "ja, aber es geht immer noch nicht", null)]
    [InlineData("de", "nein, jetzt funktioniert es", null)]
    [InlineData("de", "yes", true)]
    [InlineData("de", "it still drops", false)]
    [InlineData("fr", "oui", true)]
    [InlineData("fr", "ça a marché", true)]
    [InlineData("fr", "ca a marche", true)]
    [InlineData("fr", "C’est réglé, merci", true)]
    [InlineData("fr", "plus de problème", true)]
    [InlineData("fr", "non", false)]
    [InlineData("fr", "ca ne marche toujours pas", false)]
    [InlineData("fr", "ça ne marche plus", false)]
    [InlineData("fr", "ça ne coupe plus", null)]
    [InlineData("fr", "je ne sais pas", null)]
    [InlineData("fr", "peut-être", null)]
    [InlineData("fr", "no", false)]
    [InlineData("es", "sí", true)]
    [InlineData("es", "si", true)]
    [InlineData("es", "ya funciona", true)]
    [InlineData("es", "Sí, gracias", true)]
    [InlineData("es", "ya no hay problema", true)]
    [InlineData("es", "no", false)]
    [InlineData("es", "no funciona", false)]
    [InlineData("es", "No me ha ayudado", false)]
    [InlineData("es", "no, ya funciona", null)]
    [InlineData("es", "sigue igual", false)]
    [InlineData("es", "ya no funciona", false)]
    [InlineData("es", "ya no se corta", null)]
    [InlineData("es", "no sé si funciona", null)]
    [InlineData("es", "a veces", null)]
    [InlineData("ja", "はい", true)]
    [InlineData("ja", "はい、直りました", true)]
    [InlineData("ja", "おかげで解決しました！", true)]
    [InlineData("ja", "もう問題ありません", true)]
    [InlineData("ja", "いいえ", false)]
    [InlineData("ja", "まだ直りません", false)]
    [InlineData("ja", "変わらないです", false)]
    [InlineData("ja", "ダメでした", false)]
    [InlineData("ja", "ﾀﾞﾒでした", false)]
    [InlineData("ja", "通話にはいれません", false)]
    [InlineData("ja", "わかりません", null)]
    [InlineData("ja", "時々直ります", null)]
    [InlineData("ja", "１", true)]
    [InlineData("ja", "２", false)]
    [InlineData("ja", "no", false)]
    public void Whether_it_helped_is_read_in_the_persons_language_and_in_English(string code, string text, bool? did) =>
        WordMatcher.Match(Instruct, text, Language.For(code)).ShouldBe(did is { } known ? new Helped("try-it", known) : null);

    [Theory]
    [InlineData("de", "Zurück!", "von vorne", "überspringen")]
    [InlineData("de", "zurueck", "nochmal von vorne", "Ueberspringen")]
    [InlineData("fr", "Précédent", "recommencer", "passer")]
    [InlineData("fr", "retour", "tout recommencer", "je ne l'ai pas")]
    [InlineData("es", "atras", "empezar de nuevo", "omitir")]
    [InlineData("ja", "戻る", "最初から", "スキップ")]
    [InlineData("ja", "前の質問に戻ってください", "最初からやり直したいです", "ｽｷｯﾌﾟ")]
    [InlineData("ja", "back", "start over", "skip")]
    public void The_ways_from_a_card_are_understood_in_the_persons_language_and_in_English(
        string code, string back, string over, string skip)
    {
        var language = Language.For(code);

        WordMatcher.Match(Instruct, back, language).ShouldBe(new WentBack("try-it"));
        WordMatcher.Match(Instruct, over, language).ShouldBe(new StartedOver("try-it"));
        WordMatcher.Match(Collect, skip, language).ShouldBe(new Skipped("paste-it"));
    }

    [Theory]
    [InlineData("en", "zurück")]
    [InlineData("de", "戻る")]
    [InlineData("ja", "音が戻るまで時間がかかります")]
    [InlineData("ja", "最初から聞こえません")]
    public void Other_languages_words_and_words_within_a_sentence_are_no_way_back(string code, string text) =>
        WordMatcher.Match(Collect, text, Language.For(code)).ShouldBe(new Collected("paste-it", text));

    [Theory]
    [InlineData("３", "rtcd")]
    [InlineData("②", "sound")]
    [InlineData("マイクの音声が届きません", "sound")]
    [InlineData("ﾏｲｸがおかしい", "sound")]
    [InlineData("会議がつながらないです", "connecting")]
    [InlineData("rtcdのログ", "rtcd")]
    [InlineData("接続中のまま進まない", "connecting")]
    public void Japanese_answers_are_found_within_the_text(string text, string answer) =>
        WordMatcher.Match(Japanese, text, Language.Japanese).ShouldBe(new Answered("what", answer));

    [Theory]
    [InlineData("天気がいいですね")]
    [InlineData("４")]
    public void What_fits_no_Japanese_answer_is_none(string text) => WordMatcher.Match(Japanese, text, Language.Japanese).ShouldBeNull();

    [Theory]
    [InlineData("ca a ete coupe", "dropped")]
    [InlineData("Je suis DECONNECTÉE", "dropped")]
    [InlineData("pas de son", "sound")]
    public void Diacritics_make_no_difference_on_either_side(string text, string answer) =>
        WordMatcher.Match(French, text, Language.French).ShouldBe(new Answered("what", answer));
}
