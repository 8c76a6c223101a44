using System.Globalization;
using System.Text;
using System.Xml;
using CallsBot.Checks;
using CallsBot.Reports;

namespace CallsBot.Analysis;

/// <summary>
/// What evidence showed, as JUnit XML. A group of findings is a suite and a finding a case; a warning is a case that passed
/// with its words in <c>system-out</c>, one that tells nothing is an error. What was not read is skipped.
/// </summary>
internal static class AnalysisJunit
{
    public static string Of(AnalysisReport report)
    {
        var text = new StringBuilder();
        var left = report.Pieces.Where(piece => piece.Piece.Kind == PieceKind.Unknown || piece.Reading.Trouble is not null).ToList();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteAttributeString("name", "callsbot analyse");
            WriteCounts(xml, report.Findings, left.Count);
            xml.WriteAttributeString("time", JunitReport.Seconds(report.Duration));
            foreach (var group in report.Findings.GroupBy(finding => finding.Type.Group))
            {
                WriteSuite(xml, group.Key, [.. group], 0, report);
                foreach (var finding in group)
                {
                    Write(xml, finding);
                }

                xml.WriteEndElement();
            }

            if (left.Count > 0)
            {
                WriteSuite(xml, "not read", [], left.Count, report);
                left.ForEach(piece => Write(xml, piece));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return """<?xml version="1.0" encoding="UTF-8"?>""" + "\n" + text + "\n";
    }

    private static void WriteSuite(XmlWriter xml, string name, IReadOnlyList<Finding> findings, int skipped, AnalysisReport report)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", name);
        WriteCounts(xml, findings, skipped);
        xml.WriteAttributeString("time", JunitReport.Seconds(TimeSpan.Zero));
        xml.WriteAttributeString("timestamp", report.StartedAt.UtcDateTime.ToString("s", CultureInfo.InvariantCulture));
    }

    private static void WriteCounts(XmlWriter xml, IReadOnlyList<Finding> findings, int skipped)
    {
        void Attribute(string name, int value) => xml.WriteAttributeString(name, value.ToString(CultureInfo.InvariantCulture));
        Attribute("tests", findings.Count + skipped);
        Attribute("failures", findings.Count(finding => finding.Outcome == Outcome.Fail));
        Attribute("errors", findings.Count(finding => finding.Outcome == Outcome.Inconclusive));
        Attribute("skipped", skipped);
    }

    private static void Write(XmlWriter xml, Finding finding)
    {
        WriteCase(xml, AnalysisWords.Says(finding), finding.Id);
        if (finding.Outcome is Outcome.Fail or Outcome.Inconclusive)
        {
            xml.WriteStartElement(finding.Outcome == Outcome.Fail ? "failure" : "error");
            xml.WriteAttributeString("message", JunitReport.Clean(AnalysisWords.Says(finding)));
            xml.WriteAttributeString("type", finding.Id);
            xml.WriteString(JunitReport.Clean(Words(finding)));
            xml.WriteEndElement();
        }
        else if (finding.Outcome == Outcome.Warn)
        {
            xml.WriteElementString("system-out", JunitReport.Clean($"{AnalysisWords.Says(finding)}\n{Words(finding)}"));
        }

        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, ReadPiece piece)
    {
        WriteCase(xml, AnalysisWords.Place(piece.Piece), PieceKinds.WordOf(piece.Piece.Kind));
        xml.WriteStartElement("skipped");
        xml.WriteAttributeString("message", JunitReport.Clean(piece.Reading.Trouble ?? "It was not recognised."));
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteCase(XmlWriter xml, string name, string className)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("name", JunitReport.Clean(name));
        xml.WriteAttributeString("classname", className);
        xml.WriteAttributeString("time", JunitReport.Seconds(TimeSpan.Zero));
    }

    private static string Words(Finding finding) => string.Join(
        '\n',
        new[] { AnalysisWords.Of(finding.Certainty), finding.Type.Cause is { } cause ? finding.Fill(cause) : null, finding.Type.Do is { } steps ? finding.Fill(steps) : null }
            .Concat(finding.Quotes.Select(quote => $"{AnalysisWords.Place(quote)}: {quote.Text}"))
            .Where(line => line is not null));
}
