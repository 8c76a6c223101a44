using System.Text;
using CallsBot.Checks;
using CallsBot.Languages;
using CallsBot.Reports;

namespace CallsBot.Analysis;

/// <summary>
/// What evidence showed, in Markdown: the verdict, what to do, what else was seen, what was read. Who is no administrator
/// gets what it means and what they can do, and neither hosts nor figures nor lines.
/// </summary>
internal static class AnalysisMarkdown
{
    private const string Fence = "```";
    private const string LeftOutMark = "…\n";
    private const int MostMoments = 40;

    /// <param name="report">What was found.</param>
    /// <param name="language">The reader's.</param>
    /// <param name="administrator">Whether the reader is one.</param>
    /// <param name="longest">
    /// In characters. What tells least is left out whole, so that no code block is cut; a line with an ellipsis says so.
    /// </param>
    public static string Of(AnalysisReport report, Language language, bool administrator, int longest = int.MaxValue)
    {
        var text = new StringBuilder();
        var isCut = false;
        foreach (var block in Blocks(report, new Reader(language, administrator)))
        {
            if (text.Length + block.Length + LeftOutMark.Length + 1 > longest)
            {
                isCut = true;
            }
            else
            {
                text.Append(text.Length > 0 ? "\n" : "").Append(block);
            }
        }

        return isCut ? text.Append('\n').Append(LeftOutMark).ToString() : text.ToString();
    }

    /// <summary>Each whole in itself and ending with a line end; what tells most first.</summary>
    private static IEnumerable<string> Blocks(AnalysisReport report, Reader reader)
    {
        yield return $"# {reader.Headline(report)}\n";
        var isFirst = true;
        foreach (var finding in report.Findings.Where(finding => finding.Outcome is Outcome.Fail or Outcome.Warn))
        {
            foreach (var block in Blocks(finding, isFirst, reader))
            {
                yield return block;
            }

            isFirst = false;
        }

        if (report.Findings.Where(finding => finding.Outcome is not (Outcome.Fail or Outcome.Warn)).ToList() is { Count: > 0 } others)
        {
            yield return $"## {reader.Texts.EvidenceAlsoSeen}\n";
            foreach (var finding in others)
            {
                yield return $"- {reader.Words.Of(finding.Outcome)}: {reader.Findings.Says(finding)}\n";
            }
        }

        yield return $"## {reader.Texts.EvidenceWhatIRead}\n";
        foreach (var piece in report.Pieces)
        {
            foreach (var block in Blocks(piece, report, reader))
            {
                yield return block;
            }
        }

        if (reader.Administrator && report.Timeline.Count > 1)
        {
            yield return Timeline(report);
        }

        if (reader.Administrator)
        {
            yield return $"{AnalysisWords.Footer(report)}.\n";
        }
    }

    private static IEnumerable<string> Blocks(Finding finding, bool isFirst, Reader reader)
    {
        var says = isFirst ? "" : $"## {reader.Words.Of(finding.Outcome)}: {reader.Findings.Says(finding)}\n\n";
        var times = reader.Administrator && AnalysisWords.Times(finding) is { } seen ? $" {seen}" : "";
        yield return $"{says}{reader.Of(finding.Certainty)}{times}{(reader.Administrator ? $" `{finding.Id}`" : "")}\n";
        if (!reader.Administrator)
        {
            yield return $"**{reader.Texts.EvidenceWhatToDo}**\n\n{reader.Findings.User(finding) ?? reader.Texts.EvidenceAskAdministrator}\n";
            yield break;
        }

        if (reader.Findings.Do(finding) is { } steps)
        {
            yield return $"**{reader.Texts.EvidenceWhatToDo}**\n\n{Closed(steps)}\n";
        }

        if (reader.Findings.Cause(finding) is { } cause)
        {
            yield return $"**{reader.Texts.EvidenceCause}**\n\n{Closed(cause)}\n";
        }

        if (finding.Quotes.Count > 0)
        {
            yield return Code(finding.Quotes.Select(quote => $"{AnalysisWords.Place(quote)}: {quote.Text}"));
        }
    }

