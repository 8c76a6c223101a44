using System.Text.Json;
using System.Text.Json.Serialization;

namespace CallsBot.Protocols.Rtcd;

/// <summary>What <c>GET /version</c> answers (rtcd, service/version.go). A build without stamps leaves fields empty.</summary>
[JsonConverter(typeof(Converter))]
public sealed record RtcdVersion
{
    /// <summary>Such as "v1.2.6"; empty, "master" or "dev-…" for builds that are not releases.</summary>
    public required string BuildVersion { get; init; }

    public string BuildDate { get; init; } = "";

    public string BuildHash { get; init; } = "";

    public string GoVersion { get; init; } = "";

    /// <summary>Empty before v0.16.2.</summary>
    public string GoOS { get; init; } = "";

    /// <summary>Empty before v0.16.2.</summary>
    public string GoArch { get; init; } = "";

    /// <summary>
    /// RTCD writes camelCase; the documentation's sample is in snake_case. Both are read, the first is written. Unknown
    /// fields are skipped, a field given twice or not a string is refused, and so is a body without the version.
    /// </summary>
    internal sealed class Converter : JsonConverter<RtcdVersion>
    {
        private static readonly (string Camel, string Snake)[] Names =
        [
            ("buildVersion", "build_version"),
            ("buildDate", "build_date"),
            ("buildHash", "build_hash"),
            ("goVersion", "go_version"),
            ("goOS", "go_os"),
            ("goArch", "go_arch"),
        ];

        public override RtcdVersion Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException($"A version is an object, not {reader.TokenType}.");
            }

            var values = new string?[Names.Length];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var field = FieldAt(ref reader);
                reader.Read();
                if (field < 0)
                {
                    reader.Skip();
                    continue;
                }

                if (reader.TokenType != JsonTokenType.String || values[field] is not null)
                {
                    throw new JsonException($"{Names[field].Camel} has to be one string.");
                }

                values[field] = reader.GetString();
            }

            return new RtcdVersion
            {
                BuildVersion = values[0] ?? throw new JsonException("buildVersion is missing."),
                BuildDate = values[1] ?? "",
                BuildHash = values[2] ?? "",
                GoVersion = values[3] ?? "",
                GoOS = values[4] ?? "",
                GoArch = values[5] ?? "",
            };
        }

        public override void Write(Utf8JsonWriter writer, RtcdVersion value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("buildDate", value.BuildDate);
            writer.WriteString("buildVersion", value.BuildVersion);
            writer.WriteString("buildHash", value.BuildHash);
            writer.WriteString("goVersion", value.GoVersion);
            writer.WriteString("goOS", value.GoOS);
            writer.WriteString("goArch", value.GoArch);
            writer.WriteEndObject();
        }

        private static int FieldAt(ref Utf8JsonReader reader)
        {
            for (var i = 0; i < Names.Length; i++)
            {
                if (reader.ValueTextEquals(Names[i].Camel) || reader.ValueTextEquals(Names[i].Snake))
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
