namespace CallsBot.Languages;

/// <summary>Phrases that mean the same. Pure; all texts are brought to their plain form first.</summary>
internal sealed class Phrases
{
    // Where words do not stand apart, a request comes with particles and politeness around it. More than that is a
    // sentence about something else, and so is a short phrase within another word.
    private const int ShortestWithin = 5;
    private const int MostAround = 8;

    // "はい" alone is yes; in the middle of a sentence it is part of other words.
    private const int ShortestPart = 3;

    private readonly IReadOnlyList<string> _phrases;

    /// <param name="phrases">In any form of writing.</param>
    public Phrases(IEnumerable<string> phrases)
    {
        _phrases = [.. phrases.Select(phrase => PlainText.Of(phrase)).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether a message is one of the phrases, and says nothing else.</summary>
    public bool Contains(string text)
    {
        var plain = PlainText.Of(text);
        return _phrases.Any(phrase => phrase == plain
            || (phrase.Length >= ShortestWithin && PlainText.IsUnspaced(phrase[0]) && plain.Length - phrase.Length <= MostAround
                && plain.Contains(phrase, StringComparison.Ordinal)));
    }

    /// <summary>Where the phrases stand in a plain text, as words of their own.</summary>
    public IEnumerable<Range> FindIn(string plain)
    {
        foreach (var phrase in _phrases)
        {
            for (var at = plain.IndexOf(phrase, StringComparison.Ordinal); at >= 0; at = plain.IndexOf(phrase, at + 1, StringComparison.Ordinal))
            {
                var end = at + phrase.Length;
                if (IsEdge(at == 0 ? ' ' : plain[at - 1], phrase[0], phrase.Length) && IsEdge(end == plain.Length ? ' ' : plain[end], phrase[^1], phrase.Length))
                {
                    yield return at..end;
                }
            }
        }
    }

    private static bool IsEdge(char outside, char inside, int length) =>
        outside == ' '
        || PlainText.IsUnspaced(outside) != PlainText.IsUnspaced(inside)
        || (PlainText.IsUnspaced(inside) && length >= ShortestPart);
}
