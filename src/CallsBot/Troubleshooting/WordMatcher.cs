using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace CallsBot.Troubleshooting;

/// <summary>
/// Takes what a person writes in a direct message for what a button would have said. Pure; English, as the trees are.
/// </summary>
internal static class WordMatcher
{
    // Words after which even a clear yes or no means neither: "no longer drops" is good news.
    private static readonly string[] Doubtful =
        ["no longer", "no more", "any more", "anymore", "not sure", "dont know", "do not know", "maybe", "sometimes", "partly"];

    private static readonly string[] Yes = ["yes", "y", "yeah", "yep", "yup", "sure"];

    private static readonly string[] No = ["no", "n", "nope", "nah"];

    private static readonly string[] Good = ["helped", "helps", "fixed", "solved", "works", "worked", "working", "resolved"];

    private static readonly string[] Bad =
        ["not", "didnt", "doesnt", "isnt", "wont", "cant", "still", "same", "nothing", "failed", "fails", "broken"];

    private static readonly string[] Back = ["back", "go back", "previous", "undo"];

    private static readonly string[] StartOver =
        ["start over", "startover", "start again", "begin again", "from the beginning"];

    private static readonly string[] Skip = ["skip", "skip it", "skip this", "i dont have it", "i do not have it"];

    /// <returns>Null when the text is not understood, or could mean two things.</returns>
    public static Trigger? Match(Node node, string text)
    {
        var normal = Normalise(text);
        if (normal.Length == 0)
        {
            return null;
        }

        if (Back.Contains(normal))
        {
            return new WentBack(node.Id);
        }

        if (StartOver.Contains(normal))
        {
            return new StartedOver(node.Id);
        }

        return node switch
        {
            AskNode ask => Answer(ask, normal) is { } answer ? new Answered(node.Id, answer.Id) : null,
            CollectNode collect => collect.Skip is not null && Skip.Contains(normal)
                ? new Skipped(node.Id)
                : new Collected(node.Id, text),
            InstructNode => DidHelp(normal) is { } did ? new Helped(node.Id, did) : null,
            CheckNode or TryNode or ConcludeNode => null,
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Lower case, letters and digits only, one space between words, no apostrophes.</summary>
    /// <param name="asPattern">Keeps the "*" at the end of a word, which in a message would be Markdown.</param>
    internal static string Normalise(string text, bool asPattern = false)
    {
        var normal = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                normal.Append(char.ToLowerInvariant(c));
            }
            else if (asPattern && c == '*' && normal.Length > 0 && normal[^1] != ' ')
            {
                normal.Append(c);
            }
            else if (c is not ('\'' or '’') && normal.Length > 0 && normal[^1] != ' ')
            {
                normal.Append(' ');
            }
        }

        return normal.ToString().TrimEnd();
    }

    private static Answer? Answer(AskNode ask, string normal)
    {
        if (int.TryParse(normal, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number >= 1 && number <= ask.Answers.Count ? ask.Answers[number - 1] : null;
        }

        if (ask.Answers.FirstOrDefault(a => Normalise(a.Label) == normal || Normalise(a.Id) == normal) is { } named)
        {
            return named;
        }

        var words = normal.Split(' ');
        var scores = ask.Answers
            .Select(answer => (Answer: answer, Score: Score(answer, words)))
            .OrderByDescending(scored => scored.Score)
            .ToList();

        return scores[0].Score > 0 && (scores.Count == 1 || scores[0].Score > scores[1].Score) ? scores[0].Answer : null;
    }

    // How many of the person's words speak for the answer. Counting the words covered, not the phrases found, keeps two
    // entries that say the same from counting twice.
    private static int Score(Answer answer, string[] words)
    {
        var covered = new bool[words.Length];
        foreach (var phrase in answer.Words.Append(answer.Label).Select(entry => Normalise(entry, asPattern: true).Split(' ')))
        {
            for (var at = 0; at + phrase.Length <= words.Length; at++)
            {
                if (phrase.Index().All(part => IsSame(part.Item, words[at + part.Index])))
                {
                    Array.Fill(covered, true, at, phrase.Length);
                }
            }
        }

        return covered.Count(isCovered => isCovered);
    }

    private static bool IsSame(string pattern, string word) => pattern.EndsWith('*')
        ? word.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : word == pattern;

    private static bool? DidHelp(string normal)
    {
        switch (normal)
        {
            case "1":
                return true;
            case "2":
                return false;
        }

        var padded = $" {normal} ";
        if (Doubtful.Any(Has))
        {
            return null;
        }

        bool yes = Yes.Any(Has), no = No.Any(Has), good = Good.Any(Has), bad = Bad.Any(Has);

        // "Yes, it is not broken now" and "no, it works" are for a person to sort out; "it is not fixed" is a plain no.
        return (yes, no, good, bad) switch
        {
            (true, true, _, _) or (true, false, _, true) => null,
            (true, false, _, false) => true,
            (false, true, true, false) => null,
            (false, true, _, _) or (false, false, _, true) => false,
            (false, false, true, false) => true,
            _ => null,
        };

        bool Has(string phrase) => padded.Contains($" {phrase} ", StringComparison.Ordinal);
    }
}
