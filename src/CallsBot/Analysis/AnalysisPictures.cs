namespace CallsBot.Analysis;

/// <summary>The pictures of a report under names that do not collide.</summary>
internal static class AnalysisPictures
{
    public static IReadOnlyList<NamedPicture> Of(AnalysisReport report)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. from piece in report.Pieces
               from picture in piece.Reading.Pictures
               select new NamedPicture(piece.Piece, Free(picture.FileName, names), picture),
        ];
    }

    private static string Free(string wanted, HashSet<string> names)
    {
        // Whoever draws it may name it after evidence: no other folder, nothing a shell or a browser would read.
        var clean = string.Concat(Path.GetFileNameWithoutExtension(wanted).Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_').Take(60));
        var stem = clean.Length == 0 ? "picture" : clean;
        var name = $"{stem}.png";
        for (var number = 2; !names.Add(name); number++)
        {
            name = $"{stem}-{number}.png";
        }

        return name;
    }
}

/// <param name="Piece">What it was drawn from.</param>
/// <param name="FileName">Of this report's pictures, only this one has it.</param>
/// <param name="Picture">The picture.</param>
internal sealed record NamedPicture(Piece Piece, string FileName, Picture Picture);
