using System.Text;
using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Languages;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Conversations;

/// <summary>
/// Draws what evidence shows: the verdict with how sure it is and what to do, then what else was seen, then what was read. The
/// whole of it is in a file under the card, so the card keeps to what tells most.
/// </summary>
internal static class EvidenceCard
{
    private const int MostFindings = 4;
    private const int MostQuotes = 2;
    private const int MostPieces = 8;
    private const int MostFacts = 6;
    private const int MostTables = 2;
    private const int MostRows = 10;
    private const int LongestName = 60;
    private const int LongestCell = 80;

    /// <param name="names">Of the files; empty for a pasted text.</param>
    /// <param name="texts">The reader's.</param>
    public static PostPatch Reading(IReadOnlyList<string> names, ChatTexts texts) => NodeCard.Closed(
        names.Count == 0 ? texts.EvidenceReadingPaste : texts.EvidenceReading(texts.Language.List(names.Select(Name))));

    /// <param name="report">What was found.</param>
    /// <param name="administrator">Whether to show what administrators do about it.</param>
    /// <param name="language">The reader's.</param>
    public static PostPatch For(AnalysisReport report, bool administrator, Language language)
    {
        var (texts, words) = (ChatTexts.In(language), FindingTexts.In(language));
        var faults = report.Findings.Where(finding => finding.Outcome is Outcome.Fail or Outcome.Warn).ToList();
        var attachments = new List<Attachment> { Head(report, administrator, texts, words) };
        attachments.AddRange(faults.Skip(1).Take(MostFindings - 1).Select(finding => One(finding, administrator, texts, words)));
        if (faults.Count > MostFindings)
        {
            attachments.Add(Plain(texts.EvidenceAlsoSeen, faults.Skip(MostFindings).Select(finding => $"- {words.Says(finding)}")));
        }

        if (report.Findings.Where(finding => finding.Outcome == Outcome.Pass && finding != report.Findings[0]).ToList() is { Count: > 0 } well)
        {
            attachments.Add(Plain(texts.EvidenceAlsoSeen, well.Take(MostFindings).Select(finding => $"- {words.Says(finding)}")));
        }

        if (administrator)
        {
            attachments.AddRange(report.Pieces.SelectMany(piece => piece.Reading.Tables).Take(MostTables).Select(Drawn));
        }

        attachments.Add(Pieces(report, administrator, texts));
        return new PostPatch { Message = "", Props = CardProps.Fit(attachments) };
    }

    private static Attachment Head(AnalysisReport report, bool administrator, ChatTexts texts, FindingTexts words)
    {
        if (report.First is { } first)
        {
            return One(first, administrator, texts, words);
        }

        var unknown = report.Pieces.Where(piece => piece.Piece.Kind == PieceKind.Unknown && piece.Reading.Trouble is null).Select(piece => Name(piece.Piece.Name)).Distinct().ToList();
        var text = unknown.Count > 0 && unknown.Count == report.Pieces.Count ? texts.EvidenceUnknown(texts.Language.List(unknown))
            : report.Outcome == Outcome.Pass ? texts.EvidenceNothingWrong
            : texts.EvidenceNoVerdict;
        if (report.Findings is [var only, ..])
        {
            text = $"{words.Says(only)}\n{(only.Outcome == Outcome.Pass ? texts.EvidenceNothingWrong : texts.EvidenceNoVerdict)}";
        }

        return new Attachment { Color = CardProps.ColourOf(report.Outcome), Text = text, Fallback = text };
    }

    private static Attachment One(Finding finding, bool administrator, ChatTexts texts, FindingTexts words)
    {
        var says = words.Says(finding);
        var text = new StringBuilder(CertaintyOf(finding, texts));
        if (administrator)
        {
            Append(text, texts.EvidenceCause, words.Cause(finding));
            Append(text, texts.EvidenceWhatToDo, words.Do(finding));
        }
        else
        {
            Append(text, texts.EvidenceWhatToDo, words.User(finding) ?? texts.EvidenceAskAdministrator);
        }

        foreach (var quote in finding.Quotes.Take(MostQuotes))
        {
            text.Append("\n\n").Append(quote.Line is { } line ? texts.EvidenceLine(Name(quote.Piece), line) : $"{Name(quote.Piece)}:")
                .Append("\n```\n").Append(quote.Text.Replace("```", "'''", StringComparison.Ordinal)).Append("\n```");
        }

        return new Attachment { Color = CardProps.ColourOf(finding.Outcome), Title = says, Text = text.ToString(), Fallback = says };
    }

    private static string CertaintyOf(Finding finding, ChatTexts texts) => finding.Certainty switch
    {
        Certainty.Certain => texts.EvidenceCertain,
        Certainty.Likely => texts.EvidenceLikely,
        _ => texts.EvidencePossible,
    };

    private static void Append(StringBuilder text, string label, string? words)
    {
        if (words is not null)
        {
            text.Append("\n\n**").Append(label).Append("**\n").Append(words);
        }
    }

    private static Attachment Drawn(Table table)
    {
        var lines = new List<string> { Row(table.Columns), Row(table.Columns.Select(_ => "---")) };
        lines.AddRange(table.Rows.Take(MostRows).Select(Row));
        return Plain(table.Title, lines);

        static string Row(IEnumerable<string> cells) =>
            $"| {string.Join(" | ", cells.Select(cell => SafeText.From(cell, LongestCell).Replace("|", "\\|", StringComparison.Ordinal)))} |";
    }

    private static Attachment Plain(string title, IEnumerable<string> lines) =>
        new() { Color = CardProps.Grey, Title = title, Text = string.Join('\n', lines), Fallback = title };

    private static Attachment Pieces(AnalysisReport report, bool administrator, ChatTexts texts)
    {
        var kinds = KindNames.In(texts.Language);
        var lines = new List<string>();
        foreach (var piece in report.Pieces.Take(MostPieces))
        {
            lines.Add($"- {texts.EvidencePiece(Name(piece.Piece.Name), kinds.Of(PieceKinds.WordOf(piece.Piece.Kind)))}");
            if (administrator && piece.Reading.Facts.Count > 0)
            {
                lines.Add($"  {string.Join("; ", piece.Reading.Facts.Take(MostFacts).Select(fact => $"{fact.Label}: {fact.Value}"))}");
            }

            if (piece.Reading.Trouble is { } trouble)
            {
                lines.Add($"  {trouble}");
            }
        }

        if (report.Pieces.Count > MostPieces)
        {
            lines.Add($"- … ({report.Pieces.Count})");
        }

        return Plain(texts.EvidenceWhatIRead, lines);
    }

    private static string Name(string name) => $"`{SafeText.From(name, LongestName).Replace('`', '\'')}`";
}
