using System.Diagnostics;
using System.Globalization;
using CallsBot.Languages;

namespace CallsBot.Troubleshooting;

/// <summary>Takes what a person writes in a direct message for what a button would have said. Pure.</summary>
internal static class WordMatcher
{
    private const int ShortestInPassing = 4;
    private const int ShortestElided = 6;

    /// <summary>Takes the words of the person's language, and where those are not understood, English ones.</summary>
    /// <inheritdoc cref="Match(Node, string, Language)"/>
    public static Trigger? Match(Tree tree, Node node, string text, Language language) =>
        Match(tree.In(language, node.Id), text, language)
        ?? (language == Language.English ? null : Match(node, text, Language.English));

    /// <summary>
    /// The answer to a question that was not asked yet, said in passing: "in Firefox" of a complaint. Small words count for
    /// nothing here, for "help me" does not say who is affected.
    /// </summary>
    public static Answered? MatchInPassing(Tree tree, AskNode node, string text, Language language)
    {
        var normal = Normalise(text);
        return In(language) ?? (language == Language.English ? null : In(Language.English));

        Answered? In(Language of) =>
            tree.In(of, node.Id) is AskNode asked && Answer(asked, normal, of, of.HasSpaces ? ShortestInPassing : 1) is { } answer
                ? new Answered(node.Id, answer.Id)
                : null;
    }

    /// <param name="node">Where the person stands, in the words that they see.</param>
    /// <param name="text">What they wrote.</param>
    /// <param name="language">Theirs; English is understood besides.</param>
    /// <returns>Null when the text is not understood, or could mean two things.</returns>
    public static Trigger? Match(Node node, string text, Language language)
    {
        var normal = Normalise(text);
        if (normal.Length == 0)
        {
            return null;
        }

        var words = WordLists.In(language);
        if (words.Back.Contains(normal))
        {
            return new WentBack(node.Id);
        }

        if (words.StartOver.Contains(normal))
        {
            return new StartedOver(node.Id);
        }

        return node switch
        {
            AskNode ask => Answer(ask, normal, language) is { } answer ? new Answered(node.Id, answer.Id) : null,
            CollectNode collect => collect.Skip is not null && words.Skip.Contains(normal)
                ? new Skipped(node.Id)
                : new Collected(node.Id, text),
            InstructNode => DidHelp(normal, words) is { } did ? new Helped(node.Id, did) : null,
            CheckNode or TryNode or ConcludeNode => null,
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Whether an English word goes back or starts over wherever one stands.</summary>
    internal static bool IsCommand(string word) =>
        WordLists.In(Language.English) is var words && (words.Back.Contains(Normalise(word)) || words.StartOver.Contains(Normalise(word)));

    /// <inheritdoc cref="PlainText.Of"/>
    internal static string Normalise(string text, bool asPattern = false) => PlainText.Of(text, asPattern);

    private static Answer? Answer(AskNode ask, string normal, Language language, int shortest = 1)
    {
        if (int.TryParse(normal, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number >= 1 && number <= ask.Answers.Count ? ask.Answers[number - 1] : null;
        }

        if (ask.Answers.FirstOrDefault(a => Normalise(a.Label) == normal || Normalise(a.Id) == normal) is { } named)
        {
            return named;
        }

        var words = PlainText.WordsOf(normal);
        var scores = ask.Answers
            .Select(answer => (Answer: answer, Score: Score(answer, words, language, shortest)))
            .OrderByDescending(scored => scored.Score)
            .ToList();

        return scores[0].Score > 0 && (scores.Count == 1 || scores[0].Score > scores[1].Score) ? scores[0].Answer : null;
    }

    // How many of the person's words speak for the answer. Counting the words covered, not the phrases found, keeps two
    // entries that say the same from counting twice.
    private static int Score(Answer answer, string[] words, Language language, int shortest)
    {
        var covered = new bool[words.Length];
        foreach (var phrase in answer.Words.Append(answer.Label).Select(entry => PlainText.WordsOf(Normalise(entry, asPattern: true))))
        {
            var counts = phrase.Length > 1 || (phrase.Length == 1 && phrase[0].Length >= shortest);
            for (var at = 0; counts && at + phrase.Length <= words.Length; at++)
            {
                if (phrase.Index().All(part => IsSame(part.Item, words[at + part.Index], language)))
                {
                    Array.Fill(covered, true, at, phrase.Length);
                }
            }
        }

        return covered.Count(isCovered => isCovered);
    }

    private static bool IsSame(string pattern, string word, Language language) =>
        Fits(pattern, word) || (language.HasElision && IsElided(word) && Fits(pattern, word[1..]));

    private static bool Fits(string pattern, string word) => pattern.EndsWith('*')
        ? word.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : word == pattern;

    // "l'écran" and "m'entend" have become "lecran" and "mentend". Shorter words are too often words of their own.
    private static bool IsElided(string word) =>
        word.Length >= ShortestElided && "cdjlmnst".Contains(word[0], StringComparison.Ordinal) && "aeiouyh".Contains(word[1], StringComparison.Ordinal);

    private static bool? DidHelp(string normal, WordLists words)
    {
        if (normal == "1" || words.YesAlone.Contains(normal))
        {
            return true;
        }

        if (normal == "2" || words.NoAlone.Contains(normal))
        {
            return false;
        }

        // A phrase within a longer one says nothing of its own: "not" in "not sure", "plus" in "ne marche plus".
        Phrases[] lists = [words.Doubtful, words.Yes, words.No, words.Good, words.Bad];
        var found = lists.SelectMany(list => list.FindIn(normal).Select(range => (List: list, Start: range.Start.Value, End: range.End.Value))).ToList();
        var said = found
            .Where(phrase => !found.Any(other =>
                other.Start <= phrase.Start && other.End >= phrase.End && other.End - other.Start > phrase.End - phrase.Start))
            .Select(phrase => phrase.List)
            .ToHashSet();
        if (said.Contains(words.Doubtful))
        {
            return null;
        }

        // "Yes, it is not broken now" and "no, it works" are for a person to sort out; "it is not fixed" is a plain no.
        return (said.Contains(words.Yes), said.Contains(words.No), said.Contains(words.Good), said.Contains(words.Bad)) switch
        {
            (true, true, _, _) or (true, false, _, true) => null,
            (true, false, _, false) => true,
            (false, true, true, false) => null,
            (false, true, _, _) or (false, false, _, true) => false,
            (false, false, true, false) => true,
            _ => null,
        };
    }
}
