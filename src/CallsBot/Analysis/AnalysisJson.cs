using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CallsBot.Reports;

namespace CallsBot.Analysis;

/// <summary>What evidence showed, as one JSON document, described in docs/analysis.md.</summary>
internal static class AnalysisJson
{
    /// <summary>A field may be added under the same number; when one goes or means something else, the number goes up.</summary>
    public const string Schema = "callsbot-analysis/1";

    // Read by programs and by people: the quotes in commands stay quotes. Never put into HTML.
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(AnalysisReport report)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            json.WriteString("runId", report.RunId);
            json.WriteString("programVersion", Diagnosis.ProgramVersion);
            json.WriteString("startedAt", report.StartedAt);
            json.WriteNumber("durationMs", (long)report.Duration.TotalMilliseconds);
            json.WriteString("outcome", JsonReport.Word(report.Outcome));
            json.WriteString("headline", AnalysisWords.Headline(report));
            json.WriteString("first", report.First?.Id);
            Write(json, "findings", report.Findings, Write);
            var pictures = AnalysisPictures.Of(report);
            Write(json, "pieces", report.Pieces, (json, piece) => Write(json, piece, pictures));
            Write(json, "timeline", report.Timeline, Write);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteString("id", finding.Id);
        json.WriteString("group", finding.Type.Group);
        json.WriteString("outcome", JsonReport.Word(finding.Outcome));
        json.WriteString("certainty", JsonReport.Word(finding.Certainty));
        foreach (var (field, text) in finding.Type.Texts())
        {
            json.WriteString(field, finding.Fill(text));
        }

        Write(json, "items", finding.Type.Items);
        Write(json, "explains", finding.Type.Explains);
        json.WriteString("node", finding.Type.Node);
        json.WriteNumber("count", finding.Count);
        WriteTime(json, "firstAt", finding.FirstAt);
        WriteTime(json, "lastAt", finding.LastAt);
        json.WriteStartObject("words");
        foreach (var (name, word) in finding.Words)
        {
            json.WriteString(name, word);
        }

        json.WriteEndObject();
        Write(json, "quotes", finding.Quotes, (json, quote) =>
        {
            json.WriteString("piece", quote.Piece);
            WriteLine(json, quote.Line);
            json.WriteString("text", quote.Text);
        });
    }

    private static void Write(Utf8JsonWriter json, ReadPiece read, IReadOnlyList<NamedPicture> pictures)
    {
        json.WriteString("name", read.Piece.Name);
        json.WriteString("kind", PieceKinds.WordOf(read.Piece.Kind));
        json.WriteNumber("firstLine", read.Piece.FirstLine);
        json.WriteNumber("bytes", read.Bytes);
        json.WriteString("trouble", read.Reading.Trouble);
        Write(json, "facts", read.Reading.Facts, (json, fact) =>
        {
            json.WriteString("label", fact.Label);
            json.WriteString("value", fact.Value);
        });
        Write(json, "tables", read.Reading.Tables, (json, table) =>
        {
            json.WriteString("title", table.Title);
            Write(json, "columns", table.Columns);
            json.WriteStartArray("rows");
            foreach (var row in table.Rows)
            {
                json.WriteStartArray();
                foreach (var cell in row)
                {
                    json.WriteStringValue(cell);
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        });
        Write(json, "pictures", pictures.Where(picture => ReferenceEquals(picture.Piece, read.Piece)), (json, picture) =>
        {
            json.WriteString("fileName", picture.FileName);
            json.WriteString("caption", picture.Picture.Caption);
        });
    }

    private static void Write(Utf8JsonWriter json, Moment moment)
    {
        json.WriteString("at", moment.At);
        json.WriteString("piece", moment.Piece);
        WriteLine(json, moment.Line);
        json.WriteString("what", moment.What);
        json.WriteString("sessionId", moment.SessionId);
    }

    private static void Write<T>(Utf8JsonWriter json, string name, IEnumerable<T> entries, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            write(json, entry);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> entries)
    {
        json.WriteStartArray(name);
        foreach (var entry in entries)
        {
            json.WriteStringValue(entry);
        }

        json.WriteEndArray();
    }

    private static void WriteLine(Utf8JsonWriter json, long? line)
    {
        if (line is { } number)
        {
            json.WriteNumber("line", number);
        }
        else
        {
            json.WriteNull("line");
        }
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.WriteString(name, at);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
