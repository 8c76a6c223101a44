using System.Text;
using CallsBot.Checks;
using CallsBot.Languages;
using CallsBot.Reports;

namespace CallsBot.Analysis;

/// <summary>What evidence showed, for a terminal: plain text, commands on lines of their own so that they can be copied.</summary>
internal static class AnalysisText
{
    private const string Indent = "  ";
    private const string Fence = "```";
    private const int MostMoments = 40;
    private const int MostNames = 20;

    public static string Of(AnalysisReport report)
    {
        var text = new StringBuilder();
        text.Append(AnalysisWords.Headline(report)).Append('\n');
        if (report.First is { } first)
        {
            text.Append(AnalysisWords.Of(first.Certainty)).Append('\n');
            AppendTexts(text, ReportWords.English.DoThisNext, first.Type.Do is { } steps ? first.Fill(steps) : null);
            AppendTexts(text, "Why", first.Type.Cause is { } cause ? first.Fill(cause) : null);
            Heading(text, "What was seen");
            AppendSeen(text, first, Indent);
            var consequences = FindingOrder.ConsequencesOf(first, report.Findings);
            AppendFindings(text, ReportWords.English.WhatItCauses, consequences);
            AppendFindings(text, ReportWords.English.AlsoFailed, Others(report, Outcome.Fail, consequences));
            AppendFindings(text, ReportWords.English.Warnings, Others(report, Outcome.Warn, consequences));
        }

        AppendFindings(text, ReportWords.English.Of(Outcome.Pass), Others(report, Outcome.Pass, []));
        AppendFindings(text, ReportWords.English.Of(Outcome.Inconclusive), Others(report, Outcome.Inconclusive, []));
        AppendPieces(text, report);
        AppendUnknown(text, report);
        AppendTimeline(text, report);
        return text.Append('\n').Append(AnalysisWords.Counts(report)).Append(". ").Append(AnalysisWords.Footer(report)).Append(".\n").ToString();
    }

    private static IEnumerable<Finding> Others(AnalysisReport report, Outcome outcome, IReadOnlyList<Finding> consequences) =>
        report.Findings.Where(finding => finding.Outcome == outcome && finding != report.First && !consequences.Contains(finding));

    private static void Heading(StringBuilder text, string heading) => text.Append('\n').Append(heading).Append('\n');

    private static void AppendTexts(StringBuilder text, string heading, string? markdown)
    {
        if (markdown is not null)
        {
            Heading(text, heading);
            AppendMarkdown(text, markdown, Indent);
        }
    }

    /// <summary>The texts are Markdown. Here the lines of a code block stand deeper instead of between fences.</summary>
    private static void AppendMarkdown(StringBuilder text, string markdown, string indent)
    {
        var inCode = false;
        foreach (var line in markdown.Split('\n').Select(line => line.TrimEnd()))
        {
            if (line.TrimStart().StartsWith(Fence, StringComparison.Ordinal))
            {
                inCode = !inCode;
            }
            else if (line.Length > 0)
            {
                text.Append(indent).Append(inCode ? Indent : "").Append(line).Append('\n');
            }
        }
    }

    private static void AppendFindings(StringBuilder text, string heading, IEnumerable<Finding> findings)
    {
        var first = true;
        foreach (var finding in findings)
        {
            if (first)
            {
                Heading(text, heading);
                first = false;
            }

            text.Append(Indent).Append(AnalysisWords.Says(finding)).Append(" [").Append(finding.Id).Append("]\n");
            AppendSeen(text, finding, Indent + Indent);
            if (finding.Outcome is Outcome.Fail or Outcome.Warn && finding.Type.Do is { } steps)
            {
                AppendMarkdown(text, finding.Fill(steps), Indent + Indent);
            }
        }
    }

    private static void AppendSeen(StringBuilder text, Finding finding, string indent)
    {
        if (AnalysisWords.Times(finding) is { } times)
        {
            text.Append(indent).Append(times).Append('\n');
        }

        foreach (var quote in finding.Quotes)
        {
            text.Append(indent).Append(AnalysisWords.Place(quote)).Append(": ").Append(quote.Text).Append('\n');
        }
    }

