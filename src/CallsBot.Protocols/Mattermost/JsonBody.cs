using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RestEase;

namespace CallsBot.Protocols.Mattermost;

/// <summary>A JSON body that can be sent again.</summary>
internal sealed class JsonBody : ByteArrayContent
{
    public JsonBody(byte[] utf8, bool repeatable)
        : base(utf8)
    {
        Repeatable = repeatable;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    /// <summary>Whether the server does the same request, sent twice, only once.</summary>
    public bool Repeatable { get; }

    public static JsonBody From<T>(T value) => new(
        JsonSerializer.SerializeToUtf8Bytes(value, TypeOf<T>(MattermostJson.Default)),
        repeatable: value is PostDraft { PendingPostId.Length: > 0 });

    public static JsonTypeInfo<T> TypeOf<T>(MattermostJson json) =>
        json.GetTypeInfo(typeof(T)) as JsonTypeInfo<T>
        ?? throw new NotSupportedException($"{typeof(T)} is not listed in {nameof(MattermostJson)}.");
}

/// <summary>Writes the bodies of RestEase's requests.</summary>
internal sealed class JsonBodySerializer(OutgoingGate gate) : RequestBodySerializer
{
    public override HttpContent? SerializeBody<T>(T body, RequestBodySerializerInfo info) => body switch
    {
        // Its file has passed the gate: there is no other way to make one.
        HttpContent content => content,
        _ => JsonBody.From(gate.Pass(body)),
    };
}

/// <summary>Writes query parameters as JSON does: RestEase by itself writes a boolean as "True".</summary>
internal sealed class JsonQuerySerializer : RequestQueryParamSerializer
{
    public override IEnumerable<KeyValuePair<string, string?>> SerializeQueryParam<T>(
        string name, T value, RequestQueryParamSerializerInfo info) =>
        [new(name, JsonSerializer.Serialize(value, JsonBody.TypeOf<T>(MattermostJson.Default)))];
}

/// <summary>Reads the bodies of RestEase's replies.</summary>
internal sealed class JsonReplyDeserializer : ResponseDeserializer
{
    public override T Deserialize<T>(string? content, HttpResponseMessage response, ResponseDeserializerInfo info)
    {
        var type = JsonBody.TypeOf<T>(PostPropsConverter.Json);
        try
        {
            // Go writes a list that was never filled as null.
            return JsonSerializer.Deserialize(content ?? "", type)
                ?? (type.Kind == JsonTypeInfoKind.Enumerable ? JsonSerializer.Deserialize("[]", type) : default)
                ?? throw new JsonException("The reply is null.");
        }
        catch (JsonException ex)
        {
            throw new MattermostException(
                $"{RequestPipeline.NameOf(response.RequestMessage)}: the reply ({RequestPipeline.TypeOf(response)}) cannot be read. {ex.Message}",
                response.StatusCode,
                errorId: null,
                ex);
        }
    }
}
