using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CallsBot.Checks;

namespace CallsBot.Reports;

/// <summary>A report as one JSON document, described in docs/reports.md.</summary>
internal static class JsonReport
{
    /// <summary>A field may be added under the same number; when one goes or means something else, the number goes up.</summary>
    public const string Schema = "callsbot-report/1";

    // Read by programs and by people: the quotes in commands stay quotes. Never put into HTML.
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Report report)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            json.WriteString("runId", report.RunId);
            json.WriteString("programVersion", report.ProgramVersion);
            json.WriteString("startedAt", report.StartedAt);
            json.WriteNumber("durationMs", Milliseconds(report.Duration));
            Write(json, report.Verdict);
            json.WriteStartArray("checks");
            foreach (var check in report.Checks)
            {
                Write(json, check);
            }

            json.WriteEndArray();
            Write(json, "inventory", report.Inventory);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    /// <summary>"pass", "warn", "fail", "inconclusive", "skipped".</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static void Write(Utf8JsonWriter json, Verdict verdict)
    {
        json.WriteStartObject("verdict");
        json.WriteString("outcome", Word(verdict.Outcome));
        json.WriteString("headline", ReportWords.English.Headline(verdict));
        json.WriteString("confidence", Word(verdict.Confidence));
        if (verdict.Root is { } root)
        {
            json.WriteStartObject("root");
            WriteReference(json, root);
            json.WriteString("reason", root.Result.ReasonCode);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("root");
        }

        WriteReferences(json, "consequences", verdict.Consequences);
        WriteReferences(json, "others", verdict.Others);
        WriteReferences(json, "untested", verdict.Untested);
        Write(json, "nextSteps", verdict.NextSteps);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReportedCheck check)
    {
        var result = check.Result;
        json.WriteStartObject();
        WriteReference(json, check);
        json.WriteString("title", check.Title);
        json.WriteString("group", Word(check.Group));
        json.WriteString("outcome", Word(result.Outcome));
        json.WriteString("reason", result.ReasonCode);
        json.WriteString("summary", result.Summary);
        json.WriteString("detail", result.Detail);
        json.WriteBoolean("inferred", result.IsInferred);
        json.WriteString("vantage", Word(result.Vantage));
        json.WriteNumber("durationMs", Milliseconds(check.Duration));
        json.WriteString("unmetNeed", check.UnmetNeed);
        json.WriteStartArray("covers");
        foreach (var id in check.Covers)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
        json.WriteStartArray("subjects");
        foreach (var subject in result.Subjects)
        {
            json.WriteStartObject();
            json.WriteString("subject", subject.Subject);
            json.WriteString("outcome", Word(subject.Outcome));
            json.WriteString("reason", subject.ReasonCode);
            json.WriteString("seen", subject.Seen);
            if (subject.Duration is { } duration)
            {
                json.WriteNumber("durationMs", Milliseconds(duration));
            }

            Write(json, "nextSteps", subject.NextSteps);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, "evidence", result.Evidence);
        Write(json, "nextSteps", result.NextSteps);
        json.WriteEndObject();
    }

    private static void WriteReferences(Utf8JsonWriter json, string name, IReadOnlyList<ReportedCheck> checks)
    {
        json.WriteStartArray(name);
        foreach (var check in checks)
        {
            json.WriteStartObject();
            WriteReference(json, check);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteReference(Utf8JsonWriter json, ReportedCheck check)
    {
        json.WriteString("check", check.Result.CheckId);
        json.WriteString("target", check.Target);
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<NextStep> steps)
    {
        json.WriteStartArray(name);
        foreach (var step in steps)
        {
            json.WriteStartObject();
            json.WriteString("text", step.Text);
            json.WriteString("command", step.Command);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<Evidence> evidence)
    {
        json.WriteStartArray(name);
        foreach (var entry in evidence)
        {
            json.WriteStartObject();
            json.WriteString("label", entry.Label);
            json.WriteString("value", entry.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static long Milliseconds(TimeSpan duration) => (long)duration.TotalMilliseconds;
}