    private static void AppendPieces(StringBuilder text, AnalysisReport report)
    {
        var pictures = AnalysisPictures.Of(report);
        var known = report.Pieces.Where(piece => piece.Piece.Kind != PieceKind.Unknown).ToList();
        if (known.Count > 0)
        {
            Heading(text, "What was read");
        }

        foreach (var (piece, bytes, reading) in known)
        {
            text.Append(Indent).Append(AnalysisWords.Place(piece)).Append(": ").Append(KindNames.In(Language.English).Of(PieceKinds.WordOf(piece.Kind)))
                .Append(bytes > 0 ? $", {AnalysisWords.Size(bytes)}" : "").Append('\n');
            foreach (var fact in reading.Facts)
            {
                text.Append(Indent).Append(Indent).Append(fact.Label).Append(": ").Append(fact.Value).Append('\n');
            }

            foreach (var table in reading.Tables)
            {
                AppendTable(text, table, Indent + Indent);
            }

            foreach (var picture in pictures.Where(picture => ReferenceEquals(picture.Piece, piece)))
            {
                text.Append(Indent).Append(Indent).Append(picture.FileName).Append(": ").Append(picture.Picture.Caption).Append('\n');
            }

            if (reading.Trouble is { } trouble)
            {
                text.Append(Indent).Append(Indent).Append(trouble).Append('\n');
            }
        }
    }

    private static void AppendTable(StringBuilder text, Table table, string indent)
    {
        List<IReadOnlyList<string>> lines = [table.Columns, .. table.Rows];
        var widths = Enumerable.Range(0, table.Columns.Count).Select(column => lines.Max(line => Cell(line, column).Length)).ToArray();
        text.Append(indent).Append(table.Title).Append('\n');
        foreach (var line in lines)
        {
            var cells = widths.Select((width, column) => IsNumber(table, column) ? Cell(line, column).PadLeft(width) : Cell(line, column).PadRight(width));
            text.Append(indent).Append(Indent).Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }
    }

    private static string Cell(IReadOnlyList<string> line, int column) => column < line.Count ? line[column] : "";

    private static bool IsNumber(Table table, int column) =>
        table.Rows.Count > 0 && table.Rows.All(row => Cell(row, column) is "" or [>= '0' and <= '9', ..] or ['-', >= '0' and <= '9', ..]);

    private static void AppendUnknown(StringBuilder text, AnalysisReport report)
    {
        var unknown = report.Pieces.Where(piece => piece.Piece.Kind == PieceKind.Unknown).ToList();
        if (unknown.Count > 0)
        {
            Heading(text, "What was not read");
        }

        AppendLimited(text, unknown.Where(piece => piece.Reading.Trouble is not null), piece => $"{AnalysisWords.Place(piece.Piece)}: {piece.Reading.Trouble}");
        AppendLimited(text, unknown.Where(IsEmpty), piece => $"{piece.Piece.Name}: it is empty.");
        var foreign = unknown.Where(piece => piece.Reading.Trouble is null && !IsEmpty(piece)).ToList();
        if (foreign.Count > 0)
        {
            AppendLimited(text, foreign, piece => AnalysisWords.Place(piece.Piece));
            text.Append(Indent).Append(AnalysisWords.WhatNow(foreign.Count)).Append('\n');
        }
    }

    private static bool IsEmpty(ReadPiece piece) => piece is { Bytes: 0, Reading.Trouble: null };

    private static void AppendLimited(StringBuilder text, IEnumerable<ReadPiece> pieces, Func<ReadPiece, string> describe)
    {
        var all = pieces.ToList();
        foreach (var piece in all.Take(MostNames))
        {
            text.Append(Indent).Append(describe(piece)).Append('\n');
        }

        if (all.Count > MostNames)
        {
            text.Append(Indent).Append("… and ").Append(all.Count - MostNames).Append(" more\n");
        }
    }

    private static void AppendTimeline(StringBuilder text, AnalysisReport report)
    {
        if (report.Timeline.Count < 2)
        {
            return;
        }

        Heading(text, "What happened when (UTC)");
        var leftOut = report.Timeline.Count - MostMoments;
        for (var index = 0; index < report.Timeline.Count; index++)
        {
            if (leftOut > 0 && index == MostMoments / 2)
            {
                text.Append(Indent).Append("… ").Append(leftOut).Append(" more\n");
                index += leftOut;
            }

            var moment = report.Timeline[index];
            text.Append(Indent).Append(AnalysisWords.Time(moment.At)).Append("  ")
                .Append(AnalysisWords.Place(new Quote(moment.Piece, moment.Line, ""))).Append("  ").Append(moment.What).Append('\n');
        }
    }
}
