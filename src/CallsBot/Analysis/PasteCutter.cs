namespace CallsBot.Analysis;

/// <summary>Cuts a text that holds several things, such as the output of three commands, apart. Pure.</summary>
internal static class PasteCutter
{
    /// <summary>Longer texts are one thing.</summary>
    public const int Longest = 1024 * 1024;

    /// <returns>The parts in order; together they hold every line. One of unknown kind when nothing is recognised.</returns>
    public static IReadOnlyList<CutPiece> Cut(string text, IReadOnlyList<Shape> shapes) =>
        [new(Shape.Of(Head.Of(text), shapes).Kind, 1, text)];
}

/// <param name="Kind">What it was recognised as.</param>
/// <param name="FirstLine">The line on which it begins, from 1.</param>
/// <param name="Text">Its lines.</param>
internal sealed record CutPiece(PieceKind Kind, long FirstLine, string Text);