    private static IEnumerable<string> Blocks(ReadPiece read, AnalysisReport report, Reader reader)
    {
        var line = new StringBuilder($"- {reader.Texts.EvidencePiece(Span(AnalysisWords.Place(read.Piece)), reader.Kinds.Of(PieceKinds.WordOf(read.Piece.Kind)))}\n");
        if (read.Reading.Trouble is { } trouble)
        {
            line.Append("  ").Append(trouble).Append('\n');
        }

        if (!reader.Administrator)
        {
            yield return line.ToString();
            yield break;
        }

        foreach (var fact in read.Reading.Facts)
        {
            line.Append("  - ").Append(fact.Label).Append(": ").Append(Span(fact.Value)).Append('\n');
        }

        foreach (var picture in AnalysisPictures.Of(report).Where(picture => ReferenceEquals(picture.Piece, read.Piece)))
        {
            line.Append("  - ").Append(Span(picture.FileName)).Append(": ").Append(picture.Picture.Caption).Append('\n');
        }

        yield return line.ToString();
        foreach (var table in read.Reading.Tables)
        {
            yield return Table(table);
        }
    }

    private static string Table(Table table)
    {
        var text = new StringBuilder($"**{Cell(table.Title)}**\n\n");
        Row(table.Columns);
        text.Append('|').Insert(text.Length, " --- |", table.Columns.Count).Append('\n');
        foreach (var row in table.Rows)
        {
            Row(row);
        }

        return text.ToString();

        void Row(IReadOnlyList<string> cells) => text.Append("| ").AppendJoin(" | ", cells.Select(Cell)).Append(" |\n");
    }

    private static string Timeline(AnalysisReport report)
    {
        var moments = report.Timeline.Select(moment =>
            $"{AnalysisWords.Time(moment.At)}  {AnalysisWords.Place(new Quote(moment.Piece, moment.Line, ""))}  {moment.What}").ToList();
        return Code(moments.Count <= MostMoments ? moments : [.. moments.Take(MostMoments / 2), "…", .. moments.TakeLast(MostMoments / 2)]);
    }

    private static string Code(IEnumerable<string> lines) =>
        $"{Fence}\n{string.Join('\n', lines.Select(line => line.Replace(Fence, "'''", StringComparison.Ordinal)))}\n{Fence}\n";

    /// <summary>A block that a word of the evidence opened would swallow what follows.</summary>
    private static string Closed(string markdown) =>
        markdown.Split('\n').Count(line => line.TrimStart().StartsWith(Fence, StringComparison.Ordinal)) % 2 == 0 ? markdown : $"{markdown}\n{Fence}";

    private static string Span(string text) => $"`{text.Replace('`', '\'')}`";

    /// <summary>Words of strangers draw no picture and no link, and end no table.</summary>
    private static string Cell(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal)
            .Replace('`', '\'').Replace("[", "\\[", StringComparison.Ordinal).Replace("<", "\\<", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);

    /// <summary>Who reads it: the language and what they may see.</summary>
    private sealed class Reader(Language language, bool administrator)
    {
        public bool Administrator { get; } = administrator;

        public ChatTexts Texts { get; } = ChatTexts.In(language);

        public FindingTexts Findings { get; } = FindingTexts.In(language);

        public KindNames Kinds { get; } = KindNames.In(language);

        public ReportWords Words { get; } = ReportWords.In(language);

        public string Headline(AnalysisReport report) => report.First is { } first
            ? $"{Words.Of(first.Outcome)}: {Findings.Says(first)}"
            : report.Outcome == Outcome.Pass ? Texts.EvidenceNothingWrong
            : AnalysisWords.IsAnythingRecognised(report) ? Texts.EvidenceNoVerdict
            : Texts.EvidenceUnknown(language.List(report.Pieces.Select(piece => Span(piece.Piece.Name)).Distinct().Take(5)));

        public string Of(Certainty certainty) => certainty switch
        {
            Certainty.Certain => Texts.EvidenceCertain,
            Certainty.Likely => Texts.EvidenceLikely,
            _ => Texts.EvidencePossible,
        };
    }
}
