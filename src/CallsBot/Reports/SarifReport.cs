using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CallsBot.Checks;

namespace CallsBot.Reports;

/// <summary>
/// What failed, warned or could not be told, in the Static Analysis Results Interchange Format (OASIS SARIF 2.1.0), for
/// tools that collect findings. What was skipped is left out; what passed is there with kind "pass".
/// </summary>
internal static class SarifReport
{
    internal const string Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Report report)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", Schema);
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            WriteTool(json, report);
            json.WriteStartArray("invocations");
            json.WriteStartObject();
            json.WriteBoolean("executionSuccessful", true);
            json.WriteString("startTimeUtc", report.StartedAt.UtcDateTime);
            json.WriteString("endTimeUtc", (report.StartedAt + report.Duration).UtcDateTime);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartArray("results");
            foreach (var check in report.Checks.Where(check => check.Result.Outcome != Outcome.Skipped))
            {
                Write(json, check);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static void WriteTool(Utf8JsonWriter json, Report report)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "CallsBot");
        json.WriteString("version", report.ProgramVersion);
        json.WriteStartArray("rules");
        foreach (var check in report.Checks.DistinctBy(check => check.Result.CheckId))
        {
            json.WriteStartObject();
            json.WriteString("id", check.Result.CheckId);
            WriteText(json, "shortDescription", check.Title);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReportedCheck check)
    {
        var result = check.Result;
        json.WriteStartObject();
        json.WriteString("ruleId", result.CheckId);
        json.WriteString("kind", result.Outcome switch { Outcome.Pass => "pass", Outcome.Inconclusive => "open", _ => "fail" });

        // §3.27.10: the level is "none" whenever the kind is not "fail".
        json.WriteString("level", result.Outcome switch { Outcome.Fail => "error", Outcome.Warn => "warning", _ => "none" });
        WriteText(json, "message", string.Join(
            ' ', new[] { result.Summary, result.Detail }.Concat(result.NextSteps.Select(step => step.Text)).Where(text => text is not null)));
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartArray("logicalLocations");
        json.WriteStartObject();
        json.WriteString("fullyQualifiedName", check.Target ?? JsonReport.Word(check.Group));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("checkAndReason/v1", $"{result.CheckId}/{result.ReasonCode}/{check.Target}");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    internal static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }
}
