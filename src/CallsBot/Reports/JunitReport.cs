using System.Globalization;
using System.Text;
using System.Xml;
using CallsBot.Checks;

namespace CallsBot.Reports;

/// <summary>
/// A report as JUnit XML, which every build server reads. A group is a suite and a check a case; a warning is a case that
/// passed with its words in <c>system-out</c>, one that tells nothing is an error.
/// </summary>
internal static class JunitReport
{
    public static string Of(Report report)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings
        {
            Indent = true,
            NewLineChars = "\n",
            OmitXmlDeclaration = true,

        }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteAttributeString("name", "callsbot doctor");
            WriteCounts(xml, report.Checks, report.Duration);
            foreach (var group in report.Checks.GroupBy(check => (check.Group, check.Target)))
            {
                xml.WriteStartElement("testsuite");
                xml.WriteAttributeString("name", Clean(group.Key.Target is { } target ? $"{JsonReport.Word(group.Key.Group)} {target}" : JsonReport.Word(group.Key.Group)));
                WriteCounts(xml, [.. group], TimeSpan.FromTicks(group.Max(check => check.Duration.Ticks)));
                xml.WriteAttributeString("timestamp", report.StartedAt.UtcDateTime.ToString("s", CultureInfo.InvariantCulture));
                foreach (var check in group)
                {
                    Write(xml, check);
                }

                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return """<?xml version="1.0" encoding="UTF-8"?>""" + "\n" + text + "\n";
    }

    private static void WriteCounts(XmlWriter xml, IReadOnlyList<ReportedCheck> checks, TimeSpan duration)
    {
        void Attribute(string name, int value) => xml.WriteAttributeString(name, value.ToString(CultureInfo.InvariantCulture));
        Attribute("tests", checks.Count);
        Attribute("failures", checks.Count(check => check.Result.Outcome == Outcome.Fail));
        Attribute("errors", checks.Count(check => check.Result.Outcome == Outcome.Inconclusive));
        Attribute("skipped", checks.Count(check => check.Result.Outcome == Outcome.Skipped));
        xml.WriteAttributeString("time", Seconds(duration));
    }

    private static void Write(XmlWriter xml, ReportedCheck check)
    {
        var result = check.Result;
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("name", Clean(ReportWords.English.Name(check)));
        xml.WriteAttributeString("classname", result.CheckId);
        xml.WriteAttributeString("time", Seconds(check.Duration));
        switch (result.Outcome)
        {
            case Outcome.Fail or Outcome.Inconclusive or Outcome.Skipped:
                xml.WriteStartElement(result.Outcome switch { Outcome.Fail => "failure", Outcome.Inconclusive => "error", _ => "skipped" });
                xml.WriteAttributeString("message", Clean(result.Summary));
                if (result.Outcome != Outcome.Skipped)
                {
                    xml.WriteAttributeString("type", result.ReasonCode ?? "");
                    xml.WriteString(Clean(Words(result)));
                }

                xml.WriteEndElement();
                break;

            case Outcome.Warn:
                xml.WriteElementString("system-out", Clean($"{ReportWords.English.Of(Outcome.Warn)}: {result.Summary}\n{Words(result)}"));
                break;
        }

        xml.WriteEndElement();
    }

    private static string Words(CheckResult result) => string.Join(
        '\n',
        new[] { result.Detail }
            .Concat(result.Subjects.Select(subject => $"{subject.Subject}: {ReportWords.English.Of(subject.Outcome)}, {subject.Seen}"))
            .Concat(result.Evidence.Select(evidence => $"{evidence.Label}: {evidence.Value}"))
            .Concat(result.NextSteps.SelectMany(step => new[] { step.Text, step.Command }))
            .Where(line => line is not null));

    /// <summary>Only characters that XML 1.0 can hold.</summary>
    internal static string Clean(string text) =>
        string.Concat(text.EnumerateRunes().Where(rune => rune.Value is '\n' or '\t' or (>= 0x20 and not (0xFFFE or 0xFFFF))).Select(rune => rune.ToString()));

    internal static string Seconds(TimeSpan duration) => duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
}
