using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CallsBot.Checks;
using CallsBot.Reports;

namespace CallsBot.Analysis;

/// <summary>
/// What evidence showed, in the Static Analysis Results Interchange Format (OASIS SARIF 2.1.0): a result for each finding,
/// with the quoted lines as its locations. What could not be read is a notification of the run.
/// </summary>
internal static class AnalysisSarif
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(AnalysisReport report)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", SarifReport.Schema);
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            WriteTool(json, report);
            WriteInvocation(json, report);
            json.WriteStartArray("results");
            foreach (var finding in report.Findings)
            {
                Write(json, finding);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static void WriteTool(Utf8JsonWriter json, AnalysisReport report)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "CallsBot");
        json.WriteString("version", Diagnosis.ProgramVersion);
        json.WriteStartArray("rules");
        foreach (var type in report.Findings.Select(finding => finding.Type).DistinctBy(type => type.Id))
        {
            json.WriteStartObject();
            json.WriteString("id", type.Id);
            SarifReport.WriteText(json, "shortDescription", type.Says);
            if (type.Do is { } steps)
            {
                json.WriteStartObject("help");
                json.WriteString("text", steps);
                json.WriteString("markdown", steps);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteInvocation(Utf8JsonWriter json, AnalysisReport report)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", true);
        json.WriteString("startTimeUtc", report.StartedAt.UtcDateTime);
        json.WriteString("endTimeUtc", (report.StartedAt + report.Duration).UtcDateTime);
        json.WriteStartArray("toolExecutionNotifications");
        foreach (var piece in report.Pieces.Where(piece => piece.Piece.Kind == PieceKind.Unknown || piece.Reading.Trouble is not null))
        {
            json.WriteStartObject();
            json.WriteString("level", "warning");
            SarifReport.WriteText(json, "message", $"{AnalysisWords.Place(piece.Piece)}: {piece.Reading.Trouble ?? "It was not recognised."}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Id);
        json.WriteString("kind", finding.Outcome switch { Outcome.Pass => "pass", Outcome.Inconclusive => "open", _ => "fail" });

        // §3.27.10: the level is "none" whenever the kind is not "fail".
        json.WriteString("level", finding.Outcome switch { Outcome.Fail => "error", Outcome.Warn => "warning", _ => "none" });
        SarifReport.WriteText(json, "message", string.Join(
            ' ',
            new[] { finding.Type.Says, finding.Type.Cause, finding.Type.Do }.Where(text => text is not null).Select(text => finding.Fill(text!))));
        json.WriteStartArray("locations");
        foreach (var quote in finding.Quotes)
        {
            json.WriteStartObject();
            json.WriteStartObject("physicalLocation");
            json.WriteStartObject("artifactLocation");
            json.WriteString("uri", string.Join('/', quote.Piece.Split('/').Select(Uri.EscapeDataString)));
            json.WriteEndObject();
            if (quote.Line is { } line)
            {
                json.WriteStartObject("region");
                json.WriteNumber("startLine", line);
                SarifReport.WriteText(json, "snippet", quote.Text);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("findingAndPlace/v1", $"{finding.Id}/{(finding.Quotes is [var first, ..] ? first.Piece : "")}");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
