using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CallsBot.Protocols.Rtcd;
using RestEase;

namespace CallsBot.Protocols.Offloader;

/// <summary>Makes clients of calls-offloader's HTTP API that read JSON strictly.</summary>
public static class OffloaderApi
{
    /// <param name="http">Its base address is the offloader's URL, with a slash at its end. Limits, time and where it may connect are its owner's affair.</param>
    public static IOffloaderApi Create(HttpClient http) =>
        new RestClient(http) { ResponseDeserializer = new StrictJson(), RequestBodySerializer = new PlainJson() }.For<IOffloaderApi>();

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)OffloaderJson.Default.Options.GetTypeInfo(typeof(T));

    private sealed class StrictJson : ResponseDeserializer
    {
        public override T Deserialize<T>(string? content, HttpResponseMessage response, ResponseDeserializerInfo info) =>
            JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(content ?? ""), TypeOf<T>()) ?? throw new JsonException("The body is null.");
    }

    private sealed class PlainJson : RequestBodySerializer
    {
        public override HttpContent? SerializeBody<T>(T body, RequestBodySerializerInfo info) =>
            new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, TypeOf<T>())) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }
}

/// <summary>How calls-offloader's JSON is read and written.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OffloaderCredentials))]
[JsonSerializable(typeof(OffloaderLogin))]
[JsonSerializable(typeof(RtcdVersion))]
internal sealed partial class OffloaderJson : JsonSerializerContext;
